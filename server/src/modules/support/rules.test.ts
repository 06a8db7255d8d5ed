import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  breachOf,
  isAnswer,
  isLowered,
  percentOf,
  PRIORITIES,
  SLA_METRICS,
  slaStateOf,
  startClock,
  targetsOf,
  TICKET_STATUSES,
  withAnswer,
  withStatus,
  withTarget,
} from './rules.ts'
import type { Clock, Priority, SlaMetric, TicketStatus } from './rules.ts'

const START = Date.UTC(2026, 10, 21, 8)
const MINUTE = 60_000
const at = (ms: number) => new Date(START + ms)

type Happening =
  | { readonly kind: 'status'; readonly status: TicketStatus }
  | { readonly kind: 'priority'; readonly priority: Priority }
  | { readonly kind: 'answer' }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.constantFrom(...TICKET_STATUSES).map((status) => ({ kind: 'status' as const, status })),
  fc.constantFrom(...PRIORITIES).map((priority) => ({ kind: 'priority' as const, priority })),
  fc.constant({ kind: 'answer' as const }),
)
// Steps that often land exactly on a target, and some of odd milliseconds.
const step = fc.oneof(
  fc.constantFrom(0, 60, 240, 480, 1440).map((minutes) => minutes * MINUTE),
  fc.integer({ min: 1, max: 500 * MINUTE }),
)
const story = fc.array(fc.tuple(step, happening), { maxLength: 14 })

/** The same promises kept by a stopwatch: how long did the ticket really wait for us, and for how long might it? */
class Stopwatch {
  spent = 0
  target: number
  status: TicketStatus = 'open'
  isDone = false
  breachedAt: number | null = null
  readonly metric: SlaMetric
  #time = 0

  constructor(metric: SlaMetric, priority: Priority) {
    this.metric = metric
    this.target = targetsOf(priority, null)[metric] * MINUTE
  }

  get isRunning() {
    return this.status === 'open' && !this.isDone
  }

  wait(until: number) {
    if (this.isRunning) {
      const length = until - this.#time
      if (this.spent + length > this.target) this.breachedAt ??= this.#time + this.target - this.spent
      this.spent += length
    }
    this.#time = until
  }

  see(what: Happening) {
    if (what.kind === 'answer') {
      if (this.metric === 'first_response') this.isDone = true
      return
    }
    if (what.kind === 'status') {
      this.status = what.status
      if (this.metric === 'resolution') this.isDone = what.status === 'resolved' || what.status === 'closed'
      return
    }
    if (this.isDone) return
    const target = targetsOf(what.priority, null)[this.metric] * MINUTE
    if (target >= this.target && this.breachedAt !== null) return
    this.target = target
    if (this.spent > target) this.breachedAt ??= this.#time
  }
}

function apply(clock: Clock, what: Happening, now: Date): Clock {
  if (what.kind === 'answer') return withAnswer(clock, now)
  if (what.kind === 'status') return withStatus(clock, what.status, now)
  return withTarget(clock, targetsOf(what.priority, null)[clock.metric], now)
}

describe.each(SLA_METRICS)('the promise of %s', (metric) => {
  test('is due and missed exactly when a stopwatch that runs only while the ticket is open says so', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PRIORITIES), story, step, (priority, happenings, rest) => {
        const watch = new Stopwatch(metric, priority)
        let clock = startClock(metric, targetsOf(priority, null)[metric], at(0))
        let time = 0
        for (const [wait, what] of happenings) {
          time += wait
          watch.wait(time)
          watch.see(what)
          clock = apply(clock, what, at(time))
        }
        time += rest
        watch.wait(time)
        expect(breachOf(clock, at(time))?.getTime() ?? null).toBe(
          watch.breachedAt === null ? null : START + watch.breachedAt,
        )
        expect(clock.metAt !== null).toBe(watch.isDone)
        expect(clock.targetMinutes * MINUTE).toBe(watch.target)
        // What is left of the promise, seen from now or from the beginning of the pause.
        const seenFrom = clock.pausedSince ?? at(time)
        const left = clock.dueAt.getTime() - seenFrom.getTime()
        expect(watch.isDone ? watch.target - watch.spent : left).toBe(watch.target - watch.spent)
        expect(clock.pausedSince === null || !watch.isRunning).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  test('is never taken back once it is missed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PRIORITIES), story, (priority, happenings) => {
        let clock = startClock(metric, targetsOf(priority, null)[metric], at(0))
        let time = 0
        let missed: Date | null = null
        for (const [wait, what] of happenings) {
          time += wait
          missed ??= breachOf(clock, at(time))
          clock = apply(clock, what, at(time))
          expect(missed === null ? null : breachOf(clock, at(time))).toEqual(missed)
        }
      }),
    )
  })
})

