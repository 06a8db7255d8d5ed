import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { tables } from '#platform/mandate.ts'
import { restrictedOf } from '#platform/reach.ts'
import type { Mandate } from '#platform/mandate.ts'
import {
  allOf,
  conditionsOf,
  needsRows,
  OWED,
  overdueOn,
  storedStatusesIn,
  uuidArray,
} from './filter-store.ts'
import type { Condition, InvoiceFilter } from './filter-store.ts'
import { isWholeStates, OWED_STATUSES, SETTLED_STATUSES, splitByMonth, STORED_STATUSES } from './rules.ts'
import type { DaySpan, InvoiceStatus, StoredStatus } from './rules.ts'
import { splitAmounts } from './rules-bands.ts'
import type { SplitAmounts } from './rules-bands.ts'
import type { BillingTables } from './tables.ts'

/** Sums of invoices in one currency, in minor units. */
export interface InvoiceSums {
  currency: string
  invoice_count: number
  total_minor: number
  paid_minor: number
  outstanding_minor: number
  overdue_minor: number
}

type Sums = InvoiceSums

/** The sums of rows on the alias `i`, but for their currency. */
export function sumsSql(today: string): Condition {
  return sql`count(*)::integer as invoice_count, sum(i.total_minor)::bigint as total_minor, sum(i.paid_minor)::bigint as paid_minor,
      sum(i.balance_minor)::bigint as outstanding_minor, coalesce(sum(i.balance_minor) filter (where ${overdueOn(today)}), 0)::bigint as overdue_minor`
}

async function sumRows(mandate: Mandate, filter: InvoiceFilter, states: Condition): Promise<Sums[]> {
  const { rows } = await sql<Sums>`
    select i.currency, ${sumsSql(filter.today)}
    from invoice i
    where i.tenant_id = any (${uuidArray(filter.tenantIds)}) and ${states} and ${conditionsOf(filter)}
    group by i.currency`.execute(tables<BillingTables>(mandate))
  return rows
}

/** As above for settled invoices, on which nothing is owed; answered from an index alone. */
async function sumSettledRows(mandate: Mandate, filter: InvoiceFilter, states: Condition): Promise<Sums[]> {
  const { rows } = await sql<Sums>`
    select i.currency, count(*)::integer as invoice_count, sum(i.total_minor)::bigint as total_minor, sum(i.paid_minor)::bigint as paid_minor,
      0 as outstanding_minor, 0 as overdue_minor
    from invoice i
    where i.tenant_id = any (${uuidArray(filter.tenantIds)}) and ${states} and ${conditionsOf({ ...filter, statuses: undefined })}
    group by i.currency`.execute(tables<BillingTables>(mandate))
  return rows
}

async function sumMonths(
  mandate: Mandate,
  filter: InvoiceFilter,
  stored: readonly string[],
): Promise<Sums[]> {
  const { firstMonth, endMonth } = splitByMonth(filter.issued)
  const conditions = allOf([
    sql`m.status = any (${[...stored]}::text[])`,
    sql`m.month >= ${firstMonth}::date and m.month < ${endMonth}::date`,
    filter.currency === undefined ? null : sql`m.currency = ${filter.currency}`,
  ])
  const { rows } = await sql<Sums>`
    select m.currency, sum(m.invoice_count)::integer as invoice_count, sum(m.total_minor)::bigint as total_minor,
      sum(m.paid_minor)::bigint as paid_minor, 0 as outstanding_minor, 0 as overdue_minor
    from invoice_month m
    where m.tenant_id = any (${uuidArray(filter.tenantIds)}) and ${conditions}
    group by m.currency
    having sum(m.invoice_count) > 0`.execute(tables<BillingTables>(mandate))
  return rows
}

async function sumOwed(mandate: Mandate, filter: InvoiceFilter): Promise<Sums[]> {
  const stored = storedStatusesIn(filter)
  const owed = OWED_STATUSES.filter((status) => stored?.includes(status) ?? true)
  if (owed.length === 0) return []
  return sumRows(
    mandate,
    filter,
    owed.length === 2 ? OWED : sql`${OWED} and i.status = any (${owed}::text[])`,
  )
}

async function sumSettled(mandate: Mandate, filter: InvoiceFilter): Promise<Sums[]> {
  const stored = storedStatusesIn(filter)
  const settled = SETTLED_STATUSES.filter((status) => stored?.includes(status) ?? true)
  if (settled.length === 0) return []
  const states = sql`i.status = any (${settled}::text[])`
  const sums = await sumMonths(mandate, filter, settled)
  for (const issued of splitByMonth(filter.issued).edges) {
    sums.push(...(await sumSettledRows(mandate, { ...filter, issued }, states)))
  }
  return sums
}

