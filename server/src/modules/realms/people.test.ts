import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openForSystem } from '#platform/resolvers/resolver-without-person.ts'
import { linkIn, mailsTo, PASSWORD } from '#testing/account-holder.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { configure, openRealm, seedEndUser } from '#testing/realm-acts.ts'
import type { OpenRealm } from '#testing/realm-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeRealmRoutes, sweepRealms } from './index.ts'

let world: TestWorld
let realm: OpenRealm
let staff: Caller
let admin: Caller
let provider: Caller
let serial = 0
const address = () => `user.${(serial += 1)}@example.test`

beforeAll(async () => {
  world = await TestWorld.start((services) => makeRealmRoutes(services))
  realm = await openRealm(world, 'Lumen')
  const person = await world.person()
  await world.partnerMember(realm.id, person.id, 'PARTNER_STAFF')
  staff = await world.signIn(person.id)
  admin = await world.signInEndUser(await world.endUser(realm.id, { role: 'realm_admin' }))
  const operator = await world.person()
  await world.platformAdmin(operator.id)
  provider = await world.signIn(operator.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const act = (caller: Caller, path: string, body: object, version = 1) =>
  world.call(caller, 'POST', path, { body, headers: { 'if-match': `"v${version}"` } })

describe("the partner's people", () => {
  test('find users by name, address, role and state, and nobody of another realm (C9, C11)', async () => {
    const other = await openRealm(world, 'Other')
    await world.endUser(other.id, { email: 'needle@example.test' })
    await world.endUser(realm.id, { email: 'needle@here.example', role: 'advanced', name: 'Nee%dle' })
    const found = async (query: string) =>
      (await world.call(realm.owner, 'GET', `/api/v1/partner/users?${query}`)).json<{
        items: { email: string }[]
        total: number
      }>()
    expect((await found('search=needle')).items.map(({ email }) => email)).toEqual(['needle@here.example'])
    expect((await found('search=e%25d')).total).toBe(1)
    expect((await found('role=advanced,company')).total).toBe(1)
    expect((await found('status=inactive')).total).toBe(0)
  })

  test('stop a user whose next request is refused, and restore it (C9)', async () => {
    const id = await seedEndUser(world, realm, { email: address() })
    const caller = await world.signInEndUser(id)
    const path = `/api/v1/partner/users/${encodeId('end_user', id)}`
    const stopped = await act(realm.owner, `${path}/stop`, { reason: 'Chargebacks' })
    expect(stopped.json(), stopped.body).toMatchObject({
      status: 'inactive',
      status_reason: 'Chargebacks',
      version: 2,
    })
    expect((await world.call(caller, 'GET', '/api/v1/realm/profile')).json()).toMatchObject({
      code: 'USER_INACTIVE',
    })
    const restored = await act(realm.owner, `${path}/restore`, { reason: 'Paid' }, 2)
    expect(restored.json()).toMatchObject({ status: 'active', status_reason: null })
    expect((await world.call(caller, 'GET', '/api/v1/realm/profile')).statusCode).toBe(200)
    expect((await act(realm.owner, `${path}/restore`, { reason: 'Again' }, 3)).json()).toMatchObject({
      code: 'END_USER_STATE_REFUSED',
    })
  })

  test('change a role with before and after in the log, and only from the version that they read (C4, C9)', async () => {
    const id = await world.endUser(realm.id, { role: 'basic' })
    const path = `/api/v1/partner/users/${encodeId('end_user', id)}/role`
    const stale = await act(realm.owner, path, { role: 'advanced', reason: 'Grown' }, 7)
    expect(stale.statusCode).toBe(412)
    const done = await act(realm.owner, path, { role: 'advanced', reason: 'Grown' })
    expect(done.json(), done.body).toMatchObject({ role: 'advanced' })
    const [event] = await world.sql(
      `select changes, reason, actor_type from audit_event where action = 'realms.user.role' and resource_id = $1`,
      [id],
    )
    expect(event).toEqual({
      changes: { role: { before: 'basic', after: 'advanced' } },
      reason: 'Grown',
      actor_type: 'person',
    })
  })

  test('make no guest more: that takes an identity check (C8)', async () => {
    const id = await world.endUser(realm.id, { role: 'guest' })
    const path = `/api/v1/partner/users/${encodeId('end_user', id)}/role`
    for (const role of ['basic', 'advanced', 'company'])
      expect((await act(realm.owner, path, { role, reason: 'x' })).json()).toMatchObject({
        code: 'END_USER_ROLE_REFUSED',
      })
  })

  test('invite somebody, who chooses a password and has the role that the invitation names (C9)', async () => {
    const closed = await openRealm(world, 'Closed')
    await configure(world, closed.id, { policies: { sign_up: 'closed' } })
    const email = address()
    const sent = await world.call(closed.owner, 'POST', '/api/v1/partner/users/invite', {
      body: { email, role: 'realm_admin' },
    })
    expect(sent.statusCode, sent.body).toBe(202)
    const browser = new FormBrowser(world)
    const made = await browser.post(linkIn((await mailsTo(world, email))[0]), {
      name: 'New Admin',
      password: PASSWORD,
    })
    expect(made.location).toBe(`/p/${closed.slug}/profile`)
    expect(await world.sql('select role from end_user where email = $1', [email])).toEqual([
      { role: 'realm_admin' },
    ])
  })

  test('replace an open invitation by a newer one to the same address, in the own realm alone (C9)', async () => {
    const [own, other] = [await openRealm(world, 'Mistaken'), await openRealm(world, 'Unmoved')]
    const email = address()
    const invite = (owner: Caller, role: string) =>
      world.call(owner, 'POST', '/api/v1/partner/users/invite', { body: { email, role } })
    await invite(own.owner, 'realm_admin')
    await invite(other.owner, 'realm_admin')
    expect((await invite(own.owner, 'guest')).statusCode).toBe(202)
    const [mistaken = '', elsewhere = '', right = ''] = (await mailsTo(world, email)).map(linkIn)
    expect((await new FormBrowser(world).get(mistaken)).status).toBe(410)
    expect((await new FormBrowser(world).get(elsewhere)).status).toBe(200)
    await new FormBrowser(world).post(right, { name: 'A Guest', password: PASSWORD })
    expect(await world.sql('select role from end_user where email = $1', [email])).toEqual([
      { role: 'guest' },
    ])
  })

  test('need to be owners: staff sees no users, and a partner without a realm invites nobody', async () => {
    expect((await world.call(staff, 'GET', '/api/v1/partner/users')).json()).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    const plain = await world.partner('Plain')
    const person = await world.person()
    await world.partnerMember(plain, person.id, 'PARTNER_OWNER')
    const owner = await world.signIn(person.id)
    const answer = await world.call(owner, 'POST', '/api/v1/partner/users/invite', {
      body: { email: address(), role: 'guest' },
    })
    expect(answer.json()).toMatchObject({ code: 'REALM_MISSING' })
  })
})

describe('a realm admin', () => {
  test('reads and stops users of the own realm, but never changes itself (C9)', async () => {
    const id = await world.endUser(realm.id)
    const path = '/api/v1/realm/users'
    expect((await world.call(admin, 'GET', `${path}/${encodeId('end_user', id)}`)).statusCode).toBe(200)
    const stopped = await act(admin, `${path}/${encodeId('end_user', id)}/stop`, { reason: 'Spam' })
    expect(stopped.json(), stopped.body).toMatchObject({ status: 'inactive' })
    const own = (await world.call(admin, 'GET', '/api/v1/realm/profile')).json<{ end_user_id: string }>()
    for (const [part, body] of [
      ['stop', { reason: 'x' }],
      ['role', { role: 'guest', reason: 'x' }],
    ] as const)
      expect((await act(admin, `${path}/${own.end_user_id}/${part}`, body)).json()).toMatchObject({
        code: 'OWN_END_USER',
      })
  })

  test('is narrowed by the configuration of its partner from the next request on (C4)', async () => {
    const own = await openRealm(world, 'Narrowed')
    const caller = await world.signInEndUser(await world.endUser(own.id, { role: 'realm_admin' }))
    expect((await world.call(caller, 'GET', '/api/v1/realm/users')).statusCode).toBe(200)
    await configure(world, own.id, { roles: { realm_admin: { permissions: ['realm.profile.read'] } } })
    expect((await world.call(caller, 'GET', '/api/v1/realm/users')).json()).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
    expect((await world.call(caller, 'GET', '/api/v1/realm/profile')).statusCode).toBe(200)
    await configure(world, own.id, { roles: { realm_admin: { enabled: false } } })
    expect((await world.call(caller, 'GET', '/api/v1/realm/profile')).json()).toMatchObject({
      code: 'ROLE_DISABLED',
    })
  })

  test.each(['guest', 'basic', 'advanced', 'company'] as const)(
    'is who %s is not: no users are shown (C4)',
    async (role) => {
      const caller = await world.signInEndUser(await world.endUser(realm.id, { role }))
      expect((await world.call(caller, 'GET', '/api/v1/realm/users')).json()).toMatchObject({
        code: 'PERMISSION_DENIED',
      })
    },
  )
})

describe('an end user', () => {
  test('changes the own name from the version that it read, and ends the own sessions alone (C9)', async () => {
    const id = await world.endUser(realm.id)
    const [here, there] = [await world.signInEndUser(id), await world.signInEndUser(id)]
    const renamed = await world.call(here, 'PATCH', '/api/v1/realm/profile', {
      body: { name: 'New Name' },
      headers: { 'if-match': '"v1"' },
    })
    expect(renamed.json(), renamed.body).toMatchObject({ name: 'New Name', version: 2 })
    const { items } = (await world.call(here, 'GET', '/api/v1/realm/sessions')).json<{
      items: { session_id: string; is_current: boolean }[]
    }>()
    expect(items).toHaveLength(2)
    const foreign = await world.signInEndUser(await world.endUser(realm.id))
    const other = items.find(({ is_current: isCurrent }) => !isCurrent)?.session_id ?? ''
    expect((await world.call(foreign, 'POST', `/api/v1/realm/sessions/${other}/end`)).statusCode).toBe(404)
    expect((await world.call(here, 'POST', `/api/v1/realm/sessions/${other}/end`)).statusCode).toBe(204)
    expect((await world.call(there, 'GET', '/api/v1/realm/profile')).statusCode).toBe(401)
  })
})

describe('the sweep', () => {
  test('removes links and sessions long after their end, and nothing that still counts', async () => {
    const id = await world.endUser(realm.id)
    const caller = await world.signInEndUser(id)
    await world.sql(
      `insert into end_user_session (partner_id, end_user_id, token_hash, idle_seconds, ends_at) values ($1, $2, sha256('old'), 60, now() - interval '31 days')`,
      [realm.id, id],
    )
    await world.sql(
      `insert into end_user_token (partner_id, purpose, token_hash, email, ends_at) values ($1, 'sign_up', sha256('old'), 'old@example.test', now() - interval '8 days'), ($1, 'sign_up', sha256('new'), 'new@example.test', now() - interval '6 days')`,
      [realm.id],
    )
    const { mandate, transaction } = await openForSystem(world.database, 'realm-sweep', 'job_sweep_test')
    expect(await sweepRealms(mandate)).toBe(2)
    await transaction.commit([], 'durable')
    expect((await world.call(caller, 'GET', '/api/v1/realm/profile')).statusCode).toBe(200)
  })
})

describe('the provider', () => {
  test('sees a user base in figures and states, and nobody in it (C9, C11)', async () => {
    const own = await openRealm(world, 'Counted')
    await world.endUser(own.id, { role: 'basic', email: 'secret.person@example.test' })
    await world.endUser(own.id, { role: 'guest', status: 'idle' })
    const answer = await world.call(
      provider,
      'GET',
      `/api/v1/admin/partners/${encodeId('partner', own.id)}/realm`,
    )
    expect(answer.json(), answer.body).toMatchObject({
      status: 'open',
      user_count: 2,
      new_in_30_days: 2,
      roles: { basic: 1, guest: 1, advanced: 0, company: 0, realm_admin: 0 },
      statuses: { active: 1, idle: 1, inactive: 0, signing: 0 },
    })
    expect(answer.body).not.toContain('secret')
    const none = await world.partner('None')
    const missing = await world.call(
      provider,
      'GET',
      `/api/v1/admin/partners/${encodeId('partner', none)}/realm`,
    )
    expect(missing.json()).toMatchObject({ code: 'REALM_MISSING' })
  })
})
