import type { Hours, HoursWindow } from './facts.ts'

const MINUTES_PER_DAY = 1440
const MINUTES_PER_WEEK = 7 * MINUTES_PER_DAY
const TIME = /^([01][0-9]|2[0-3]):([0-5][0-9])$/
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatterFor(tz: string): Intl.DateTimeFormat | null {
  const known = formatters.get(tz)
  if (known) return known
  try {
    const formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: tz,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formatters.set(tz, formatter)
    return formatter
  } catch {
    // The constructor's only way to say that a zone is unknown is to throw.
    return null
  }
}

/** Minutes since midnight of `HH:MM`; only the end of a span may be `24:00`. */
function minutesOf(time: string, isEnd: boolean): number | null {
  if (isEnd && time === '24:00') return MINUTES_PER_DAY
  const match = TIME.exec(time)
  return match ? Number(match[1]) * 60 + Number(match[2]) : null
}

interface Span {
  readonly start: number
  readonly minutes: number
}

function spanOf(window: HoursWindow): Span | null {
  const from = minutesOf(window.from, false)
  const to = minutesOf(window.to, true)
  if (from === null || to === null || from === to) return null
  return { start: from, minutes: to > from ? to - from : to + MINUTES_PER_DAY - from }
}

function isDay(day: number): boolean {
  return Number.isInteger(day) && day >= 1 && day <= 7
}

/** The local minute of the week, 0 being Monday 00:00; null when the zone is unknown. */
function minuteOfWeek(tz: string, now: Date): number | null {
  const formatter = formatterFor(tz)
  if (!formatter) return null
  const parts = new Map(formatter.formatToParts(now).map(({ type, value }) => [type, value]))
  const day = WEEKDAYS.indexOf(parts.get('weekday') ?? '')
  if (day < 0) return null
  return day * MINUTES_PER_DAY + Number(parts.get('hour')) * 60 + Number(parts.get('minute'))
}

function covers(window: HoursWindow, minute: number): boolean {
  const span = spanOf(window)
  if (!span) return false
  return window.days.filter(isDay).some((day) => {
    const start = (day - 1) * MINUTES_PER_DAY + span.start
    return (minute - start + MINUTES_PER_WEEK) % MINUTES_PER_WEEK < span.minutes
  })
}

/**
 * Whether an instant lies in one of the windows, read on the clock of the wall in the zone; a window holds from its
 * first minute to just before its end. An unknown zone or a malformed window never holds.
 */
export function isWithinHours(hours: Hours, now: Date): boolean {
  const minute = minuteOfWeek(hours.tz, now)
  return minute !== null && hours.windows.some((window) => covers(window, minute))
}

/** For each minute of a week, from Monday 00:00, whether a window holds it. */
export function minutesOfHours(hours: Hours): boolean[] {
  return Array.from({ length: MINUTES_PER_WEEK }, (_, minute) =>
    hours.windows.some((window) => covers(window, minute)),
  )
}

function formatMinutes(minutes: number): string {
  const hour = Math.trunc(minutes / 60)
  return `${String(hour).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** The windows that hold exactly the given minutes of a week, cut at midnight. */
export function windowsOfMinutes(minutes: readonly boolean[]): HoursWindow[] {
  const windows: HoursWindow[] = []
  let start: number | null = null
  for (let minute = 0; minute <= MINUTES_PER_WEEK; minute += 1) {
    const isOpen = minutes[minute] ?? false
    if (start !== null && (!isOpen || minute % MINUTES_PER_DAY === 0)) {
      const day = Math.trunc(start / MINUTES_PER_DAY)
      const midnight = day * MINUTES_PER_DAY
      windows.push({
        days: [day + 1],
        from: formatMinutes(start - midnight),
        to: formatMinutes(minute - midnight),
      })
      start = null
    }
    if (isOpen && start === null) start = minute
  }
  return windows
}

/** The hours that lie in both. Both must be of one zone: what two zones have in common cannot be written as hours. */
export function intersectHours(left: Hours, right: Hours): Hours {
  if (left.tz !== right.tz) throw new Error('Hours of two zones have no common form.')
  const others = minutesOfHours(right)
  const common = minutesOfHours(left).map((isOpen, minute) => isOpen && others[minute] === true)
  return { tz: left.tz, windows: windowsOfMinutes(common) }
}

/** Every fault of a window, in words; none when it is well formed. */
export function findWindowFaults(window: HoursWindow): string[] {
  const faults: string[] = []
  if (window.days.length === 0) faults.push('Name at least one day.')
  if (!window.days.every(isDay)) faults.push('Days are numbers from 1 (Monday) to 7 (Sunday).')
  if (minutesOf(window.from, false) === null) faults.push('The start is a time from 00:00 to 23:59.')
  if (minutesOf(window.to, true) === null) faults.push('The end is a time from 00:00 to 24:00.')
  if (window.from === window.to) faults.push('The start and the end differ.')
  return faults
}

/** Whether the runtime knows a time zone by this name. */
export function isTimeZone(tz: string): boolean {
  return formatterFor(tz) !== null
}

/** Abbreviations of three letters that are names of the IANA list and mean the same everywhere. */
const PLAIN_ABBREVIATIONS: ReadonlySet<string> = new Set([
  'EST',
  'GMT',
  'HST',
  'MST',
  'PRC',
  'ROC',
  'ROK',
  'UCT',
  'UTC',
])

/**
 * Whether a time zone can be counted in by the runtime and by PostgreSQL alike. An abbreviation cannot: IST is India to the
 * one and Israel to the other, CET has no summer in the database, and with CAT its statements fail.
 */
export function isUnambiguousTimeZone(tz: string): boolean {
  const isAbbreviation = /^[a-z]{3}$/i.test(tz) && !PLAIN_ABBREVIATIONS.has(tz)
  // An offset is a zone to some programs, and its sign means the opposite to others.
  return isTimeZone(tz) && !isAbbreviation && !/^(?:[+-]|SystemV\/)/i.test(tz)
}
