import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startFeatures } from '../../server/src/modules/features/index.ts'
import { openDatabase, refuseUnsafeLogins, untilReachable } from '../../server/src/platform/database.ts'
import type { ConnectionSettings, Database } from '../../server/src/platform/database.ts'
import { startJobs } from '../../server/src/platform/jobs.ts'
import { startKeyRing } from '../../server/src/platform/credentials/key-ring.ts'
import { prepareDatabase } from '../../server/src/prepare-database.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { inTime } from '../../server/testing/patience.ts'
import { TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'

const LONG_MS = 60_000
const PATIENCE = { timeout: 20_000, interval: 10 }

let world: TestWorld
let proxy: TcpProxy
/** Every database that a test opened. */
const opened: Database[] = []

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  proxy = await TcpProxy.start({ path: `${world.connection.host}/.s.PGSQL.${world.connection.port}` })
})
afterAll(async () => {
  for (const database of opened) await database.close()
  await proxy[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})
beforeEach(() => proxy.set('down'))

const distant = (): ConnectionSettings => ({ ...world.connection, host: '127.0.0.1', port: proxy.port })

function openDistant(): Database {
  const database = openDatabase({ connection: distant(), roleSecret: testRoleSecret(), poolSize: 2 })
  opened.push(database)
  return database
}

const ignore = () => undefined

/** What a process does at its start, each against a database that is not there yet. */
const STEPS: readonly (readonly [string, () => Promise<() => Promise<void> | void>])[] = [
  [
    'the schema',
    async () => {
      await untilReachable(() => prepareDatabase(distant()))
      return ignore
    },
  ],
  [
    'the check of the logins',
    async () => {
      await untilReachable(() => refuseUnsafeLogins(openDistant()))
      return ignore
    },
  ],
  [
    'the data keys',
    async () => {
      const ring = await startKeyRing({
        database: openDistant(),
        secretKey: TEST_SECRET_KEY,
        onError: ignore,
      })
      return () => ring.stop()
    },
  ],
  [
    'the features',
    async () => {
      const features = await startFeatures(openDistant(), ignore)
      return () => features.stop()
    },
  ],
  [
    'the jobs',
    async () => {
      const jobs = await startJobs({ database: openDistant(), topics: {}, schedules: [], onError: ignore })
      return () => jobs.stop()
    },
  ],
]

describe('a process that starts before its database', { timeout: LONG_MS }, () => {
  test.each(STEPS)('waits for it, tries again and goes on when it is there: %s (R7)', async (_, start) => {
    const before = proxy.injected.cut
    let isDone = false
    const started = start().finally(() => (isDone = true))
    // A failure that nobody waits for yet is no fault of the test.
    started.catch(ignore)
    await vi.waitFor(() => expect(proxy.injected.cut).toBeGreaterThan(before + 1), PATIENCE)
    expect(isDone).toBe(false)
    proxy.set('pass')
    const stop = await started
    await stop()
  })

  test('says after its patience what stood in the way, and not that it waited (R7)', async () => {
    await inTime(async (patienceMs) => {
      const before = proxy.injected.cut
      const waiting = untilReachable(() => refuseUnsafeLogins(openDistant()), patienceMs)
      await expect(waiting).rejects.toThrow(/ECONNRESET|Connection terminated/)
      return proxy.injected.cut > before + 1
    })
    const preparing = untilReachable(() => prepareDatabase(distant()), 0)
    await expect(preparing).rejects.toThrow(/ECONNRESET|Connection terminated/)
  })

  test('does not wait where the database answers and refuses: a login that owns tables or bypasses row security ends the start at once (R1)', async () => {
    const pool = new pg.Pool({ ...world.connection, max: 1 })
    pool.on('error', () => undefined)
    pool.on('connect', (client) => void client.on('error', () => undefined))
    const unsafe: Database = { pool: () => pool, directPool: () => pool, close: () => pool.end() }
    opened.push(unsafe)
    let tries = 0
    const refused = untilReachable(() => {
      tries += 1
      return refuseUnsafeLogins(unsafe)
    })
    await expect(refused).rejects.toThrow('must be neither')
    expect(tries).toBe(1)
  })
})
