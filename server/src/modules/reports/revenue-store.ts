import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { ReadingMandate } from '#platform/reach.ts'
import { readTogether } from '#platform/together.ts'

/** What a tenant invoiced and collected in a month, in one currency, in minor units. */
export interface RevenueRow {
  readonly tenant_id: string
  /** The first day of the month. */
  readonly month: string
  readonly currency: string
  readonly invoice_count: number
  readonly invoiced_minor: number
  readonly collected_minor: number
}

/** What is owed to a tenant now. */
export interface OwedRow {
  readonly tenant_id: string
  readonly currency: string
  readonly outstanding_minor: number
  readonly overdue_minor: number
}

/** Months by their first days: those that are asked for, and as many before, which tell the trend. */
export interface RevenueSpan {
  readonly before: string
  readonly first: string
  readonly last: string
  /** The month that this one is compared with: it counts to its day, and those after it, which are compared with none, count nothing. */
  readonly open: { readonly month: string; readonly toDay: number }
  readonly today: string
}

/** The months of a span, and what is owed today. */
export function readRevenue(
  mandate: ReadingMandate,
  tenantIds: readonly TenantId[],
  { before, first, last, open, today }: RevenueSpan,
) {
  const ids = sql`${[...tenantIds]}::uuid[]`
  return readTogether(mandate, {
    revenue: sql<RevenueRow>`
      select m.tenant_id, m.month, m.currency, m.invoice_count::float8 as invoice_count,
        case when m.month >= ${first}::date or m.month < ${open.month}::date then m.invoiced_minor when m.month = ${open.month}::date then m.invoiced_sums[${open.toDay}::integer] else 0 end::bigint as invoiced_minor, m.collected_minor::bigint as collected_minor
      from billing_month m
      where m.tenant_id = any (${ids}) and m.month between ${before}::date and ${last}::date
        and (m.invoice_count <> 0 or m.payment_count <> 0 or m.invoiced_minor <> 0 or m.collected_minor <> 0)
      order by m.currency, m.month`,
    owed: sql<OwedRow>`
      select d.tenant_id, d.currency, (sum(d.balance_minor) + sum(d.credit_minor))::bigint as outstanding_minor,
        coalesce(sum(d.balance_minor) filter (where d.due_on < ${today}::date), 0)::bigint as overdue_minor
      from invoice_due d
      where d.tenant_id = any (${ids}) and (d.balance_minor <> 0 or d.credit_minor <> 0)
      group by d.tenant_id, d.currency`,
  })
}