/** The sums of settled invoices within a range of amounts: by bands, and by rows at the ends of the range. */
async function sumSettledBands(mandate: Mandate, filter: InvoiceFilter): Promise<Sums[]> {
  const stored = storedStatusesIn(filter)
  const settled = SETTLED_STATUSES.filter((status) => stored?.includes(status) ?? true)
  if (settled.length === 0) return []
  const { firstBand, lastBand, edges } = splitAmounts(filter.minAmount, filter.maxAmount)
  const sums = firstBand === null ? [] : await sumBands(mandate, filter, { settled, firstBand, lastBand })
  for (const [minAmount, maxAmount] of edges) {
    const states = sql`i.status = any (${[...settled]}::text[])`
    sums.push(...(await sumSettledRows(mandate, { ...filter, minAmount, maxAmount }, states)))
  }
  return sums
}

async function sumBands(
  mandate: Mandate,
  filter: InvoiceFilter,
  bands: Pick<SplitAmounts, 'firstBand' | 'lastBand'> & { readonly settled: readonly string[] },
): Promise<Sums[]> {
  const conditions = allOf([
    sql`b.status = any (${[...bands.settled]}::text[])`,
    bands.firstBand?.at === undefined ? null : sql`b.band >= ${bands.firstBand.at}`,
    bands.lastBand?.at === undefined ? null : sql`b.band <= ${bands.lastBand.at}`,
    filter.currency === undefined ? null : sql`b.currency = ${filter.currency}`,
  ])
  const { rows } = await sql<Sums>`
    select b.currency, sum(b.invoice_count)::integer as invoice_count, sum(b.total_minor)::bigint as total_minor,
      sum(b.paid_minor)::bigint as paid_minor, 0 as outstanding_minor, 0 as overdue_minor
    from invoice_band b
    where b.tenant_id = any (${uuidArray(filter.tenantIds)}) and ${conditions}
    group by b.currency
    having sum(b.invoice_count) > 0`.execute(tables<BillingTables>(mandate))
  return rows
}

/** How many invoices of a filter have each status. */
export async function countByStatus(
  mandate: Mandate,
  filter: InvoiceFilter,
): Promise<Map<InvoiceStatus, number>> {
  const stored = storedStatusesIn(filter) ?? [...STORED_STATUSES]
  const name = sql`case when ${overdueOn(filter.today)} then 'overdue' else i.status end as status`
  const rowsOf = (states: readonly string[], issued?: DaySpan) =>
    sql`select ${name}, i.currency, 1 from invoice i where i.tenant_id = any (${uuidArray(filter.tenantIds)}) and i.status = any (${[...states]}::text[]) and ${conditionsOf(filter, issued)}`
  const { rows } = await sql<{ status: InvoiceStatus; invoices: number }>`
    select x.status, sum(x.invoices)::integer as invoices
    from (${needsRows(filter) || restrictedOf(mandate, filter.tenantIds).length > 0 ? rowsOf(stored) : statusParts(filter, stored, rowsOf)}) x (status, currency, invoices)
    where ${filter.currency === undefined ? sql`true` : sql`x.currency = ${filter.currency}`}
    group by x.status`.execute(tables<BillingTables>(mandate))
  return new Map(rows.map((row) => [row.status, row.invoices]))
}

/** The counts in parts: owed invoices by rows, settled ones by months and the days that fill no month. */
function statusParts(
  filter: InvoiceFilter,
  stored: readonly StoredStatus[],
  rowsOf: (states: readonly string[], issued?: DaySpan) => Condition,
): Condition {
  const { firstMonth, endMonth, edges } = splitByMonth(filter.issued)
  const settled = SETTLED_STATUSES.filter((status) => stored.includes(status))
  const parts = [
    sql`${rowsOf(OWED_STATUSES.filter((status) => stored.includes(status)))} and ${OWED}`,
    sql`select m.status, m.currency, m.invoice_count from invoice_month m
      where m.tenant_id = any (${uuidArray(filter.tenantIds)}) and m.status = any (${[...settled]}::text[]) and m.month >= ${firstMonth}::date and m.month < ${endMonth}::date`,
    ...edges.map((edge) => rowsOf(settled, edge)),
  ]
  return sql.join(parts, sql` union all `)
}

/** Those of the tenants that have invoices in a currency, so that none is searched through in vain. */
export async function findTenantsWith(
  mandate: Mandate,
  tenantIds: readonly TenantId[],
  currency: string,
): Promise<TenantId[]> {
  if (tenantIds.length < 2) return [...tenantIds]
  const { rows } = await sql<{ tenant_id: TenantId }>`
    select t.id as tenant_id from unnest(${uuidArray(tenantIds)}) t (id)
    where exists (select from invoice_month m where m.tenant_id = t.id and m.currency = ${currency} and m.invoice_count > 0)
      or exists (select from invoice i where i.tenant_id = t.id and ${OWED} and i.currency = ${currency})
      or t.id = any (${uuidArray(restrictedOf(mandate, tenantIds))})`.execute(tables<BillingTables>(mandate))
  return rows.map((row) => row.tenant_id)
}

