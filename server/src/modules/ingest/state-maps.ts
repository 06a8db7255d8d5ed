/** A state as a sender may call it, mapped to ours. */
type StateMap<State extends string> = Readonly<Record<string, State>>

export type TicketState = 'open' | 'pending' | 'on_hold' | 'resolved' | 'closed'
export type InvoiceState = 'draft' | 'finalized' | 'partially_paid' | 'paid' | 'cancelled'

/** Ours and those of TMF621 (trouble ticket). Source: managed-tenants.md section 6, "Adapters and state maps". */
export const TICKET_STATES: StateMap<TicketState> = {
  open: 'open',
  pending: 'pending',
  on_hold: 'on_hold',
  resolved: 'resolved',
  closed: 'closed',
  acknowledged: 'open',
  inProgress: 'open',
  held: 'on_hold',
  cancelled: 'closed',
  rejected: 'closed',
  waiting: 'pending',
}

/** Why a ticket was closed, when the sender's state says so. */
export const TICKET_CLOSED_REASONS: Readonly<Record<string, string>> = {
  cancelled: 'cancelled',
  rejected: 'rejected',
}

/** Ours and those of TMF678 (billing). Overdue is derived from the due day, so a sender's `overdue` is an unpaid invoice. */
export const INVOICE_STATES: StateMap<InvoiceState> = {
  draft: 'draft',
  finalized: 'finalized',
  partially_paid: 'partially_paid',
  paid: 'paid',
  cancelled: 'cancelled',
  overdue: 'finalized',
  new: 'draft',
  onHold: 'draft',
  validated: 'draft',
  sent: 'finalized',
  partiallyPaid: 'partially_paid',
  settled: 'paid',
}
