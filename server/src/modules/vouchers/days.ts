/** By time zone, since one is much dearer to make than to use; there are a few hundred zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const format =
    formats.get(zone) ??
    new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })
  formats.set(zone, format)
  return format
}

/** The calendar day of an instant in a time zone, `YYYY-MM-DD`. */
export function dayIn(zone: string, at: Date): string {
  const parts = formatOf(zone).formatToParts(at)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year')}-${part('month')}-${part('day')}`
}

/** The last calendar day before an instant that ends something. */
export function lastDayBefore(zone: string, end: Date): string {
  return dayIn(zone, new Date(end.getTime() - 1))
}

const OLDEST_YEARS = 120

/** Whether a calendar day can be the birth of somebody who lives: not ahead, and at most 120 years ago. */
export function isDayOfBirth(day: string, today: string): boolean {
  const oldest = `${Number(today.slice(0, 4)) - OLDEST_YEARS}${today.slice(4)}`
  return day <= today && day >= oldest
}
