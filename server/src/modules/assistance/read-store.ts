import type { IdOf } from '@liaison/access'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { readPage } from '#platform/read-page.ts'
import type { Look } from './looking.ts'
import type { AssistanceTables } from './tables.ts'

const db = (mandate: Mandate<'platform'>) => tables<AssistanceTables>(mandate)

interface Page {
  readonly limit: number
  readonly offset: number
}

/** The tenant's invoices, newest first. */
export function lookAtInvoices(mandate: Mandate<'platform'>, look: Look, page: Page) {
  const query = db(mandate)
    .selectFrom('access.assisted_invoice')
    .selectAll()
    .where('delegation_id', '=', look.id)
    .orderBy('issued_on', 'desc')
    .orderBy('id', 'desc')
  return readPage(query, page)
}

/** The tenant's payments with the numbers of their invoices, newest first. */
export function lookAtPayments(mandate: Mandate<'platform'>, look: Look, page: Page) {
  const query = db(mandate)
    .selectFrom('access.assisted_payment as payment')
    .innerJoin('access.assisted_invoice as invoice', (join) =>
      join
        .onRef('invoice.id', '=', 'payment.invoice_id')
        .onRef('invoice.delegation_id', '=', 'payment.delegation_id'),
    )
    .selectAll('payment')
    .select('invoice.number as invoice_number')
    .where('payment.delegation_id', '=', look.id)
    .orderBy('payment.received_at', 'desc')
    .orderBy('payment.id', 'desc')
  return readPage(query, page)
}

/** The tenant's orders, newest first. */
export function lookAtOrders(mandate: Mandate<'platform'>, look: Look, page: Page) {
  const query = db(mandate)
    .selectFrom('access.assisted_order')
    .selectAll()
    .where('delegation_id', '=', look.id)
    .orderBy('placed_at', 'desc')
    .orderBy('id', 'desc')
  return readPage(query, page)
}

/** The tenant's tickets, newest first. */
export function lookAtTickets(mandate: Mandate<'platform'>, look: Look, page: Page) {
  const query = db(mandate)
    .selectFrom('access.assisted_ticket')
    .selectAll()
    .where('delegation_id', '=', look.id)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
  return readPage(query, page)
}

const MOST_COMMENTS = 500

/** One ticket with what was said in it, without internal notes; null when the tenant has none with this id. */
export async function lookAtTicket(mandate: Mandate<'platform'>, look: Look, id: IdOf<'ticket'>) {
  const ticket = await db(mandate)
    .selectFrom('access.assisted_ticket')
    .selectAll()
    .where('delegation_id', '=', look.id)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!ticket) return null
  const comments = await db(mandate)
    .selectFrom('access.assisted_ticket_comment')
    .selectAll()
    .where('delegation_id', '=', look.id)
    .where('ticket_id', '=', id)
    .orderBy('created_at')
    .orderBy('id')
    .limit(MOST_COMMENTS)
    .execute()
  return { ...ticket, comments }
}
