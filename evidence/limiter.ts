import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { ROLE_SECRET, startCluster } from '../bench/cluster.ts'
import type { ConnectionSettings } from '../server/src/platform/embedded/index.ts'
import { startRedis } from '../server/testing/redis.ts'
import { Flooded } from './limiter-process.ts'
import type { Order } from './limiter-process.ts'
import type { Part, PartResult } from './part.ts'

const PROCESS = fileURLToPath(new URL('limiter-process.ts', import.meta.url))
const ALLOWED = 20
const WINDOW_MS = 60_000
/** Two whole windows, and the beginning of a third. */
const SECONDS = 125
const WINDOWS_BEGUN = Math.ceil((SECONDS * 1000) / WINDOW_MS)

type Admission = z.output<typeof Flooded>['admitted'][number]

/** One limiter under a flood from several processes. */
interface Run {
  readonly store: 'PostgreSQL' | 'Redis'
  readonly processes: number
  /** What the limiter is told; more, or over less time, than the promise is a planted fault. */
  readonly allowed: number
  readonly windowMs: number
}

interface Found {
  readonly run: Run
  readonly calls: number
  readonly unanswered: number
  readonly admitted: number
  readonly mostInAWindow: number
}

/**
 * The most admissions that certainly lay within one window of this length: each lies between its call and its answer, so
 * only those whose calls began within it count. Never more than there were, so one too many is a fault for sure.
 */
export function mostWithin(admitted: readonly Admission[], windowMs: number): number {
  const counts = admitted.map(({ to: end }) =>
    admitted.reduce((count, { from, to }) => count + (to <= end && from > end - windowMs ? 1 : 0), 0),
  )
  return Math.max(0, ...counts)
}

async function flood(order: z.input<typeof Order>): Promise<z.output<typeof Flooded>> {
  const child = fork(PROCESS, { stdio: 'inherit' })
  child.send(order)
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(Flooded.parse(message)))
    child.once('exit', (code) => reject(new Error(`A process of the flood ended with ${code}.`)))
  })
}

async function play(
  run: Run,
  at: { readonly connection: ConnectionSettings; readonly redisUrl: string },
): Promise<Found> {
  const { host, port, user, password, database } = at.connection
  const order = {
    connection: { host, port, user, password, database },
    roleSecret: ROLE_SECRET,
    processes: run.processes,
    redisUrl: run.store === 'Redis' ? at.redisUrl : null,
    key: `${run.store} ${run.processes} ${run.allowed} ${run.windowMs}`,
    allowed: run.allowed,
    windowMs: run.windowMs,
    seconds: SECONDS,
  }
  const heard = await Promise.all(Array.from({ length: run.processes }, () => flood(order)))
  const admitted = heard.flatMap((one) => one.admitted)
  return {
    run,
    calls: heard.reduce((sum, { calls }) => sum + calls, 0),
    unanswered: heard.reduce((sum, one) => sum + one.unanswered, 0),
    admitted: admitted.length,
    mostInAWindow: mostWithin(admitted, WINDOW_MS),
  }
}

const RUNS: readonly Run[] = (['PostgreSQL', 'Redis'] as const).flatMap((store) =>
  [2, 3].map((processes) => ({ store, processes, allowed: ALLOWED, windowMs: WINDOW_MS })),
)

/** Limiters with a fault, which the same judgement has to find. */
const PLANTED: readonly Run[] = [
  { store: 'PostgreSQL', processes: 2, allowed: ALLOWED + 1, windowMs: WINDOW_MS },
  { store: 'Redis', processes: 2, allowed: ALLOWED, windowMs: WINDOW_MS - 2000 },
]

// A Redis that was away is answered for by each process alone, which is another promise: such a run shows nothing.
const faultOf = ({ run, admitted, mostInAWindow, unanswered }: Found): string | null =>
  mostInAWindow === ALLOWED &&
  admitted === ALLOWED * WINDOWS_BEGUN &&
  (run.store === 'PostgreSQL' || unanswered === 0)
    ? null
    : `${run.store}, ${run.processes} processes: ${mostInAWindow} in one window, ${admitted} in ${SECONDS} s, ${unanswered} calls without an answer`

function judge(found: readonly Found[]): PartResult {
  const sound = found.filter(({ run }) => RUNS.includes(run))
  const planted = found.filter(({ run }) => PLANTED.includes(run))
  const missed = planted.filter(({ mostInAWindow }) => mostInAWindow <= ALLOWED)
  return {
    claims: sound.map(({ run, calls, unanswered, admitted, mostInAWindow }) => ({
      requirement: 'E5, P9',
      claim: `A token has exactly ${ALLOWED} admissions in any 60 seconds: ${run.store}, ${run.processes} processes, ${SECONDS} s without a rest`,
      count: `${calls} calls, ${unanswered} without an answer in time`,
      result: `${admitted} admitted, at most ${mostInAWindow} in any 60 s`,
    })),
    positiveControl: `a limiter that admits one too many, and one whose window is two seconds short, ran beside them and were found: ${planted.map(({ mostInAWindow }) => mostInAWindow).join(' and ')} in one window.`,
    wrong: [
      ...sound.flatMap((one) => faultOf(one) ?? []),
      ...missed.map(
        ({ run }) => `the planted fault of ${run.store} (${run.allowed} in ${run.windowMs} ms) was not found`,
      ),
    ],
  }
}

/** The promise of E5 in real windows: real processes, real stores, a flood (embedded.md section 4). */
export async function measureLimiter(): Promise<PartResult> {
  const cluster = await startCluster()
  const redis = await startRedis()
  try {
    const connection = await cluster.createDatabase('limiter')
    const at = { connection, redisUrl: redis.url }
    return judge(await Promise.all([...RUNS, ...PLANTED].map((run) => play(run, at))))
  } finally {
    await redis.end()
    await cluster.stop()
  }
}

/** The part of the campaign. */
export const limiterPart: Part = {
  name: 'limiter',
  title: 'Twenty in any minute, over several processes',
  source: 'evidence/limiter.ts',
  run: measureLimiter,
}
