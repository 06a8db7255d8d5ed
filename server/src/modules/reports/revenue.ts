import { decide, encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import type { z } from 'zod'
import { findRates, missingRates, worthIn } from '#modules/billing/index.ts'
import { toMoney } from '#platform/money.ts'
import { toScope } from '#platform/reach.ts'
import type { Reach, ReadingMandate } from '#platform/reach.ts'
import { addDays, countDays } from './period.ts'
import { refuseDates } from './problems.ts'
import { chooseTenants, noteReport } from './reading.ts'
import type { Chosen, Subject } from './reading.ts'
import { readRevenue } from './revenue-store.ts'
import type { OwedRow, RevenueRow } from './revenue-store.ts'
import type { revenueReportFields } from './schemas-money.ts'
import type { RevenueQueryValues } from './schemas.ts'
import { round } from './sums.ts'

type Report = z.input<z.ZodObject<typeof revenueReportFields>>
type Amounts = Report['totals'][number]

const MOST_MONTHS = 60
const DEFAULT_MONTHS = 12

/** Calendar months in UTC, as billing counts them, by their first days; the last one included. */
export interface Months {
  readonly first: string
  readonly last: string
  readonly count: number
  /** The days of the months, as far as they have begun. */
  readonly days: number
}

/** The first day of the month so many months later. */
export function addMonths(first: string, months: number): string {
  const [year = 0, month = 1] = first.split('-').map(Number)
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10)
}

function countMonths(first: string, last: string): number {
  const [from, to] = [first, last].map((day) => Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)))
  return (to ?? 0) - (from ?? 0) + 1
}

/** The months from one to another; days to come do not count. */
export function monthsBetween(first: string, last: string, today: string): Months {
  const end = addDays(addMonths(last, 1), -1)
  return {
    first,
    last,
    count: countMonths(first, last),
    days: Math.max(0, countDays(first, end < today ? end : today)),
  }
}

/** The months that a query asks for; the last twelve without one. Refuses with 422 an end before the start and more than 60. */
export function readMonths(
  query: Pick<RevenueQueryValues, 'from_month' | 'to_month'>,
  today: string,
): Months {
  const last = `${query.to_month ?? today.slice(0, 7)}-01`
  const first =
    query.from_month === undefined ? addMonths(last, 1 - DEFAULT_MONTHS) : `${query.from_month}-01`
  const count = countMonths(first, last)
  if (count < 1) refuseDates('to_month', 'ENDS_BEFORE_START', 'must not be before from_month')
  if (count > MOST_MONTHS)
    refuseDates('to_month', 'PERIOD_TOO_LONG', `must be within ${MOST_MONTHS} months of from_month`)
  return monthsBetween(first, last, today)
}

/** One currency's figures of one tenant or of many; amounts of another currency never come in. */
interface Sums {
  readonly currency: string
  invoiced: number
  collected: number
  invoices: number
  outstanding: number
  overdue: number
  before: number
  readonly byMonth: Map<string, { invoiced: number; collected: number }>
}

const emptySums = (currency: string): Sums => ({
  currency,
  invoiced: 0,
  collected: 0,
  invoices: 0,
  outstanding: 0,
  overdue: 0,
  before: 0,
  byMonth: new Map(),
})

function entryOf(sums: Map<string, Sums>, currency: string): Sums {
  const known = sums.get(currency) ?? emptySums(currency)
  sums.set(currency, known)
  return known
}

/** Adds rows per currency; months before the asked ones go into what the trend compares with. */
export function addUp(revenue: readonly RevenueRow[], owed: readonly OwedRow[], months: Months): Sums[] {
  const sums = new Map<string, Sums>()
  for (const row of revenue) {
    const entry = entryOf(sums, row.currency)
    if (row.month < months.first) {
      entry.before += row.invoiced_minor
      continue
    }
    entry.invoiced += row.invoiced_minor
    entry.collected += row.collected_minor
    entry.invoices += row.invoice_count
    const month = entry.byMonth.get(row.month) ?? { invoiced: 0, collected: 0 }
    month.invoiced += row.invoiced_minor
    month.collected += row.collected_minor
    entry.byMonth.set(row.month, month)
  }
  for (const row of owed) {
    const entry = entryOf(sums, row.currency)
    entry.outstanding += row.outstanding_minor
    entry.overdue += row.overdue_minor
  }
  return [...sums.values()].toSorted((left, right) => (left.currency < right.currency ? -1 : 1))
}

/** By how many percent an amount is above or below another; null when that is nothing. */
export function percentOver(now: number, before: number): number | null {
  return before === 0 ? null : round((100 * (now - before)) / Math.abs(before), 1)
}

