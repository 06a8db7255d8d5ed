import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../database.ts'
import type { Database } from '../database.ts'
import { testRoleSecret } from '#testing/database.ts'
import { waitAtLeast } from '#testing/patience.ts'
import { hasRedis, startRedis } from '#testing/redis.ts'
import type { RedisProcess } from '#testing/redis.ts'
import { TestWorld } from '#testing/world.ts'
import {
  makeMemoryLimitStore,
  makePostgresLimitStore,
  makeRedisLimitStore,
  rememberRefusals,
  retryAfterSeconds,
} from './index.ts'
import type { LimitStore } from './index.ts'

const ALLOWED = 20
/** The window of a minute, scaled down. */
const WINDOW_MS = 400
/** A window that both bursts of a test are well within, however slow the machine. */
const WIDE_WINDOW_MS = 2000
const MINUTE_MS = 60_000

let world: TestWorld
let second: Database
let redis: RedisProcess | null = null
const stores: LimitStore[] = []

const isRedisHere = hasRedis('the Redis limiter was not tested')

async function redisStore(
  onAway: (error: Error) => void = () => undefined,
  instances = 1,
): Promise<LimitStore> {
  const store = await makeRedisLimitStore({ url: redis?.url ?? '', instances, onAway })
  stores.push(store)
  return store
}

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  second = openDatabase({ connection: world.connection, roleSecret: testRoleSecret(), poolSize: 4 })
  if (isRedisHere) redis = await startRedis()
}, 30_000)
afterAll(async () => {
  for (const store of stores) await store.close()
  await redis?.end()
  await second.close()
  await world[Symbol.asyncDispose]()
})

// Windows are lengths of real time: the clock is that of the store, which no test can turn.

let serial = 0
const newKey = () => `key ${(serial += 1)}`

/** The most admissions in any window of this length: an admission lies between its call and its answer, so at least this many were close. */
function mostWithin(
  admitted: readonly { readonly from: number; readonly to: number }[],
  windowMs: number,
): number {
  const ends = admitted.map(({ to }) => to).toSorted((left, right) => left - right)
  const counts = ends.map(
    (end) => admitted.filter(({ from, to }) => to <= end && from > end - windowMs).length,
  )
  return Math.max(0, ...counts)
}

/** Calls from several processes at these moments; returns when each admission was asked for and answered. */
async function play(processes: readonly LimitStore[], moments: readonly number[], windowMs: number) {
  const key = newKey()
  const started = performance.now()
  const admitted: { from: number; to: number }[] = []
  await Promise.all(
    moments.map(async (moment, index) => {
      await waitAtLeast(moment)
      const from = performance.now() - started
      const store = processes[index % processes.length]
      const answer = await store?.take([{ key, allowed: ALLOWED, windowMs }])
      if (answer?.admitted) admitted.push({ from, to: performance.now() - started })
    }),
  )
  return admitted
}

/** The drivers, each as two processes would use it. */
const DRIVERS: readonly (readonly [string, () => Promise<readonly LimitStore[]>, boolean])[] = [
  [
    'postgres',
    () =>
      Promise.resolve([
        rememberRefusals(makePostgresLimitStore(world.database)),
        rememberRefusals(makePostgresLimitStore(second)),
      ]),
    true,
  ],
  [
    'redis',
    async () => [rememberRefusals(await redisStore()), rememberRefusals(await redisStore())],
    isRedisHere,
  ],
  ['memory', () => Promise.resolve([makeMemoryLimitStore()]), true],
]

