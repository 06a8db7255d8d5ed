import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLimiter } from '#platform/limits.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
})
afterAll(() => world[Symbol.asyncDispose]())

test('of many parallel calls from two processes exactly the allowed number is admitted', async () => {
  const [one, two] = [makeLimiter(world.database), makeLimiter(world.database)]
  const verdicts = await Promise.all(
    Array.from({ length: 160 }, (_, index) => (index % 2 === 0 ? one : two).take('write', 'partner x')),
  )
  expect(verdicts.filter((verdict) => verdict.admitted)).toHaveLength(50)
  const refused = verdicts.find((verdict) => !verdict.admitted)
  expect(refused?.resetSeconds).toBeGreaterThanOrEqual(1)
  expect(refused?.resetSeconds).toBeLessThanOrEqual(60)
})

test('an admission leaves the window by age and by nothing else', async () => {
  const take = (allowed: number) =>
    world.sql<{ admitted: boolean; retry_microseconds: number }>('select * from access.take($1, $2, $3)', [
      'aged',
      allowed,
      60_000_000,
    ])
  await take(2)
  await take(2)
  expect((await take(2))[0]?.admitted).toBe(false)
  await world.sql(
    `update rate_limit_log set hits = (select array_agg(hit - 60000001) from unnest(hits) hit) where key = 'aged'`,
  )
  expect((await take(2))[0]?.admitted).toBe(true)
})
