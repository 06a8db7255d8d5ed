import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nothingAgreed, promiseOf } from '#modules/sla/index.ts'
import type { Basis, Promised, WorkingHours } from '#modules/sla/index.ts'
import { MINUTE, SlowCalendar } from '#testing/slow-calendar.ts'
import {
  breachOf,
  instantAt,
  isAnswer,
  isLowered,
  nextSignalAt,
  percentOf,
  PRIORITIES,
  signalsOf,
  SLA_METRICS,
  slaStateOf,
  startClock,
  TICKET_STATUSES,
  withAnswer,
  withPromise,
  withStatus,
  WORKED_STATUSES,
} from './rules.ts'
import type { Clock, Priority, SlaMetric, TicketStatus } from './rules.ts'
import { stepsBetween } from './steps.ts'

const PAUSE_STATES = ['pending', 'on_hold']
const at = (ms: number, start = START) => new Date(start + ms)
const START = Date.UTC(2026, 10, 21, 8)

const HOURS: WorkingHours = {
  time_zone: 'Europe/Berlin',
  week: [1, 2, 3, 4, 5].map((day) => ({ day, from: '08:30', to: '17:00' })),
  holidays: [
    { date: '2026-03-30', name: 'Company day' },
    { date: '2026-10-27', name: 'Company day' },
  ],
}

// Weeks in which the clock is put forward and back, with a holiday in each.
const SEASONS = ['2026-03-27T14:00:00Z', '2026-10-23T07:00:00Z', '2026-11-21T08:00:00Z'].map((text) => {
  const start = Date.parse(text)
  const { id, terms } = nothingAgreed(null, 'UTC')
  const basis: Basis = {
    agreed: {
      id,
      terms: { ...terms, business_hours: { ...HOURS, week: [...HOURS.week], holidays: [...HOURS.holidays] } },
    },
    floor: null,
  }
  return { start, basis, slow: new SlowCalendar(HOURS, start, 75), always: new SlowCalendar(null, start, 75) }
})
type Season = (typeof SEASONS)[number]

type Happening =
  | { readonly kind: 'status'; readonly status: TicketStatus }
  | { readonly kind: 'priority'; readonly priority: Priority }
  | { readonly kind: 'answer' }

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.constantFrom(...WORKED_STATUSES).map((status) => ({ kind: 'status' as const, status })),
  fc.constantFrom(...PRIORITIES).map((priority) => ({ kind: 'priority' as const, priority })),
  fc.constant({ kind: 'answer' as const }),
)
// Steps that often land exactly on a target, and some of odd minutes.
const step = fc.oneof(fc.constantFrom(0, 60, 240, 480, 1440), fc.integer({ min: 1, max: 900 }))
const story = fc.array(fc.tuple(step, happening), { maxLength: 10 })

/**
 * The same promises kept with a list of the minutes in which the ticket waited for others. When something is due is counted
 * out minute by minute from the beginning, every time anew.
 */
class Patience {
  readonly waits = new Set<number>()
  readonly metric: SlaMetric
  readonly season: Season
  promised: Promised
  priority: Priority
  status: TicketStatus = 'open'
  doneAt: number | null = null
  breachedAt: number | null = null
  #time = 0

  constructor(season: Season, metric: SlaMetric, priority: Priority) {
    this.season = season
    this.metric = metric
    this.priority = priority
    this.promised = promiseOf(season.basis, priority)[metric]
  }

  get isCounting() {
    return this.status === 'open' && this.doneAt === null
  }

  dueUnder(promised: Promised): number {
    const { slow, always, start } = this.season
    const calendar = promised.isBusiness ? slow : always
    const waited = [...this.waits].filter((minute) => calendar.isOpen(start + minute * MINUTE)).length
    return calendar.after(start, promised.targetMinutes + waited)
  }

  /** What waited from its last moment on is due when the waiting ends. */
  due(): number {
    return Math.max(this.dueUnder(this.promised), this.#leastDue)
  }
  #leastDue = 0

  #lookForBreach() {
    const due = this.due()
    if (this.season.start + this.#time * MINUTE > due) this.breachedAt ??= due
  }

  /** Minutes of a ticket that does not count are waits as soon as it counts again; until then the due time stays. */
  pass(minutes: number) {
    const until = this.#time + minutes
    if (this.isCounting) {
      this.#time = until
      this.#lookForBreach()
      return
    }
    for (; this.#time < until; this.#time += 1) this.pending.push(this.#time)
  }
  readonly pending: number[] = []

  #resume() {
    const hasWaited = this.pending.length > 0
    for (const minute of this.pending.splice(0)) this.waits.add(minute)
    if (hasWaited && this.breachedAt === null) this.#leastDue = this.season.start + this.#time * MINUTE
  }

  see(what: Happening) {
    if (what.kind === 'answer') this.#answer()
    else if (what.kind === 'status') this.#move(what.status)
    else this.#weigh(what.priority)
  }

  #answer() {
    if (this.metric !== 'first_response' || this.doneAt !== null) return
    this.#resume()
    this.doneAt = this.#time
  }

