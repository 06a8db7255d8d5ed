import { afterAll, beforeAll, expect, test } from 'vitest'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { PASSWORD } from '#testing/account-holder.ts'
import { openRealm, signUp } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeRealmRoutes, sweepRealms } from './index.ts'

let world: TestWorld
let lumen: OpenRealm
beforeAll(async () => {
  world = await TestWorld.start(makeRealmRoutes)
  lumen = await openRealm(world, 'Lumen')
})
afterAll(() => world[Symbol.asyncDispose]())

async function userOf({ id }: OpenRealm, email: string): Promise<string> {
  const [row] = await world.sql<{ id: string }>(
    'select id from end_user where partner_id = $1 and email_norm = $2',
    [id, email],
  )
  if (!row) throw new Error('Nobody has this address.')
  return row.id
}

/** What counts for a user now: operations of today, and whether the account is held, by what. */
async function standingOf(user: string) {
  const [row] = await world.sql(
    `select access.is_on_hold($1) as held,
       (select sum(counted)::integer from usage_bucket where end_user_id = $1) as counted,
       (select array_agg(kind || ' by ' || placed_by_side || ': ' || reason) from subscription_hold where end_user_id = $1 and released_at is null) as holds`,
    [user],
  )
  return row
}

const keep = () => world.sql('select * from former_standing')

/** Uses up what a guest may do in a day, and lets the provider hold the account. */
async function spend(user: string, isHeld: boolean): Promise<void> {
  await world.seed(
    `insert into usage_bucket (partner_id, end_user_id, day, operations, counted)
     select u.partner_id, u.id, (now() at time zone 'UTC')::date - back, 5, 5 from end_user u, generate_series(0, 8, 8) back where u.id = $1`,
    [user],
  )
  if (isHeld)
    await world.seed(
      `insert into subscription_hold (partner_id, end_user_id, kind, reason, placed_by_side, placed_by_name) select partner_id, id, 'policy', 'Abuse', 'provider', 'Pia' from end_user where id = $1`,
      [user],
    )
}

async function signUpTo(realm: OpenRealm, email: string) {
  const browser = await signUp(world, realm.slug, email)
  return { browser, user: await userOf(realm, email) }
}

test('what held an account, and what was used of its limits, is not shed by deleting it and signing up again (C5, C7)', async () => {
  const first = await signUpTo(lumen, 'ada@example.test')
  await spend(first.user, true)
  await first.browser.post(`/p/${lumen.slug}/delete`, { current: PASSWORD })
  const kept = await keep()
  expect(kept).toHaveLength(1)
  expect(JSON.stringify(kept)).not.toMatch(/ada@|Pia/)
  const elsewhere = await signUpTo(await openRealm(world, 'Ferro'), 'ada@example.test')
  expect(await standingOf(elsewhere.user)).toEqual({ held: false, counted: null, holds: null })
  // A restore from a backup signs contexts with a key of its own.
  await world.sql(`update access.context_key set key = sha256(key)`)
  const again = await signUpTo(lumen, 'ada@example.test')
  expect(again.user).not.toBe(first.user)
  expect(await standingOf(again.user)).toEqual({
    held: true,
    counted: 5,
    holds: ['policy by provider: Abuse'],
  })
  expect(await keep()).toEqual([])
})

test('is kept no longer than it counts: a week for what was used, a year for a hold, and nothing where there is neither', async () => {
  const [used, held, neither] = [
    await signUpTo(lumen, 'used@example.test'),
    await signUpTo(lumen, 'held@example.test'),
    await signUpTo(lumen, 'neither@example.test'),
  ]
  await spend(used.user, false)
  await spend(held.user, true)
  for (const { browser } of [used, held, neither])
    await browser.post(`/p/${lumen.slug}/delete`, { current: PASSWORD })
  const days = await world.sql<{ days: number }>(
    `select ceil(extract(epoch from kept_until - now()) / 86400)::integer as days from former_standing order by kept_until`,
  )
  expect(days.map(({ days: count }) => count)).toEqual([7, expect.toBeOneOf([365, 366])])
  await world.sql(`update former_standing set kept_until = now() - interval '1 second'`)
  const late = await signUpTo(lumen, 'used@example.test')
  expect(await standingOf(late.user)).toEqual({ held: false, counted: null, holds: null })
  await inSystemTransaction(world.database, { job: 'realms' }, (mandate) => sweepRealms(mandate))
  expect(await keep()).toEqual([])
})

test('raw SQL: a salt is made with the first mark of a realm, and only the deciding role reads it (C5, C7)', async () => {
  const salts = (realm: OpenRealm) =>
    world.sql(
      'select octet_length(salt) as bytes, access.address_mark(partner_id, $2) as mark from address_salt where partner_id = $1',
      [realm.id, 'salted@example.test'],
    )
  const marks: unknown[] = []
  for (const name of ['Corvo', 'Merlo']) {
    const realm = await openRealm(world, name)
    expect(await salts(realm)).toEqual([])
    const { user, browser } = await signUpTo(realm, 'salted@example.test')
    await spend(user, true)
    await browser.post(`/p/${realm.slug}/delete`, { current: PASSWORD })
    const [salt] = await salts(realm)
    expect(salt).toMatchObject({ bytes: 32, mark: expect.stringMatching(/^[0-9a-f]{64}$/) })
    marks.push(salt?.['mark'])
  }
  expect(new Set(marks).size).toBe(2)
  const logins = await world.sql<{ name: string }>(
    `select rolname as name from pg_roles where rolname like 'liaison_%' and rolcanlogin`,
  )
  expect(logins.length).toBeGreaterThan(5)
  const readers = await world.sql(
    `select rolname from pg_roles where rolname like 'liaison_%' and rolcanlogin and has_any_column_privilege(oid, 'address_salt', 'select, insert, update')`,
  )
  expect(readers).toEqual([])
})
