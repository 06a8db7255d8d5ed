export const TICKET_STATUSES = ['open', 'pending', 'on_hold', 'resolved', 'closed'] as const
export type TicketStatus = (typeof TICKET_STATUSES)[number]

/** From the least to the most urgent. */
export const PRIORITIES = ['low', 'normal', 'high', 'urgent'] as const
export type Priority = (typeof PRIORITIES)[number]

export const SLA_METRICS = ['first_response', 'resolution'] as const
export type SlaMetric = (typeof SLA_METRICS)[number]

export const SLA_STATES = ['ok', 'at_risk', 'breached', 'paused'] as const
export type SlaState = (typeof SLA_STATES)[number]

/** From this share of the promised time on, a ticket is at risk. Source: managed-tenants.md section 6. */
const AT_RISK_PERCENT = 75

const MINUTE_MS = 60_000

const TARGETS: Readonly<Record<Priority, Readonly<Record<SlaMetric, number>>>> = {
  urgent: { first_response: 60, resolution: 240 },
  high: { first_response: 240, resolution: 480 },
  normal: { first_response: 480, resolution: 1440 },
  low: { first_response: 1440, resolution: 4320 },
}

/**
 * The promised minutes of a priority, around the clock. A link's own response time replaces that of normal tickets;
 * a resolution is never promised before the response. Source: managed-tenants.md section 6, defaults.
 */
export function targetsOf(priority: Priority, responseHours: number | null): Record<SlaMetric, number> {
  const targets = TARGETS[priority]
  if (priority !== 'normal' || responseHours === null) return { ...targets }
  const response = responseHours * 60
  return { first_response: response, resolution: Math.max(targets.resolution, response) }
}

/** Whether the second priority is less urgent than the first. */
export function isLowered(from: Priority, to: Priority): boolean {
  return PRIORITIES.indexOf(to) < PRIORITIES.indexOf(from)
}

/** One promised time of a ticket. `dueAt` is always the start, plus the target, plus all pauses that have ended. */
export interface Clock {
  readonly metric: SlaMetric
  readonly targetMinutes: number
  readonly startedAt: Date
  readonly dueAt: Date
  readonly pausedSince: Date | null
  readonly metAt: Date | null
  readonly breachedAt: Date | null
}

const later = (time: Date, ms: number): Date => new Date(time.getTime() + ms)

/** The milliseconds of all pauses that have ended. */
export function pausedMs(clock: Clock): number {
  return clock.dueAt.getTime() - clock.startedAt.getTime() - clock.targetMinutes * MINUTE_MS
}

/** A clock that starts now. */
export function startClock(metric: SlaMetric, targetMinutes: number, now: Date): Clock {
  const dueAt = later(now, targetMinutes * MINUTE_MS)
  return { metric, targetMinutes, startedAt: now, dueAt, pausedSince: null, metAt: null, breachedAt: null }
}

/** The clocks of a ticket opened now. */
export function startClocks(priority: Priority, responseHours: number | null, now: Date): Clock[] {
  const targets = targetsOf(priority, responseHours)
  return SLA_METRICS.map((metric) => startClock(metric, targets[metric], now))
}

/** Whether the promised time had passed when the clock last counted. */
function isLate(clock: Clock, now: Date): boolean {
  return (clock.metAt ?? clock.pausedSince ?? now).getTime() > clock.dueAt.getTime()
}

/** When the promised time was missed; null while it was not. */
export function breachOf(clock: Clock, now: Date): Date | null {
  return clock.breachedAt ?? (isLate(clock, now) ? clock.dueAt : null)
}

const withBreach = (clock: Clock, now: Date): Clock => ({ ...clock, breachedAt: breachOf(clock, now) })

function pause(clock: Clock, now: Date): Clock {
  return clock.pausedSince === null ? { ...withBreach(clock, now), pausedSince: now } : clock
}

/** A pause that ends moves the due time by its exact length. */
function resume(clock: Clock, now: Date): Clock {
  if (clock.pausedSince === null) return clock
  const breachedAt = breachOf(clock, now)
  const length = now.getTime() - clock.pausedSince.getTime()
  return { ...clock, dueAt: later(clock.dueAt, length), pausedSince: null, breachedAt }
}

function meet(clock: Clock, now: Date): Clock {
  return { ...withBreach(resume(clock, now), now), metAt: now }
}

/** How a status lets clocks count. */
function phaseOf(status: TicketStatus): 'running' | 'paused' | 'over' {
  if (status === 'open') return 'running'
  return status === 'pending' || status === 'on_hold' ? 'paused' : 'over'
}

/** A resolved ticket that is opened again: the time in between counts as a pause; a missed promise stays missed. */
function reopen(clock: Clock): Clock {
  return clock.metric === 'resolution' && clock.metAt !== null
    ? { ...clock, pausedSince: clock.metAt, metAt: null }
    : clock
}

/**
 * A clock after the ticket got this status. Waiting pauses it; the end of the ticket meets the resolution and stops the
 * response, which no status meets.
 */
export function withStatus(clock: Clock, status: TicketStatus, now: Date): Clock {
  const phase = phaseOf(status)
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
 * A clock after the ticket got another priority. Raised, it is due at the earlier of the old time and the time the new
 * target gives from the start, pauses counted; lowered, at the new target's time, unless it was missed already, which
 * nothing undoes.
 */
export function withTarget(clock: Clock, targetMinutes: number, now: Date): Clock {
  if (clock.metAt !== null) return clock
  const noted = withBreach(clock, now)
  const isShorter = targetMinutes < clock.targetMinutes
  if (!isShorter && noted.breachedAt !== null) return noted
  const moved = {
    ...noted,
    targetMinutes,
    dueAt: later(clock.dueAt, (targetMinutes - clock.targetMinutes) * MINUTE_MS),
  }
  // A promise that was tightened into the past is missed from now on: before, it was another promise.
  const isMissed = moved.breachedAt === null && isLate(moved, now)
  return isMissed ? { ...moved, breachedAt: now } : moved
}

/** What counts now for a ticket, as it is stored with it. */
export interface CountingClock {
  readonly metric: SlaMetric
  readonly dueAt: Date
  readonly targetMinutes: number
  readonly pausedSince: Date | null
}

/** The whole percent of the promised time that is used up; more than 100 once it is missed. */
export function percentOf(clock: CountingClock, now: Date): number {
  const target = clock.targetMinutes * MINUTE_MS
  const left = clock.dueAt.getTime() - (clock.pausedSince ?? now).getTime()
  return Math.max(0, Math.floor(((target - left) * 100) / target))
}

/** The state of the clock that counts now. */
export function slaStateOf(clock: CountingClock, now: Date): SlaState {
  if (clock.pausedSince !== null) return 'paused'
  if (now.getTime() > clock.dueAt.getTime()) return 'breached'
  return percentOf(clock, now) >= AT_RISK_PERCENT ? 'at_risk' : 'ok'
}

/** Whether a public comment answers: it comes from a partner's person, or from another person than who opened the ticket. */
export function isAnswer(
  author: { personId: string; partnerId: string | null },
  openedBy: string | null,
): boolean {
  return author.partnerId !== null || author.personId !== openedBy
}
