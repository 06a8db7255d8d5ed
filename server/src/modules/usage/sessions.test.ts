import { randomBytes } from 'node:crypto'
import type { IdOf } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { configure, openUsageScene } from '#testing/usage-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { usageRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => usageRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const sessions = (terms: object) => ({ sessions: { end_users: { basic: terms } } })

const isIn = async (caller: Caller): Promise<boolean> =>
  (await world.call(caller, 'GET', '/api/v1/realm/usage')).statusCode === 200

/** The sign-in at the door of the realm, as its own login makes it. */
async function insertSession(user: IdOf<'end_user'>): Promise<void> {
  await world.sql(
    `insert into end_user_session (partner_id, end_user_id, token_hash, idle_seconds, ends_at)
     select partner_id, id, $2, 86400, now() + interval '30 days' from end_user where id = $1`,
    [user, randomBytes(32)],
  )
}

const liveOf = async (user: string): Promise<number> =>
  (
    await world.sql<{ n: number }>(
      'select count(*)::integer as n from end_user_session where end_user_id = $1 and ended_at is null',
      [user],
    )
  )[0]?.n ?? 0

test('sign-ins at the same moment never leave more sessions than there may be; the least used make room (C5)', async () => {
  const { user, partner } = await openUsageScene(world)
  await configure(world, partner, sessions({ max_concurrent: 3 }))
  await Promise.all(Array.from({ length: 12 }, () => insertSession(user)))
  expect(await liveOf(user)).toBe(3)
  const reasons = await world.sql(
    'select distinct end_reason from end_user_session where end_user_id = $1 and ended_at is not null',
    [user],
  )
  expect(reasons).toEqual([{ end_reason: 'too_many' }])
})

test('a session lasts no longer than the limits of its user, whatever it asked for (C5)', async () => {
  const guest = await openUsageScene(world, { role: 'guest' })
  await insertSession(guest.user)
  const [made] = await world.sql<{ idle_seconds: number; lasts: number }>(
    `select idle_seconds, extract(epoch from ends_at - created_at)::integer as lasts from end_user_session
     where end_user_id = $1 order by id desc limit 1`,
    [guest.user],
  )
  expect(made).toEqual({ idle_seconds: 1200, lasts: 1200 })
})

test('a number of sessions that is tightened bites at the next request; the newest stay (C5)', async () => {
  const { user, partner, caller: first } = await openUsageScene(world)
  const second = await world.signInEndUser(user)
  expect([await isIn(first), await isIn(second)]).toEqual([true, true])
  await configure(world, partner, sessions({ max_concurrent: 1 }))
  expect([await isIn(first), await isIn(second)]).toEqual([false, true])
})

test('idle and absolute times that are tightened bite at the next request, for a role and for one user (C5)', async () => {
  const scene = await openUsageScene(world)
  const age = (column: string, seconds: number) =>
    world.sql(
      `update end_user_session set ${column} = ${column} - make_interval(secs => $2) where end_user_id = $1`,
      [scene.user, seconds],
    )
  await age('seen_at', 400)
  expect(await isIn(scene.caller)).toBe(true)
  await age('seen_at', 400)
  await configure(world, scene.partner, sessions({ idle_s: 300 }))
  expect(await isIn(scene.caller)).toBe(false)
  await configure(world, scene.partner, sessions({ idle_s: 1800 }))
  expect(await isIn(scene.caller)).toBe(true)
  const path = `/api/v1/partner/users/${scene.userId}/limits/session.absolute_s`
  await age('created_at', 700)
  const body = { value: 600, reason: 'A shared device.' }
  expect((await world.call(scene.owner, 'PUT', path, { body })).statusCode).toBe(200)
  expect(await isIn(scene.caller)).toBe(false)
  await world.call(scene.owner, 'DELETE', path)
  expect(await isIn(scene.caller)).toBe(true)
})

test('whoever is at work is not idle, however short the idle time of a user is (C5)', async () => {
  const scene = await openUsageScene(world)
  const path = `/api/v1/partner/users/${scene.userId}/limits/session.idle_s`
  const body = { value: 60, reason: 'A counter in a shop.' }
  expect((await world.call(scene.owner, 'PUT', path, { body })).statusCode).toBe(200)
  const pass = (seconds: number) =>
    world.sql(
      'update end_user_session set seen_at = seen_at - make_interval(secs => $2) where end_user_id = $1',
      [scene.user, seconds],
    )
  for (const seconds of [45, 45, 45]) {
    await pass(seconds)
    expect(await isIn(scene.caller)).toBe(true)
  }
  await pass(61)
  expect(await isIn(scene.caller)).toBe(false)
})
