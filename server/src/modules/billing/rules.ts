/** What is stored of an invoice's state. */
export const STORED_STATUSES = ['draft', 'finalized', 'partially_paid', 'paid', 'cancelled'] as const
export type StoredStatus = (typeof STORED_STATUSES)[number]

/** What an invoice is called: overdue is derived from the day and never stored. In the order of an invoice's life. */
export const INVOICE_STATUSES = [
  'draft',
  'finalized',
  'partially_paid',
  'overdue',
  'paid',
  'cancelled',
] as const
export type InvoiceStatus = (typeof INVOICE_STATUSES)[number]

/** The stored states in which money is still owed. */
export const OWED_STATUSES = ['finalized', 'partially_paid'] as const
export const SETTLED_STATUSES = ['draft', 'paid', 'cancelled'] as const

export const AGEING_BUCKETS = ['current', '1-30', '31-60', '61-90', '90+'] as const
export type AgeingBucket = (typeof AGEING_BUCKETS)[number]

const DAY_MS = 86_400_000

/** Whole days from one calendar day to another; negative when the second is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

/** A calendar day some days later, or earlier when negative. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/** The calendar day of an instant in UTC. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10)
}

/** What decides about an invoice's standing. */
export interface InvoiceState {
  readonly status: StoredStatus
  readonly dueOn: string
  readonly balanceMinor: number
}

/** Whole days since the due day of an invoice on which money is owed; 0 when it is not overdue. */
export function daysOverdue(invoice: InvoiceState, today: string): number {
  const isOwed = invoice.status === 'finalized' || invoice.status === 'partially_paid'
  if (!isOwed || invoice.balanceMinor <= 0) return 0
  return Math.max(0, daysBetween(invoice.dueOn, today))
}

/** What an invoice is called on a day. */
export function statusOn(invoice: InvoiceState, today: string): InvoiceStatus {
  return daysOverdue(invoice, today) > 0 ? 'overdue' : invoice.status
}

/** The ageing bucket of what is owed; null when nothing is. Source: managed-tenants.md section 6. */
export function bucketOf(invoice: InvoiceState, today: string): AgeingBucket | null {
  if (invoice.balanceMinor === 0) return null
  const days = daysOverdue(invoice, today)
  if (days === 0) return 'current'
  if (days <= 30) return '1-30'
  if (days <= 60) return '31-60'
  return days <= 90 ? '61-90' : '90+'
}

/** The stored states that invoices called so can have. */
export function storedStatusesOf(statuses: readonly InvoiceStatus[]): StoredStatus[] {
  const stored = new Set<StoredStatus>()
  for (const status of statuses) {
    if (status === 'overdue') for (const owed of OWED_STATUSES) stored.add(owed)
    else stored.add(status)
  }
  return STORED_STATUSES.filter((status) => stored.has(status))
}

/** Whether the names take in every invoice of the stored states, so that the day need not be looked at. */
export function isWholeStates(statuses: readonly InvoiceStatus[]): boolean {
  const owed = ['finalized', 'partially_paid', 'overdue'].filter((name) =>
    statuses.some((status) => status === name),
  )
  return owed.length === 0 || owed.length === 3
}

/** A span of days, both ends included; an absent end is open. */
export interface DaySpan {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** The first day of a day's month. */
const monthStart = (day: string): string => `${day.slice(0, 7)}-01`

/** The first day of the month after a day's. */
function nextMonth(day: string): string {
  const [year = 0, month = 1] = day.split('-').map(Number)
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)
}

/** A span of days as whole months, `[firstMonth, endMonth)`, and the days at its ends that fill no month. */
export interface SplitSpan {
  readonly firstMonth: string
  readonly endMonth: string
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

/** Open ends are days that no invoice has, the first of a month and the last of one. */
export const FIRST_DAY = '0001-01-01'
const LAST_DAY = '9998-12-31'

/** Splits a span so that sums kept per month answer for most of it. Every day is in exactly one part. */
export function splitByMonth({ from = FIRST_DAY, to = LAST_DAY }: DaySpan): SplitSpan {
  const firstMonth = from === monthStart(from) ? from : nextMonth(from)
  const endMonth = monthStart(addDays(to, 1))
  if (from > to) return { firstMonth: from, endMonth: from, edges: [] }
  if (firstMonth >= endMonth) return { firstMonth, endMonth: firstMonth, edges: [{ from, to }] }
  const head = from < firstMonth ? [{ from, to: addDays(firstMonth, -1) }] : []
  const tail = endMonth <= to ? [{ from: endMonth, to }] : []
  return { firstMonth, endMonth, edges: [...head, ...tail] }
}

/** When the next invoice of a cycle is to be expected after the last one; the last day of a month stays in its month. */
export function nextInvoiceOn(lastOn: string, cycle: 'monthly' | 'quarterly' | 'annual'): string {
  const [year = 0, month = 1, day = 1] = lastOn.split('-').map(Number)
  const months = { monthly: 1, quarterly: 3, annual: 12 }[cycle]
  const lastDay = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, lastDay))).toISOString().slice(0, 10)
}
