import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Mandate } from '#platform/mandate.ts'
import { readTogether } from '#platform/together.ts'
import { allOf, OWED, overdueOn, uuidArray } from './filter-store.ts'
import { storedStatusesOf } from './rules.ts'
import type { InvoiceStatus } from './rules.ts'
import type { BillingFigures } from './rules-summary.ts'

/** What a summary is asked for. */
export interface SummaryFilter {
  readonly tenantIds: readonly TenantId[]
  /** The first and last day of the period, both included. */
  readonly from: string
  readonly to: string
  /** The day on which what is owed is aged, today or earlier. */
  readonly asOf: string
  readonly today: string
  readonly statuses?: readonly InvoiceStatus[] | undefined
  /** Tenants whose payments may be read. */
  readonly paidTenantIds: readonly TenantId[]
}

interface AgeRow {
  tenant_id: TenantId
  currency: string
  late_0_minor: number
  late_30_minor: number
  late_60_minor: number
  late_90_minor: number
  late_more_minor: number
  late_0_count: number
  late_30_count: number
  late_60_count: number
  late_90_count: number
  late_more_count: number
  credit_minor: number
  oldest_due_on: string | null
}

interface FigureRow extends AgeRow {
  invoice_count: number
  paid_invoice_count: number
  invoiced_minor: number
  collected_minor: number
  dispute_count: number
  dispute_minor: number
}

/** The newest payment that a tenant received. */
export interface LastPayment {
  tenant_id: TenantId
  amount_minor: number
  currency: string
  received_at: Date
}

/** The figures of one tenant in one currency. */
export interface TenantFigures extends BillingFigures {
  readonly tenantId: TenantId
}

function keptSums({ tenantIds, from, to, today }: SummaryFilter): RawBuilder<FigureRow> {
  return sql<FigureRow>`select * from access.summarise_billing(${uuidArray(tenantIds)}, ${from}::date, ${to}::date, ${today}::date)`
}

const lateSql = (today: string, over: number, upTo: number | null): RawBuilder<unknown> =>
  sql`i.balance_minor > 0 and i.due_on < ${today}::date - ${over}::integer and ${upTo === null ? sql`true` : sql`i.due_on >= ${today}::date - ${upTo}::integer`}`

/** The same figures of invoices of some states only, added up from the rows. Payments and disputes have no such states. */
function summedRows({ tenantIds, from, to, today, statuses = [] }: SummaryFilter): RawBuilder<FigureRow> {
  const name = sql`case when ${overdueOn(today)} then 'overdue' else i.status end`
  const isIssued = sql`i.status in ('finalized', 'partially_paid', 'paid') and i.issued_on between ${from}::date and ${to}::date`
  const ages = [
    [sql`i.balance_minor > 0 and i.due_on >= ${today}::date`, 'late_0'],
    [lateSql(today, 0, 30), 'late_30'],
    [lateSql(today, 30, 60), 'late_60'],
    [lateSql(today, 60, 90), 'late_90'],
    [lateSql(today, 90, null), 'late_more'],
  ] as const
  const columns = ages.flatMap(([when, column]) => [
    sql`coalesce(sum(i.balance_minor) filter (where ${when}), 0)::bigint as ${sql.raw(`${column}_minor`)}`,
    sql`count(*) filter (where ${when})::bigint as ${sql.raw(`${column}_count`)}`,
  ])
  const conditions = allOf([
    sql`i.tenant_id = any (${uuidArray(tenantIds)})`,
    sql`i.status = any (${storedStatusesOf(statuses)}::text[])`,
    sql`${name} = any (${[...statuses]}::text[])`,
    sql`(${OWED} or i.issued_on between ${from}::date and ${to}::date)`,
  ])
  return sql<FigureRow>`
    select i.tenant_id, i.currency, count(*) filter (where i.issued_on between ${from}::date and ${to}::date)::bigint as invoice_count,
      count(*) filter (where ${isIssued} and i.status = 'paid')::bigint as paid_invoice_count,
      coalesce(sum(i.total_minor) filter (where ${isIssued}), 0)::bigint as invoiced_minor, 0 as collected_minor,
      ${sql.join(columns, sql`, `)}, coalesce(sum(i.balance_minor) filter (where i.balance_minor < 0), 0)::bigint as credit_minor,
      min(i.due_on) filter (where ${overdueOn(today)}) as oldest_due_on, 0 as dispute_count, 0 as dispute_minor
    from invoice i where ${conditions} group by i.tenant_id, i.currency`
}

