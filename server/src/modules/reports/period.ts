import { refuseDates } from './problems.ts'

const DAY_MS = 86_400_000

/** The longest report by day, by week or in one sum, and the longest by month, in days. Source: managed-tenants.md section 7. */
export const MOST_DAYS = 400
export const MOST_DAYS_BY_MONTH = 1827

const DEFAULT_DAYS = 30

/** A stretch of whole calendar days, the last one included. */
export interface Period {
  readonly from: string
  readonly to: string
  readonly days: number
}

const numberOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) / DAY_MS

/** The calendar day so many days later. */
export function addDays(day: string, days: number): string {
  return new Date((numberOf(day) + days) * DAY_MS).toISOString().slice(0, 10)
}

/** How many days lie between two days, both counted; 0 or less when the first is later. */
export function countDays(from: string, to: string): number {
  return numberOf(to) - numberOf(from) + 1
}

/** The calendar day that it is in a time zone. */
export function dayIn(now: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now)
}

const monthEnd = (month: string): string => {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
}

/** What a query says of the time that a report is about. */
export interface AskedPeriod {
  readonly from_date?: string | undefined
  readonly to_date?: string | undefined
  /** `2026-10`: the whole month. */
  readonly month?: string | undefined
}

function refuseLong(days: number, most: number): void {
  if (days < 1) refuseDates('to_date', 'ENDS_BEFORE_START', 'must not be before from_date')
  if (days > most)
    refuseDates(
      'to_date',
      'PERIOD_TOO_LONG',
      `must be at most ${most} days after from_date; here it is ${days}`,
    )
}

/** Refuses days whose neighbours could not be told: a report looks at the period before, and at the month after. */
function refuseFar(from: string, to: string): void {
  if (from < '1900' || to >= '9999')
    refuseDates('from_date', 'OUT_OF_RANGE', 'must lie in the years 1900 to 9998')
}

/**
 * The period that a query asks for; without dates the last 30 days, today included. Refuses with 422 a month beside
 * dates, an end before the start, and more days than the most.
 */
export function readPeriod(asked: AskedPeriod, today: string, most: number): Period {
  const { month } = asked
  if (month !== undefined) {
    if (asked.from_date !== undefined || asked.to_date !== undefined)
      refuseDates('month', 'MONTH_AND_DATES', 'names the time already; leave the dates out')
    const from = `${month}-01`
    const to = monthEnd(month)
    return { from, to, days: countDays(from, to) }
  }
  const to =
    asked.to_date ?? (asked.from_date !== undefined && asked.from_date > today ? asked.from_date : today)
  const from = asked.from_date ?? addDays(to, 1 - DEFAULT_DAYS)
  refuseFar(from, to)
  const days = countDays(from, to)
  refuseLong(days, most)
  return { from, to, days }
}

/** So many days that end where the period begins. */
export function previousPeriod({ from, days }: Pick<Period, 'from' | 'days'>): Period {
  return { from: addDays(from, -days), to: addDays(from, -1), days }
}

/** How the days of a usage report are put together. */
export const GROUPINGS = ['day', 'week', 'month', 'tenant'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** The first day of the group that a day belongs to; weeks begin on Monday (ISO 8601). */
export function groupOf(day: string, grouping: Grouping): string {
  if (grouping === 'month') return `${day.slice(0, 7)}-01`
  if (grouping !== 'week') return day
  const number = numberOf(day)
  // 1 January 1970 was a Thursday.
  return addDays(day, -((((number + 3) % 7) + 7) % 7))
}

/** The groups of a period in order, each with the days of the period that are in it. */
export function groupsOf(period: Period, grouping: Grouping): Period[] {
  const groups: { from: string; to: string; days: number }[] = []
  let last = ''
  for (let day = period.from; day <= period.to; day = addDays(day, 1)) {
    const name = groupOf(day, grouping)
    const current = groups.at(-1)
    if (current && name === last) {
      current.to = day
      current.days += 1
    } else groups.push({ from: day, to: day, days: 1 })
    last = name
  }
  return groups
}
