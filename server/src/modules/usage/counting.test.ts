import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'
import { configure, countOf, limitsOf, openUsageScene, operate, operateTimes } from '#testing/usage-acts.ts'
import { usageRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => usageRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const REFUSING = { 'ops.per_day': 7, 'rate.per_min': 600, on_exceed: 'suspend' }

test('an operation within the limits is admitted, counted once, and its answer tells what is left (C5)', async () => {
  const { caller, user } = await openUsageScene(world, { configuration: limitsOf('basic', REFUSING) })
  const answer = await operate(world, caller)
  expect(answer.statusCode, answer.body).toBe(201)
  expect(answer.json()).toMatchObject({
    admitted: true,
    warning: null,
    usage: {
      day: { allowed: 7, used: 1, remaining: 6 },
      seven_days: { allowed: 50, used: 1, remaining: 49 },
    },
  })
  expect(answer.headers['ratelimit']).toMatch(/"operations-day";r=6;t=\d+, "operations-7d";r=49;t=\d+/)
  expect(answer.headers['ratelimit-policy']).toContain('"operations-day";q=7;w=86400')
  expect(await countOf(world, user)).toEqual({ operations: 1, counted: 1, beyond: 0 })
})

test('a repeated request with the same key is one operation, and a failed one is none (C5, R3)', async () => {
  const { caller, user } = await openUsageScene(world)
  const first = await operate(world, caller, { key: 'same' })
  const again = await operate(world, caller, { key: 'same' })
  expect([first.statusCode, again.statusCode]).toEqual([201, 201])
  expect(again.headers['idempotent-replayed']).toBe('true')
  const refused = await world.call(caller, 'POST', '/api/v1/realm/operations', { body: { kind: '' } })
  expect(refused.statusCode).toBe(422)
  expect(await countOf(world, user)).toMatchObject({ operations: 1 })
})

test('with two servers and many callers at once exactly as many operations are admitted as the limit says (C5)', async () => {
  const { caller, user } = await openUsageScene(world, { configuration: limitsOf('basic', REFUSING) })
  await using second = await world.secondProcess(() => usageRoutes)
  const send = (index: number) =>
    (index % 2 === 0 ? world.app : second).http.inject({
      method: 'POST',
      url: '/api/v1/realm/operations',
      headers: { cookie: caller.cookie ?? '', origin: TEST_ORIGIN, 'content-type': 'application/json' },
      payload: '{"kind":"message"}',
    })
  // Who finds no free connection asks again, as a client does.
  const call = async (index: number) => {
    let answer = await send(index)
    while (answer.statusCode === 503) answer = await send(index)
    return answer
  }
  const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => call(index)))
  expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(7)
  expect(answers.filter(({ statusCode }) => statusCode === 429 || statusCode === 403)).toHaveLength(13)
  expect(await countOf(world, user)).toEqual({ operations: 7, counted: 7, beyond: 0 })
  const rows = await world.sql('select kind from usage_consequence where end_user_id = $1', [user])
  expect(rows).toEqual([{ kind: 'suspend' }])
})

test('what is refused says why, who can change it and until when, and counts nothing (C5)', async () => {
  const { caller, user } = await openUsageScene(world, {
    configuration: limitsOf('basic', { 'ops.per_day': 2, on_exceed: 'restrict' }),
  })
  expect(await operateTimes(world, caller, 2)).toEqual([201, 201])
  const refused = await operate(world, caller)
  expect(refused.statusCode, refused.body).toBe(429)
  const body = refused.json()
  expect(body).toMatchObject({
    code: 'USAGE_LIMIT_REACHED',
    details: {
      consequence: 'restrict',
      limit: 'ops.per_day',
      allowed: 2,
      used: 2,
      decided_by: 'partner',
      who_can_change: 'partner',
    },
  })
  expect(Date.parse(body.details.resets_at) % 86_400_000).toBe(0)
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
  expect(await countOf(world, user)).toMatchObject({ operations: 2, counted: 2 })
})

test('the rate of a minute is exact, refuses without a consequence, and counts nothing (C5)', async () => {
  const { caller, user } = await openUsageScene(world, {
    role: 'advanced',
    configuration: limitsOf('advanced', { 'rate.per_min': 5 }),
  })
  const answers = await Promise.all(Array.from({ length: 12 }, () => operate(world, caller)))
  expect(answers.filter(({ statusCode }) => statusCode === 201)).toHaveLength(5)
  expect(answers.find(({ statusCode }) => statusCode === 429)?.json()).toMatchObject({
    details: { consequence: null, limit: 'rate.per_min', allowed: 5 },
  })
  expect(await countOf(world, user)).toMatchObject({ operations: 5 })
  expect(await world.sql('select from usage_consequence where end_user_id = $1', [user])).toEqual([])
})

