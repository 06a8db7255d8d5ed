import { calendarOf, workingTimeBetween } from '#modules/sla/index.ts'
import type { Clock } from './rules.ts'

export type StepKind = 'started' | 'paused' | 'resumed' | 'retargeted' | 'met' | 'breached' | 'reopened'

/** One step by which a promised time came about. */
export interface Step {
  readonly kind: StepKind
  readonly at: Date
  readonly dueAt: Date
  /** The length of the pause that ended, in the time that the clock counts. */
  readonly pausedMs: number | null
  readonly reason: string | null
}

/** Why a clock changed: the new status or priority, for people to read. */
export interface StepCause {
  readonly now: Date
  readonly reason: string | null
}

const same = (left: Date | null, right: Date | null): boolean => left?.getTime() === right?.getTime()

function resumed(before: Clock, after: Clock, { now, reason }: StepCause): Step[] {
  const since = before.pausedSince
  if (since === null || after.pausedSince !== null) return []
  const pausedMs = workingTimeBetween(calendarOf(before), since, now)
  return [{ kind: 'resumed', at: now, dueAt: after.dueAt, pausedMs, reason }]
}

function isRetargeted(before: Clock, after: Clock): boolean {
  return (
    before.targetMinutes !== after.targetMinutes ||
    before.isBusiness !== after.isBusiness ||
    before.versionId !== after.versionId
  )
}

/** The steps from one state of a clock to the next, in the order in which people tell them. */
export function stepsBetween(before: Clock, after: Clock, cause: StepCause): Step[] {
  const { now, reason } = cause
  const step = (kind: StepKind, at: Date): Step => ({ kind, at, dueAt: after.dueAt, pausedMs: null, reason })
  const steps: Step[] = []
  if (after.breachedAt !== null && !same(before.breachedAt, after.breachedAt))
    steps.push({ ...step('breached', after.breachedAt), dueAt: before.dueAt, reason: null })
  if (before.metAt !== null && after.metAt === null) {
    steps.push(step('reopened', now))
    steps.push(...resumed({ ...before, pausedSince: before.metAt }, after, cause))
  } else steps.push(...resumed(before, after, cause))
  if (isRetargeted(before, after)) steps.push(step('retargeted', now))
  if (before.pausedSince === null && after.pausedSince !== null && before.metAt === null)
    steps.push(step('paused', after.pausedSince))
  if (before.metAt === null && after.metAt !== null) steps.push(step('met', after.metAt))
  return steps
}

/** The first step of a clock. */
export const firstStep = (clock: Clock): Step => ({
  kind: 'started',
  at: clock.startedAt,
  dueAt: clock.dueAt,
  pausedMs: null,
  reason: null,
})
