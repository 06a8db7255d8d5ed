import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { countOf, limitsOf, openUsageScene, operate, operateTimes } from '#testing/usage-acts.ts'
import type { UsageScene } from '#testing/usage-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { usageRoutes } from './index.ts'
import type { Consequence } from './limits.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => usageRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const openWith = (consequence: Consequence): Promise<UsageScene> =>
  openUsageScene(world, {
    configuration: limitsOf('basic', { 'ops.per_day': 2, 'rate.per_min': 12, on_exceed: consequence }),
  })

const consequencesOf = (user: string) =>
  world.sql<{
    id: string
    kind: string
    status: string
    ends_at: Date | null
    lifted_by_side: string | null
  }>(
    'select id, kind, status, ends_at, lifted_by_side from usage_consequence where end_user_id = $1 order by started_at',
    [user],
  )

const eventsOf = async (user: string) =>
  (
    await world.sql<{ n: number }>(
      `select count(*)::integer as n from audit_event where action = 'usage.exceed' and resource_id = $1`,
      [user],
    )
  )[0]?.n

/** Lets everything about a user be older by so much, as if that much time had passed. No login may do that. */
async function age(user: string, interval: string): Promise<void> {
  await world.sql('alter table usage_consequence disable trigger guard_consequence')
  await world.seed(
    'update usage_consequence set started_at = started_at - $2::interval, ends_at = ends_at - $2::interval where end_user_id = $1',
    [user, interval],
  )
  await world.sql('alter table usage_consequence enable trigger guard_consequence')
}

const statusOf = async (user: string) =>
  (await world.sql<{ status: string }>('select status from end_user where id = $1', [user]))[0]?.status

test('warn: who goes beyond is admitted and warned; one row and one event for the whole window (C5)', async () => {
  const { caller, user } = await openWith('warn')
  expect(await operateTimes(world, caller, 2)).toEqual([201, 201])
  const warned = await operate(world, caller)
  expect(warned.json()).toMatchObject({ admitted: true, usage: { in_force: [{ kind: 'warn' }] } })
  expect(warned.json().warning).toContain('You can go on')
  expect(await operateTimes(world, caller, 3)).toEqual([201, 201, 201])
  expect(await countOf(world, user)).toEqual({ operations: 6, counted: 6, beyond: 4 })
  expect(await consequencesOf(user)).toMatchObject([{ kind: 'warn', status: 'in_force' }])
  expect(await eventsOf(user)).toBe(1)
})

test('throttle: who goes beyond is admitted at a quarter of the rate (C5)', async () => {
  const { caller, user } = await openWith('throttle')
  // Twelve a minute become three, of which two are used.
  expect(await operateTimes(world, caller, 5)).toEqual([201, 201, 201, 429, 429])
  const refused = await operate(world, caller)
  expect(refused.json()).toMatchObject({ details: { limit: 'rate.per_min', allowed: 3 } })
  expect(await countOf(world, user)).toMatchObject({ operations: 3, beyond: 1 })
  expect(await consequencesOf(user)).toMatchObject([{ kind: 'throttle' }])
})

test('restrict: who goes beyond may read and change nothing for the rest of the window (C5)', async () => {
  const { caller, user } = await openWith('restrict')
  expect(await operateTimes(world, caller, 3)).toEqual([201, 201, 429])
  expect((await operate(world, caller, { access: 'read' })).statusCode).toBe(201)
  expect((await operate(world, caller, { access: 'write' })).statusCode).toBe(429)
  expect(await countOf(world, user)).toMatchObject({ operations: 3, beyond: 1 })
  expect(await eventsOf(user)).toBe(1)
})

test('review: who goes beyond is admitted, and the partner gets one case, which it closes once (C5)', async () => {
  const { caller, user, owner, userId } = await openWith('review')
  expect(await operateTimes(world, caller, 4)).toEqual([201, 201, 201, 201])
  const open = '/api/v1/partner/usage/consequences?kind=review&open=true'
  const cases = (await world.call(owner, 'GET', open)).json()
  expect(cases).toMatchObject({
    total: 1,
    items: [{ end_user_id: userId, kind: 'review', reviewed_at: null }],
  })
  const close = `/api/v1/partner/usage/consequences/${cases.items[0].consequence_id}/review`
  const closed = await world.call(owner, 'POST', close, { body: { note: 'A busy day.' } })
  expect(closed.statusCode, closed.body).toBe(200)
  expect(closed.json().consequences).toMatchObject([{ review_note: 'A busy day.' }])
  expect((await world.call(owner, 'POST', close, { body: { note: 'Again.' } })).statusCode).toBe(404)
  expect((await world.call(owner, 'GET', open)).json()).toMatchObject({ total: 0 })
  expect(await consequencesOf(user)).toHaveLength(1)
})