function lastPayments(tenantIds: readonly TenantId[]): RawBuilder<LastPayment> {
  return sql<LastPayment>`
    select t.id as tenant_id, p.amount_minor, p.currency, p.received_at
    from unnest(${uuidArray(tenantIds)}) t (id)
    cross join lateral (
      select p.amount_minor, p.currency, p.received_at from payment p where p.tenant_id = t.id order by p.received_at desc, p.id desc limit 1) p`
}

const NO_AGE: Omit<AgeRow, 'tenant_id' | 'currency'> = {
  late_0_minor: 0,
  late_30_minor: 0,
  late_60_minor: 0,
  late_90_minor: 0,
  late_more_minor: 0,
  late_0_count: 0,
  late_30_count: 0,
  late_60_count: 0,
  late_90_count: 0,
  late_more_count: 0,
  credit_minor: 0,
  oldest_due_on: null,
}

const NO_MOVE = {
  invoice_count: 0,
  paid_invoice_count: 0,
  invoiced_minor: 0,
  collected_minor: 0,
  dispute_count: 0,
  dispute_minor: 0,
}

function toFigures(row: FigureRow): TenantFigures {
  return {
    tenantId: row.tenant_id,
    currency: row.currency,
    invoicedMinor: row.invoiced_minor,
    collectedMinor: row.collected_minor,
    invoiceCount: row.invoice_count,
    paidInvoiceCount: row.paid_invoice_count,
    ageMinor: [
      row.late_0_minor,
      row.late_30_minor,
      row.late_60_minor,
      row.late_90_minor,
      row.late_more_minor,
    ],
    ageCount: [
      row.late_0_count,
      row.late_30_count,
      row.late_60_count,
      row.late_90_count,
      row.late_more_count,
    ],
    creditMinor: row.credit_minor,
    oldestDueOn: row.oldest_due_on,
    disputeCount: row.dispute_count,
    disputeMinor: row.dispute_minor,
  }
}

/** Puts the ages of an earlier day in the place of today's. */
function withAges(rows: readonly FigureRow[], ages: readonly AgeRow[]): FigureRow[] {
  const keyOf = ({ tenant_id, currency }: { tenant_id: string; currency: string }) =>
    `${tenant_id} ${currency}`
  const merged = new Map<string, FigureRow>(rows.map((row) => [keyOf(row), { ...row, ...NO_AGE }]))
  for (const age of ages) {
    const key = keyOf(age)
    merged.set(key, { ...(merged.get(key) ?? { ...age, ...NO_MOVE }), ...age })
  }
  return [...merged.values()]
}

const isSomething = (row: FigureRow): boolean =>
  Object.values(row).some((value) => typeof value === 'number' && value !== 0)

/** The figures of each tenant and currency that has any, and the newest payments, in one round trip. */
export async function readSummary(
  mandate: Mandate,
  filter: SummaryFilter,
): Promise<{ figures: TenantFigures[]; payments: LastPayment[] }> {
  const none = sql<AgeRow>`select 1 where false`
  const read = await readTogether(mandate, {
    rows: filter.statuses === undefined ? keptSums(filter) : summedRows(filter),
    ages:
      filter.asOf === filter.today
        ? none
        : sql<AgeRow>`select * from access.age_billing(${uuidArray(filter.tenantIds)}, ${filter.asOf}::date)`,
    payments: lastPayments(filter.paidTenantIds),
  })
  const rows = filter.asOf === filter.today ? read.rows : withAges(read.rows, read.ages)
  return { figures: rows.filter(isSomething).map(toFigures), payments: read.payments }
}