function addTo(total: Sums, part: Sums): void {
  total.invoice_count += part.invoice_count
  total.total_minor += part.total_minor
  total.paid_minor += part.paid_minor
  total.outstanding_minor += part.outstanding_minor
  total.overdue_minor += part.overdue_minor
}

/** Whether a filter wants either all or none of the invoices of each stored state, whatever their day and amount. */
function isOfWholeStates(filter: InvoiceFilter): boolean {
  const { issued, statuses, overdueDaysMin } = filter
  const isOfAnyDay = issued.from === undefined && issued.to === undefined && overdueDaysMin === undefined
  return isOfAnyDay && !needsRows(filter) && (statuses === undefined || isWholeStates(statuses))
}

/**
 * The sums of whole states from what is kept alone: per state, and what is overdue by the age of what is owed. Where the
 * ages are of another day than today, the sums by due day tell it.
 */
async function sumKept(mandate: Mandate, filter: InvoiceFilter): Promise<Sums[]> {
  const stored = storedStatusesIn(filter) ?? [...STORED_STATUSES]
  const { rows } = await sql<Sums>`
    select * from access.sum_invoice_states(${uuidArray(filter.tenantIds)}, ${stored}::text[], ${filter.currency ?? null}::text, ${filter.today}::date)`.execute(
    tables<BillingTables>(mandate),
  )
  return rows
}

/** The sums in parts: by months where they answer, by rows where a filter looks at single invoices. */
async function sumParts(mandate: Mandate, filter: InvoiceFilter): Promise<Sums[]> {
  if (isOfWholeStates(filter)) return sumKept(mandate, filter)
  if (!needsRows(filter)) return [...(await sumOwed(mandate, filter)), ...(await sumSettled(mandate, filter))]
  if (filter.issued.from === undefined && filter.issued.to === undefined)
    return [...(await sumOwed(mandate, filter)), ...(await sumSettledBands(mandate, filter))]
  return sumEveryRow(mandate, filter)
}

/** The sums of the rows themselves, with nothing that is kept of a whole tenant. */
function sumEveryRow(mandate: Mandate, filter: InvoiceFilter): Promise<Sums[]> {
  const stored = storedStatusesIn(filter)
  return sumRows(mandate, filter, stored === null ? sql`true` : sql`i.status = any (${stored}::text[])`)
}

/** The exact sums of all invoices of a filter, one entry per currency, in the order of the codes. */
export async function sumInvoices(mandate: Mandate, filter: InvoiceFilter): Promise<InvoiceSums[]> {
  if (filter.tenantIds.length === 0) return []
  const restricted = restrictedOf(mandate, filter.tenantIds)
  const whole = filter.tenantIds.filter((id) => !restricted.includes(id))
  const parts = [
    ...(whole.length > 0 ? await sumParts(mandate, { ...filter, tenantIds: whole }) : []),
    ...(restricted.length > 0 ? await sumEveryRow(mandate, { ...filter, tenantIds: restricted }) : []),
  ]
  const byCurrency = new Map<string, Sums>()
  for (const part of parts) {
    const total = byCurrency.get(part.currency)
    if (total) addTo(total, part)
    else byCurrency.set(part.currency, { ...part })
  }
  return [...byCurrency.values()].toSorted((left, right) => (left.currency < right.currency ? -1 : 1))
}

/** What is owed to one tenant in one currency. */
export interface OwedSums {
  tenant_id: string
  currency: string
  outstanding_minor: number
  overdue_minor: number
}

/** What is owed and overdue on a day, per tenant and currency; tenants to which nothing is owed are left out. */
export function owedByTenant(tenantIds: readonly TenantId[], today: string): RawBuilder<OwedSums> {
  return sql<OwedSums>`
    select i.tenant_id, i.currency, sum(i.balance_minor)::bigint as outstanding_minor,
      coalesce(sum(i.balance_minor) filter (where i.balance_minor > 0 and i.due_on < ${today}::date), 0)::bigint as overdue_minor
    from invoice i
    where i.tenant_id = any (${uuidArray(tenantIds)}) and i.balance_minor <> 0
    group by i.tenant_id, i.currency
    order by i.currency`
}

/** The day of the newest invoice that was sent, per tenant. */
export function lastInvoiceDays(
  tenantIds: readonly TenantId[],
): RawBuilder<{ tenant_id: string; issued_on: string }> {
  return sql`
    select t.id as tenant_id, i.issued_on
    from unnest(${uuidArray(tenantIds)}) t (id)
    cross join lateral (
      select i.issued_on from invoice i where i.tenant_id = t.id and i.status not in ('draft', 'cancelled') order by i.issued_on desc, i.id desc limit 1) i`
}
