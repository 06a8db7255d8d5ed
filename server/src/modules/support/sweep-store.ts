import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { TicketKey } from './clock-store.ts'
import type { SupportTables } from './tables.ts'
import type { Ticket } from './ticket-store.ts'

type System = Mandate<'system'>

/** As many tickets as are looked for at once. */
export const BATCH = 200

const on = (mandate: System) => tables<SupportTables>(mandate)

/** The ticket, held until the transaction ends; nothing while somebody else works on it. */
export function holdTicket(mandate: System, key: TicketKey): Promise<Ticket | undefined> {
  return on(mandate)
    .selectFrom('ticket')
    .selectAll()
    .where('tenant_id', '=', key.tenant_id)
    .where('id', '=', key.id)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst()
}

/** The first tickets of which a share of a promised time was used up by an instant, but for some. */
export async function findDue(mandate: System, at: Date, except: readonly string[]): Promise<TicketKey[]> {
  const { rows } = await sql<TicketKey>`
    select distinct d.tenant_id, d.id from (
      select c.tenant_id, c.ticket_id as id from ticket_sla_clock c
      where c.met_at is null and c.paused_since is null and coalesce(c.next_signal_at, '-infinity') <= ${at}::timestamptz
        and c.ticket_id <> all (${[...except]}::uuid[])
      order by coalesce(c.next_signal_at, '-infinity') limit ${BATCH}) d`.execute(on(mandate))
  return rows
}

/** The first tickets that came from outside and have no clocks for what came, but for some. */
export async function findArrivals(mandate: System, except: readonly string[]): Promise<TicketKey[]> {
  const { rows } = await sql<TicketKey>`
    select tenant_id, ticket_id as id from ticket_sla_arrival
    where ticket_id <> all (${[...except]}::uuid[]) order by arrived_at limit ${BATCH}`.execute(on(mandate))
  return rows
}

/** Forgets that a ticket came in: its clocks are set. */
export async function forgetArrival(mandate: System, key: TicketKey): Promise<void> {
  await on(mandate)
    .deleteFrom('ticket_sla_arrival')
    .where('tenant_id', '=', key.tenant_id)
    .where('ticket_id', '=', key.id)
    .execute()
}

/** Notes what a ticket that came from outside was opened under. */
export async function setBasis(
  mandate: System,
  key: TicketKey,
  opened: Pick<Ticket, 'sla_base_id' | 'sla_floor_id' | 'sla_timezone'>,
): Promise<void> {
  await on(mandate)
    .updateTable('ticket')
    .set(opened)
    .where('tenant_id', '=', key.tenant_id)
    .where('id', '=', key.id)
    .execute()
}

/** A ticket that is still worked on, held until the transaction ends. */
export function holdOpenTicket(mandate: System, key: TicketKey): Promise<Ticket | undefined> {
  return on(mandate)
    .selectFrom('ticket')
    .selectAll()
    .where('tenant_id', '=', key.tenant_id)
    .where('id', '=', key.id)
    .where('status', 'in', ['open', 'pending', 'on_hold'])
    .forUpdate()
    .executeTakeFirst()
}

/** Gives a held ticket to somebody. */
export async function assignTicket(
  mandate: System,
  ticket: Ticket,
  worker: { readonly id: string; readonly name: string },
): Promise<void> {
  await on(mandate)
    .updateTable('ticket')
    .set({ assigned_to: worker.id, assigned_to_name: worker.name, version: ticket.version + 1 })
    .where('tenant_id', '=', ticket.tenant_id)
    .where('id', '=', ticket.id)
    .execute()
}