test('cooldown: who goes beyond waits, and goes on after the pause without a job (C5)', async () => {
  const { caller, user } = await openWith('cooldown')
  expect(await operateTimes(world, caller, 3)).toEqual([201, 201, 429])
  const refused = await operate(world, caller)
  expect(refused.json()).toMatchObject({ details: { consequence: 'cooldown' } })
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(900)
  await age(user, '14 minutes')
  expect((await operate(world, caller)).statusCode).toBe(429)
  await age(user, '61 seconds')
  expect(await operateTimes(world, caller, 3)).toEqual([201, 201, 429])
  expect((await consequencesOf(user)).map(({ kind }) => kind)).toEqual(['cooldown', 'cooldown'])
  expect(await countOf(world, user)).toMatchObject({ operations: 4 })
})

test('suspend: the account is on hold until the window ends, without a job, or until it is reset (C5, C7)', async () => {
  const { caller, user, owner, userId } = await openWith('suspend')
  const holds = () =>
    world.sql<{ kind: string; is_open: boolean; state: boolean }>(
      'select kind, released_at is null as is_open, access.is_on_hold($1) as state from subscription_hold where end_user_id = $1 order by placed_at',
      [user],
    )
  expect(await operateTimes(world, caller, 2)).toEqual([201, 201])
  const refused = await operate(world, caller)
  expect(refused.json()).toMatchObject({ details: { consequence: 'suspend' } })
  expect(await holds()).toEqual([{ kind: 'quota', is_open: true, state: true }])
  expect((await operate(world, caller)).json().code).toBe('SUBSCRIPTION_ON_HOLD')
  await age(user, '24 hours')
  expect(await holds()).toEqual([{ kind: 'quota', is_open: true, state: false }])
  await world.seed(`update usage_bucket set day = day - 1 where end_user_id = $1`, [user])
  expect(await operateTimes(world, caller, 3)).toEqual([201, 201, 429])
  expect(await holds()).toMatchObject([{ is_open: false }, { is_open: true, state: true }])
  const path = `/api/v1/partner/users/${userId}/usage/reset`
  expect((await world.call(owner, 'POST', path, { body: { reason: 'Go on.' } })).statusCode).toBe(200)
  expect(await holds()).toMatchObject([{ is_open: false }, { is_open: false, state: false }])
  expect((await operate(world, caller)).statusCode).toBe(201)
})

describe('idle', () => {
  test('a guest rests after five operations until somebody of the partner resets it, whatever was configured (C5)', async () => {
    const { caller, user, owner, userId } = await openUsageScene(world, {
      role: 'guest',
      configuration: limitsOf('guest', { 'ops.per_day': 100, on_exceed: 'warn' }),
    })
    expect(await operateTimes(world, caller, 6)).toEqual([201, 201, 201, 201, 201, 429])
    expect(await statusOf(user)).toBe('idle')
    const resting = await operate(world, caller)
    expect([resting.statusCode, resting.json().code]).toEqual([403, 'USER_IDLE'])
    await age(user, '30 days')
    expect((await operate(world, caller)).json().code).toBe('USER_IDLE')
    expect((await world.call(caller, 'GET', '/api/v1/realm/usage')).statusCode).toBe(200)
    const path = `/api/v1/partner/users/${userId}/usage/reset`
    const reset = await world.call(owner, 'POST', path, { body: { reason: 'A new trial.' } })
    expect(reset.statusCode, reset.body).toBe(200)
    expect(reset.json()).toMatchObject({ status: 'active', usage: { day: { used: 0 } } })
    expect((await operate(world, caller)).statusCode).toBe(201)
    expect(await countOf(world, user)).toEqual({ operations: 6, counted: 1, beyond: 0 })
    expect(await consequencesOf(user)).toMatchObject([
      { kind: 'idle', status: 'lifted', lifted_by_side: 'partner' },
    ])
  })

  test('with another role a guest is awake again, with the limits of that role (C5, C8)', async () => {
    const { caller, user } = await openUsageScene(world, { role: 'guest' })
    expect((await operateTimes(world, caller, 6)).at(-1)).toBe(429)
    await world.seed(`update end_user set role = 'basic' where id = $1`, [user])
    expect(await statusOf(user)).toBe('active')
    expect((await operate(world, caller)).json()).toMatchObject({ usage: { day: { allowed: 20, used: 6 } } })
    expect(await consequencesOf(user)).toMatchObject([{ status: 'lifted', lifted_by_side: 'decider' }])
  })
})