function toAmounts(sums: Sums, months: Months, seesPayments: boolean): Amounts {
  const { currency } = sums
  const money = (minor: number) => toMoney(minor, currency)
  const names = Array.from({ length: months.count }, (_, index) => addMonths(months.first, index))
  return {
    currency,
    revenue: money(sums.invoiced),
    collected: seesPayments ? money(sums.collected) : null,
    outstanding: money(sums.outstanding),
    overdue: money(sums.overdue),
    invoice_count: sums.invoices,
    dso_days: sums.invoiced <= 0 ? null : round((sums.outstanding / sums.invoiced) * months.days, 1),
    revenue_before: money(sums.before),
    trend_percent: percentOver(sums.invoiced, sums.before),
    months: names.map((name) => {
      const month = sums.byMonth.get(name) ?? { invoiced: 0, collected: 0 }
      return {
        month: name.slice(0, 7),
        revenue: money(month.invoiced),
        collected: seesPayments ? money(month.collected) : null,
      }
    }),
  }
}

/** Whether payments of a tenant may be seen beside its invoices. */
export function seesPayments(reach: Reach, id: TenantId): boolean {
  const facts = reach.tenants.get(id)?.facts
  return (
    facts !== undefined && decide(facts, { permission: 'partner.billing.payments.read' }).effect === 'allow'
  )
}

/** On its last day a month stands for a whole one, however many days others have. */
function dayReached(today: string): number {
  return addDays(today, 1).endsWith('-01') ? 31 : Number(today.slice(8))
}

/** The revenue of tenants in some months, and in as many months before, of which one counts as far as the month that runs. */
export async function readSums(
  mandate: ReadingMandate,
  subjects: readonly Subject[],
  { months, today }: { readonly months: Months; readonly today: string },
) {
  const { first, last, count } = months
  const open = { month: addMonths(`${today.slice(0, 7)}-01`, -count), toDay: dayReached(today) }
  const span = { before: addMonths(first, -count), first, last, open, today }
  return readRevenue(
    mandate,
    subjects.map(({ id }) => id),
    span,
  )
}

/** What the totals are worth in one currency, by stored rates; null when one of them is missing, which is then named. */
async function toDisplay(
  mandate: ReadingMandate,
  totals: readonly Amounts[],
  { to, day }: { readonly to: string; readonly day: string },
): Promise<Report['display']> {
  const others = totals.map(({ currency }) => currency).filter((currency) => currency !== to)
  const rates = await findRates(mandate, others, { to, day })
  const worth = (pick: (amounts: Amounts) => { amount_minor: number; currency: string }) => {
    const amounts = totals.map(pick).map(({ amount_minor: minor, currency }) => ({ minor, currency }))
    const sum = worthIn(amounts, rates, to)
    return sum === null ? null : toMoney(sum, to)
  }
  return {
    currency: to,
    revenue: worth((amounts) => amounts.revenue),
    outstanding: worth((amounts) => amounts.outstanding),
    overdue: worth((amounts) => amounts.overdue),
    fx: [...rates.values()].map(({ from, rate, day: date }) => ({ from, to, rate, date })),
    missing_rates: missingRates(others, rates, to),
  }
}

/** The revenue report of the tenants in reach, per currency. Source: managed-tenants.md section 6, Billing metrics; 11.10. */
export async function answerRevenue(mandate: ReadingMandate, query: RevenueQueryValues & Chosen) {
  const { reach, subjects } = await chooseTenants(mandate, query)
  const today = mandate.origin.now.toISOString().slice(0, 10)
  const months = readMonths(query, today)
  const read = await readSums(mandate, subjects, { months, today })
  noteReport(mandate, 'reports.revenue.read', subjects)
  const revenue = Map.groupBy(read.revenue, (row) => row.tenant_id)
  const owed = Map.groupBy(read.owed, (row) => row.tenant_id)
  const open = new Map(subjects.map(({ id }) => [id, seesPayments(reach, id)]))
  const isOpenToAll = [...open.values()].every(Boolean)
  const totals = addUp(read.revenue, read.owed, months).map((sums) => toAmounts(sums, months, isOpenToAll))
  const { display_currency: display } = query
  const end = addDays(addMonths(months.last, 1), -1)
  return {
    totals,
    by_tenant: subjects.map(({ id, name }) => {
      const sums = addUp(revenue.get(id) ?? [], owed.get(id) ?? [], months)
      const isOpen = open.get(id) ?? false
      return {
        tenant_id: encodeId('tenant', id),
        tenant_name: name,
        currencies: sums.map((one) => toAmounts(one, months, isOpen)),
        withheld: isOpen ? [] : ['payments' as const],
      }
    }),
    display:
      display === undefined
        ? null
        : await toDisplay(mandate, totals, { to: display, day: end < today ? end : today }),
    period: {
      from_month: months.first.slice(0, 7),
      to_month: months.last.slice(0, 7),
      months: months.count,
      days: months.days,
    },
    as_of: mandate.origin.now.toISOString(),
    scope: toScope(reach),
  }
}
