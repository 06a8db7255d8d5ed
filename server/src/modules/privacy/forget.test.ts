import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readConfig } from '#platform/config.ts'
import { runStatements } from '#testing/database.ts'
import { TestWorld } from '#testing/world.ts'
import { forgetPersonalData } from './index.ts'

const KEEP_DAYS = 3
const LONG_MS = 60_000

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  await world.sql(`select private.add_audit_partitions((now() - interval '30 months')::date, 30)`)
})
afterAll(() => world[Symbol.asyncDispose]())

/** A log whose events are so many days old, as earlier nights and an erasure left it. */
interface Past {
  readonly ages: readonly number[]
  /** How many of the oldest earlier nights have blanked. */
  readonly done: number
  /** Events of a person who was erased, by their place from the oldest. */
  readonly erased: readonly number[]
  /** Events that came without an address or a browser. */
  readonly silent: readonly number[]
}

const places = fc.uniqueArray(fc.nat(9), { maxLength: 4 })
const pasts: fc.Arbitrary<Past> = fc.record({
  ages: fc
    .uniqueArray(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 10 })
    .map((ages) => ages.toSorted((left, right) => right - left)),
  done: fc.nat(10),
  erased: places,
  silent: places,
})

const BLANK =
  'origin_digest = audit.origin_digest_of(e), origin_salt = gen_random_uuid(), ip = null, user_agent = null'

/** Writes the log anew, as no login could. */
async function makePast({ ages, done, erased, silent }: Past): Promise<void> {
  const rows = ages.map((age, place) => {
    const [ip, browser] = silent.includes(place) ? ['null', 'null'] : [`'192.0.2.7'`, `'An old browser'`]
    return `('tenant', 'x.${place}', 'allowed', 'person', 'api', ${ip}, ${browser}, now() - make_interval(days => ${age}))`
  })
  const isPast = `occurred_at < now() - interval '${KEEP_DAYS} days'`
  const named = (of: readonly number[]) =>
    `action in (${of.map((place) => `'x.${place}'`).join(', ') || 'null'})`
  await runStatements(world.connection, [
    `set session_replication_role = 'replica'`,
    'delete from audit_event',
    `insert into audit_event (plane, action, outcome, actor_type, source, ip, user_agent, occurred_at) values ${rows.join(', ')}`,
    `update audit_event e set ${BLANK} where ${isPast} and (ip is not null or user_agent is not null)
       and ${named(ages.map((_, place) => place).slice(0, done))}`,
    `update audit_event e set ${BLANK} where origin_digest is null and ${named(erased)}`,
    `update audit_event e set personal_digest = audit.personal_digest_of(e), personal_salt = gen_random_uuid() where ${named(erased)}`,
  ])
}

const open = (bound: string) =>
  world.sql<{ action: string }>(
    `select action from audit_event where (ip is not null or user_agent is not null) and occurred_at ${bound} now() - interval '${KEEP_DAYS} days' order by action`,
  )

test(
  'the next night blanks all that is old enough and nothing younger, whatever nights were missed or broken off, however long nothing happened and whoever was erased (retention)',
  async () => {
    await fc.assert(
      fc.asyncProperty(pasts, async (past) => {
        await makePast(past)
        const young = await open('>=')
        const old = await open('<')
        const { origins } = await forgetPersonalData(world.database, KEEP_DAYS)
        expect(await open('<')).toEqual([])
        expect(origins).toBe(old.length)
        expect(await open('>=')).toEqual(young)
        expect((await forgetPersonalData(world.database, KEEP_DAYS)).origins).toBe(0)
      }),
      {
        numRuns: 20,
        // Halving meets the erased person's event first, and must not take it for the work of a night.
        examples: [[{ ages: [800, 700, 200, 10], done: 1, erased: [2], silent: [] }]],
      },
    )
  },
  LONG_MS,
)

test('a night whose work is done asks a few times and blanks in one stretch, not in every hour of the years before (retention)', async () => {
  const ages = Array.from({ length: 100 }, (_, index) => 880 - index * 8)
  await makePast({ ages, done: 0, erased: [], silent: [] })
  expect((await forgetPersonalData(world.database, KEEP_DAYS)).origins).toBe(100)
  let statements = 0
  const pool = world.database.pool('liaison_job')
  const counting = {
    ...world.database,
    pool: () =>
      new Proxy(pool, {
        get(target, name) {
          if (name === 'query') statements += 1
          const value: unknown = Reflect.get(target, name)
          return typeof value === 'function' ? value.bind(target) : value
        },
      }),
  }
  expect((await forgetPersonalData(counting, KEEP_DAYS)).origins).toBe(0)
  expect(statements).toBeLessThan(40)
})

test('an address cannot be kept for more than 400 days, whatever is configured (retention)', () => {
  expect(() => readConfig({ PERSONAL_DATA_DAYS: '401' })).toThrow('PERSONAL_DATA_DAYS')
  expect(readConfig({ PERSONAL_DATA_DAYS: '400' }).personalDataDays).toBe(400)
})
