import { expect, test } from 'vitest'
import { NO_CONDITIONS, findConditionFaults } from './conditions.ts'
import type { Conditions } from './facts.ts'

function pointersOf(change: Partial<Conditions>): string[] {
  return findConditionFaults({ ...NO_CONDITIONS, ...change }).map(({ pointer, code }) => `${pointer} ${code}`)
}

test('conditions that ask for nothing, and well-formed ones, have no fault', () => {
  expect(pointersOf({})).toEqual([])
  const windows = [{ days: [1, 5], from: '08:00', to: '18:00' }]
  const hours = { tz: 'Europe/Rome', windows }
  expect(pointersOf({ ip_mode: 'enforce', ip_allow: ['192.0.2.0/24'], mfa_max_age_s: 3600, hours })).toEqual(
    [],
  )
})

test('all faults of conditions are reported at once, each with its pointer', () => {
  expect(
    pointersOf({
      ip_allow: ['192.0.2.0/24', '192.0.2.1/24', 'office'],
      mfa_max_age_s: 0.5,
      hours: { tz: 'Rome', windows: [{ days: [9], from: '08:00', to: '18:00' }] },
    }),
  ).toEqual([
    '/ip_allow/1 CIDR_MALFORMED',
    '/ip_allow/2 CIDR_MALFORMED',
    '/hours/windows/0 WINDOW_MALFORMED',
    '/hours/tz TIME_ZONE_UNKNOWN',
    '/mfa_max_age_s AGE_OUT_OF_RANGE',
  ])
})

test('conditions that would let nobody in are refused', () => {
  expect(pointersOf({ ip_mode: 'enforce', ip_allow: [] })).toEqual(['/ip_allow ALLOW_LIST_EMPTY'])
  expect(pointersOf({ hours: { tz: 'UTC', windows: [] } })).toEqual(['/hours/windows WINDOWS_EMPTY'])
})
