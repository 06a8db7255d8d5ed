import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { TcpProxy } from '../support/tcp-proxy.ts'
import type { ProxyMode } from '../support/tcp-proxy.ts'
import { makeRedisLimitStore, rememberRefusals } from '../../server/src/platform/limit-store/index.ts'
import type { LimitStore } from '../../server/src/platform/limit-store/index.ts'
import { hasRedis, startRedis } from '../../server/testing/redis.ts'
import type { RedisProcess } from '../../server/testing/redis.ts'

const ALLOWED = 20
const PROCESSES = 2
const SHARE = ALLOWED / PROCESSES
/** Long, so that nothing leaves a log while a test runs, however slow the machine. */
const WINDOW_MS = 3_600_000
const LONG_MS = 60_000
const PATIENCE = { timeout: 20_000, interval: 10 }

const isRedisHere = hasRedis('late answers were not tested')

let redis: RedisProcess
let proxy: TcpProxy
let admin: Redis
/** One process whose network a test may break, and one whose network is sound. */
let far: LimitStore
let near: LimitStore
let alarms = 0

beforeAll(async () => {
  if (!isRedisHere) return
  redis = await startRedis()
  const { port } = redis
  proxy = await TcpProxy.start({ port })
  admin = new Redis(port, '127.0.0.1')
  const open = (at: number) =>
    makeRedisLimitStore({
      url: `redis://127.0.0.1:${at}`,
      instances: PROCESSES,
      onAway: () => (alarms += 1),
    })
  far = await open(proxy.port)
  near = await open(port)
})
afterAll(async () => {
  if (!isRedisHere) return
  await far.close()
  await near.close()
  admin.disconnect()
  await proxy[Symbol.asyncDispose]()
  await redis.end()
})

let serial = 0
let key = ''
beforeEach(() => nextKey())

function nextKey(): void {
  key = `late ${(serial += 1)}`
}

const ask = (store: LimitStore, name = key) =>
  store.take([{ key: name, allowed: ALLOWED, windowMs: WINDOW_MS }])

/** How many of so many calls, one after the other, are admitted. */
async function admit(store: LimitStore, calls: number): Promise<number> {
  let admitted = 0
  for (let call = 0; call < calls; call += 1) if ((await ask(store)).admitted) admitted += 1
  return admitted
}

/** Until a store is answered by the Redis again, which another log shows. */
async function reachable(store: LimitStore): Promise<void> {
  await vi.waitFor(async () => expect((await ask(store, `${key} probe`)).isAlone).not.toBe(true), {
    ...PATIENCE,
    interval: 100,
  })
}

/** How many are admitted until the Redis itself says that the log is full. */
async function fill(store: LimitStore): Promise<number> {
  for (let admitted = 0; ;) {
    const answer = await ask(store)
    if (answer.admitted) admitted += 1
    else if (answer.isAlone === true) await reachable(store)
    else return admitted
  }
}

const counted = () => admin.llen(`liaison:limit:${key}`)
const becomes = (count: number) => vi.waitFor(async () => expect(await counted()).toBe(count), PATIENCE)

beforeEach(async () => {
  if (!isRedisHere) return
  proxy.set('pass')
  await Promise.all([reachable(far), reachable(near)])
}, LONG_MS)

/** What happens to the network of one process, and how often each is asked meanwhile. */
interface Phase {
  readonly mode: ProxyMode
  readonly far: number
  readonly near: number
}

const phase: fc.Arbitrary<Phase> = fc.record({
  mode: fc.constantFrom<ProxyMode>('pass', 'late', 'down'),
  far: fc.nat(15),
  near: fc.nat(15),
})

describe.runIf(isRedisHere)('a Redis at the other end of a network', { timeout: LONG_MS }, () => {
  test('what the Redis admits too late to be heard counts once, not twice and not never (E5)', async () => {
    proxy.set('late')
    expect(await ask(far)).toMatchObject({ admitted: true, isAlone: true })
    await becomes(1)
    proxy.set('pass')
    await reachable(far)
    await becomes(1)
    expect(await fill(near)).toBe(ALLOWED - 1)
    expect((await ask(far)).admitted).toBe(false)
  })

  test('a process whose Redis answers late admits nothing that the Redis, as it last told, had no room for (E5)', async () => {
    expect(await admit(far, 2)).toBe(2)
    expect(await fill(near)).toBe(ALLOWED - 2)
    expect(await fill(far)).toBe(0)
    for (const mode of ['late', 'down'] as const) {
      proxy.set(mode)
      expect(await ask(far)).toMatchObject({ admitted: false, isAlone: true })
    }
  })

  test('what was refused while the Redis admitted it late is given back (E5)', async () => {
    expect(await admit(far, SHARE)).toBe(SHARE)
    await reachable(far)
    proxy.set('late')
    expect(await ask(far)).toMatchObject({ admitted: false, isAlone: true })
    await becomes(SHARE + 1)
    proxy.set('pass')
    await becomes(SHARE)
    await reachable(far)
    expect(await fill(near)).toBe(ALLOWED - SHARE)
  })

  test('what a process admits while it cannot reach the Redis counts for all as soon as it can (E5)', async () => {
    proxy.set('down')
    expect(await admit(far, ALLOWED)).toBe(SHARE)
    expect(await counted()).toBe(0)
    proxy.set('pass')
    await becomes(SHARE)
    expect(await fill(near)).toBe(ALLOWED - SHARE)
  })

  test('a refusal without the Redis is not remembered when the Redis is there again (E5)', async () => {
    const store = rememberRefusals(far)
    proxy.set('down')
    expect(await admit(store, ALLOWED)).toBe(SHARE)
    proxy.set('pass')
    await becomes(SHARE)
    expect(await fill(store)).toBe(ALLOWED - SHARE)
  })

  test('a connection that swallows everything is given up, and the next one is used (E5)', async () => {
    const before = proxy.injected.connections
    proxy.set('black hole')
    expect((await ask(far)).isAlone).toBe(true)
    proxy.set('pass')
    await reachable(far)
    expect(proxy.injected.connections).toBeGreaterThan(before)
    await becomes(1)
  })

  test('whatever happens to the network of a process, no more is admitted than was promised and its share, the Redis never counts less than was admitted, and once it is there again no more than was promised (E5)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(phase, { minLength: 1, maxLength: 6 }), async (phases) => {
        nextKey()
        proxy.set('pass')
        await reachable(far)
        let [admitted, wasNearAlone] = [0, false]
        const watched: LimitStore = {
          async take(asked) {
            const answer = await near.take(asked)
            wasNearAlone ||= answer.isAlone === true
            return answer
          },
          close: () => near.close(),
        }
        for (const { mode, far: atFar, near: atNear } of phases) {
          proxy.set(mode)
          const both = await Promise.all([admit(far, atFar), admit(watched, atNear)])
          admitted += both[0] + both[1]
        }
        proxy.set('pass')
        await reachable(far)
        // On a busy machine the answers of the sound network may be late too.
        expect(admitted).toBeLessThanOrEqual(ALLOWED + SHARE * (wasNearAlone ? PROCESSES : 1))
        await vi.waitFor(
          async () => expect(await counted()).toBeGreaterThanOrEqual(Math.min(ALLOWED, admitted)),
          PATIENCE,
        )
        const more = (await fill(near)) + (await fill(far))
        expect(admitted + more).toBeLessThanOrEqual(Math.max(ALLOWED, admitted))
      }),
      { numRuns: 12 },
    )
    expect(alarms).toBeGreaterThan(0)
  })
})
