import {
  addWorkingTime,
  calendarOf,
  PRIORITIES,
  SIGNAL_LEVELS,
  SLA_METRICS,
  workingTimeBetween,
} from '#modules/sla/index.ts'
import type { Calendar, Priority, Promised, SignalLevel, SlaMetric } from '#modules/sla/index.ts'

export { PRIORITIES, SLA_METRICS }
export type { Priority, SlaMetric }

/** The states that a change moves a ticket to. */
export const WORKED_STATUSES = ['open', 'pending', 'on_hold', 'resolved', 'closed'] as const
/** Withdrawn is a ticket that was opened by mistake: nobody worked on it, and nothing counts it. */
export const TICKET_STATUSES = [...WORKED_STATUSES, 'withdrawn'] as const
export type TicketStatus = (typeof TICKET_STATUSES)[number]

/** Whether a ticket is still worked on. */
export const isUnfinished = (status: TicketStatus): boolean =>
  status === 'open' || status === 'pending' || status === 'on_hold'

/** Whether a ticket does not change any more. */
export const isShut = (status: TicketStatus): boolean => status === 'closed' || status === 'withdrawn'

export const SLA_STATES = ['ok', 'at_risk', 'breached', 'paused'] as const
export type SlaState = (typeof SLA_STATES)[number]

/** From this share of the promised time on, a ticket is at risk. Source: managed-tenants.md section 6. */
const AT_RISK_PERCENT = 75

const MINUTE_MS = 60_000

/** Whether the second priority is less urgent than the first. */
export function isLowered(from: Priority, to: Priority): boolean {
  return PRIORITIES.indexOf(to) < PRIORITIES.indexOf(from)
}

/**
 * One promised time of a ticket. `dueAt` is the start, plus the target, plus all pauses that have ended, each in the time
 * that the clock counts; or, where that is later, the end of a wait that began at the last moment. Pauses are kept in both
 * times, because another priority may count in the other.
 */
export interface Clock extends Promised {
  readonly metric: SlaMetric
  readonly startedAt: Date
  readonly dueAt: Date
  readonly pausedSince: Date | null
  /** All pauses that have ended, in milliseconds of every hour. */
  readonly pausedMs: number
  /** The same pauses in milliseconds of working hours. */
  readonly pausedBusinessMs: number
  readonly metAt: Date | null
  readonly breachedAt: Date | null
}

const pauseOf = (clock: Clock): number => (clock.isBusiness ? clock.pausedBusinessMs : clock.pausedMs)

/** The instant at which a share of the promised time is used up, unless the clock is paused before. */
export function instantAt(clock: Clock, percent: number): Date {
  const ms = (clock.targetMinutes * MINUTE_MS * percent) / 100
  return addWorkingTime(calendarOf(clock), clock.startedAt, ms + pauseOf(clock))
}

const withDue = (clock: Clock): Clock => ({ ...clock, dueAt: instantAt(clock, 100) })

/** When the clock comes at risk. */
export const riskOf = (clock: Clock): Date => instantAt(clock, AT_RISK_PERCENT)

/** A clock that starts at an instant. */
export function startClock(metric: SlaMetric, promised: Promised, now: Date): Clock {
  const { versionId, targetMinutes, isBusiness, hours } = promised
  return withDue({
    versionId,
    targetMinutes,
    isBusiness,
    hours,
    metric,
    startedAt: now,
    dueAt: now,
    pausedSince: null,
    pausedMs: 0,
    pausedBusinessMs: 0,
    metAt: null,
    breachedAt: null,
  })
}

/** The clocks of a ticket that starts at an instant. */
export function startClocks(promise: Readonly<Record<SlaMetric, Promised>>, now: Date): Clock[] {
  return SLA_METRICS.map((metric) => startClock(metric, promise[metric], now))
}

/** When the clock last counted. */
const countedUntil = (clock: Clock, now: Date): Date => clock.metAt ?? clock.pausedSince ?? now

