import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRealm } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeRealmRoutes } from './index.ts'

const NOBODY: Caller | null = null

let world: TestWorld
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start((services) => makeRealmRoutes(services))
  const operator = await world.person()
  await world.platformAdmin(operator.id)
  provider = await world.signIn(operator.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const ownPath = '/api/v1/partner/realm'
const adminPath = ({ id }: OpenRealm) => `/api/v1/admin/partners/${encodeId('partner', id)}/realm`
const act = (caller: Caller, path: string, version: number, body: object = { reason: 'A test' }) =>
  world.call(caller, 'POST', path, { body, headers: { 'if-match': `"v${version}"` } })
const withToken = (slug: string, token: string) =>
  world.call(NOBODY, 'GET', `/p/${slug}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
const tokenOf = async (caller: Caller) =>
  String((await world.call(caller, 'POST', '/api/v1/realm/token')).json().access_token)
const keyIds = async (slug: string) =>
  (await world.call(NOBODY, 'GET', `/p/${slug}/.well-known/jwks.json`))
    .json()
    .keys.map(({ kid }: { kid: string }) => kid)

describe('closing a user base', () => {
  test('refuses the next request of its users, its door and its tokens by one row, and opening it restores them exactly (C9)', async () => {
    const realm = await openRealm(world, 'Lumen')
    const other = await openRealm(world, 'Other')
    const user = await world.signInEndUser(await world.endUser(realm.id))
    const stranger = await world.signInEndUser(await world.endUser(other.id))
    const token = await tokenOf(user)
    const counts = () =>
      world.sql(
        'select (select count(*) from end_user_session where ended_at is null) as sessions, (select count(*) from end_user) as users',
      )
    const before = await counts()
    const closed = await act(realm.owner, `${ownPath}/close`, 1, { reason: 'Moving house' })
    expect(closed.json(), closed.body).toMatchObject({
      status: 'closed',
      closed_by_side: 'partner',
      close_reason: 'Moving house',
      may_reopen: true,
      version: 2,
    })
    expect((await world.call(user, 'GET', '/api/v1/realm/profile')).json()).toMatchObject({
      code: 'REALM_CLOSED',
    })
    expect((await withToken(realm.slug, token)).statusCode).toBe(403)
    for (const page of ['sign-in', 'sign-up', '.well-known/jwks.json'])
      expect((await world.call(NOBODY, 'GET', `/p/${realm.slug}/${page}`)).statusCode, page).toBe(403)
    expect((await world.call(stranger, 'GET', '/api/v1/realm/profile')).statusCode).toBe(200)
    expect(await counts()).toEqual(before)
    expect((await world.call(realm.owner, 'GET', '/api/v1/partner/users')).json().total).toBe(1)
    const reopened = await act(realm.owner, `${ownPath}/reopen`, 2)
    expect(reopened.json(), reopened.body).toMatchObject({
      status: 'open',
      closed_at: null,
      close_reason: null,
    })
    expect((await world.call(user, 'GET', '/api/v1/realm/profile')).statusCode).toBe(200)
    expect((await withToken(realm.slug, token)).statusCode).toBe(200)
    expect(
      await world.sql(
        `select action, reason from audit_event where resource_type = 'realm' and resource_id = $1 order by id`,
        [realm.id],
      ),
    ).toEqual([
      { action: 'realms.close', reason: 'Moving house' },
      { action: 'realms.reopen', reason: 'A test' },
    ])
  })

  test('by the provider is opened by the provider alone, and a closed one is closed no more (C9)', async () => {
    const realm = await openRealm(world, 'Stopped')
    const closed = await act(provider, `${adminPath(realm)}/close`, 1)
    expect(closed.json(), closed.body).toMatchObject({ closed_by_side: 'provider', may_reopen: true })
    expect((await act(provider, `${adminPath(realm)}/close`, 2)).json()).toMatchObject({
      code: 'REALM_STATE_REFUSED',
    })
    expect((await world.call(realm.owner, 'GET', ownPath)).json()).toMatchObject({ may_reopen: false })
    expect((await act(realm.owner, `${ownPath}/reopen`, 2)).json()).toMatchObject({
      code: 'REALM_STATE_REFUSED',
    })
    expect((await act(provider, `${adminPath(realm)}/reopen`, 1)).statusCode).toBe(412)
    expect((await act(provider, `${adminPath(realm)}/reopen`, 2)).json()).toMatchObject({ status: 'open' })
    const plain = await world.partner('Plain')
    const none = await world.call(
      provider,
      'GET',
      `/api/v1/admin/partners/${encodeId('partner', plain)}/realm/state`,
    )
    expect(none.json()).toMatchObject({ code: 'REALM_MISSING' })
  })

  test('takes an owner: staff and admins of the realm neither close it nor change its key (C9)', async () => {
    const realm = await openRealm(world, 'Kept')
    const person = await world.person()
    await world.partnerMember(realm.id, person.id, 'PARTNER_STAFF')
    const staff = await world.signIn(person.id)
    const admin = await world.signInEndUser(await world.endUser(realm.id, { role: 'realm_admin' }))
    for (const path of ['close', 'change-key']) {
      expect((await act(staff, `${ownPath}/${path}`, 1)).statusCode, path).toBe(403)
      expect((await act(admin, `${ownPath}/${path}`, 1)).statusCode, path).toBe(401)
    }
  })
})

describe('changing the key of a user base', () => {
  test('signs with the next key, and the one before counts until its tokens have run out, by the clock alone (C9)', async () => {
    const realm = await openRealm(world, 'Keys')
    const user = await world.signInEndUser(await world.endUser(realm.id))
    const old = await tokenOf(user)
    const changed = await act(realm.owner, `${ownPath}/change-key`, 1)
    expect(changed.json(), changed.body).toMatchObject({ key_id: 'realm-2', version: 2 })
    const until = Date.parse(changed.json().previous_key_until)
    expect(Math.round((until - Date.parse(String(changed.headers['date']))) / 60_000)).toBe(15)
    expect(await keyIds(realm.slug)).toEqual(['realm-2', 'realm-1'])
    const fresh = await tokenOf(user)
    for (const token of [old, fresh]) expect((await withToken(realm.slug, token)).statusCode).toBe(200)
    expect((await act(realm.owner, `${ownPath}/change-key`, 2)).json()).toMatchObject({
      code: 'REALM_KEY_FRESH',
    })
    await world.seed(
      `update realm set key_previous_until = statement_timestamp() - interval '1 second' where partner_id = $1`,
      [realm.id],
    )
    expect(await keyIds(realm.slug)).toEqual(['realm-2'])
    expect((await withToken(realm.slug, old)).statusCode).toBe(401)
    expect((await withToken(realm.slug, fresh)).statusCode).toBe(200)
  })

  test('ends the key before at once when somebody else may have it, whatever was changed a moment ago (C9)', async () => {
    const realm = await openRealm(world, 'Leaked')
    const user = await world.signInEndUser(await world.endUser(realm.id))
    await act(realm.owner, `${ownPath}/change-key`, 1)
    const leaked = await tokenOf(user)
    const changed = await act(realm.owner, `${ownPath}/change-key`, 2, {
      reason: 'Leaked',
      end_key_before: 'now',
    })
    expect(changed.json(), changed.body).toMatchObject({ key_id: 'realm-3', previous_key_until: null })
    expect((await withToken(realm.slug, leaked)).statusCode).toBe(401)
    expect(await keyIds(realm.slug)).toEqual(['realm-3'])
    expect((await withToken(realm.slug, await tokenOf(user))).statusCode).toBe(200)
  })
})
