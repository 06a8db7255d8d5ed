import type { FigureRow, WorkRow } from './store.ts'

export const CHECK_STATES = ['ok', 'attention', 'failing', 'unknown'] as const
export type CheckState = (typeof CHECK_STATES)[number]

export const CHECKS = [
  'database',
  'sealing',
  'audit_months',
  'verification',
  'outbox',
  'work',
  'schedules',
  'webhooks',
  'signals',
  'alerts',
  'exports',
] as const
export type CheckName = (typeof CHECKS)[number]

/** How one part of the service stands. */
export interface Check {
  readonly name: CheckName
  readonly state: CheckState
  /** How many are concerned; null where nothing is counted. */
  readonly count: number | null
  /** Since when, or when it was last well; null when that is not known. */
  readonly at: Date | null
}

/** What waits for longer than this has been left. Reliability.md section 1 alarms at 60 seconds. */
const LATE_SECONDS = 60
const VERY_LATE_SECONDS = 300
/** A schedule of each minute whose last run is older than this stands still. */
const STILL_SECONDS = 300
const VERIFIED_DAYS = 8
/** Whole months for which the audit log has tables; a month is added each day that one is missing. */
const MONTHS_AHEAD = 2
const DAY_SECONDS = 86_400

const ageSeconds = (at: Date, now: Date): number => (now.getTime() - at.getTime()) / 1000

function stateOfAge(at: Date | null, now: Date): CheckState {
  if (at === null) return 'ok'
  const age = ageSeconds(at, now)
  if (age > VERY_LATE_SECONDS) return 'failing'
  return age > LATE_SECONDS ? 'attention' : 'ok'
}

/** What waits: well while nothing has waited for a minute. */
function checkWaiting(name: CheckName, figure: FigureRow | undefined, now: Date): Check {
  if (!figure) return { name, state: 'unknown', count: null, at: null }
  return { name, state: stateOfAge(figure.at, now), count: figure.value, at: figure.at }
}

/** What was found wrong, each of which somebody has to look at. */
function checkFound(name: CheckName, figure: FigureRow | undefined): Check {
  if (!figure) return { name, state: 'unknown', count: null, at: null }
  return { name, state: (figure.value ?? 0) > 0 ? 'attention' : 'ok', count: figure.value, at: figure.at }
}

/** The log was verified lately, and without a fault. */
function checkVerification(figure: FigureRow | undefined, now: Date): Check {
  const name = 'verification'
  if (!figure?.at) return { name, state: 'unknown', count: null, at: null }
  const isOld = ageSeconds(figure.at, now) > VERIFIED_DAYS * DAY_SECONDS
  const state = (figure.value ?? 0) > 0 ? 'failing' : isOld ? 'attention' : 'ok'
  return { name, state, count: figure.value, at: figure.at }
}

/** The sealer is no longer behind than it may be: an unready server says so, whichever process it is. */
function checkSealing(figure: FigureRow | undefined, isReady: boolean): Check {
  const at = figure?.at ?? null
  return { name: 'sealing', state: isReady ? 'ok' : 'failing', count: null, at }
}

/** Without a table for its month no event can be written, and so nothing be done. */
function checkMonths(figure: FigureRow | undefined): Check {
  const months = figure?.value ?? null
  if (months === null) return { name: 'audit_months', state: 'unknown', count: null, at: null }
  const state = months < 1 ? 'failing' : months < MONTHS_AHEAD ? 'attention' : 'ok'
  return { name: 'audit_months', state, count: months, at: null }
}

function checkEvaluation(figure: FigureRow | undefined, now: Date): Check {
  const name = 'alerts'
  if (!figure?.at) return { name, state: 'unknown', count: null, at: null }
  return {
    name,
    state: stateOfAge(new Date(figure.at.getTime() + LATE_SECONDS * 1000), now),
    count: null,
    at: figure.at,
  }
}

/** Work that failed every time waits for somebody; work that waits for minutes is not being done. */
function checkWork(work: readonly WorkRow[], now: Date): Check {
  const dead = work.find(({ name }) => name === 'dead')
  const failed = Number(dead?.waiting ?? 0)
  const waiting = work.filter(({ name, cron }) => name !== 'dead' && cron === null)
  const oldest = waiting
    .flatMap(({ oldest_waiting_at: at }) => at ?? [])
    .toSorted((a, b) => a.getTime() - b.getTime())[0]
  const state = stateOfAge(oldest ?? null, now)
  if (state !== 'ok')
    return {
      name: 'work',
      state,
      count: waiting.reduce((sum, row) => sum + Number(row.waiting), 0),
      at: oldest ?? null,
    }
  return {
    name: 'work',
    state: failed > 0 ? 'attention' : 'ok',
    count: failed,
    at: dead?.oldest_waiting_at ?? null,
  }
}

/** Schedules of each minute tell whether the clock runs at all; one whose last run failed is told with them. */
function checkSchedules(work: readonly WorkRow[], now: Date): Check {
  const minutely = work.filter(({ cron }) => cron === '* * * * *')
  const last = minutely
    .flatMap(({ last_done_at: at }) => at ?? [])
    .toSorted((a, b) => b.getTime() - a.getTime())[0]
  if (!last) return { name: 'schedules', state: 'unknown', count: null, at: null }
  if (ageSeconds(last, now) > STILL_SECONDS)
    return { name: 'schedules', state: 'failing', count: minutely.length, at: last }
  const failing = work.filter(
    ({ cron, last_failed_at: failedAt, last_done_at: doneAt }) =>
      cron !== null && failedAt !== null && (doneAt === null || failedAt > doneAt),
  )
  return {
    name: 'schedules',
    state: failing.length > 0 ? 'attention' : 'ok',
    count: failing.length,
    at: last,
  }
}

/** How each part stands now, from what the database and this process know. */
export function checkAll(
  known: {
    readonly work: readonly WorkRow[]
    readonly figures: readonly FigureRow[]
    readonly isReady: boolean
  },
  now: Date,
): readonly Check[] {
  const figureOf = (name: string) => known.figures.find((figure) => figure.name === name)
  return [
    // Whoever reads this was answered by it.
    { name: 'database', state: 'ok', count: null, at: now },
    checkSealing(figureOf('sealing'), known.isReady),
    checkMonths(figureOf('audit_months')),
    checkVerification(figureOf('verification'), now),
    checkWaiting('outbox', figureOf('outbox'), now),
    checkWork(known.work, now),
    checkSchedules(known.work, now),
    checkFound('webhooks', figureOf('webhooks')),
    checkWaiting('signals', figureOf('signals'), now),
    checkEvaluation(figureOf('alerts'), now),
    checkFound('exports', figureOf('exports')),
  ]
}
