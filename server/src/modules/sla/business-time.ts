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

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** As far as is looked for working time: a year of promised time in calendars of a few hours a week. */
const MAXIMUM_DAYS = 40_000

/** A stretch in which the clocks of a zone are not changed, in instants. */
interface Steady {
  readonly offsetMs: number
  readonly from: number
  readonly until: number
}

/** Working hours as they are reckoned with; days are counted from 1970 on. */
interface Prepared {
  readonly timeZone: string
  /** The hours of each weekday, Monday first, by their beginning. */
  readonly week: readonly (readonly OpenHours[])[]
  readonly holidays: ReadonlySet<number>
  readonly changes: Map<number, readonly Window[]>
  steady: Steady | null
}

const prepared = new WeakMap<WorkingHours, Prepared>()

function prepare(hours: WorkingHours): Prepared {
  const known = prepared.get(hours)
  if (known) return known
  const made: Prepared = {
    timeZone: hours.time_zone,
    week: [1, 2, 3, 4, 5, 6, 7].map((day) =>
      hours.week
        .filter((open) => open.day === day)
        .toSorted((left, right) => minutesOf(left.from) - minutesOf(right.from)),
    ),
    holidays: new Set(hours.holidays.map(({ date }) => Date.parse(date) / DAY_MS)),
    changes: new Map(),
    steady: null,
  }
  prepared.set(hours, made)
  return made
}

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))

const toPlainDate = (day: number): Temporal.PlainDate =>
  Temporal.PlainDate.from(new Date(day * DAY_MS).toISOString().slice(0, 10))

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

/** Whether no clock is changed on a day, nor so near to it that its times are shown twice or not at all. */
function isSteady({ offsetMs, from, until }: Steady, day: number): boolean {
  const start = day * DAY_MS - offsetMs
  return start - DAY_MS > from && start + 2 * DAY_MS < until
}

/** The stretch around a day, looked up once for all days in it: asking a calendar of each would take seconds for years. */
function steadyAround(hours: Prepared, day: number): Steady | null {
  if (hours.steady && isSteady(hours.steady, day)) return hours.steady
  const noon = Temporal.Instant.fromEpochMilliseconds(day * DAY_MS + DAY_MS / 2)
  const local = noon.toZonedDateTimeISO(hours.timeZone)
  const found = {
    offsetMs: local.offsetNanoseconds / 1e6,
    from: local.getTimeZoneTransition('previous')?.epochMilliseconds ?? Number.NEGATIVE_INFINITY,
    until: local.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY,
  }
  if (!isSteady(found, day)) return null
  hours.steady = found
  return found
}

/** The hours of a day around which a clock is changed. */
function windowsAtChange(hours: Prepared, day: number, open: readonly OpenHours[]): readonly Window[] {
  const known = hours.changes.get(day)
  if (known) return known
  const date = toPlainDate(day)
  const windows = open
    .map(({ from, to }) => ({
      from: instantOf(date, from, hours.timeZone),
      to: instantOf(date, to, hours.timeZone),
    }))
    .filter(({ from, to }) => to > from)
    .toSorted((left, right) => left.from - right.from)
  hours.changes.set(day, windows)
  return windows
}

function windowsOf(hours: Prepared, day: number): readonly Window[] {
  // 1 January 1970 was a Thursday.
  const open = hours.week[(((day + 3) % 7) + 7) % 7] ?? []
  if (open.length === 0 || hours.holidays.has(day)) return []
  const steady = steadyAround(hours, day)
  if (steady === null) return windowsAtChange(hours, day, open)
  const start = day * DAY_MS - steady.offsetMs
  return open.map(({ from, to }) => ({
    from: start + minutesOf(from) * MINUTE_MS,
    to: start + minutesOf(to) * MINUTE_MS,
  }))
}

function dayOf(time: number, { timeZone }: Prepared): number {
  const { year, month, day } = Temporal.Instant.fromEpochMilliseconds(time).toZonedDateTimeISO(timeZone)
  return Date.UTC(year, month - 1, day) / DAY_MS
}

/** The windows of working time that end after an instant, in order. */
function* windowsFrom(hours: WorkingHours, time: number): Generator<Window> {
  const used = prepare(hours)
  const first = dayOf(time, used)
  for (let day = first; day < first + MAXIMUM_DAYS; day += 1)
    for (const window of windowsOf(used, day)) if (window.to > time) yield window
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
