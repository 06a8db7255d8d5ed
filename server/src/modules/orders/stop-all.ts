import { idFromUuid } from '@liaison/access'
import type { PartnerId, ResaleId } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { announceResale } from './resale-news.ts'
import { recordResale } from './events.ts'
import { holdResales, listResales, moveResale } from './resale-store.ts'
import type { ResaleRow } from './tables.ts'

const AT_ONCE = 100

/** A resale that was stopped with all others. */
export interface StoppedResale {
  readonly id: ResaleId
  readonly partnerId: string
  readonly partnerName: string
  readonly statusBefore: ResaleRow['status']
}

/** The resales of these states that open something now; all of them, since there is no next page once they have moved. */
async function* open(mandate: Mandate<'tenant'>, partnerId?: PartnerId): AsyncGenerator<ResaleRow> {
  for (const status of ['active', 'suspended'] as const) {
    const filter = { status, ...(partnerId && { partner_id: partnerId }) }
    for (;;) {
      const { rows } = await listResales(mandate, filter, { limit: AT_ONCE, offset: 0 })
      yield* rows
      if (rows.length === 0) break
    }
  }
}

/** Stops every resale of the tenant, or those of one partner, in the transaction of the mandate: the emergency stop reaches wholesalers, too (B10). */
export async function stopResales(
  mandate: Mandate<'tenant'>,
  reason: string,
  partnerId?: PartnerId,
): Promise<StoppedResale[]> {
  await holdResales(mandate)
  const stopped: StoppedResale[] = []
  for await (const row of open(mandate, partnerId)) {
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
      statusBefore: row.status,
    })
  }
  return stopped
}