test('a pause moves the due time by exactly its length', () => {
  const clock = startClock('resolution', 480, at(0))
  const paused = withStatus(clock, 'pending', at(10 * MINUTE))
  const resumed = withStatus(paused, 'open', at(10 * MINUTE + 12_345_678))
  expect(paused.dueAt).toEqual(clock.dueAt)
  expect(resumed.dueAt.getTime() - clock.dueAt.getTime()).toBe(12_345_678)
})

test('a raised priority is due at the earlier time, a lowered one later', () => {
  const clock = startClock('first_response', 480, at(0))
  expect(withTarget(clock, 60, at(MINUTE)).dueAt).toEqual(at(60 * MINUTE))
  expect(withTarget(clock, 1440, at(MINUTE)).dueAt).toEqual(at(1440 * MINUTE))
  expect(withTarget(clock, 60, at(90 * MINUTE)).breachedAt).toEqual(at(90 * MINUTE))
})

test('a status never meets the first response', () => {
  const clock = startClock('first_response', 60, at(0))
  for (const status of TICKET_STATUSES) expect(withStatus(clock, status, at(MINUTE)).metAt).toBeNull()
})

test.each([
  ['urgent', null, 60, 240],
  ['high', 2, 240, 480],
  ['normal', null, 480, 1440],
  ['normal', 2, 120, 1440],
  ['normal', 48, 2880, 2880],
  ['low', 2, 1440, 4320],
] as const)(
  '%s with %s promised hours is answered in %s and resolved in %s minutes',
  (priority, hours, response, resolution) => {
    expect(targetsOf(priority, hours)).toEqual({ first_response: response, resolution })
  },
)

test.each([
  [0, 0, 'ok'],
  [74, 74, 'ok'],
  [75, 75, 'at_risk'],
  [100, 100, 'at_risk'],
  [100.001, 100, 'breached'],
  [150, 150, 'breached'],
] as const)('at %s minutes of 100 the clock shows %s percent and is %s', (minutes, percent, state) => {
  const clock = {
    metric: 'resolution' as const,
    targetMinutes: 100,
    dueAt: at(100 * MINUTE),
    pausedSince: null,
  }
  expect([percentOf(clock, at(minutes * MINUTE)), slaStateOf(clock, at(minutes * MINUTE))]).toEqual([
    percent,
    state,
  ])
  expect(slaStateOf({ ...clock, pausedSince: at(0) }, at(minutes * MINUTE))).toBe('paused')
})

test('a lower place in the order of priorities is lowered, no other', () => {
  expect(
    PRIORITIES.flatMap((from) => PRIORITIES.filter((to) => isLowered(from, to)).map((to) => `${from} ${to}`)),
  ).toEqual(['normal low', 'high low', 'high normal', 'urgent low', 'urgent normal', 'urgent high'])
})

test('who opened a ticket does not answer it, unless they are a partner person', () => {
  expect(isAnswer({ personId: 'a', partnerId: null }, 'a')).toBe(false)
  expect(isAnswer({ personId: 'b', partnerId: null }, 'a')).toBe(true)
  expect(isAnswer({ personId: 'a', partnerId: 'p' }, 'a')).toBe(true)
})
