import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { allOf, conditionsOf, overdueOn, storedStatusesIn, uuidArray } from './filter-store.ts'
import type { Condition, InvoiceFilter } from './filter-store.ts'
import { orderSql, rankOf, readInvoices } from './invoice-store.ts'
import type { InvoiceRow, InvoiceWindow } from './invoice-columns-store.ts'
import { INVOICE_STATUSES } from './rules.ts'
import { sumsSql } from './sum-store.ts'
import type { InvoiceSums } from './sum-store.ts'
import type { BillingTables } from './tables.ts'

/** The place of a row's status in a list by status, in the direction of the list; the same for all rows of another. */
function rankSql({ order }: InvoiceWindow, today: string): Condition {
  if (order.by !== 'status') return sql`0`
  const names = INVOICE_STATUSES.toSorted((left, right) => rankOf(left, order) - rankOf(right, order))
  return sql`array_position(${names}::text[], case when ${overdueOn(today)} then 'overdue' else i.status end) - 1`
}

function pastSql({ after }: InvoiceWindow, isAfter: Condition, type: Condition): Condition {
  if (after === null) return sql`true`
  return sql`(f.rank > ${after.rank}::integer or (f.rank = ${after.rank}::integer and (f.key, f.id) ${isAfter} (${after.key}::${type}, ${after.id}::uuid)))`
}

interface Found {
  readonly sums: InvoiceSums[]
  readonly keys: readonly (readonly [tenantId: string, id: string])[]
}

/**
 * One page of the invoices that a search finds, and the exact sums of all of them. What it finds is gathered once, by a
 * function of the deciding role: under row policies PostgreSQL uses no index for `like`.
 */
export async function searchInvoices(
  mandate: Mandate,
  filter: InvoiceFilter & { readonly search: string },
  window: InvoiceWindow,
): Promise<{ rows: InvoiceRow[]; sums: InvoiceSums[] }> {
  const stored = storedStatusesIn(filter)
  const isByAmount = window.order.by === 'amount'
  const key = isByAmount ? sql`i.total_minor` : sql`i.issued_on`
  const { direction, isAfter } = orderSql(window.order)
  const conditions = allOf([
    stored === null ? null : sql`i.status = any (${[...stored]}::text[])`,
    conditionsOf(filter),
  ])
  const order = sql`f.rank, f.key ${direction}, f.id ${direction}`
  const { rows } = await sql<Found>`
    with found as materialized (
      select i.*, ${rankSql(window, filter.today)} as rank, ${key} as key
      from access.search_invoices(${containsPattern(filter.search)}, ${uuidArray(filter.tenantIds)}) i where ${conditions}),
    page as (
      select f.tenant_id, f.id, row_number() over (order by ${order}) as place from found f
      where ${pastSql(window, isAfter, isByAmount ? sql`bigint` : sql`date`)}
      order by ${order} limit ${window.limit} offset ${window.offset}),
    sums as (select i.currency, ${sumsSql(filter.today)} from found i group by i.currency order by i.currency)
    select coalesce((select jsonb_agg(to_jsonb(s)) from sums s), '[]') as sums,
      coalesce((select jsonb_agg(jsonb_build_array(p.tenant_id, p.id) order by p.place) from page p), '[]') as keys`.execute(
    tables<BillingTables>(mandate),
  )
  const found = rows[0] ?? { sums: [], keys: [] }
  return { rows: await readInvoices(mandate, found.keys), sums: found.sums }
}
