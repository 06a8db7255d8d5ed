import type { Money } from '@liaison/client'

import { t } from './words.ts'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const minus = '−'

/** A written number before its unit, which no line parts from it. */
export function withUnit(number: string, unit: string): string {
  return `${number}\u00A0${unit}`
}

const cached = new Map<string, Intl.NumberFormat>()

function numberFormat(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const known = cached.get(key)
  if (known !== undefined) return known
  const made = new Intl.NumberFormat('en-GB', options)
  cached.set(key, made)
  return made
}

/** How many decimals amounts of a currency have (ISO 4217). */
export function decimalsOf(currency: string): number {
  const format = numberFormat(`cur:${currency}`, { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}

function withMinus(text: string): string {
  return text.replace('-', minus)
}

/** A whole number with thousands separators and a true minus sign. */
export function formatCount(value: number): string {
  return withMinus(numberFormat('count', { maximumFractionDigits: 0 }).format(value))
}

/** A share of 100 with at most two decimals, as "99.95 %"; with exactly as many as are asked for where figures stand in a column. */
export function formatPercent(value: number, digits?: number): string {
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits ?? 2 }
  return withUnit(withMinus(numberFormat(`percent:${digits}`, options).format(value)), '%')
}

/** The exact amount with its currency code, as "1,340.00 EUR". Decimals follow the currency (ISO 4217). */
export function formatMoney(money: Money): string {
  const decimals = decimalsOf(money.currency)
  const format = numberFormat(`exact:${String(decimals)}`, {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
  return withUnit(withMinus(format.format(money.amount_minor / 10 ** decimals)), money.currency)
}

/** The amount shortened for a tile, as "214.9 k EUR"; exact below ten thousand. */
export function formatMoneyCompact(money: Money): string {
  const amount = money.amount_minor / 10 ** decimalsOf(money.currency)
  const size = Math.abs(amount)
  if (size < 10_000) return formatMoney(money)
  const [divisor, unit] =
    size < 1_000_000 ? [1_000, 'k'] : size < 1_000_000_000 ? [1_000_000, 'M'] : [1e9, 'bn']
  const format = numberFormat('compact', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
  return withUnit(withUnit(withMinus(format.format(amount / divisor)), unit), money.currency)
}

function isDateOnly(iso: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(iso)
}

/** "22 Sep 2027" in the reader's zone, for days that decide nothing; a date without a time keeps its day everywhere. Empty for no date. */
export function formatDate(iso: string | null | undefined): string {
  if (!iso) return ''
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const [day, month, year] = isDateOnly(iso)
    ? [date.getUTCDate(), date.getUTCMonth(), date.getUTCFullYear()]
    : [date.getDate(), date.getMonth(), date.getFullYear()]
  return `${String(day)} ${months[month] ?? ''} ${String(year)}`
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}

/** "14:05" in the reader's zone. */
export function formatClock(instantMs: number): string {
  const date = new Date(instantMs)
  return `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`
}

/** A short time left as "1:45". */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000))
  return `${String(Math.floor(seconds / 60))}:${twoDigits(seconds % 60)}`
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
})

/*
 * Which clock: whatever both sides or a court may read (records of access, visits, stops, ends) is in UTC and says so;
 * everything else is in the reader's zone, whose name stands beside every time of day. An access ends in UTC everywhere,
 * as mails have it and as the form that sets it asks.
 */

/** "22 Sep 2027, 14:05 CEST" in the reader's zone, which it names. */
export function formatDateTime(iso: string | null | undefined): string {
  if (!iso) return ''
  if (isDateOnly(iso)) return formatDate(iso)
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  return `${formatDate(iso)}, ${clock.format(date)}`
}

/** "22 Sep 2027, 14:05:09 UTC", for records that people in several zones read. */
export function formatInstant(iso: string): string {
  const date = new Date(iso)
  if (Number.isNaN(date.getTime())) return iso
  const day = `${String(date.getUTCDate())} ${months[date.getUTCMonth()] ?? ''} ${String(date.getUTCFullYear())}`
  const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(twoDigits).join(':')
  return `${day}, ${time} UTC`
}

/** "3 min ago" or "in 5 h" inside 24 hours, else the date. */
export function formatRelative(iso: string | null | undefined, now: Date): string {
  if (!iso) return ''
  const minutes = Math.round((new Date(iso).getTime() - now.getTime()) / 60_000)
  const size = Math.abs(minutes)
  if (Number.isNaN(minutes) || size >= 24 * 60) return formatDate(iso)
  if (size < 1) return t('time.now')
  const amount =
    size < 60 ? t('time.minutes', { count: size }) : t('time.hours', { count: Math.round(size / 60) })
  return minutes < 0 ? t('time.ago', { amount }) : t('time.in', { amount })
}

/** How long is left, in the largest whole unit: "12 days", "5 h", "8 min". Null once the instant has passed. */
export function formatLeft(iso: string | null | undefined, now: Date): string | null {
  if (!iso) return null
  const minutes = Math.floor((new Date(iso).getTime() - now.getTime()) / 60_000)
  if (Number.isNaN(minutes) || minutes < 0) return null
  if (minutes >= 2 * 24 * 60) return t('time.days', { count: Math.floor(minutes / (24 * 60)) })
  return minutes >= 60
    ? t('time.hours', { count: Math.floor(minutes / 60) })
    : t('time.minutes', { count: minutes })
}