  #move(status: TicketStatus) {
    const isOver = status === 'resolved' || status === 'closed'
    this.status = status
    if (this.metric === 'first_response') {
      if (this.doneAt === null && status === 'open') this.#resume()
      return
    }
    if (isOver && this.doneAt === null) {
      this.#resume()
      this.doneAt = this.#time
    } else if (!isOver) {
      this.doneAt = null
      if (status === 'open') this.#resume()
    }
  }

  #weigh(priority: Priority) {
    const isLess = PRIORITIES.indexOf(priority) < PRIORITIES.indexOf(this.priority)
    this.priority = priority
    if (this.doneAt !== null) return
    const wanted = promiseOf(this.season.basis, priority)[this.metric]
    const [old, fresh] = [this.due(), this.dueUnder(wanted)]
    if (fresh >= old && (!isLess || this.breachedAt !== null)) return
    this.promised = wanted
    this.#leastDue = 0
    // What counted last: now, or the minute in which the waiting began.
    const last = this.season.start + (this.pending[0] ?? this.#time) * MINUTE
    if (last > fresh) this.breachedAt ??= this.season.start + this.#time * MINUTE
  }
}

function apply(clock: Clock, ticket: Patience, what: Happening): (now: Date) => Clock {
  if (what.kind === 'answer') return (now) => withAnswer(clock, now)
  if (what.kind === 'status')
    return (now) => withStatus(clock, { status: what.status, pauseStates: PAUSE_STATES }, now)
  const change = { isLowered: isLowered(ticket.priority, what.priority) }
  const promised = promiseOf(ticket.season.basis, what.priority)[clock.metric]
  return (now) => withPromise(clock, promised, { ...change, now })
}

describe.each(SLA_METRICS)('the promise of %s', (metric) => {
  test('is due and missed exactly when a count of every minute says so, over holidays, changes of the clock and pauses (B8)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SEASONS),
        fc.constantFrom(...PRIORITIES),
        story,
        step,
        (season, priority, happenings, rest) => {
          const slow = new Patience(season, metric, priority)
          let clock = startClock(metric, promiseOf(season.basis, priority)[metric], at(0, season.start))
          let time = 0
          for (const [wait, what] of happenings) {
            time += wait
            slow.pass(wait)
            const move = apply(clock, slow, what)
            slow.see(what)
            clock = move(at(time * MINUTE, season.start))
          }
          time += rest
          slow.pass(rest)
          const now = at(time * MINUTE, season.start)
          expect(breachOf(clock, now)?.getTime() ?? null).toBe(slow.breachedAt)
          expect(clock.metAt !== null).toBe(slow.doneAt !== null)
          expect(clock.dueAt.getTime()).toBe(slow.due())
        },
      ),
      { numRuns: 400 },
    )
  })

  test('is never taken back once it is missed (B8)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SEASONS),
        fc.constantFrom(...PRIORITIES),
        story,
        (season, priority, happenings) => {
          const ticket = new Patience(season, metric, priority)
          let clock = startClock(metric, promiseOf(season.basis, priority)[metric], at(0, season.start))
          let time = 0
          let missed: Date | null = null
          for (const [wait, what] of happenings) {
            time += wait
            const now = at(time * MINUTE, season.start)
            missed ??= breachOf(clock, now)
            clock = apply(clock, ticket, what)(now)
            if (what.kind === 'priority') ticket.priority = what.priority
            expect(missed === null ? null : breachOf(clock, now)).toEqual(missed)
          }
        },
      ),
      { numRuns: 400 },
    )
  })

  test('signals every level once, at the instant at which its share was used up, however often one looks (B9)', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SEASONS),
        fc.constantFrom(...PRIORITIES),
        fc.array(step, { minLength: 1, maxLength: 30 }),
        (season, priority, waits) => {
          const warnAt = [50, 75, 90]
          const clock = startClock(metric, promiseOf(season.basis, priority)[metric], at(0, season.start))
          const seen = new Map<number, number>()
          let now = clock.startedAt
          for (const wait of waits) {
            const next = nextSignalAt(clock, warnAt, now)
            const later = new Date(now.getTime() + wait * MINUTE)
            const fresh = signalsOf(clock, warnAt, later).filter(({ level }) => !seen.has(level))
            // Nothing is missed by looking only when the next signal is due.
            expect(fresh.length > 0).toBe(next !== null && next <= later)
            for (const { level, occurredAt } of fresh) seen.set(level, occurredAt.getTime())
            now = later
          }
          for (const [level, time] of seen) expect(time).toBe(instantAt(clock, level).getTime())
        },
      ),
      { numRuns: 150 },
    )
  })
})

/** A promise of so many minutes around the clock. */
const minutes = (targetMinutes: number): Promised => ({
  versionId: null,
  targetMinutes,
  isBusiness: false,
  hours: HOURS,
})
const moved = (status: TicketStatus) => ({ status, pauseStates: PAUSE_STATES })

