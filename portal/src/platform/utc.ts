import { formatInstant } from './format.ts'

/** "3 Dec 2026, 03:07 UTC": when an access ends, and what was done with it. One clock on every side, as mails have it. */
export function formatUtc(iso: string | null | undefined): string {
  return iso ? formatInstant(iso).replace(/:\d\d UTC$/, ' UTC') : ''
}

/** "3 Dec 2026", the day of that clock. */
export const formatUtcDay = (iso: string | null | undefined): string => formatUtc(iso).replace(/,.*/, '')

/** "14:32 UTC" on the same day, else with its day. */
export function formatUtcClock(iso: string, now: Date): string {
  const isToday = formatUtcDay(iso) === formatUtcDay(now.toISOString())
  return isToday ? formatUtc(iso).slice(-9) : formatUtc(iso)
}
