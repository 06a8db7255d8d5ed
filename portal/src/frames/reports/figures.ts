import { formatCount, formatDate, withUnit } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'

const numbers = new Map<number, Intl.NumberFormat>()

function decimals(value: number, digits: number): string {
  const format = numbers.get(digits) ?? new Intl.NumberFormat('en-GB', { maximumFractionDigits: digits })
  numbers.set(digits, format)
  return format.format(value).replace('-', '−')
}

/** A percentage of uptime with up to three decimals; the server has cut off the rest. */
export function formatUptime(value: number | null): string {
  return value === null ? t('reports.no_data') : withUnit(decimals(value, 3), '%')
}

/** A number with at most so many decimals, or "no data". */
export function formatNumber(value: number | null, digits = 1, unit = ''): string {
  if (value === null) return t('reports.no_data')
  const number = decimals(value, digits)
  return unit === '' ? number : withUnit(number, unit)
}

/** Minutes as people say them: "45 min", "3 h 20 min", "2 d 4 h". */
export function formatMinutes(minutes: number | null): string {
  if (minutes === null) return t('reports.no_data')
  const whole = Math.round(minutes)
  if (whole < 60) return withUnit(minutes > 0 && minutes < 1 ? '< 1' : String(whole), 'min')
  const [days, hours, rest] = [Math.floor(whole / 1440), Math.floor((whole % 1440) / 60), whole % 60]
  const inHours = hours > 0 ? withUnit(String(hours), 'h') : null
  const parts =
    days > 0
      ? [withUnit(formatCount(days), 'd'), inHours]
      : [inHours, rest > 0 ? withUnit(String(rest), 'min') : null]
  return parts.filter((part) => part !== null).join(' ')
}

/** The share of the time of which there are records, in words. */
export function formatCoverage(coverage: number): string {
  if (coverage === 0) return t('reports.records_none')
  if (coverage >= 1) return t('reports.records_whole')
  return t('reports.records_part', {
    share: withUnit(decimals(Math.max(0.1, Math.floor(coverage * 1000) / 10), 1), '%'),
  })
}

/** A month such as "2026-10" as "Oct 2026". */
export function formatMonth(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  return formatDate(`${String(year)}-${String(number).padStart(2, '0')}-01`).slice(2)
}

/** The month so many months before the one of a moment, as "2026-10". */
export function monthBefore(now: Date, months: number): string {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, 1)).toISOString().slice(0, 7)
}

/** The first and last day of a month such as "2026-10"; of the one that runs, the last day is today. */
export function daysOfMonth(month: string, now: Date): { from: string; to: string } {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const last = new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10)
  const today = now.toISOString().slice(0, 10)
  return { from: `${month}-01`, to: last < today ? last : today }
}

/** The days of a query, as the page of exports names them. */
export function spanOf(query: { from_date?: string; to_date?: string }): Record<string, string> {
  return {
    ...(query.from_date === undefined ? {} : { from: query.from_date }),
    ...(query.to_date === undefined ? {} : { to: query.to_date }),
  }
}

/** The day so many days before a moment, as "2026-10-05". */
export function dayBefore(now: Date, days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString().slice(0, 10)
}
