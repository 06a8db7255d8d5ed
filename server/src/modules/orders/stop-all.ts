import { idFromUuid } from '@liaison/access'
import type { PartnerId, ResaleId } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { announceResale } from './resale-news.ts'
import { recordResale } from './events.ts'
import { listResales, moveResale } from './resale-store.ts'

const MOST = 1000

/** A resale that was stopped with all others. */
export interface StoppedResale {
  readonly id: ResaleId
  readonly partnerId: string
  readonly partnerName: string
}

/** Stops every resale of the tenant, or those of one partner, in the transaction of the mandate: the emergency stop reaches wholesalers, too (B10). */
export async function stopResales(
  mandate: Mandate<'tenant'>,
  reason: string,
  partnerId?: PartnerId,
): Promise<StoppedResale[]> {
  const filter = partnerId ? { partner_id: partnerId } : {}
  const { rows } = await listResales(mandate, filter, { limit: MOST, offset: 0 })
  const open = rows.filter(({ stored_status: status }) => status === 'active' || status === 'suspended')
  const stopped: StoppedResale[] = []
  for (const row of open) {
    await moveResale(mandate, row, { to: 'revoked', event: 'revoked', reason })
    recordResale(mandate, row, {
      action: 'resales.revoke',
      changes: { status: { before: row.status, after: 'revoked' } },
      reason,
    })
    await announceResale(mandate, row, { news: 'revoked', reason })
    stopped.push({
      id: idFromUuid('resale', row.id),
      partnerId: row.partner_id,
      partnerName: row.partner_name ?? '',
    })
  }
  return stopped
}
