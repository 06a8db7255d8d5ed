import { Temporal } from 'temporal-polyfill'

/** Hours of one weekday, 1 (Monday) to 7; `to` may be `24:00`. Times are those of the wall clock, `HH:MM`. */
export interface OpenHours {
  readonly day: number
  readonly from: string
  readonly to: string
}

/** When people work: hours of the week in a time zone, but for holidays. */
export interface WorkingHours {
  readonly time_zone: string
  readonly week: readonly OpenHours[]
  readonly holidays: readonly { readonly date: string; readonly name: string }[]
}

/** Working hours, or null for a calendar that counts every minute. */
export type Calendar = WorkingHours | null

interface Window {
  readonly from: number
  readonly to: number
}

/** As far as is looked for working time: a year of promised time in calendars of a few hours a week. */
const MAXIMUM_DAYS = 40_000

/**
 * The first instant of a day at which its wall clock shows this time or a later one: when a clock is put forward over the
 * time, the moment of the change; when it shows the time twice, the earlier.
 */
function instantOf(day: Temporal.PlainDate, time: string, timeZone: string): number {
  if (time === '24:00') return startOf(day.add({ days: 1 }), timeZone)
  const wanted = day.toPlainDateTime(Temporal.PlainTime.from(time))
  const found = wanted.toZonedDateTime(timeZone, { disambiguation: 'earlier' })
  if (found.toPlainDateTime().equals(wanted)) return found.epochMilliseconds
  return found.getTimeZoneTransition('next')?.epochMilliseconds ?? found.epochMilliseconds
}

const startOf = (day: Temporal.PlainDate, timeZone: string): number =>
  day.toZonedDateTime({ timeZone }).epochMilliseconds

function computeWindows(hours: WorkingHours, day: Temporal.PlainDate): Window[] {
  if (hours.holidays.some(({ date }) => date === day.toString())) return []
  return hours.week
    .filter((open) => open.day === day.dayOfWeek)
    .map(({ from, to }) => ({
      from: instantOf(day, from, hours.time_zone),
      to: instantOf(day, to, hours.time_zone),
    }))
    .filter(({ from, to }) => to > from)
    .toSorted((left, right) => left.from - right.from)
}

const known = new WeakMap<WorkingHours, Map<string, Window[]>>()

function windowsOf(hours: WorkingHours, day: Temporal.PlainDate): Window[] {
  const days = known.get(hours) ?? new Map<string, Window[]>()
  known.set(hours, days)
  const key = day.toString()
  const windows = days.get(key) ?? computeWindows(hours, day)
  days.set(key, windows)
  return windows
}

const dayOf = (time: number, hours: WorkingHours): Temporal.PlainDate =>
  Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(hours.time_zone).toPlainDate()

/** The windows of working time that end after an instant, in order. */
function* windowsFrom(hours: WorkingHours, time: number): Generator<Window> {
  let day = dayOf(time, hours)
  for (let count = 0; count < MAXIMUM_DAYS; count += 1) {
    for (const window of windowsOf(hours, day)) if (window.to > time) yield window
    day = day.add({ days: 1 })
  }
}

/**
 * The instant at which so many milliseconds of the calendar have passed since another. The last millisecond of a working
 * day lies in that day: what is due when people leave is due then, not the next morning.
 */
export function addWorkingTime(calendar: Calendar, start: Date, ms: number): Date {
  if (calendar === null || ms <= 0) return new Date(start.getTime() + Math.max(0, ms))
  let left = ms
  for (const { from, to } of windowsFrom(calendar, start.getTime())) {
    const begin = Math.max(from, start.getTime())
    if (left <= to - begin) return new Date(begin + left)
    left -= to - begin
  }
  throw new Error('These working hours hold too little time.')
}

/** The milliseconds of the calendar between two instants; 0 when the second is not after the first. */
export function workingTimeBetween(calendar: Calendar, start: Date, end: Date): number {
  const [first, last] = [start.getTime(), end.getTime()]
  if (last <= first) return 0
  if (calendar === null) return last - first
  let sum = 0
  for (const { from, to } of windowsFrom(calendar, first)) {
    if (from >= last) break
    sum += Math.min(to, last) - Math.max(from, first)
  }
  return sum
}
