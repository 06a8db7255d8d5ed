import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { TicketMandate } from './events.ts'

/** A mail as it is written. */
export interface Letter {
  readonly subject: string
  readonly body: string
}

/** Mails the opener of a ticket, when that is a member of the tenant, else the tenant's admins. */
export async function mailTenantAbout(
  mandate: TicketMandate,
  ticket: { readonly tenant_id: string; readonly id: string },
  { subject, body }: Letter,
): Promise<void> {
  await sql`select access.mail_ticket(${ticket.tenant_id}, ${ticket.id}, ${subject}, ${body})`.execute(
    tables(mandate),
  )
}

/** Somebody who may work on tickets of a tenant. */
interface Worker {
  readonly tenant_id: string
  readonly person_id: string
}

/** The name of a person to whom a ticket of the tenant may be given now; null for everybody else. */
export async function findWorkerName(mandate: Mandate<'system'>, worker: Worker): Promise<string | null> {
  const { rows } = await sql<{ name: string | null }>`
    select access.ticket_worker_name(${worker.tenant_id}, ${worker.person_id}) as name`.execute(
    tables(mandate),
  )
  return rows[0]?.name ?? null
}

/** Mails a person, if a ticket of the tenant may be given to them now. */
export async function mailWorker(
  mandate: Mandate<'system'>,
  worker: Worker,
  { subject, body }: Letter,
): Promise<void> {
  await sql`select access.mail_ticket_worker(${worker.tenant_id}, ${worker.person_id}, ${subject}, ${body})`.execute(
    tables(mandate),
  )
}
