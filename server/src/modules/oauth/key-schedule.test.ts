import { afterAll, beforeAll, expect, test } from 'vitest'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { rotateKeysInTime } from './index.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
})
afterAll(() => oauth[Symbol.asyncDispose]())

const DAYS = 90

const run = (days = DAYS) =>
  rotateKeysInTime(oauth.world.database, { vault: oauth.world.app.services.vault, days })

const states = async () =>
  Object.fromEntries(
    (
      await oauth.world.sql<{ kid: string; state: string }>(
        'select kid, state from signing_key order by created_at, kid',
      )
    ).map(({ kid, state }) => [kid, state]),
  )

const kidOf = async (state: string) =>
  Object.entries(await states()).find(([, found]) => found === state)?.[0] ?? ''

const age = (days: number, publishedFor = '2 days') =>
  oauth.world.seed(
    `update signing_key set activated_at = case when state = 'active' then now() - make_interval(days => $1) else activated_at end,
       created_at = case when state = 'next' then now() - $2::interval else created_at end`,
    [days, publishedFor],
  )

test('before there are keys nothing is rotated (R10)', async () => {
  expect(await run()).toBe(false)
})

test('a key that signed for 90 days gives way to the next one, and what it signed goes on counting (R10)', async () => {
  const cast = await oauth.cast()
  const { accessToken } = await oauth.grant(cast)
  const [active, next] = [await kidOf('active'), await kidOf('next')]
  await age(DAYS - 1)
  expect(await run()).toBe(false)
  await age(DAYS)
  expect(await run()).toBe(true)
  expect(await run()).toBe(false)
  const after = await states()
  expect([after[active], after[next], Object.keys(after).length]).toEqual(['retired', 'active', 3])
  expect((await cast.app.introspect(accessToken)).body).toMatchObject({ active: true })
  const [event] = await oauth.world.sql(
    `select actor_type, actor_name, source, resource_label, reason, changes from audit_event where action = 'platform.signing_keys.rotate'`,
  )
  expect(event).toEqual({
    actor_type: 'system',
    actor_name: 'authorization server',
    source: 'job',
    resource_label: next,
    reason: 'It signed for 90 days.',
    changes: { active: { before: active, after: next } },
  })
})

test('processes that do it at the same moment rotate once (R10)', async () => {
  await age(DAYS + 30)
  const before = Object.keys(await states()).length
  const done = await Promise.all(Array.from({ length: 4 }, () => run()))
  expect(done.filter(Boolean)).toHaveLength(1)
  expect(Object.keys(await states())).toHaveLength(before + 1)
})

test('never with 0 days, and never into a key that others have not read yet (R10)', async () => {
  await age(1000)
  expect(await run(0)).toBe(false)
  await age(1000, '30 seconds')
  expect(await run()).toBe(false)
})