test('a limit that is tightened or widened holds for the next operation (C5)', async () => {
  const { caller, partner } = await openUsageScene(world, {
    configuration: limitsOf('basic', { 'ops.per_day': 10, on_exceed: 'review' }),
  })
  expect(await operateTimes(world, caller, 3)).toEqual([201, 201, 201])
  await configure(world, partner, limitsOf('basic', { 'ops.per_day': 3, on_exceed: 'restrict' }))
  expect((await operate(world, caller)).statusCode).toBe(429)
})

test('the end user reads its own usage, and reading it counts nothing (C5)', async () => {
  const { caller, userId, user } = await openUsageScene(world, { role: 'guest' })
  await operateTimes(world, caller, 3)
  const answer = await world.call(caller, 'GET', '/api/v1/realm/usage')
  expect(answer.statusCode, answer.body).toBe(200)
  expect(answer.json()).toMatchObject({
    end_user_id: userId,
    day: { allowed: 5, used: 3, remaining: 2 },
    seven_days: { allowed: 20, used: 3, remaining: 17 },
    on_exceed: 'idle',
    in_force: [],
  })
  expect(await countOf(world, user)).toMatchObject({ operations: 3 })
})

describe('at the edge of days', () => {
  /** Counts at a moment of our choosing, as the request of the user would; only the superuser can. */
  async function countAt(
    user: string,
    at: string,
  ): Promise<{
    admitted: boolean
    week: { used: number; resets_at: string }
    day: { used: number; resets_at: string }
  }> {
    const [row] = await world.sql<{ verdict: never }>(
      `with entered as materialized (select access.set_context('{"plane": "system", "actor_type": "system", "actor_name": "a test"}'))
       select access.count_operation($1, false, $2) as verdict from entered`,
      [user, at],
    )
    if (!row) throw new Error('Nothing was counted.')
    return row.verdict
  }

  test('a day of operations ends at midnight of UTC, and the seven days go with it (C5)', async () => {
    const { user } = await openUsageScene(world, {
      configuration: limitsOf('basic', { 'ops.per_day': 2, on_exceed: 'restrict' }),
    })
    expect(await countAt(user, '2026-03-01T23:59:58Z')).toMatchObject({ admitted: true, day: { used: 1 } })
    expect(await countAt(user, '2026-03-01T23:59:59.999Z')).toMatchObject({
      admitted: true,
      day: { used: 2, resets_at: '2026-03-02T00:00:00+00:00' },
    })
    expect(await countAt(user, '2026-03-01T23:59:59.999Z')).toMatchObject({ admitted: false })
    expect(await countAt(user, '2026-03-02T00:00:00Z')).toMatchObject({
      admitted: true,
      day: { used: 1 },
      week: { used: 3 },
    })
  })

  test('seven days are today and the six before: what is older counts no more, to the instant (C5)', async () => {
    const { user } = await openUsageScene(world, {
      configuration: limitsOf('basic', { 'ops.per_7d': 4, on_exceed: 'restrict' }),
    })
    for (const day of ['2026-03-01', '2026-03-03', '2026-03-03', '2026-03-07'])
      expect(await countAt(user, `${day}T12:00:00Z`)).toMatchObject({ admitted: true })
    expect(await countAt(user, '2026-03-07T23:59:59Z')).toMatchObject({
      admitted: false,
      week: { used: 4, resets_at: '2026-03-08T00:00:00+00:00' },
    })
    expect(await countAt(user, '2026-03-08T00:00:00Z')).toMatchObject({ admitted: true, week: { used: 4 } })
    expect(await countAt(user, '2026-03-08T00:00:01Z')).toMatchObject({
      admitted: false,
      week: { resets_at: '2026-03-10T00:00:00+00:00' },
    })
    expect(await countAt(user, '2026-03-10T00:00:00Z')).toMatchObject({ admitted: true, week: { used: 3 } })
  })
})

test('the page of the realm tells what is left and until when, without script (C5, C11)', async () => {
  const scene = await openUsageScene(world, { role: 'guest' })
  await operateTimes(world, scene.caller, 4)
  const path = `/p/${scene.slug}/usage`
  const before = await world.call(scene.caller, 'GET', path)
  expect(before.statusCode, before.body).toBe(200)
  expect(before.body).toContain('4 of 5 used.')
  expect(before.body).toContain('1 operation left.')
  expect(before.body).not.toContain('<script')
  await operateTimes(world, scene.caller, 2)
  const after = await world.call(scene.caller, 'GET', path)
  expect(after.body).toContain('Your account rests.')
  expect(after.body).toMatch(/Operations become free again/)
  const other = await openUsageScene(world)
  expect((await world.call(other.caller, 'GET', path)).statusCode).not.toBe(200)
})
