import { z } from 'zod'
import { openDatabase } from '../server/src/platform/database.ts'
import { makePostgresLimitStore, makeRedisLimitStore } from '../server/src/platform/limit-store/index.ts'
import type { LimitStore } from '../server/src/platform/limit-store/index.ts'

/** What one process of the flood is told: where the store is, what it asks, and how long. */
export const Order = z.object({
  connection: z.object({
    host: z.string(),
    port: z.number(),
    user: z.string(),
    password: z.string(),
    database: z.string(),
  }),
  roleSecret: z.string(),
  redisUrl: z.string().nullable(),
  processes: z.int(),
  key: z.string(),
  allowed: z.int(),
  windowMs: z.int(),
  seconds: z.number(),
})

/** One admission: between its call and its answer, in milliseconds of the clock that all processes of a machine share. */
export const Flooded = z.object({
  calls: z.int(),
  /** Calls to which the store gave no answer in time: nothing was admitted, or what the process decided by itself. */
  unanswered: z.int(),
  admitted: z.array(z.object({ from: z.number(), to: z.number() })),
})

const CALLERS = 2
const PAUSE_MS = 60

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6
const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS))

async function openStore(order: z.output<typeof Order>): Promise<LimitStore> {
  if (order.redisUrl !== null)
    return makeRedisLimitStore({
      url: order.redisUrl,
      instances: order.processes,
      onAway: () => undefined,
    })
  const { connection, roleSecret } = order
  return makePostgresLimitStore(openDatabase({ connection, roleSecret, poolSize: CALLERS }))
}

/** Calls without a rest: a window is full from its first moment to its last, so one admission too many shows. */
async function flood(order: z.output<typeof Order>): Promise<z.output<typeof Flooded>> {
  let unanswered = 0
  const store = await openStore(order)
  const { key, allowed, windowMs } = order
  // What is measured is the limiter, not the opening of connections: a process serves when its store answers.
  for (let answered = 0; answered < CALLERS * 3;) {
    const asked = [{ key: `${key} warm ${process.pid}`, allowed: 100, windowMs: 1000 }]
    const answer = await store.take(asked).catch(() => null)
    answered = answer !== null && answer.isAlone !== true ? answered + 1 : 0
    // What a process decides by itself waits for nothing: without a rest the late answer would never be heard.
    if (answered === 0) await pause()
  }
  const admitted: { from: number; to: number }[] = []
  const endMs = nowMs() + order.seconds * 1000
  let calls = 0
  const call = async () => {
    while (nowMs() < endMs) {
      const from = nowMs()
      const answer = await store.take([{ key, allowed, windowMs }]).catch(() => null)
      calls += 1
      if (answer === null || answer.isAlone === true) unanswered += 1
      if (answer?.admitted) admitted.push({ from, to: nowMs() })
      else await pause()
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, call))
  return { calls, unanswered, admitted }
}

process.once('message', (message) => {
  flood(Order.parse(message)).then(
    (result) => process.send?.(result, () => process.exit(0)),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
