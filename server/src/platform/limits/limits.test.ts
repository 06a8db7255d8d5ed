import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLimiter } from '#platform/limits/limits.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

test('of many parallel calls from two processes exactly the allowed number is admitted', async () => {
  const [one, two] = [makeLimiter(world.database), makeLimiter(world.database)]
  const verdicts = await Promise.all(
    Array.from({ length: 160 }, async (_, index) =>
      (index % 2 === 0 ? one : two).take([{ name: 'write', key: 'partner x' }]),
    ),
  )
  expect(verdicts.filter((verdict) => verdict.admitted)).toHaveLength(50)
  const refused = verdicts.find((verdict) => !verdict.admitted)
  expect(refused?.resetSeconds).toBeGreaterThanOrEqual(1)
  expect(refused?.resetSeconds).toBeLessThanOrEqual(60)
})

test('an admission leaves the window by age and by nothing else', async () => {
  const take = (allowed: number) =>
    world.sql<{ admitted: boolean; retry_microseconds: number }>(
      'select * from access.take($1, $2, $3, $4)',
      [['aged'], [allowed], [60_000_000], [0]],
    )
  await take(2)
  await take(2)
  expect((await take(2))[0]?.admitted).toBe(false)
  await world.sql(
    `update rate_limit_log set hits = (select array_agg(hit - 60000001) from unnest(hits) hit) where key = 'aged'`,
  )
  expect((await take(2))[0]?.admitted).toBe(true)
})

test('calls that cross in their keys neither wait for each other for ever nor admit too many', async () => {
  const limiters = Array.from({ length: 4 }, () => makeLimiter(world.database))
  const verdicts = await Promise.all(
    Array.from({ length: 400 }, async (_, index) => {
      const key = `partner crossing ${index % 7}`
      const tenant = { name: 'tenant' as const, key: `${key} tenant ${index % 3}` }
      return limiters[index % 4]?.take([{ name: index % 2 === 0 ? 'write' : 'link_request', key }, tenant])
    }),
  )
  const admitted = (name: string) => verdicts.filter((verdict) => verdict?.admitted && verdict.name === name)
  expect(admitted('link_request')).toHaveLength(7 * 20)
  expect(admitted('write')).toHaveLength(200)
})

test('a call that its second limit refuses says so, and a full first limit takes nothing of the second', async () => {
  const limiter = makeLimiter(world.database, 0.02)
  const take = (tenant: string) =>
    limiter.take([
      { name: 'write', key: 'partner chain' },
      { name: 'tenant', key: `partner chain tenant ${tenant}` },
    ])
  expect(await take('a')).toMatchObject({ admitted: true, name: 'write', remaining: 0 })
  expect(await take('b')).toMatchObject({ admitted: false, name: 'write' })
  const keys = await world.sql<{ key: string }>(
    `select key from rate_limit_log where key like '%chain%' order by key`,
  )
  expect(keys.map(({ key }) => key)).toEqual(['tenant:partner chain tenant a', 'write:partner chain'])
  const wide = makeLimiter(world.database)
  const ask = async () =>
    wide.take([
      { name: 'detail', key: 'partner second' },
      { name: 'link_request', key: 'partner second' },
    ])
  const verdicts = await Promise.all(Array.from({ length: 21 }, ask))
  expect(verdicts.filter(({ admitted }) => admitted)).toHaveLength(20)
  expect(verdicts.find(({ admitted }) => !admitted)).toMatchObject({ name: 'link_request', remaining: 0 })
  expect(await ask()).toMatchObject({ admitted: false, name: 'link_request' })
})