/** Whether the promised time had passed when the clock last counted. */
const isLate = (clock: Clock, now: Date): boolean =>
  countedUntil(clock, now).getTime() > clock.dueAt.getTime()

/** When the promised time was missed; null while it was not. */
export function breachOf(clock: Clock, now: Date): Date | null {
  return clock.breachedAt ?? (isLate(clock, now) ? clock.dueAt : null)
}

/** The clock with the mark of a promise that was missed by now. */
export const withBreach = (clock: Clock, now: Date): Clock => {
  const breachedAt = breachOf(clock, now)
  return breachedAt === clock.breachedAt ? clock : { ...clock, breachedAt }
}

function pause(clock: Clock, now: Date): Clock {
  return clock.pausedSince === null ? { ...withBreach(clock, now), pausedSince: now } : clock
}

/**
 * A pause that ends moves the due time by its exact length, in the time that the clock counts. What waited from its very
 * last moment on is due when the waiting ends, also outside working hours.
 */
function resume(clock: Clock, now: Date): Clock {
  if (clock.pausedSince === null) return clock
  const counting = withDue({
    ...withBreach(clock, now),
    pausedMs: clock.pausedMs + Math.max(0, now.getTime() - clock.pausedSince.getTime()),
    pausedBusinessMs: clock.pausedBusinessMs + workingTimeBetween(clock.hours, clock.pausedSince, now),
    pausedSince: null,
  })
  const isExhausted = counting.breachedAt === null && counting.dueAt < now
  if (isExhausted) return { ...counting, dueAt: now }
  // A pause never brings the due time forward: it may stand later than its sum, since an earlier wait from the last moment on.
  return counting.dueAt < clock.dueAt ? { ...counting, dueAt: clock.dueAt } : counting
}

function meet(clock: Clock, now: Date): Clock {
  return { ...withBreach(resume(clock, now), now), metAt: now }
}

/** How a status lets clocks count. */
function phaseOf(status: TicketStatus, pauseStates: readonly string[]): 'running' | 'paused' | 'over' {
  if (status === 'resolved' || status === 'closed') return 'over'
  return pauseStates.includes(status) ? 'paused' : 'running'
}

/** A resolved ticket that is opened again: the time in between counts as a pause; a missed promise stays missed. */
function reopen(clock: Clock): Clock {
  return clock.metric === 'resolution' && clock.metAt !== null
    ? { ...clock, pausedSince: clock.metAt, metAt: null }
    : clock
}

/** A status that a ticket gets, and the states in which its clocks stand still. */
export interface StatusMove {
  readonly status: TicketStatus
  readonly pauseStates: readonly string[]
}

/**
 * A clock after the ticket got a status. Waiting pauses it; the end of the ticket meets the resolution and stops the
 * response, which no status meets; a withdrawal stops both.
 */
export function withStatus(clock: Clock, { status, pauseStates }: StatusMove, now: Date): Clock {
  // A promise about a ticket that was withdrawn is neither kept nor missed: its clocks stand still for ever.
  if (status === 'withdrawn') return clock.metAt === null ? pause(clock, now) : clock
  const phase = phaseOf(status, pauseStates)
  if (phase !== 'over') {
    const open = reopen(clock)
    if (open.metAt !== null) return open
    return phase === 'running' ? resume(open, now) : pause(open, now)
  }
  if (clock.metAt !== null) return clock
  return clock.metric === 'resolution' ? meet(clock, now) : pause(clock, now)
}

/** A clock after the first public answer of an agent. */
export function withAnswer(clock: Clock, now: Date): Clock {
  return clock.metric === 'first_response' && clock.metAt === null ? meet(clock, now) : clock
}

/**
 * A clock after the ticket got another priority. Raised, it is due at the earlier of the old time and the time that the
 * new promise gives from the start, pauses counted; lowered, at the new promise's time, unless it was missed already,
 * which nothing undoes. Source: managed-tenants.md section 6, "Clocks".
 */
