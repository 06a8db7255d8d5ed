import type { ItemFault } from '#platform/item-faults.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { ItemOf, Kind } from './schemas.ts'
import { findTicketNumbers, lockTicketCounters, pairKey, takeTicketNumbers } from './store.ts'

interface Numbered {
  readonly index: number
  readonly item: ItemOf<Kind>
  readonly tenantId: string
}

interface Ticket {
  readonly index: number
  readonly tenantId: string
  readonly externalId: string
  readonly given: string | undefined
  readonly existing: string | undefined
}

/** The number of each ticket of a batch. */
export interface TicketNumbers {
  readonly faults: ItemFault[]
  readonly numberOf: (index: number) => string | null
}

const OURS = /^T-(\d{1,9})$/

function toTicket({ index, item, tenantId }: Numbered): Omit<Ticket, 'existing'>[] {
  if (!('subject' in item)) return []
  return [{ index, tenantId, externalId: item.external_id, given: item.number }]
}

async function readTickets(mandate: Mandate<'ingest'>, items: readonly Numbered[]): Promise<Ticket[]> {
  const tickets = items.flatMap(toTicket)
  await lockTicketCounters(mandate, [...new Set(tickets.map(({ tenantId }) => tenantId))])
  const pairs = tickets.map(({ tenantId, externalId }) => ({ tenantId, text: externalId }))
  const existing = await findTicketNumbers(mandate, mandate.source, pairs)
  return tickets.map((ticket) => ({
    ...ticket,
    existing: existing.get(pairKey(ticket.tenantId, ticket.externalId)),
  }))
}

/** How many numbers each tenant needs, and above which numbers they must lie because the source gave those. */
function countWanted(tickets: readonly Ticket[]): Map<string, { count: number; atLeast: number }> {
  const wanted = new Map<string, { count: number; atLeast: number }>()
  for (const { tenantId, given, existing } of tickets) {
    const entry = wanted.get(tenantId) ?? { count: 0, atLeast: 0 }
    const ours = Number(OURS.exec(given ?? '')?.[1] ?? 0)
    if (given === undefined && existing === undefined) entry.count += 1
    entry.atLeast = Math.max(entry.atLeast, ours)
    wanted.set(tenantId, entry)
  }
  for (const [tenantId, { count, atLeast }] of wanted)
    if (count === 0 && atLeast === 0) wanted.delete(tenantId)
  return wanted
}

/**
 * Gives each ticket its number: the one it has, the one its source gives, or the next of its tenant. A number never
 * changes. Takes the tenants' counters until the transaction ends.
 */
export async function assignTicketNumbers(
  mandate: Mandate<'ingest'>,
  items: readonly Numbered[],
): Promise<TicketNumbers> {
  const tickets = await readTickets(mandate, items)
  const faults = tickets.flatMap(({ index, given, existing }): ItemFault[] =>
    given === undefined || existing === undefined || given === existing
      ? []
      : [
          {
            index,
            pointer: '/number',
            code: 'NUMBER_CHANGED',
            detail: `The ticket has the number ${existing}, and a ticket keeps its number.`,
          },
        ],
  )
  const wanted = countWanted(tickets)
  const last = await takeTicketNumbers(mandate, wanted)
  const next = new Map(
    [...last].map(([tenantId, number]) => [tenantId, number - (wanted.get(tenantId)?.count ?? 0) + 1]),
  )
  const numbers = new Map<number, string>()
  for (const { index, tenantId, given, existing } of tickets) {
    const known = existing ?? given
    if (known === undefined) {
      const number = next.get(tenantId) ?? 1
      next.set(tenantId, number + 1)
      numbers.set(index, `T-${number}`)
    } else {
      numbers.set(index, known)
    }
  }
  return { faults, numberOf: (index) => numbers.get(index) ?? null }
}
