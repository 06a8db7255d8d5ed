const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  })
  formats.set(timeZone, made)
  return made
}

/** How many answers are kept; a ledger asks for the same few days many thousand times. */
const MOST_KEPT = 4096

/** Keeps what a function answered, up to a bound; then it begins anew. */
function keepAnswers<Key extends string | number>(answer: (key: Key) => string): (key: Key) => string {
  const kept = new Map<Key, string>()
  return (key) => {
    const known = kept.get(key)
    if (known !== undefined) return known
    if (kept.size >= MOST_KEPT) kept.clear()
    const made = answer(key)
    kept.set(key, made)
    return made
  }
}

/** The name of a day, by the number of days since 1970. */
const nameOfDay = keepAnswers((day: number) => new Date(day * DAY_MS).toISOString().slice(0, 10))

/** The calendar day of an instant in a time zone, `YYYY-MM-DD`. */
export function dayIn(instant: Date, timeZone: string): string {
  return timeZone === 'UTC'
    ? nameOfDay(Math.floor(instant.getTime() / DAY_MS))
    : formatOf(timeZone).format(instant)
}

const numberOfDay = new Map<string, number>()

/** The number of days since 1970 of a day. */
function countDays(day: string): number {
  const known = numberOfDay.get(day)
  if (known !== undefined) return known
  if (numberOfDay.size >= MOST_KEPT) numberOfDay.clear()
  const counted = Date.parse(`${day}T00:00:00Z`) / DAY_MS
  numberOfDay.set(day, counted)
  return counted
}

/** The month of a day, as its first day. */
export const monthOf = (day: string): string => `${day.slice(0, 7)}-01`

/** The day so many days later. */
export function addDays(day: string, days: number): string {
  return nameOfDay(countDays(day) + days)
}

/** The same day so many months later; the last day of a month that is too short for it. */
export function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  const moved = Date.UTC(year, month - 1 + months, Math.min(date, lastDay))
  return new Date(moved).toISOString().slice(0, 10)
}

/** The month that a row counts in: that of its service, or the first that is still open (D6). */
export function openMonth(serviceMonth: string, closedThrough: string | null): string {
  if (closedThrough === null || serviceMonth > closedThrough) return serviceMonth
  return addMonths(closedThrough, 1)
}
