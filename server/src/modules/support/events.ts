import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/** The mandates under which tickets are worked on. */
export type TicketMandate = Mandate<'acting' | 'tenant'>

interface TicketNamed {
  readonly id: string
  readonly number: string
}

/** Before and after of the fields that changed. */
export type FieldChanges = Readonly<Record<string, { readonly before: unknown; readonly after: unknown }>>

const resourceOf = (ticket: TicketNamed) => ({ type: 'ticket', id: ticket.id, label: ticket.number })

export function recordOpened(mandate: TicketMandate, ticket: TicketNamed, priority: string): void {
  recordEvent(mandate, {
    action: 'support.tickets.create',
    resource: resourceOf(ticket),
    changes: { status: { after: 'open' }, priority: { after: priority } },
    ...(mandate.kind === 'acting' && { billingParty: mandate.link.billingParty }),
  })
}

export function recordChanged(
  mandate: TicketMandate,
  ticket: TicketNamed,
  change: { readonly fields: FieldChanges; readonly reason: string | undefined },
): void {
  recordEvent(mandate, {
    action: 'support.tickets.update',
    resource: resourceOf(ticket),
    changes: change.fields,
    ...(change.reason !== undefined && { reason: change.reason }),
  })
}

export function recordAssigned(mandate: TicketMandate, ticket: TicketNamed, fields: FieldChanges): void {
  recordEvent(mandate, {
    action: 'support.tickets.assign',
    resource: resourceOf(ticket),
    changes: fields,
  })
}

export function recordWithdrawn(mandate: TicketMandate, ticket: TicketNamed): void {
  recordEvent(mandate, {
    action: 'support.tickets.withdraw',
    resource: resourceOf(ticket),
    changes: { status: { before: 'open', after: 'withdrawn' } },
    ...(mandate.kind === 'acting' && { billingParty: mandate.link.billingParty }),
  })
}

/** The text of a comment stays in the ticket; the trail says that there is one. */
export function recordCommented(mandate: TicketMandate, ticket: TicketNamed, isInternal: boolean): void {
  recordEvent(mandate, {
    action: 'support.tickets.comment',
    resource: resourceOf(ticket),
    changes: { is_internal: { after: isInternal } },
  })
}