test('a pause moves the due time by exactly its length', () => {
  const clock = startClock('resolution', minutes(480), at(0))
  const paused = withStatus(clock, moved('pending'), at(10 * MINUTE))
  const resumed = withStatus(paused, moved('open'), at(10 * MINUTE + 12_345_678))
  expect(paused.dueAt).toEqual(clock.dueAt)
  expect(resumed.dueAt.getTime() - clock.dueAt.getTime()).toBe(12_345_678)
})

test('a raised priority is due at the earlier time, a lowered one later', () => {
  const clock = startClock('first_response', minutes(480), at(0))
  const raised = { isLowered: false, now: at(MINUTE) }
  expect(withPromise(clock, minutes(60), raised).dueAt).toEqual(at(60 * MINUTE))
  expect(withPromise(clock, minutes(1440), raised).dueAt).toEqual(at(480 * MINUTE))
  expect(withPromise(clock, minutes(1440), { ...raised, isLowered: true }).dueAt).toEqual(at(1440 * MINUTE))
  expect(withPromise(clock, minutes(60), { ...raised, now: at(90 * MINUTE) }).breachedAt).toEqual(
    at(90 * MINUTE),
  )
})

test('a status never meets the first response', () => {
  const clock = startClock('first_response', minutes(60), at(0))
  for (const status of TICKET_STATUSES) expect(withStatus(clock, moved(status), at(MINUTE)).metAt).toBeNull()
})

test('a withdrawal keeps no promise and misses none: its clocks stand still, whatever the policy pauses (B8)', () => {
  for (const metric of SLA_METRICS) {
    const clock = startClock(metric, minutes(1), at(0))
    const still = withStatus(clock, { status: 'withdrawn', pauseStates: [] }, at(MINUTE))
    expect(still).toMatchObject({ metAt: null, breachedAt: null, pausedSince: at(MINUTE) })
    expect(breachOf(still, at(900 * MINUTE))).toBeNull()
    expect(nextSignalAt(still, [75], at(2 * MINUTE))).toBeNull()
  }
})

test('a state that the policy does not name lets the clock run (B8)', () => {
  const clock = startClock('resolution', minutes(480), at(0))
  expect(
    withStatus(clock, { status: 'on_hold', pauseStates: ['pending'] }, at(MINUTE)).pausedSince,
  ).toBeNull()
})

test('the steps of a clock tell when it stood still, for how long and where the due time moved (B8)', () => {
  const clock = startClock('resolution', minutes(480), at(0))
  const paused = withStatus(clock, moved('pending'), at(10 * MINUTE))
  const resumed = withStatus(paused, moved('open'), at(140 * MINUTE))
  const met = withStatus(resumed, moved('resolved'), at(700 * MINUTE))
  const told = [
    ...stepsBetween(clock, paused, { now: at(10 * MINUTE), reason: 'pending' }),
    ...stepsBetween(paused, resumed, { now: at(140 * MINUTE), reason: 'open' }),
    ...stepsBetween(resumed, met, { now: at(700 * MINUTE), reason: 'resolved' }),
  ]
  expect(told).toEqual([
    { kind: 'paused', at: at(10 * MINUTE), dueAt: at(480 * MINUTE), pausedMs: null, reason: 'pending' },
    {
      kind: 'resumed',
      at: at(140 * MINUTE),
      dueAt: at(610 * MINUTE),
      pausedMs: 130 * MINUTE,
      reason: 'open',
    },
    { kind: 'breached', at: at(610 * MINUTE), dueAt: at(610 * MINUTE), pausedMs: null, reason: null },
    { kind: 'met', at: at(700 * MINUTE), dueAt: at(610 * MINUTE), pausedMs: null, reason: 'resolved' },
  ])
})

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
    atRiskAt: at(75 * MINUTE),
    calendar: null,
  }
  expect([percentOf(clock, at(minutes * MINUTE)), slaStateOf(clock, at(minutes * MINUTE))]).toEqual([
    percent,
    state,
  ])
  expect(slaStateOf({ ...clock, pausedSince: at(0) }, at(minutes * MINUTE))).toBe('paused')
})

test('what waited from its last moment on stays due at the end of that wait, and is not signalled as missed before (B8, B9)', () => {
  const promised = { ...minutes(60), isBusiness: true, hours: HOURS }
  // Saturday is no working day: the whole of Friday's last hour was promised, and the ticket waited when it was over.
  const friday = new Date('2026-11-20T15:00:00Z')
  const later = (minutes: number) => new Date(friday.getTime() + minutes * MINUTE)
  const start = startClock('first_response', promised, friday)
  const waiting = withStatus(start, moved('pending'), later(60))
  const open = withStatus(waiting, moved('open'), later(61))
  expect(open.dueAt).toEqual(later(61))
  expect(signalsOf(open, [], later(61))).toEqual([])
  expect(signalsOf(withAnswer(open, later(61)), [], later(90))).toEqual([])
  expect(signalsOf(open, [], later(62))).toEqual([{ level: 100, occurredAt: later(61) }])
  // Missed, it waits again: the due time does not go back behind the miss.
  const late = withStatus(withStatus(open, moved('pending'), later(90)), moved('open'), later(95))
  expect([late.dueAt, late.breachedAt]).toEqual([later(61), later(61)])
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
