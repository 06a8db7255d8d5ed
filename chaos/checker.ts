/** One ticket that a client asked for, under one Idempotency-Key; the key is also the ticket's subject. */
export interface Write {
  readonly key: string
  readonly tenantId: string
  /** The tickets that answers named for this key: one, however often it was sent. */
  readonly acknowledged: readonly string[]
}

export interface StoredTicket {
  readonly id: string
  readonly tenantId: string
  readonly subject: string
}

/** An audit event of an opened ticket, with the tenants and the number of partners that can read it. */
export interface StoredEvent {
  readonly id: string
  readonly ticketId: string | null
  readonly tenantReaders: readonly string[]
  readonly partnerReaders: number
}

/** What the database holds once every fault is over. */
export interface Stored {
  readonly tickets: readonly StoredTicket[]
  readonly events: readonly StoredEvent[]
}

export const VIOLATIONS = {
  unsettled: 'a write that the server never acknowledged, although it was repeated with its key',
  contradicted: 'a key that was answered with two different tickets',
  lost: 'an acknowledged ticket that does not exist',
  misplaced: 'an acknowledged ticket with another subject or tenant than was asked for',
  doubled: 'a key that made more than one ticket',
  uninvited: 'a ticket that nobody asked for',
  unaudited: 'a ticket without an audit event',
  twice_audited: 'a ticket with more than one audit event',
  unfounded: 'an audit event of a ticket that does not exist',
  unreadable: 'an audit event that the tenant or the partner cannot read',
} as const

export type ViolationKind = keyof typeof VIOLATIONS

export interface Violation {
  readonly kind: ViolationKind
  /** The key, ticket or event that it is about. */
  readonly subject: string
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group) group.push(item)
    else groups.set(key, [item])
  }
  return groups
}

function checkWrite(write: Write, ticketsById: ReadonlyMap<string, StoredTicket>): Violation[] {
  const named = [...new Set(write.acknowledged)]
  const violations: Violation[] = []
  if (named.length === 0) violations.push({ kind: 'unsettled', subject: write.key })
  if (named.length > 1) violations.push({ kind: 'contradicted', subject: write.key })
  for (const id of named) {
    const ticket = ticketsById.get(id)
    if (!ticket) violations.push({ kind: 'lost', subject: write.key })
    else if (ticket.subject !== write.key || ticket.tenantId !== write.tenantId)
      violations.push({ kind: 'misplaced', subject: write.key })
  }
  return violations
}

function checkTicket(ticket: StoredTicket, events: readonly StoredEvent[]): Violation[] {
  if (events.length === 0) return [{ kind: 'unaudited', subject: ticket.id }]
  const violations: Violation[] = []
  if (events.length > 1) violations.push({ kind: 'twice_audited', subject: ticket.id })
  for (const event of events) {
    if (!event.tenantReaders.includes(ticket.tenantId) || event.partnerReaders !== 1)
      violations.push({ kind: 'unreadable', subject: event.id })
  }
  return violations
}

/**
 * Compares what clients were told with what the database holds: every acknowledged write exists exactly once, nothing
 * else exists, and tickets and audit events match one to one. Source: reliability.md R3 and R4, invariants I1 and I5.
 */
export function findViolations(writes: readonly Write[], stored: Stored): Violation[] {
  const ticketsById = new Map(stored.tickets.map((ticket) => [ticket.id, ticket]))
  const keys = new Set(writes.map((write) => write.key))
  const eventsByTicket = groupBy(stored.events, (event) => event.ticketId ?? '')
  const violations = writes.flatMap((write) => checkWrite(write, ticketsById))
  for (const [subject, tickets] of groupBy(stored.tickets, (ticket) => ticket.subject)) {
    if (!keys.has(subject)) violations.push({ kind: 'uninvited', subject })
    else if (tickets.length > 1) violations.push({ kind: 'doubled', subject })
  }
  for (const ticket of stored.tickets)
    violations.push(...checkTicket(ticket, eventsByTicket.get(ticket.id) ?? []))
  for (const event of stored.events) {
    if (event.ticketId === null || !ticketsById.has(event.ticketId))
      violations.push({ kind: 'unfounded', subject: event.id })
  }
  return violations
}
