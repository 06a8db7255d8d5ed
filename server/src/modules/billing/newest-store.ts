import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { NEAR_PAGE_ROWS } from '#platform/merged-page.ts'
import { restrictedOf } from '#platform/reach.ts'
import { needsRows, uuidArray } from './filter-store.ts'
import type { InvoiceFilter } from './filter-store.ts'
import { BAN, COLUMNS } from './invoice-columns-store.ts'
import type { InvoiceRow, InvoiceWindow } from './invoice-columns-store.ts'
import type { BillingTables } from './tables.ts'

/** From so many tenants on, one look at the newest of all invoices is tried before a look at the list of each. */
const MANY_TENANTS = 100
/** How many invoices of everybody are passed over for each tenant, at most: looking into its own list costs more. */
const PASSED_PER_TENANT = 8

const FIRST = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const

/** Whether nothing but the tenants decides which invoices are wanted, so that an index of all of them holds the list. */
function isEveryInvoice(filter: InvoiceFilter): boolean {
  const { issued, statuses, currency, overdueDaysMin, search } = filter
  const conditions = [issued.from, issued.to, statuses, currency, overdueDaysMin, search]
  return conditions.every((condition) => condition === undefined) && !needsRows(filter)
}

function isOfAll(mandate: Mandate, filter: InvoiceFilter, { order, offset, limit }: InvoiceWindow): boolean {
  return (
    filter.tenantIds.length >= MANY_TENANTS &&
    order.by === 'invoice_date' &&
    order.direction === 'desc' &&
    offset + limit <= NEAR_PAGE_ROWS &&
    isEveryInvoice(filter) &&
    restrictedOf(mandate, filter.tenantIds).length === 0
  )
}

/**
 * A near page of the newest invoices of very many tenants, found among the newest of everybody; undefined where the page
 * is not full then, because the tenants have few of those or the list ends, and each tenant's own list must be asked.
 */
export async function readNewest(
  mandate: Mandate,
  filter: InvoiceFilter,
  window: InvoiceWindow,
): Promise<InvoiceRow[] | undefined> {
  if (!isOfAll(mandate, filter, window)) return undefined
  const { after, offset, limit } = window
  const [day, id] = after === null ? FIRST : [after.key, after.id]
  const wanted = offset + limit
  const atMost = wanted + PASSED_PER_TENANT * filter.tenantIds.length
  const { rows } = await sql<InvoiceRow>`
    select ${COLUMNS}, ${BAN}
    from access.newest_invoices(${uuidArray(filter.tenantIds)}, ${day}::date, ${id}::uuid, ${wanted}::integer, ${atMost}::integer) with ordinality k (tenant_id, id, place)
    cross join lateral (select i.* from invoice i where i.tenant_id = k.tenant_id and i.id = k.id limit 1) i
    where k.place > ${offset}
    order by k.place`.execute(tables<BillingTables>(mandate))
  return rows.length === limit ? rows : undefined
}