describe.each(DRIVERS.filter(([, , isHere]) => isHere).map(([name, open]) => ({ name, open })))(
  '$name',
  ({ open }) => {
    test('whatever the schedule and the number of processes, no window holds more than was promised (E5)', async () => {
      const processes = await open()
      const bursts = fc.array(fc.tuple(fc.nat(900), fc.integer({ min: 1, max: 30 })), {
        minLength: 2,
        maxLength: 5,
      })
      await fc.assert(
        fc.asyncProperty(bursts, async (plan) => {
          const moments = plan.flatMap(([moment, size]) => Array.from({ length: size }, () => moment))
          const admitted = await play(processes, moments, WINDOW_MS)
          expect(mostWithin(admitted, WINDOW_MS)).toBeLessThanOrEqual(ALLOWED)
          expect(admitted.length).toBeGreaterThanOrEqual(1)
        }),
        { numRuns: 5 },
      )
    }, 60_000)

    test('bursts on both sides of the edge of a window admit no more than one window does (E5)', async () => {
      const processes = await open()
      const moments = [
        ...Array.from({ length: 25 }, () => WIDE_WINDOW_MS - 60),
        ...Array.from({ length: 25 }, () => WIDE_WINDOW_MS + 60),
      ]
      const admitted = await play(processes, moments, WIDE_WINDOW_MS)
      expect(admitted).toHaveLength(ALLOWED)
    })

    test('whoever waits exactly as long as the refusal says is admitted (E5)', async () => {
      const [store] = await open()
      const ask = { key: newKey(), allowed: 3, windowMs: 1500 }
      for (let index = 0; index < 3; index += 1) {
        expect((await store?.take([ask]))?.admitted).toBe(true)
        await waitAtLeast(20)
      }
      const refused = await store?.take([ask])
      expect(refused?.admitted).toBe(false)
      const wait = Math.ceil(refused?.waitsMs[0] ?? 0)
      expect(wait).toBeGreaterThan(0)
      expect(wait).toBeLessThanOrEqual(1500)
      await waitAtLeast(wait)
      expect((await store?.take([ask]))?.admitted).toBe(true)
    })

    test('several limits are taken together or not at all, and waiting for the longest is enough (E5)', async () => {
      const [store] = await open()
      const [wide, narrow] = [
        { key: newKey(), allowed: 10, windowMs: MINUTE_MS },
        { key: newKey(), allowed: 2, windowMs: MINUTE_MS },
      ]
      const answers = []
      for (let index = 0; index < 8; index += 1) answers.push(await store?.take([wide, narrow]))
      expect(answers.map((answer) => answer?.admitted)).toEqual([
        true,
        true,
        ...Array.from({ length: 6 }, () => false),
      ])
      expect(answers[2]?.waitsMs[0]).toBe(0)
      expect(answers[2]?.waitsMs[1]).toBeGreaterThan(0)
      // The refusals cost nothing of the wide one.
      const alone = await store?.take([wide])
      expect(alone?.remaining).toEqual([7])
    })

    test('what is left is told, and never less than nothing (E5)', async () => {
      const [store] = await open()
      const ask = { key: newKey(), allowed: 3, windowMs: MINUTE_MS }
      const left = []
      for (let index = 0; index < 3; index += 1) left.push((await store?.take([ask]))?.remaining[0])
      expect(left).toEqual([2, 1, 0])
    })
  },
)

test('a refusal is remembered in the process until it can change, and the store is not asked meanwhile (E5)', async () => {
  let now = 1000
  let asked = 0
  const inner = makeMemoryLimitStore(() => now)
  const counted: LimitStore = {
    take(wanted) {
      asked += 1
      return inner.take(wanted)
    },
    close: () => inner.close(),
  }
  const store = rememberRefusals(counted, () => now)
  const ask = [{ key: 'k', allowed: 2, windowMs: 1000 }]
  for (let index = 0; index < 3; index += 1) await store.take(ask)
  expect(asked).toBe(3)
  for (let index = 0; index < 100; index += 1) expect((await store.take(ask)).admitted).toBe(false)
  expect(asked).toBe(3)
  now += 999
  const last = await store.take(ask)
  expect([last.admitted, retryAfterSeconds(last)]).toEqual([false, 1])
  now += 1
  expect((await store.take(ask)).admitted).toBe(true)
})

test.runIf(isRedisHere)(
  'a Redis that hangs or dies lets nobody hang and nothing through that it would not: each process admits its share, and says so (E5)',
  async () => {
    const alarms: string[] = []
    const store = await redisStore((error) => void alarms.push(error.message), 2)
    const ask = { key: newKey(), allowed: ALLOWED, windowMs: 60_000 }
    for (let index = 0; index < 4; index += 1) expect((await store.take([ask])).admitted).toBe(true)
    redis?.freeze()
    const started = performance.now()
    const answers = []
    for (let index = 0; index < 12; index += 1) answers.push((await store.take([ask])).admitted)
    const took = performance.now() - started
    redis?.thaw()
    expect(took).toBeLessThan(12 * 400)
    // Its share is ten of twenty, of which it admitted four while the Redis was there.
    expect(answers.filter(Boolean)).toHaveLength(6)
    expect(alarms).toHaveLength(1)
  },
  20_000,
)

test('without the database nothing is admitted: the answer is that it is not available (E5)', async () => {
  const away = openDatabase({
    connection: { ...world.connection, port: 1 },
    roleSecret: testRoleSecret(),
    poolSize: 1,
  })
  await expect(
    makePostgresLimitStore(away).take([{ key: 'k', allowed: 1, windowMs: 1000 }]),
  ).rejects.toMatchObject({ status: 503 })
  await away.close()
})
