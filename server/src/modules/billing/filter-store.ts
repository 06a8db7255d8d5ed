import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { isWholeStates, storedStatusesOf } from './rules.ts'
import type { DaySpan, InvoiceStatus, StoredStatus } from './rules.ts'

/** Which invoices are wanted. */
export interface InvoiceFilter {
  readonly tenantIds: readonly TenantId[]
  /** The day on which overdue is decided. */
  readonly today: string
  readonly issued: DaySpan
  readonly statuses?: readonly InvoiceStatus[] | undefined
  readonly minAmount?: number | undefined
  readonly maxAmount?: number | undefined
  readonly currency?: string | undefined
  readonly overdueDaysMin?: number | undefined
  /** Part of the number or of the customer's name; for `searchInvoices` alone. */
  readonly search?: string | undefined
}

export type Condition = RawBuilder<unknown>

/** All of the conditions; true when there is none. */
export function allOf(conditions: readonly (Condition | null)[]): Condition {
  const given = conditions.filter((condition) => condition !== null)
  return given.length === 0 ? sql`true` : sql.join(given, sql` and `)
}

/** A list of uuids as one parameter, so that its length does not make another statement. */
export function uuidArray(ids: readonly string[]): Condition {
  return sql`${[...ids]}::uuid[]`
}

/** Written as constants, because the planner uses a partial index only for a condition that it can read. */
export const OWED = sql`i.status in ('finalized', 'partially_paid')`

/** Whether an invoice is overdue on a day. */
export function overdueOn(today: string): Condition {
  return sql`${OWED} and i.balance_minor > 0 and i.due_on < ${today}::date`
}

/** The stored states that can match, or null when every state can. */
export function storedStatusesIn(filter: InvoiceFilter): StoredStatus[] | null {
  if (filter.overdueDaysMin !== undefined) {
    const wanted = filter.statuses === undefined ? (['overdue'] as const) : filter.statuses
    return wanted.includes('overdue') ? ['finalized', 'partially_paid'] : []
  }
  return filter.statuses === undefined ? null : storedStatusesOf(filter.statuses)
}

/** What a status filter asks beyond the stored state: on which side of the due day an invoice is. */
function derivedStatusCondition({ statuses, today }: InvoiceFilter): Condition | null {
  if (statuses === undefined || isWholeStates(statuses)) return null
  const name = sql`case when ${overdueOn(today)} then 'overdue' else i.status end`
  return sql`${name} = any (${[...statuses]}::text[])`
}

function dayConditions({ from, to }: DaySpan): (Condition | null)[] {
  return [
    from === undefined ? null : sql`i.issued_on >= ${from}::date`,
    to === undefined ? null : sql`i.issued_on <= ${to}::date`,
  ]
}

function overdueCondition({ overdueDaysMin, today }: InvoiceFilter): Condition | null {
  if (overdueDaysMin === undefined) return null
  return sql`${overdueOn(today)} and i.due_on <= ${today}::date - ${Math.max(1, overdueDaysMin)}::integer`
}

/** Every condition of the filter but the tenants, the search and the stored states, on the alias `i`. */
export function conditionsOf(filter: InvoiceFilter, issued: DaySpan = filter.issued): Condition {
  return allOf([
    ...dayConditions(issued),
    filter.currency === undefined ? null : sql`i.currency = ${filter.currency}`,
    filter.minAmount === undefined ? null : sql`i.total_minor >= ${filter.minAmount}::bigint`,
    filter.maxAmount === undefined ? null : sql`i.total_minor <= ${filter.maxAmount}::bigint`,
    overdueCondition(filter),
    derivedStatusCondition(filter),
  ])
}

/** Whether single rows must be looked at, so that sums kept per month cannot answer. */
export function needsRows(filter: InvoiceFilter): boolean {
  return filter.minAmount !== undefined || filter.maxAmount !== undefined
}
