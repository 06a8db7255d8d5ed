import type { InvoiceId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { allOf, uuidArray } from './filter-store.ts'
import type { Condition } from './filter-store.ts'
import type { BillingTables } from './tables.ts'

/** Which payments are wanted; days are of receipt, in UTC, both included. */
export interface PaymentFilter {
  readonly tenantIds: readonly TenantId[]
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly invoiceId?: InvoiceId | undefined
  readonly currency?: string | undefined
}

/** A place in the list, which begins with the newest: after this payment. */
export interface PaymentPosition {
  readonly receivedAt: string
  readonly id: string
}

/** One payment with the number of its invoice. */
export interface PaymentRow {
  tenant_id: string
  id: string
  invoice_id: string
  invoice_number: string | null
  customer_name: string | null
  amount_minor: number
  currency: string
  received_at: Date
  /** The instant to the microsecond, which is where the next page goes on. */
  received_text: string
  method: string
  source: string | null
}

function conditionsOf({ from, to, invoiceId, currency }: PaymentFilter): Condition {
  return allOf([
    from === undefined ? null : sql`p.received_at >= (${from}::date)::timestamp at time zone 'UTC'`,
    to === undefined ? null : sql`p.received_at < (${to}::date + 1)::timestamp at time zone 'UTC'`,
    invoiceId === undefined ? null : sql`p.invoice_id = ${invoiceId}`,
    currency === undefined ? null : sql`p.currency = ${currency}`,
  ])
}

/** A page of payments, the newest first: the first rows of each tenant, merged. */
export async function listAllPayments(
  mandate: Mandate,
  filter: PaymentFilter,
  window: { readonly after: PaymentPosition | null; readonly offset: number; readonly limit: number },
): Promise<PaymentRow[]> {
  const { after, offset, limit } = window
  const isPast =
    after === null ? null : sql`(p.received_at, p.id) < (${after.receivedAt}::timestamptz, ${after.id}::uuid)`
  const { rows } = await sql<PaymentRow>`
    select page.*, i.number as invoice_number, i.customer_name, to_char(page.received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as received_text
    from (
      select x.* from unnest(${uuidArray(filter.tenantIds)}) t (id)
      cross join lateral (
        select p.tenant_id, p.id, p.invoice_id, p.amount_minor, p.currency, p.received_at, p.method, p.source
        from payment p where ${allOf([sql`p.tenant_id = t.id`, conditionsOf(filter), isPast])}
        order by p.received_at desc, p.id desc limit ${limit + offset}) x
      order by x.received_at desc, x.id desc limit ${limit} offset ${offset}) page
    left join lateral (select n.number, n.customer_name from invoice n where n.tenant_id = page.tenant_id and n.id = page.invoice_id) i on true
    order by page.received_at desc, page.id desc`.execute(tables<BillingTables>(mandate))
  return rows
}

/** Tenants of a filter in which there is any payment, at most so many. */
export async function findTenantsPaying(
  mandate: Mandate,
  filter: PaymentFilter,
  most: number,
): Promise<TenantId[]> {
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select t.id as tenant_id from unnest(${uuidArray(filter.tenantIds)}) t (id)
    where exists (select from payment p where ${allOf([sql`p.tenant_id = t.id`, conditionsOf(filter)])})
    limit ${most}`.execute(tables<BillingTables>(mandate))
  return rows.map((row) => row.tenant_id)
}

/** How many payments there are in each currency, and their sum. */
export interface PaymentSums {
  currency: string
  payment_count: number
  amount_minor: number
}

/** The exact sums of all payments of a filter, one entry per currency. */
export async function sumPayments(mandate: Mandate, filter: PaymentFilter): Promise<PaymentSums[]> {
  const { rows } = await sql<PaymentSums>`
    select p.currency, count(*)::integer as payment_count, sum(p.amount_minor)::bigint as amount_minor
    from payment p
    where ${allOf([sql`p.tenant_id = any (${uuidArray(filter.tenantIds)})`, conditionsOf(filter)])}
    group by p.currency order by p.currency`.execute(tables<BillingTables>(mandate))
  return rows
}
