import fc from 'fast-check'
import { Temporal } from 'temporal-polyfill'
import { describe, expect, test, vi } from 'vitest'
import { MINUTE, SlowCalendar } from '#testing/slow-calendar.ts'
import { addWorkingTime, workingTimeBetween } from './business-time.ts'
import type { WorkingHours } from './business-time.ts'

const everyDay = (from: string, to: string) => [1, 2, 3, 4, 5, 6, 7].map((day) => ({ day, from, to }))
const weekdays = (from: string, to: string) => everyDay(from, to).slice(0, 5)

/** Days around a change of the clock, and hours that the change touches. */
const CASES: readonly (readonly [name: string, first: string, hours: WorkingHours])[] = [
  [
    'Berlin, hours in which the clock is put forward',
    '2026-03-26',
    { time_zone: 'Europe/Berlin', week: everyDay('02:30', '05:00'), holidays: [] },
  ],
  [
    'Berlin, hours in which the clock is put back, at the beginning',
    '2026-10-22',
    { time_zone: 'Europe/Berlin', week: everyDay('02:30', '05:00'), holidays: [] },
  ],
  [
    'Berlin, hours in which the clock is put back, at the end',
    '2026-10-22',
    { time_zone: 'Europe/Berlin', week: everyDay('00:00', '02:30'), holidays: [] },
  ],
  [
    'New York, office hours with a holiday and a half day',
    '2026-10-29',
    {
      time_zone: 'America/New_York',
      week: [
        ...weekdays('09:00', '12:30'),
        ...weekdays('13:15', '17:45'),
        { day: 6, from: '10:00', to: '14:00' },
      ],
      holidays: [{ date: '2026-11-03', name: 'Election day' }],
    },
  ],
  [
    'Lord Howe, half an hour back',
    '2026-04-02',
    { time_zone: 'Australia/Lord_Howe', week: everyDay('01:15', '24:00'), holidays: [] },
  ],
  [
    'Santiago, a midnight that does not exist',
    '2026-09-03',
    { time_zone: 'America/Santiago', week: everyDay('00:00', '08:00'), holidays: [] },
  ],
  [
    'Kolkata, around the clock in two pieces',
    '2026-02-26',
    {
      time_zone: 'Asia/Kolkata',
      week: [...everyDay('00:00', '12:00'), ...everyDay('12:00', '24:00')],
      holidays: [],
    },
  ],
]
const DAYS = 14

describe.each(CASES)('%s', (_name, day, hours) => {
  const first = Date.parse(`${day}T00:00:00Z`)
  const slow = new SlowCalendar(hours, first, DAYS + 26)
  const minute = fc.integer({ min: 0, max: DAYS * 1440 })

  test('working time between two instants is what a count of every minute gives (B8)', () => {
    fc.assert(
      fc.property(minute, minute, (one, other) => {
        const [from, to] = [first + Math.min(one, other) * MINUTE, first + Math.max(one, other) * MINUTE]
        expect(workingTimeBetween(hours, new Date(from), new Date(to))).toBe(slow.between(from, to) * MINUTE)
      }),
      { numRuns: 60 },
    )
  })

  test('an amount of working time later is the first instant at which a count of every minute reaches it (B8)', () => {
    fc.assert(
      fc.property(minute, fc.integer({ min: 0, max: 900 }), (start, minutes) => {
        const from = first + start * MINUTE
        const due = addWorkingTime(hours, new Date(from), minutes * MINUTE)
        expect(due.getTime()).toBe(slow.after(from, minutes))
      }),
      { numRuns: 60 },
    )
  })

  test('what was added lies between (B8)', () => {
    fc.assert(
      fc.property(minute, fc.integer({ min: 0, max: 30_000_000 }), (start, ms) => {
        const from = new Date(first + start * MINUTE)
        expect(workingTimeBetween(hours, from, addWorkingTime(hours, from, ms))).toBe(ms)
      }),
    )
  })
})

test('the slow count notices hours that are off by a minute', () => {
  const hours: WorkingHours = { time_zone: 'UTC', week: weekdays('09:00', '17:00'), holidays: [] }
  const first = Date.parse('2026-11-16T00:00:00Z')
  const slow = new SlowCalendar({ ...hours, week: weekdays('09:00', '17:01') }, first, 2)
  const [from, to] = [new Date(first), new Date(first + 1440 * MINUTE)]
  expect(workingTimeBetween(hours, from, to)).toBe((slow.between(first, to.getTime()) - 1) * MINUTE)
})

test('what is due when people leave is due then, not the next morning (B8)', () => {
  const hours: WorkingHours = { time_zone: 'Europe/Berlin', week: weekdays('09:00', '17:00'), holidays: [] }
  const friday = new Date('2026-11-20T08:00:00Z')
  expect(addWorkingTime(hours, friday, 480 * MINUTE).toISOString()).toBe('2026-11-20T16:00:00.000Z')
  expect(addWorkingTime(hours, friday, 480 * MINUTE + 1).toISOString()).toBe('2026-11-23T08:00:00.001Z')
})

test('every minute counts around the clock', () => {
  const [from, to] = [new Date('2026-03-28T12:00:00Z'), new Date('2026-03-30T12:00:00Z')]
  expect(workingTimeBetween(null, from, to)).toBe(2 * 1440 * MINUTE)
  expect(addWorkingTime(null, from, 2 * 1440 * MINUTE)).toEqual(to)
  expect(workingTimeBetween(null, to, from)).toBe(0)
})

test('the longest promise in the fewest hours is reckoned at once: one organisation’s terms hold up nobody else (R6)', () => {
  const hours = {
    time_zone: 'Europe/Berlin',
    week: [{ day: 1, from: '09:00', to: '13:00' }],
    holidays: Array.from({ length: 400 }, (_, week) => ({
      date: new Date(Date.UTC(2026, 11, 1 + 7 * week)).toISOString().slice(0, 10),
      name: 'A Tuesday',
    })),
  }
  // The warning at twice ninety days, in four hours a week: 1,080 Mondays.
  const askedOfZone = [
    vi.spyOn(Temporal.Instant.prototype, 'toZonedDateTimeISO'),
    vi.spyOn(Temporal.PlainDateTime.prototype, 'toZonedDateTime'),
  ]
  const due = addWorkingTime(hours, new Date('2026-11-30T08:00:00Z'), 2 * 129_600 * 60_000)
  expect(due.toISOString()).toBe('2047-08-05T11:00:00.000Z')
  const asked = askedOfZone.reduce((sum, spy) => sum + spy.mock.calls.length, 0)
  for (const spy of askedOfZone) spy.mockRestore()
  // Two changes of the clock in each of 21 years: the zone is asked around those alone, not for each of the Mondays.
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThan(500)
})
