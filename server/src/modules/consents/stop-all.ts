import { idFromUuid } from '@liaison/access'
import type { ConsentId, PartnerId } from '@liaison/access'
import type { Mandate } from '#platform/mandate.ts'
import { moveConsent, MOVES } from './change.ts'
import type { Letterhead } from './mails.ts'
import { refuseRequest } from './refuse.ts'
import { listWaiting, readParties } from './request-store.ts'
import { holdStoppable, listConsents } from './store.ts'
import type { ConsentRow } from './tables.ts'

const AT_ONCE = 100

/** A consent that was stopped with all others. */
export interface StoppedConsent {
  readonly id: ConsentId
  readonly partnerId: string
  readonly partnerName: string
  readonly clientName: string
  readonly statusBefore: ConsentRow['status']
}

const describe = (row: ConsentRow): StoppedConsent => ({
  id: idFromUuid('consent', row.id),
  partnerId: row.partner_id,
  partnerName: row.partner_name ?? '',
  clientName: row.card.client.name,
  statusBefore: row.status,
})

type Stop = Letterhead & { readonly reason: string }

/**
 * Answers what waits for a second person with no: a first approval of before the stop must open nothing after it. Those
 * that a second person is allowing at this moment are in force once this went on, and are stopped like all others.
 */
async function refuseWaiting(
  mandate: Mandate<'tenant'>,
  { reason, ...letterhead }: Stop,
  partnerId?: PartnerId,
): Promise<StoppedConsent[]> {
  const refused: StoppedConsent[] = []
  for (;;) {
    const waiting = await listWaiting(mandate, partnerId)
    for (const request of waiting) {
      const { partner } = await readParties(mandate, request.id)
      const row = await refuseRequest(mandate, request, { label: partner.name, letterhead, reason })
      if (row) refused.push(describe(row))
    }
    if (waiting.length === 0) return refused
  }
}

/** Stops every consent of the tenant, or those of one partner, and refuses those that wait, in the transaction of the mandate: the emergency stop reaches API clients, too (B10). */
export async function stopConsents(
  mandate: Mandate<'tenant'>,
  detail: Stop,
  partnerId?: PartnerId,
): Promise<StoppedConsent[]> {
  const stopped = await refuseWaiting(mandate, detail, partnerId)
  const filter = { state: 'stoppable' as const, ...(partnerId && { partner_id: partnerId }) }
  await holdStoppable(mandate)
  for (;;) {
    const rows = await listConsents(mandate, filter, { limit: AT_ONCE, after: null })
    for (const row of rows) {
      await moveConsent(mandate, row, { move: MOVES.revoke, detail })
      stopped.push(describe(row))
    }
    if (rows.length === 0) return stopped
  }
}