export function withPromise(
  clock: Clock,
  promised: Promised,
  change: { isLowered: boolean; now: Date },
): Clock {
  if (clock.metAt !== null) return clock
  const noted = withBreach(clock, change.now)
  const { versionId, targetMinutes, isBusiness, hours } = promised
  const moved = withDue({ ...noted, versionId, targetMinutes, isBusiness, hours })
  const isLater = moved.dueAt.getTime() >= noted.dueAt.getTime()
  if (isLater && (!change.isLowered || noted.breachedAt !== null)) return noted
  // A promise that was tightened into the past is missed from now on: before, it was another promise.
  const isMissed = moved.breachedAt === null && isLate(moved, change.now)
  return isMissed ? { ...moved, breachedAt: change.now } : moved
}

/** A share of the promised time that was used up, and when. */
export interface Signal {
  readonly level: SignalLevel
  readonly occurredAt: Date
}

/** When a share of the promised time signals: nothing says missed before the due time, which may stand later than its sum. */
function signalOf(clock: Clock, level: SignalLevel): Date {
  const usedUp = instantAt(clock, level)
  return level >= 100 && usedUp < clock.dueAt ? clock.dueAt : usedUp
}

/**
 * The shares of the promised time that were used up by now, with the instants at which they were. Those warned of are the
 * chosen ones; a missed promise always signals. Source: B9, "exactly once".
 */
export function signalsOf(clock: Clock, warnAt: readonly number[], now: Date): Signal[] {
  const until = countedUntil(clock, now).getTime()
  return SIGNAL_LEVELS.filter((level) => level >= 100 || warnAt.includes(level))
    .map((level) => ({ level, occurredAt: signalOf(clock, level) }))
    .filter(({ level, occurredAt }) =>
      // Due is not late: the last instant of the promised time still keeps it.
      level >= 100 ? occurredAt.getTime() < until : occurredAt.getTime() <= until,
    )
}

/** When the next share is used up; null when there is none, or the clock does not count now. */
export function nextSignalAt(clock: Clock, warnAt: readonly number[], now: Date): Date | null {
  if (clock.metAt !== null || clock.pausedSince !== null) return null
  const next = SIGNAL_LEVELS.filter((level) => level >= 100 || warnAt.includes(level))
    // A millisecond after the due time the promise is missed.
    .map((level) => signalOf(clock, level).getTime() + (level >= 100 ? 1 : 0))
    .find((time) => time > now.getTime())
  return next === undefined ? null : new Date(next)
}

/** What counts now for a ticket, as it is stored with it. */
export interface CountingClock {
  readonly metric: SlaMetric
  readonly dueAt: Date
  readonly targetMinutes: number
  readonly pausedSince: Date | null
  readonly atRiskAt: Date
  readonly calendar: Calendar
}

/** The whole percent of the promised time that is used up; more than 100 once it is missed. */
export function percentOf(clock: CountingClock, now: Date): number {
  const target = clock.targetMinutes * MINUTE_MS
  const at = clock.pausedSince ?? now
  const left =
    workingTimeBetween(clock.calendar, at, clock.dueAt) - workingTimeBetween(clock.calendar, clock.dueAt, at)
  return Math.max(0, Math.floor(((target - left) * 100) / target))
}

/** The state of the clock that counts now. */
export function slaStateOf(clock: CountingClock, now: Date): SlaState {
  if (clock.pausedSince !== null) return 'paused'
  if (now.getTime() > clock.dueAt.getTime()) return 'breached'
  return now.getTime() >= clock.atRiskAt.getTime() ? 'at_risk' : 'ok'
}

/** Whether a public comment answers: it comes from a partner's person, or from another person than who opened the ticket. */
export function isAnswer(
  author: { personId: string; partnerId: string | null },
  openedBy: string | null,
): boolean {
  return author.partnerId !== null || author.personId !== openedBy
}
