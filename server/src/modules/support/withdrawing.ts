import type { TicketId } from '@liaison/access'
import { enqueue } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { answerChanged, refuseUnknown } from './changing.ts'
import { recordWithdrawn } from './events.ts'
import type { TicketMandate } from './events.ts'
import { mailWithdrawn } from './mails.ts'
import { moveClocks } from './moving.ts'
import { findTicket, lockTicket, updateTicket } from './ticket-store.ts'
import type { Ticket } from './ticket-store.ts'

/**
 * How long a ticket can be withdrawn: longer than the ten seconds in which the portal offers it, so that a slow call still
 * comes in time, and no longer than the shortest promise, so that none was missed by then. The database holds to the same.
 */
const WITHDRAWABLE_MS = 60_000

const DETAILS = {
  not_opener: 'Only whoever opened this ticket can withdraw it, on the same side.',
  changed: 'Something happened to this ticket since it was opened, so it stays.',
  too_late: 'This ticket was opened more than a minute ago, so it stays.',
} as const

/** Why a ticket stays; null while it can be withdrawn. */
function obstacleOf(mandate: TicketMandate, ticket: Ticket): keyof typeof DETAILS | null {
  const partnerId = mandate.kind === 'acting' ? mandate.partner.id : null
  if (ticket.created_by !== mandate.actor.id || ticket.created_by_partner_id !== partnerId)
    return 'not_opener'
  if (ticket.status !== 'open' || ticket.version !== 1) return 'changed'
  const age = mandate.origin.now.getTime() - ticket.created_at.getTime()
  return age > WITHDRAWABLE_MS ? 'too_late' : null
}

/** Until when the caller can withdraw a ticket that they opened; null when they cannot. */
export function withdrawableUntil(mandate: TicketMandate, ticket: Ticket): Date | null {
  return obstacleOf(mandate, ticket) === null ? new Date(ticket.created_at.getTime() + WITHDRAWABLE_MS) : null
}

function refuseWithdrawal(mandate: TicketMandate, ticket: Ticket): void {
  const reason = obstacleOf(mandate, ticket)
  if (reason === null) return
  throw new ProblemError(409, 'TICKET_NOT_WITHDRAWABLE', DETAILS[reason], { details: { reason } })
}

/**
 * Withdraws a ticket that the caller has just opened, by mistake or in the wrong tenant. It stays on record, with its
 * number, for both sides; but it is in no list that does not ask for it, and no promise about it is kept or missed.
 */
export async function withdrawTicket(mandate: TicketMandate, id: TicketId) {
  const ticket = await lockTicket(mandate, mandate.tenant.id, id)
  if (!ticket) return refuseUnknown()
  refuseWithdrawal(mandate, ticket)
  const { now } = mandate.origin
  await moveClocks(mandate, ticket, { status: 'withdrawn', answers: false, now })
  await updateTicket(mandate, ticket, { status: 'withdrawn' })
  recordWithdrawn(mandate, ticket)
  const payload = { tenant_id: ticket.tenant_id, ticket_id: ticket.id }
  await enqueue(mandate, 'partner.tenant.status_changed', payload)
  if (ticket.opening_mailed) await mailWithdrawn(mandate, ticket)
  const withdrawn = await findTicket(mandate, mandate.tenant.id, id)
  return withdrawn ? answerChanged(mandate, withdrawn, null) : refuseUnknown()
}
