import { idFromUuid } from '@liaison/access'
import type { ConsentId, PartnerId } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { moveConsent, MOVES } from './change.ts'
import type { Letterhead } from './mails.ts'
import { listConsents } from './store.ts'

const AT_ONCE = 100

/** A consent that was stopped with all others. */
export interface StoppedConsent {
  readonly id: ConsentId
  readonly partnerId: string
  readonly partnerName: string
  readonly clientName: string
}

/** Stops every consent of the tenant, or those of one partner, in the transaction of the mandate: the emergency stop reaches API clients, too (B10). */
export async function stopConsents(
  mandate: Mandate<'tenant'>,
  detail: Letterhead & { readonly reason: string },
  partnerId?: PartnerId,
): Promise<StoppedConsent[]> {
  const stopped: StoppedConsent[] = []
  const filter = { state: 'active' as const, ...(partnerId && { partner_id: partnerId }) }
  for (;;) {
    const rows = await listConsents(mandate, filter, { limit: AT_ONCE, after: null })
    const open = rows.filter(({ stored_status: status }) => status === 'active' || status === 'suspended')
    for (const row of open) {
      await moveConsent(mandate, row, { move: MOVES.revoke, detail })
      stopped.push({
        id: idFromUuid('consent', row.id),
        partnerId: row.partner_id,
        partnerName: row.partner_name ?? '',
        clientName: row.card.client.name,
      })
    }
    if (open.length === 0) return stopped
  }
}
