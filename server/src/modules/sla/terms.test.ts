import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectiveTerms, nothingAgreed, previewDue, promiseOf } from './promise.ts'
import { defaultTerms, findLooseness, PRIORITIES, Terms } from './terms.ts'
import type { TermsValues } from './terms.ts'

test.each([
  ['urgent', null, 60, 240, '24x7'],
  ['high', 2, 240, 480, '24x7'],
  ['normal', null, 480, 1440, 'business'],
  ['normal', 2, 120, 1440, 'business'],
  ['normal', 48, 2880, 2880, 'business'],
  ['low', 2, 1440, 4320, 'business'],
] as const)(
  'where nothing was agreed %s with %s promised hours is answered in %s and resolved in %s minutes, %s (B8)',
  (priority, hours, response, resolution, calendar) => {
    expect(defaultTerms(hours, 'UTC').priorities[priority]).toEqual({
      first_response_min: response,
      resolution_min: resolution,
      calendar,
    })
  },
)

test('a high ticket in office hours opened on a Friday evening is due on Monday (B8)', () => {
  const { terms } = nothingAgreed(null, 'Europe/Berlin')
  const week = [1, 2, 3, 4, 5].map((day) => ({ day, from: '09:00', to: '18:00' }))
  const office: TermsValues = {
    ...terms,
    business_hours: { ...terms.business_hours, week },
    priorities: {
      ...terms.priorities,
      high: { first_response_min: 60, resolution_min: 120, calendar: 'business' },
    },
  }
  // Friday 17:30 in Berlin: half an hour is left on Friday, an hour and a half on Monday.
  const due = previewDue(office, 'high', new Date('2026-11-20T16:30:00Z'))
  expect(due.first_response.toISOString()).toBe('2026-11-23T08:30:00.000Z')
  expect(due.resolution.toISOString()).toBe('2026-11-23T09:30:00.000Z')
})

const base = defaultTerms(null, 'UTC')
const priority = fc
  .tuple(
    fc.integer({ min: 1, max: 400 }),
    fc.integer({ min: 0, max: 900 }),
    fc.constantFrom('24x7' as const, 'business' as const),
  )
  .map(([response, more, calendar]) => ({
    first_response_min: response,
    resolution_min: response + more,
    calendar,
  }))
const zone = fc.constantFrom('UTC', 'Europe/Berlin')
// What is parsed from JSON has a prototype, which the comparison below looks at.
const terms: fc.Arbitrary<TermsValues> = fc
  .record({ urgent: priority, high: priority, normal: priority, low: priority }, { noNullPrototype: true })
  .chain((priorities) =>
    fc
      .tuple(
        zone,
        fc.subarray(['pending' as const, 'on_hold' as const]),
        fc.boolean(),
        fc.constantFrom(null, 99, 99.9),
      )
      .map(([time_zone, pause_states, maintenance_excluded, uptime_target]) => ({
        ...base,
        priorities,
        business_hours: { ...base.business_hours, time_zone },
        pause_states,
        maintenance_excluded,
        uptime_target,
      })),
  )

test('what holds in effect is never looser than the floor, and is what was agreed where that keeps it (B8)', () => {
  fc.assert(
    fc.property(terms, terms, (agreed, floor) => {
      const basis = { agreed: { id: 'a', terms: agreed }, floor: { id: 'f', terms: floor } }
      const looseness = findLooseness(agreed, floor)
      expect(looseness.length > 0 || isDeepStrictEqual(effectiveTerms(basis), agreed)).toBe(true)
      for (const name of PRIORITIES) {
        const [promised, least] = [promiseOf(basis, name), floor.priorities[name]]
        expect(promised.first_response.targetMinutes).toBeLessThanOrEqual(least.first_response_min)
        expect(promised.resolution.targetMinutes).toBeLessThanOrEqual(least.resolution_min)
        expect(least.calendar === '24x7' && promised.resolution.isBusiness).toBe(false)
      }
      expect(findLooseness(floor, floor)).toEqual([])
    }),
  )
})

test('every way to be looser than the floor is told at once (B8)', () => {
  const floor: TermsValues = {
    ...base,
    priorities: {
      ...base.priorities,
      normal: { first_response_min: 60, resolution_min: 120, calendar: '24x7' },
    },
    pause_states: ['pending'],
    uptime_target: 99.9,
    maintenance_excluded: false,
  }
  const hours = { ...base.business_hours, time_zone: 'Europe/Berlin' }
  expect(findLooseness({ ...base, business_hours: hours }, floor).map(({ pointer }) => pointer)).toEqual([
    '/priorities/normal/calendar',
    '/priorities/normal/first_response_min',
    '/priorities/normal/resolution_min',
    '/business_hours',
    '/pause_states',
    '/uptime_target',
    '/maintenance_excluded',
  ])
})

test('terms that make no sense are refused with every fault at once (B8)', () => {
  const wrong = {
    ...base,
    priorities: {
      ...base.priorities,
      high: { first_response_min: 100, resolution_min: 50, calendar: 'business' },
    },
    business_hours: {
      time_zone: 'Mars/Olympus',
      week: [
        { day: 1, from: '09:00', to: '08:00' },
        { day: 8, from: '9', to: '25:00' },
      ],
      holidays: [{ date: '2026-02-30', name: 'x' }],
    },
    warn_at: [33],
    uptime_target: 101,
  }
  const paths = Terms.safeParse(wrong).error?.issues.map(({ path }) => path.join('/'))
  expect(paths).toEqual(
    expect.arrayContaining([
      'priorities/high/resolution_min',
      'business_hours/time_zone',
      'business_hours/week/0/to',
      'business_hours/week/1/day',
      'business_hours/week/1/from',
      'business_hours/week/1/to',
      'business_hours/holidays/0/date',
      'warn_at/0',
      'uptime_target',
    ]),
  )
})

test.each([
  [
    'hours that overlap',
    [
      { day: 1, from: '09:00', to: '17:00' },
      { day: 1, from: '16:00', to: '20:00' },
    ],
  ],
  ['less than four hours a week', [{ day: 1, from: '09:00', to: '12:59' }]],
])('%s are refused', (_name, week) => {
  expect(Terms.safeParse({ ...base, business_hours: { ...base.business_hours, week } }).success).toBe(false)
})
