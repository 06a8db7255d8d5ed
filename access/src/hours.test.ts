import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Hours } from './facts.ts'
import {
  findWindowFaults,
  intersectHours,
  isTimeZone,
  isWithinHours,
  minutesOfHours,
  windowsOfMinutes,
} from './hours.ts'

const office: Hours = { tz: 'Europe/Rome', windows: [{ days: [1, 2, 3, 4, 5], from: '08:00', to: '18:00' }] }
const night: Hours = { tz: 'UTC', windows: [{ days: [7], from: '22:00', to: '06:00' }] }

function isOpen(hours: Hours, instant: string): boolean {
  return isWithinHours(hours, new Date(instant))
}

test('a window holds from its first minute to just before its end', () => {
  expect(isOpen(office, '2026-11-20T06:59:59.999Z')).toBe(false)
  expect(isOpen(office, '2026-11-20T07:00:00.000Z')).toBe(true)
  expect(isOpen(office, '2026-11-20T16:59:59.999Z')).toBe(true)
  expect(isOpen(office, '2026-11-20T17:00:00.000Z')).toBe(false)
})

test('a window holds on its days only, as the local calendar has them', () => {
  expect(isOpen(office, '2026-11-21T10:00:00Z')).toBe(false)
  const monday: Hours = { tz: 'Pacific/Auckland', windows: [{ days: [1], from: '00:00', to: '24:00' }] }
  expect(isOpen(monday, '2026-11-22T10:59:59Z')).toBe(false)
  expect(isOpen(monday, '2026-11-22T11:00:00Z')).toBe(true)
})

test('hours follow the clock on the wall through daylight saving', () => {
  expect(isOpen(office, '2026-07-20T06:00:00Z')).toBe(true)
  expect(isOpen(office, '2026-11-20T06:00:00Z')).toBe(false)
})

test('a window over midnight belongs to the day on which it begins, also at the end of the week', () => {
  expect(isOpen(night, '2026-11-22T22:00:00Z')).toBe(true)
  expect(isOpen(night, '2026-11-23T05:59:00Z')).toBe(true)
  expect(isOpen(night, '2026-11-23T06:00:00Z')).toBe(false)
  expect(isOpen(night, '2026-11-22T05:00:00Z')).toBe(false)
})

test('an unknown zone, a malformed window or no window never holds', () => {
  const instant = '2026-11-20T10:00:00Z'
  const window = { days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00' }
  expect(isOpen({ tz: 'UTC', windows: [window] }, instant)).toBe(true)
  expect(isOpen({ tz: 'Europe/Atlantis', windows: [window] }, instant)).toBe(false)
  expect(isOpen({ tz: 'UTC', windows: [] }, instant)).toBe(false)
  expect(isOpen({ tz: 'UTC', windows: [{ ...window, to: '25:00' }] }, instant)).toBe(false)
  expect(isOpen({ tz: 'UTC', windows: [{ ...window, days: [0, 8] }] }, instant)).toBe(false)
  expect(isOpen({ tz: 'UTC', windows: [{ ...window, from: '10:00', to: '10:00' }] }, instant)).toBe(false)
})

test('all faults of a window are named', () => {
  expect(findWindowFaults({ days: [1], from: '08:00', to: '24:00' })).toEqual([])
  expect(findWindowFaults({ days: [], from: '8:00', to: '24:01' }).length).toBe(3)
  expect(findWindowFaults({ days: [1.5], from: '24:00', to: '24:00' }).length).toBe(3)
})

test('zones are IANA names', () => {
  expect(['UTC', 'Europe/Rome', 'America/New_York'].filter((tz) => !isTimeZone(tz))).toEqual([])
  expect(['', 'Rome', 'Europe/Atlantis'].filter(isTimeZone)).toEqual([])
})

test('the windows of a set of minutes hold exactly those minutes', () => {
  const time = fc
    .nat({ max: 1439 })
    .map(
      (minute) =>
        `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
    )
  const window = fc.record({
    days: fc.subarray([1, 2, 3, 4, 5, 6, 7]),
    from: time,
    to: fc.oneof(time, fc.constant('24:00')),
  })
  fc.assert(
    fc.property(fc.array(window, { maxLength: 3 }), (windows) => {
      const minutes = minutesOfHours({ tz: 'UTC', windows })
      const again = minutesOfHours({ tz: 'UTC', windows: windowsOfMinutes(minutes) })
      return minutes.length === 10_080 && minutes.every((isIn, index) => isIn === again[index])
    }),
    { numRuns: 30 },
  )
})

test('the minutes of a week agree with the clock', () => {
  const monday = Date.UTC(2026, 10, 16)
  const minutes = minutesOfHours(night)
  const sampled = minutes.flatMap((isIn, minute) => (minute % 17 === 0 ? [{ isIn, minute }] : []))
  const wrong = sampled.filter(
    ({ isIn, minute }) => isWithinHours(night, new Date(monday + minute * 60_000)) !== isIn,
  )
  expect(wrong).toEqual([])
  expect(minutes.filter(Boolean).length).toBe(480)
})

test('the common hours of two rules hold exactly when both hold', () => {
  const windows = fc.array(
    fc.record({
      days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
      from: fc.constantFrom('00:00', '08:30', '12:00', '22:00'),
      to: fc.constantFrom('06:00', '12:00', '17:45', '24:00'),
    }),
    { maxLength: 3 },
  )
  const hours = windows.map((list) => ({ tz: 'Europe/Rome', windows: list }))
  const instants = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(hours, hours, instants, (left, right, now) => {
      expect(isWithinHours(intersectHours(left, right), now)).toBe(
        isWithinHours(left, now) && isWithinHours(right, now),
      )
    }),
    { numRuns: 200 },
  )
})
