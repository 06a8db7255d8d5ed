import type { IdOf } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestRealmSecret } from '#platform/credentials/realm-evidence.ts'
import { openRealm } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

type UserId = IdOf<'end_user'>

let world: TestWorld
let realm: OpenRealm
let user: { readonly id: UserId; readonly caller: Caller }
let admin: { readonly id: UserId; readonly caller: Caller }

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  realm = await openRealm(world, 'Lumen')
  const enrol = async (role: 'guest' | 'realm_admin') => {
    const id = await world.endUser(realm.id, { role })
    return { id, caller: await world.signInEndUser(id) }
  }
  user = await enrol('guest')
  admin = await enrol('realm_admin')
})
afterAll(() => world[Symbol.asyncDispose]())

/** How many rows a statement of raw SQL gives or changes in the name of an end user, or what refuses it; nothing of it stays. */
async function tryAs({ caller }: { caller: Caller }, sql: string, values: unknown[] = []) {
  const client = await world.database.pool('liaison_realm').connect()
  try {
    await client.query('begin')
    const hash = digestRealmSecret(realm.slug, caller.cookie?.split('=')[1] ?? '').toString('hex')
    await client.query('select access.enter_end_user($1)', [
      { slug: realm.slug, session_hash: hash, permission: 'realm.profile.read', source: 'api' },
    ])
    return (await client.query(sql, values)).rowCount
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('raw SQL in the name of an end user (access.md section 4)', () => {
  test('says nothing else about why the partner stopped the own account (C9)', async () => {
    const change = (column: string) =>
      tryAs(user, `update end_user set ${column} = 'Mine' where id = $1`, [user.id])
    expect(await change('name')).toBe(1)
    expect(await change('status_reason')).toContain('nobody changes the own role or state')
    const other = `update end_user set status_reason = 'x' where id = $1`
    expect(await tryAs(admin, other, [user.id])).toBe(1)
  })

  test('counts no account to the last number that there is, after which the partner could not stop it (C9)', async () => {
    const count = (version: string) =>
      tryAs(user, `update end_user set version = ${version} where id = $1`, [user.id])
    expect([await count('2147483647'), await count('version - 1'), await count('version + 1')]).toEqual([
      'changes are counted one by one',
      'changes are counted one by one',
      1,
    ])
  })

  test('brings no session back that has ended, and says nothing else about its end (C9)', async () => {
    const [ended] = await world.sql<{ id: string }>(
      `insert into end_user_session (partner_id, end_user_id, token_hash, idle_seconds, ends_at, ended_at, end_reason)
       values ($1, $2, sha256('ended'), 60, now() + interval '1 hour', now() - interval '1 minute', 'signed_out') returning id`,
      [realm.id, user.id],
    )
    const changes = [
      'ended_at = null, end_reason = null',
      'ended_at = now()',
      `end_reason = 'password_changed'`,
    ]
    for (const change of changes)
      expect(
        await tryAs(user, `update end_user_session set ${change} where id = $1`, [ended?.id]),
        change,
      ).toContain('stays ended')
    const end = `update end_user_session set ended_at = now(), end_reason = 'ended_by_user' where ended_at is null`
    expect(await tryAs(user, end)).toBe(1)
  })

  test('begins an identity check for the next role alone, by whoever the partner has decide it (C8)', async () => {
    const begin = async (target: string, provider: string) =>
      tryAs(
        user,
        `insert into kyc_case (partner_id, end_user_id, target_role, provider) values ($1, $2, $3, $4)`,
        [realm.id, user.id, target, provider],
      )
    for (const [target, provider] of [
      ['advanced', 'manual'],
      ['company', 'manual'],
      ['basic', 'simulated'],
    ] as const)
      expect(await begin(target, provider), `${target} ${provider}`).toContain('a check leads')
    expect(await begin('basic', 'manual')).toBe(1)
  })

  /** What stops the admin, and what lets it go on; $1 is the partner, $2 the user. */
  const STOPS = [
    ['the user', `update end_user set status = $3 where partner_id = $1 and id = $2`, 'inactive', 'active'],
    [
      'the realm',
      `update realm set status = $3, closed_at = case $3 when 'closed' then now() end, closed_by_side = case $3 when 'closed' then 'partner' end,
         closed_by_name = case $3 when 'closed' then 'X' end, close_reason = case $3 when 'closed' then 'x' end where partner_id = $1 and $2::uuid is not null`,
      'closed',
      'open',
    ],
    [
      'the partner',
      `update partner set status = $3 where id = $1 and $2::uuid is not null`,
      'suspended',
      'active',
    ],
  ] as const

  test.each(STOPS)('is carried out no more once %s is stopped (C4, C9)', async (_, sql, stopped, open) => {
    await world.seed(
      `insert into usage_bucket (partner_id, end_user_id, day, operations, counted) values ($1, $2, current_date, 1, 1) on conflict do nothing`,
      [realm.id, admin.id],
    )
    const looks = async () => {
      const counts = [await tryAs(admin, `update end_user set name = 'X' where id = $1`, [user.id])]
      for (const table of ['end_user', 'end_user_session', 'usage_bucket'])
        counts.push(await tryAs(admin, `select from ${table}`))
      return counts
    }
    expect(await looks()).toEqual([1, 2, 1, 1])
    await world.seed(sql, [realm.id, admin.id, stopped])
    expect(await looks()).toEqual([0, 0, 0, 0])
    await world.seed(sql, [realm.id, admin.id, open])
    expect(await looks()).toEqual([1, 2, 1, 1])
  })
})
