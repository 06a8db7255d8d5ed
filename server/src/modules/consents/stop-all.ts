import { idFromUuid } from '@liaison/access'
import type { ConsentId, PartnerId } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { moveConsent, MOVES } from './change.ts'
import type { Letterhead } from './mails.ts'
import { holdStoppable, listConsents } from './store.ts'

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
  const filter = { state: 'stoppable' as const, ...(partnerId && { partner_id: partnerId }) }
  await holdStoppable(mandate)
  for (;;) {
    const rows = await listConsents(mandate, filter, { limit: AT_ONCE, after: null })
    for (const row of rows) {
      await moveConsent(mandate, row, { move: MOVES.revoke, detail })
      stopped.push({
        id: idFromUuid('consent', row.id),
        partnerId: row.partner_id,
        partnerName: row.partner_name ?? '',
        clientName: row.card.client.name,
      })
    }
    if (rows.length === 0) return stopped
  }
}
