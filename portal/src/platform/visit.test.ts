import { expect, test } from 'vitest'

import { stateOf, toVisit } from './visit.ts'

const minute = 60_000
const start = Date.parse('2026-11-22T09:00:00Z')
const visit = toVisit({ ends_at: '2026-11-22T10:00:00Z', idle_seconds: 900, warning_seconds: 120 }, 'T-1')

test('a visit ends after its hour however busy the person is, with a warning two minutes before', () => {
  const busyAt = (minutes: number) => stateOf(visit, start + minutes * minute, start + minutes * minute)
  expect(busyAt(0)).toEqual({ kind: 'open' })
  expect(busyAt(57.9)).toEqual({ kind: 'open' })
  expect(busyAt(58)).toEqual({ kind: 'ending', leftMs: 2 * minute })
  expect(busyAt(60)).toEqual({ kind: 'over' })
})

test('a visit that nobody touches ends after a quarter of an hour, and a touch starts that anew', () => {
  expect(stateOf(visit, start, start + 13 * minute)).toEqual({ kind: 'ending', leftMs: 2 * minute })
  expect(stateOf(visit, start, start + 15 * minute)).toEqual({ kind: 'over' })
  expect(stateOf(visit, start + 12 * minute, start + 15 * minute)).toEqual({ kind: 'open' })
})
