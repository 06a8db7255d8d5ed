import type { TenantId, TicketId } from '@liaison/access'
import { z } from 'zod'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { narrowReach, reachOf, toScope } from '#platform/reach.ts'
import type { Reach, ReadingMandate } from '#platform/reach.ts'
import { coverList } from '#platform/covered.ts'
import { toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { sentAt } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { refuseUnknown, sideOf } from './changing.ts'
import { answerClocks } from './clock-answers.ts'
import type { TicketMandate } from './events.ts'
import { assigneesOf } from './filter-store.ts'
import type { TicketFilter } from './filter-store.ts'
import { findHours } from './hours-store.ts'
import { countTickets, countUnfinished, findTenantsOf, listTickets } from './list-store.ts'
import type { TicketCount, TicketOrder } from './list-store.ts'
import { isUnfinished, SLA_METRICS } from './rules.ts'
import { toAggregates, toTicket } from './schemas.ts'
import type { TicketQueryValues } from './schemas.ts'
import { findTicket, listAssignees, listComments, listTransitions } from './ticket-store.ts'
import { withdrawableUntil } from './withdrawing.ts'

export const TicketParams = z.strictObject({ ticket_id: publicId('ticket') })
export const BreachParams = z.strictObject({ ticket_id: publicId('ticket'), metric: z.enum(SLA_METRICS) })

/** The tenants of the filter: those reached, that the query names, and that its group holds. */
async function findTenants(query: TicketQueryValues, mandate: ReadingMandate, reach: Reach) {
  const named = narrowReach(reach, query.tenant_ids)
  if (query.group === undefined || mandate.kind === 'tenant') return named
  const grouped = new Set(await tenantsOfGroup(mandate, query.group))
  return named.filter((id) => grouped.has(id))
}

function toFilter(
  query: TicketQueryValues,
  mandate: ReadingMandate,
  tenantIds: readonly TenantId[],
): TicketFilter {
  return {
    tenantIds,
    now: mandate.origin.now,
    statuses: query.status,
    priorities: query.priority,
    assignedTo: assigneesOf(query.mine === true ? mandate.actor.id : null, query.assigned_to),
    isUnassigned: query.unassigned,
    slaStates: query.sla_state,
    categories: query.category,
    createdFrom: query.created_from,
    createdTo: query.created_to,
    updatedSince: query.updated_since,
    search: query.search,
  }
}

function orderOf({ sort_by, sort_order }: TicketQueryValues): TicketOrder {
  return { by: sort_by, direction: sort_order ?? (sort_by === 'sla_due' ? 'asc' : 'desc') }
}

/** A cursor belongs to this reader, plane, filter and order. */
function boundOf(mandate: ReadingMandate, query: TicketQueryValues): unknown {
  const { cursor: _cursor, limit: _limit, offset: _offset, count_hidden: _counted, ...asked } = query
  return ['tickets', mandate.kind, mandate.actor.id, asked]
}

function readPosition(services: Services, query: TicketQueryValues, bound: unknown) {
  if (query.cursor === undefined) return null
  if (query.offset > 0) {
    const detail = 'must be 0 when a cursor says where to go on'
    throw new ProblemError(
      422,
      'VALIDATION_ERROR',
      'A list goes on from a cursor or from an offset, not both.',
      {
        errors: [{ pointer: '/query/offset', code: 'CURSOR_AND_OFFSET', detail }],
      },
    )
  }
  const [key, id] = services.cursors.read(query.cursor, bound)
  return { key: String(key), id: String(id) }
}

/** As many as are counted of the tickets that a filter leaves out. */
const HIDDEN_COUNTED = 100

/**
 * How many unfinished tickets the filter leaves out. Those that it shows are counted already, so that a bounded look at
 * all of them tells the rest: at most a hundred rows beyond what the list counts anyway.
 */
async function countHidden(mandate: ReadingMandate, reach: Reach, counts: readonly TicketCount[]) {
  const shown = counts.reduce((sum, { status, tickets }) => sum + (isUnfinished(status) ? tickets : 0), 0)
  const most = shown + HIDDEN_COUNTED + 1
  const hidden = Math.max(0, (await countUnfinished(mandate, [...reach.tenants.keys()], most)) - shown)
  return { count: Math.min(hidden, HIDDEN_COUNTED), is_more: hidden > HIDDEN_COUNTED }
}

/** The answer of a list of tickets: a page, and the counts of everything that the filter matches. */
export async function answerList(services: Services, mandate: ReadingMandate, query: TicketQueryValues) {
  const reach = reachOf(mandate)
  const { now } = mandate.origin
  const bound = boundOf(mandate, query)
  const after = readPosition(services, query, bound)
  const filter = toFilter(query, mandate, await findTenants(query, mandate, reach))
  // One row more than the page tells whether there is a next one.
  const window = { order: orderOf(query), after, offset: query.offset, limit: query.limit + 1 }
  const found = await listTickets(mandate, filter, window)
  const rows = found.slice(0, query.limit)
  const counts = await countTickets(mandate, filter)
  const total = counts.reduce((sum, count) => sum + count.tickets, 0)
  await coverList(mandate, {
    tenantIds: filter.tenantIds,
    chosenBy: query,
    isWhole: rows.length === total,
    findTenants: (most) => findTenantsOf(mandate, filter, most),
  })
  const last = found.length > query.limit ? rows.at(-1) : undefined
  const looking = { now, hours: await findHours(mandate, rows) }
  const items = rows.map((row) => toTicket(row, reach, looking))
  return {
    ...toPage(items, query, total),
    has_more: last !== undefined,
    next_cursor: last === undefined ? null : services.cursors.sign([last.sort_key, last.id], bound),
    aggregates: toAggregates(counts),
    hidden: query.count_hidden === true ? await countHidden(mandate, reach, counts) : null,
    scope: toScope(reach),
  }
}

/** The answer of one ticket, with its version as ETag. */
export async function answerDetail(mandate: TicketMandate, id: TicketId) {
  const ticket = await findTicket(mandate, mandate.tenant.id, id)
  if (!ticket) return refuseUnknown()
  const comments = await listComments(mandate, ticket)
  noteRead(mandate, {
    action: mandate.kind === 'acting' ? 'support.tickets.read' : 'tenant.tickets.read',
    resource: { type: 'ticket', id: ticket.id, label: ticket.number },
    rowCount: 1,
  })
  const body = {
    ...toTicket(ticket, reachOf(mandate), {
      now: mandate.origin.now,
      hours: await findHours(mandate, [ticket]),
    }),
    description: ticket.description,
    tags: ticket.tags,
    comments: comments.map((comment) => ({
      comment_id: publicIdOf('comment', comment.id),
      author_name: comment.author_name,
      author_partner_name: comment.author_partner_name,
      is_internal: comment.is_internal,
      content: comment.content,
      created_at: comment.created_at.toISOString(),
    })),
    ...(await answerClocks(mandate, ticket)),
    allowed_transitions: await listTransitions(mandate, ticket.status, sideOf(mandate)),
    withdrawable_until: withdrawableUntil(mandate, ticket)?.toISOString() ?? null,
    version: ticket.version,
  }
  return sentAt(body, ticket.version)
}

/** The answer of those to whom a ticket can be given. */
export async function answerAssignees(mandate: TicketMandate) {
  const assignees = await listAssignees(mandate)
  const items = assignees
    .filter((assignee) => assignee.is_listed)
    .map((assignee) => ({
      person_id: publicIdOf('person', assignee.person_id),
      name: assignee.name,
      partner_name: assignee.partner_name,
    }))
  // What a tenant's own people look at is no event.
  if (mandate.kind === 'acting')
    noteRead(mandate, { action: 'support.assignees.list', rowCount: items.length })
  return { items }
}
