import type { LinkId, PersonId, TenantId, TicketId } from '@liaison/access'
import { sql } from 'kysely'
import type { Insertable, Selectable } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { TicketStatus } from './rules.ts'
import type { SupportTables } from './tables.ts'

export type Ticket = Selectable<SupportTables['ticket']>
export type NewTicket = Insertable<SupportTables['ticket']>

const on = (mandate: Mandate) => tables<SupportTables>(mandate)

/** One ticket of a tenant. */
export function findTicket(mandate: Mandate, tenantId: TenantId, id: TicketId) {
  return on(mandate)
    .selectFrom('ticket')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** One ticket of a tenant, held until the transaction ends. */
export function lockTicket(mandate: Mandate, tenantId: TenantId, id: TicketId) {
  return on(mandate)
    .selectFrom('ticket')
    .selectAll()
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
}

/** The next number of the tenant's tickets and a new id; without a gap, however many ask at once. */
export async function takeNumber(mandate: Mandate, tenantId: TenantId) {
  const [result] = await runStatements(mandate, [
    { text: 'select access.next_ticket_number($1) as number, uuidv7() as id', values: [tenantId] },
  ])
  const row = result?.rows[0]
  return { number: String(row?.['number']), id: String(row?.['id']) }
}

// Whoever may open tickets may not always read them, so nothing is asked back.
export async function insertTicket(mandate: Mandate, ticket: NewTicket): Promise<void> {
  await on(mandate).insertInto('ticket').values(ticket).execute()
}

/** Changes a ticket and raises its version; returns the new version and time. */
export function updateTicket(
  mandate: Mandate,
  ticket: Ticket,
  changes: Partial<Omit<Ticket, 'tenant_id' | 'id' | 'version'>>,
) {
  return on(mandate)
    .updateTable('ticket')
    .set({ ...changes, version: ticket.version + 1 })
    .where('tenant_id', '=', ticket.tenant_id)
    .where('id', '=', ticket.id)
    .where('version', '=', ticket.version)
    .returning(['version', 'updated_at'])
    .executeTakeFirstOrThrow()
}

/** The comments that the caller may read, oldest first; internal notes open with a permission of their own. */
export function listComments(mandate: Mandate, ticket: { tenant_id: string; id: string }) {
  return on(mandate)
    .selectFrom('ticket_comment')
    .selectAll()
    .where('tenant_id', '=', ticket.tenant_id)
    .where('ticket_id', '=', ticket.id)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** Adds a comment and returns its id. */
export async function insertComment(
  mandate: Mandate,
  comment: Omit<Insertable<SupportTables['ticket_comment']>, 'id'>,
): Promise<string> {
  const [made] = await runStatements(mandate, [{ text: 'select uuidv7() as id', values: [] }])
  const id = String(made?.rows[0]?.['id'])
  await on(mandate)
    .insertInto('ticket_comment')
    .values({ ...comment, id })
    .execute()
  return id
}

/** The states that a change by a side may move a ticket to, in the order of the table that also enforces them. */
export async function listTransitions(
  mandate: Mandate,
  from: TicketStatus,
  side: 'partner' | 'tenant',
): Promise<string[]> {
  const rows = await on(mandate)
    .selectFrom('state_transition')
    .select('to_state')
    .where('entity', '=', 'ticket')
    .where('from_state', '=', from)
    .where('actor_kind', '=', side)
    // A withdrawal is asked for by itself, and only in its first minute.
    .where('action', '<>', 'withdraw')
    .orderBy('to_state')
    .execute()
  return rows.map((row) => row.to_state)
}

/** The response time that a link promises, in hours; null when it promises none. */
export async function findResponseHours(mandate: Mandate, linkId: LinkId): Promise<number | null> {
  const row = await on(mandate)
    .selectFrom('link')
    .select('sla_response_hours')
    .where('id', '=', linkId)
    .executeTakeFirst()
  return row?.sla_response_hours ?? null
}

/** Somebody who may be given a ticket. `is_listed` is false for those that the caller can name but is not shown. */
export interface Assignee {
  person_id: string
  name: string
  partner_name: string | null
  is_listed: boolean
}

/** Who may be given a ticket of this transaction's tenant, by name. */
export async function listAssignees(mandate: Mandate): Promise<Assignee[]> {
  const { rows } =
    await sql<Assignee>`select distinct on (name, person_id) * from access.ticket_assignees() order by name, person_id, partner_name nulls last`.execute(
      on(mandate),
    )
  return rows
}

/** The person if a ticket of this tenant may be given to them. */
export async function findAssignee(mandate: Mandate, id: PersonId): Promise<Assignee | undefined> {
  return (await listAssignees(mandate)).find((assignee) => assignee.person_id === id)
}