describe('a limit of one user', () => {
  const pathOf = (userId: string, key: string) => `/api/v1/partner/users/${userId}/limits/${key}`

  test('tightens within the platform, says who and why, ends by time, and is lifted (C5)', async () => {
    const { caller, owner, user, userId } = await openUsageScene(world)
    const path = pathOf(userId, 'ops.per_day')
    const set = await world.call(owner, 'PUT', path, { body: { value: 1, reason: 'Too many messages.' } })
    expect(set.statusCode, set.body).toBe(200)
    expect(set.json()).toMatchObject({
      usage: { day: { allowed: 1 } },
      overrides: [{ key: 'ops.per_day', value: 1, reason: 'Too many messages.', holds: true }],
    })
    const limit = set.json().usage.limits.find(({ key }: { key: string }) => key === 'ops.per_day')
    expect(limit).toMatchObject({ value: 1, decided_by: 'user' })
    expect((await operate(world, caller)).statusCode).toBe(201)
    const again = await world.call(owner, 'PUT', path, {
      body: { value: 2, reason: 'A little more.', expires_at: '2099-01-01T00:00:00Z' },
    })
    expect(again.json().overrides).toMatchObject([
      { value: 2, holds: true },
      { value: 1, holds: false },
    ])
    expect((await world.call(owner, 'DELETE', path)).json()).toMatchObject({
      usage: { day: { allowed: 20 } },
    })
    expect((await world.call(owner, 'DELETE', path)).json().code).toBe('LIMIT_NOT_SET')
    await world.seed(
      `insert into limit_override (partner_id, end_user_id, role, key, value, reason, set_by, set_by_name, set_at, expires_at)
       select partner_id, id, role, 'ops.per_day', '1', 'Over', uuidv7(), 'A test', now() - interval '2 days', now() - interval '1 day' from end_user where id = $1`,
      [user],
    )
    expect((await operate(world, caller)).json()).toMatchObject({ usage: { day: { allowed: 20 } } })
  })

  test('never goes beyond the platform, and a fixed one is refused (C5)', async () => {
    const basic = await openUsageScene(world)
    const guest = await openUsageScene(world, { role: 'guest' })
    const put = async (scene: UsageScene, key: string, value: unknown) =>
      (
        await world.call(scene.owner, 'PUT', pathOf(scene.userId, key), {
          body: { value, reason: 'Please.' },
        })
      ).json().code
    expect(await put(basic, 'ops.per_day', 21)).toBe('LIMIT_BEYOND_PLATFORM')
    expect(await put(basic, 'session.idle_s', 43_201)).toBe('LIMIT_BEYOND_PLATFORM')
    expect(await put(basic, 'session.idle_s', 3600)).toBeUndefined()
    expect(await put(basic, 'ops.per_day', 'warn')).toBe('VALIDATION_ERROR')
    expect(await put(guest, 'ops.per_day', 3)).toBe('LIMIT_FIXED')
    expect(await put(guest, 'on_exceed', 'warn')).toBe('LIMIT_FIXED')
  })

  test('of another partner’s user is the same 404 as of nobody (C5, C9)', async () => {
    const own = await openUsageScene(world)
    const other = await openUsageScene(world)
    const nobody = encodeId('end_user', '01900000-0000-7000-8000-000000000009' as never)
    const answers = []
    for (const userId of [other.userId, nobody]) {
      const base = `/api/v1/partner/users/${userId}`
      for (const [method, path, body] of [
        ['GET', `${base}/usage`, undefined],
        ['POST', `${base}/usage/reset`, { reason: 'x' }],
        ['PUT', `${base}/limits/ops.per_day`, { value: 1, reason: 'x' }],
        ['DELETE', `${base}/limits/ops.per_day`, undefined],
      ] as const) {
        const answer = await world.call(own.owner, method, path, body === undefined ? {} : { body })
        answers.push([answer.statusCode, answer.json().code, answer.json().detail].join(' '))
      }
    }
    expect(new Set(answers)).toEqual(
      new Set(['404 END_USER_NOT_FOUND No user of your user base has this id.']),
    )
  })
})

test('the list puts those nearest to a limit first, and shows each realm its own users alone (C5)', async () => {
  const scene = await openUsageScene(world)
  const busy = await world.endUser(scene.partner, { role: 'guest', name: 'Busy Guest' })
  await world.endUser(scene.partner, { name: 'Quiet User' })
  await operateTimes(world, await world.signInEndUser(busy), 4)
  await operateTimes(world, scene.caller, 2)
  const list = (await world.call(scene.owner, 'GET', '/api/v1/partner/usage')).json()
  expect(list.total).toBe(3)
  expect(list.items.map(({ usage }: { usage: { day: { used: number } } }) => usage.day.used)).toEqual([
    4, 2, 0,
  ])
  const find = async (query: string) =>
    (await world.call(scene.owner, 'GET', `/api/v1/partner/usage?${query}`)).json().total
  expect(await find('role=guest')).toBe(1)
  expect(await find('used=true')).toBe(2)
  expect(await find('search=quiet')).toBe(1)
  expect(await find('consequence=idle')).toBe(0)
})

test('the provider reads limits and figures, and no user (C5, C9)', async () => {
  const scene = await openUsageScene(world, { role: 'guest' })
  await operateTimes(world, scene.caller, 6)
  const admin = await world.person()
  await world.platformAdmin(admin.id)
  const caller = await world.signIn(admin.id)
  const limits = (await world.call(caller, 'GET', '/api/v1/admin/realm-limits')).json()
  expect(limits.items).toHaveLength(45)
  const usage = (
    await world.call(
      caller,
      'GET',
      `/api/v1/admin/realm-usage?partner_id=${encodeId('partner', scene.partner)}`,
    )
  ).json()
  expect(usage.items).toEqual([
    {
      partner_id: encodeId('partner', scene.partner),
      partner_name: 'Lumen',
      slug: scene.slug,
      users: 1,
      operations_today: 5,
      operations_7d: 5,
      beyond_7d: 0,
      in_force: [{ kind: 'idle', users: 1 }],
    },
  ])
})
