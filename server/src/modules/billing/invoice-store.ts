import type { InvoiceId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { allOf, conditionsOf, needsRows, storedStatusesIn, uuidArray } from './filter-store.ts'
import type { Condition, InvoiceFilter } from './filter-store.ts'
import { earlierOf, INVOICE_STATUSES, lastDayOf, laterOf } from './rules.ts'
import type { InvoiceStatus, StoredStatus } from './rules.ts'
import { countByMonth } from './sum-store.ts'
import type { BillingTables } from './tables.ts'

/** One invoice with the number of its billing account. */
export interface InvoiceRow {
  tenant_id: string
  id: string
  number: string
  subscriber_id: string | null
  customer_name: string | null
  ban: string | null
  issued_on: string
  due_on: string
  status: StoredStatus
  currency: string
  subtotal_minor: number
  tax_minor: number
  total_minor: number
  paid_minor: number
  balance_minor: number
  paid_on: string | null
  created_at: Date
}

export interface InvoiceOrder {
  readonly by: 'invoice_date' | 'amount' | 'status'
  readonly direction: 'asc' | 'desc'
}

/** A place in an ordered list: after this invoice. `rank` is the place of its status when the list is by status. */
export interface InvoicePosition {
  readonly rank: number
  readonly key: string
  readonly id: string
}

/** The wanted part of an ordered list. */
export interface InvoiceWindow {
  readonly order: InvoiceOrder
  readonly after: InvoicePosition | null
  readonly offset: number
  readonly limit: number
}

const COLUMNS = sql`i.tenant_id, i.id, i.billing_account_id, i.number, i.subscriber_id, i.customer_name, i.issued_on, i.due_on,
  i.status, i.currency, i.subtotal_minor, i.tax_minor, i.total_minor, i.paid_minor, i.balance_minor, i.paid_on, i.created_at`

/** One run of the list within which all rows are ordered by one column and the id. */
interface Run {
  readonly rank: number
  readonly filter: InvoiceFilter
}

/** The place of a status in a list by status, in the direction of the list. */
export function rankOf(status: InvoiceStatus, { by, direction }: InvoiceOrder): number {
  if (by !== 'status') return 0
  const index = INVOICE_STATUSES.indexOf(status)
  return direction === 'asc' ? index : INVOICE_STATUSES.length - 1 - index
}

/** A list by status is one run per status: overdue is no column, so no index holds that order. */
function runsOf(filter: InvoiceFilter, order: InvoiceOrder): Run[] {
  if (order.by !== 'status') return [{ rank: 0, filter }]
  return INVOICE_STATUSES.filter((status) => filter.statuses?.includes(status) ?? true)
    .map((status) => ({ rank: rankOf(status, order), filter: { ...filter, statuses: [status] } }))
    .toSorted((left, right) => left.rank - right.rank)
}

function keyOf(
  { by }: InvoiceOrder,
  stored: readonly StoredStatus[] | null,
): { column: Condition; type: Condition } {
  if (by !== 'amount') return { column: sql`i.issued_on`, type: sql`date` }
  // Paid invoices are most of all; the few others are found by their state, not by walking all amounts.
  const isRare = stored !== null && !stored.includes('paid')
  return { column: isRare ? sql`(i.total_minor + 0)` : sql`i.total_minor`, type: sql`bigint` }
}

function orderSql(
  { by, direction }: InvoiceOrder,
  column: Condition,
): { order: Condition; isAfter: Condition } {
  // Within one status the newest come first, whichever end of the list the status is at.
  const isRising = by !== 'status' && direction === 'asc'
  return isRising
    ? { order: sql`${column} asc, i.id asc`, isAfter: sql`>` }
    : { order: sql`${column} desc, i.id desc`, isAfter: sql`<` }
}

/**
 * Where the rows of a run come from: the first of each tenant, so that no more is read than the page needs. A search
 * finds few rows wherever they are, so it reads once through all.
 */
function sourceSql(run: Run, window: InvoiceWindow, stored: readonly StoredStatus[] | null): Condition {
  const { filter } = run
  const { column, type } = keyOf(window.order, stored)
  const { order, isAfter } = orderSql(window.order, column)
  const { after } = window
  const isPast =
    after === null || run.rank > after.rank
      ? null
      : sql`(${column}, i.id) ${isAfter} (${after.key}::${type}, ${after.id}::uuid)`
  const tenants = uuidArray(filter.tenantIds)
  const keys = sql`i.tenant_id, i.id, i.issued_on, i.total_minor`
  if (filter.search !== undefined) {
    const states = stored === null ? null : sql`i.status = any (${[...stored]}::text[])`
    const conditions = allOf([sql`i.tenant_id = any (${tenants})`, states, conditionsOf(filter), isPast])
    return sql`(select ${keys} from invoice i where ${conditions}) i`
  }
  const states = stored === null ? sql`` : sql`cross join unnest(${[...stored]}::text[]) s (status)`
  const isOfState = stored === null ? null : sql`i.status = s.status`
  const conditions = allOf([sql`i.tenant_id = t.id`, isOfState, conditionsOf(filter), isPast])
  return sql`unnest(${tenants}) t (id) ${states}
    cross join lateral (select ${keys} from invoice i where ${conditions} order by ${order} limit ${window.offset + window.limit}) i`
}

/** The first rows of one run. */
async function readRun(mandate: Mandate, run: Run, window: InvoiceWindow): Promise<InvoiceRow[]> {
  const stored = storedStatusesIn(run.filter)
  if (stored?.length === 0 || run.filter.tenantIds.length === 0) return []
  const { order } = orderSql(
    window.order,
    window.order.by === 'amount' ? sql`i.total_minor` : sql`i.issued_on`,
  )
  const { rows } = await sql<InvoiceRow>`
    select ${COLUMNS}, (select b.ban from billing_account b where b.tenant_id = i.tenant_id and b.id = i.billing_account_id) as ban
    from (
      select i.tenant_id, i.id
      from ${sourceSql(run, window, stored)}
      order by ${order}
      limit ${window.limit} offset ${window.offset}) found
    cross join lateral (select i.* from invoice i where i.tenant_id = found.tenant_id and i.id = found.id) i
    order by ${order}`.execute(tables<BillingTables>(mandate))
  return rows
}

// Below this, reading the skipped rows costs less than counting months.
const FAR = 200

/** A far page of a list by day starts at the month that holds it: the months before are counted, not read. */
async function nearer(mandate: Mandate, filter: InvoiceFilter, window: InvoiceWindow) {
  const { by, direction } = window.order
  if (window.offset < FAR || by !== 'invoice_date' || needsRows(filter)) return { filter, window }
  const months = await countByMonth(mandate, filter)
  let { offset } = window
  for (const { month, invoices } of direction === 'asc' ? months : months.toReversed()) {
    if (offset < invoices) {
      const issued =
        direction === 'asc' ? laterOf(filter.issued, month) : earlierOf(filter.issued, lastDayOf(month))
      return { filter: { ...filter, issued }, window: { ...window, offset } }
    }
    offset -= invoices
  }
  return { filter: { ...filter, tenantIds: [] }, window }
}

/** One page of invoices. Asks run by run until it is full, so that a list by status reads one status in most cases. */
export async function listInvoices(
  mandate: Mandate,
  filter: InvoiceFilter,
  window: InvoiceWindow,
): Promise<InvoiceRow[]> {
  const near = await nearer(mandate, filter, window)
  return readRuns(mandate, near.filter, near.window)
}

async function readRuns(
  mandate: Mandate,
  filter: InvoiceFilter,
  window: InvoiceWindow,
): Promise<InvoiceRow[]> {
  const runs = runsOf(filter, window.order).filter((run) => run.rank >= (window.after?.rank ?? 0))
  if (runs.length === 1 && runs[0]) return readRun(mandate, runs[0], window)
  const wanted = window.offset + window.limit
  const found: InvoiceRow[] = []
  for (const run of runs) {
    if (found.length >= wanted) break
    found.push(...(await readRun(mandate, run, { ...window, offset: 0, limit: wanted - found.length })))
  }
  return found.slice(window.offset, wanted)
}

/** One invoice in the tenants given, or undefined when it is in none of them. */
export async function findInvoice(
  mandate: Mandate,
  id: InvoiceId,
  tenantIds: readonly TenantId[],
): Promise<InvoiceRow | undefined> {
  const { rows } = await sql<InvoiceRow>`
    select ${COLUMNS}, (select b.ban from billing_account b where b.tenant_id = i.tenant_id and b.id = i.billing_account_id) as ban
    from unnest(${uuidArray(tenantIds)}) t (id) join invoice i on i.tenant_id = t.id and i.id = ${id}`.execute(
    tables<BillingTables>(mandate),
  )
  return rows[0]
}

/** The payments of an invoice, newest first. */
export function listPayments(mandate: Mandate, invoice: { tenant_id: string; id: string }) {
  return tables<BillingTables>(mandate)
    .selectFrom('payment')
    .select(['id', 'amount_minor', 'currency', 'received_at', 'method'])
    .where('tenant_id', '=', invoice.tenant_id)
    .where('invoice_id', '=', invoice.id)
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}
