import { expect, test } from 'vitest'

import { formatIn, instantIn, nextFriday } from './zone-time.ts'

test.each([
  ['2026-11-27T17:30', 'Europe/Berlin', '2026-11-27T16:30:00.000Z'],
  ['2026-07-03T17:30', 'America/Denver', '2026-07-03T23:30:00.000Z'],
  ['2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
  ['2026-10-25T12:00', 'Europe/Berlin', '2026-10-25T11:00:00.000Z'],
  ['2026-01-01T00:00', 'Asia/Kolkata', '2025-12-31T18:30:00.000Z'],
])('what the wall clock shows at %s in %s is the instant %s (B8)', (local, zone, instant) => {
  expect(instantIn(local, zone)).toBe(instant)
})

test('what is no time or no zone is no instant', () => {
  expect(instantIn('', 'Europe/Berlin')).toBeNull()
  expect(instantIn('2026-11-27T17:30', 'Mars/Olympus')).toBeNull()
  expect(formatIn('2026-11-27T16:30:00Z', 'Mars/Olympus')).toBe('2026-11-27T16:30:00Z')
})

test('a moment is told with the day of the week and three letters of the month (U12)', () => {
  expect(formatIn('2026-09-04T12:05:00Z', 'UTC')).toBe('Friday 4 Sep, 12:05')
  expect(formatIn('2026-11-27T16:30:00Z', 'Europe/Berlin')).toBe('Friday 27 Nov, 17:30')
})

test('the preview begins on a Friday at half past five', () => {
  for (let day = 1; day <= 7; day += 1) {
    const friday = new Date(`${nextFriday(new Date(2026, 10, day, 12))}:00`)
    expect([friday.getDay(), friday.getHours(), friday.getMinutes()]).toEqual([5, 17, 30])
  }
})
