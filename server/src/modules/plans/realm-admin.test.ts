import { decodeId, encodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import { usageRoutes } from '#modules/usage/index.ts'
import { FormBrowser } from '#testing/form-browser.ts'
import { asPlanSide, offerPlan, openPlanScene, setPolicies, takePlan } from '#testing/plan-acts.ts'
import type { PlanScene } from '#testing/plan-acts.ts'
import { configure } from '#testing/realm-acts.ts'
import { attempt } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeRealmRoutes(services),
    ...planModuleRoutes,
    ...usageRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

/** A scene whose plan waits for the partner, with an admin of the realm. */
async function waiting() {
  const scene = await openPlanScene(world)
  await setPolicies(world, scene.partner, { subscription_confirmation: 'manual' })
  const admin = await world.signInEndUser(await world.endUser(scene.partner, { role: 'realm_admin' }))
  const plan = await offerPlan(world, scene, { code: 'mine' })
  const taken = await takePlan(world, scene.caller, plan)
  return { scene, admin, plan, id: String(taken.json().subscription.subscription_id) }
}

const act = (caller: Caller, id: string, step: string, body?: object) =>
  world.call(caller, 'POST', `/api/v1/realm/subscriptions/${id}/${step}`, body ? { body } : {})
const standing = async ({ caller }: PlanScene) =>
  (await world.call(caller, 'GET', '/api/v1/realm/subscription')).json()

describe('an admin of a realm', () => {
  test('confirms, holds, releases and ends a subscription of the realm, each with its event, as its partner would (C7)', async () => {
    const { scene, admin, id } = await waiting()
    const listed = await world.call(admin, 'GET', '/api/v1/realm/subscriptions?state=signing')
    expect(listed.json(), listed.body).toMatchObject({
      total: 1,
      items: [{ subscription_id: id, user_role: 'basic' }],
    })
    expect((await act(admin, id, 'confirm')).json()).toMatchObject({ state: 'signed' })
    expect(await standing(scene)).toMatchObject({ sub_status: 'signed', may_use: true })
    expect((await act(admin, id, 'confirm')).json()).toMatchObject({ code: 'SUBSCRIPTION_STATE_CONFLICT' })
    const held = await act(admin, id, 'holds', { reason: 'Chargeback', scope: 'account' })
    expect(held.json(), held.body).toMatchObject({
      state: 'suspended',
      holds: [{ kind: 'manual', placed_by_side: 'partner', may_release: true }],
    })
    expect(await standing(scene)).toMatchObject({ sub_status: 'suspended', may_use: false })
    expect((await act(admin, id, 'confirm')).statusCode).toBe(409)
    const hold: string = held.json().holds[0].hold_id
    expect((await act(admin, id, `holds/${hold}/release`, {})).json()).toMatchObject({ state: 'signed' })
    expect((await act(admin, id, 'end', { when: 'period_end' })).json()).toMatchObject({
      cancel_cause: 'partner',
    })
    expect((await act(admin, id, 'keep')).json()).toMatchObject({ cancel_cause: null })
    const ended = await act(admin, id, 'end', { when: 'now', reason: 'Moved away' })
    expect(ended.json(), ended.body).toMatchObject({ state: 'unsigned', end_reason: 'ended' })
    const events = await world.sql<{ action: string; actor_type: string }>(
      `select action, actor_type from audit_event where resource_id in ($1, $2) and actor_type = 'end_user' and action like 'subscriptions.%' order by id`,
      [decodeId('subscription', id), decodeId('subscription_hold', hold)],
    )
    expect(events.map(({ action }) => action)).toEqual([
      'subscriptions.start',
      'subscriptions.confirm',
      'subscriptions.hold',
      'subscriptions.release',
      'subscriptions.plan_cancel',
      'subscriptions.keep',
      'subscriptions.end',
    ])
  })

  test('declines what waits, and releases no hold of the provider or of a payment (C7)', async () => {
    const { admin, id } = await waiting()
    expect((await act(admin, id, 'decline', { reason: 'Not now' })).json()).toMatchObject({
      end_reason: 'declined',
    })
    const other = await waiting()
    await act(other.admin, other.id, 'confirm')
    const placed = await world.call(
      other.scene.admin,
      'POST',
      `/api/v1/admin/subscriptions/${other.id}/holds`,
      { body: { reason: 'A rule' } },
    )
    expect(placed.statusCode, placed.body).toBe(201)
    const seen = await world.call(other.admin, 'GET', `/api/v1/realm/subscriptions/${other.id}`)
    expect(seen.json(), seen.body).toMatchObject({
      state: 'suspended',
      holds: [{ kind: 'policy', may_release: false }],
    })
    const refused = await act(other.admin, other.id, `holds/${seen.json().holds[0].hold_id}/release`, {})
    expect(refused.json()).toMatchObject({ code: 'HOLD_NOT_YOURS' })
  })

  test('finds nothing of another realm, and a user of the own realm none of it (C9)', async () => {
    const { scene, admin } = await waiting()
    const foreign = await waiting()
    expect((await world.call(admin, 'GET', '/api/v1/realm/subscriptions')).json().total).toBe(1)
    for (const [method, path] of [
      ['GET', foreign.id],
      ['POST', `${foreign.id}/confirm`],
    ] as const)
      expect(
        (await world.call(admin, method, `/api/v1/realm/subscriptions/${path}`)).json(),
        path,
      ).toMatchObject({ code: 'SUBSCRIPTION_NOT_FOUND' })
    const theirs = encodeId('end_user', foreign.scene.user)
    expect((await world.call(admin, 'GET', `/api/v1/realm/users/${theirs}/usage`)).json()).toMatchObject({
      code: 'END_USER_NOT_FOUND',
    })
    for (const path of ['subscriptions', 'roles', 'user-usage', 'users'])
      expect((await world.call(scene.caller, 'GET', `/api/v1/realm/${path}`)).json(), path).toMatchObject({
        code: 'PERMISSION_DENIED',
      })
  })

  test('sees the plans that its partner offers, and takes none (C6)', async () => {
    const { admin, plan } = await waiting()
    const offers = (await world.call(admin, 'GET', '/api/v1/realm/plans')).json().items
    expect(offers.map(({ plan_id: id }: { plan_id: string }) => id)).toEqual([plan])
    expect((await takePlan(world, admin, plan)).statusCode).toBe(403)
  })

  test('reads what each role may do, as the partner has narrowed it (C4)', async () => {
    const { scene, admin } = await waiting()
    await configure(world, scene.partner, {
      roles: { advanced: { enabled: false }, basic: { permissions: ['realm.profile.read'] } },
    })
    const { items } = (await world.call(admin, 'GET', '/api/v1/realm/roles')).json()
    expect(items).toMatchObject([
      { role: 'guest', is_enabled: true },
      {
        role: 'basic',
        is_enabled: true,
        users: 1,
        permissions: [{ name: 'realm.profile.read', sentence: 'See your profile' }],
      },
      { role: 'advanced', is_enabled: false, permissions: [] },
      { role: 'company' },
      { role: 'realm_admin', users: 1 },
    ])
  })

  test('sees users against their limits and lets one go on, but not itself (C5)', async () => {
    const scene = await openPlanScene(world, 'guest')
    const own = await world.endUser(scene.partner, { role: 'realm_admin' })
    const admin = await world.signInEndUser(own)
    const operate = () =>
      world.call(scene.caller, 'POST', '/api/v1/realm/operations', { body: { kind: 'print' } })
    const path = `/api/v1/realm/users/${encodeId('end_user', scene.user)}/usage`
    await world.seed(
      `insert into usage_bucket (partner_id, end_user_id, day, operations, counted) values ($1, $2, (now() at time zone 'UTC')::date, 5, 5)`,
      [scene.partner, scene.user],
    )
    expect((await operate()).statusCode).toBe(429)
    const seen = await world.call(admin, 'GET', path)
    expect(seen.json(), seen.body).toMatchObject({
      status: 'idle',
      usage: { day: { allowed: 5, used: 5 }, in_force: [{ kind: 'idle' }] },
    })
    const list = await world.call(admin, 'GET', '/api/v1/realm/user-usage?used=true')
    expect(list.json(), list.body).toMatchObject({ total: 1 })
    const reset = await world.call(admin, 'POST', `${path}/reset`, { body: { reason: 'A mistake' } })
    expect(reset.json(), reset.body).toMatchObject({ status: 'active', usage: { day: { used: 0 } } })
    const self = await world.call(
      admin,
      'POST',
      `/api/v1/realm/users/${encodeId('end_user', own)}/usage/reset`,
      { body: { reason: 'A mistake' } },
    )
    expect(self.json()).toMatchObject({ code: 'OWN_END_USER' })
    expect(
      await world.sql(
        `select actor_type, reason from audit_event where action = 'usage.reset' and resource_id = $1`,
        [scene.user],
      ),
    ).toEqual([{ actor_type: 'end_user', reason: 'A mistake' }])
  })
})

describe('the database', () => {
  test('shows an admin the subscriptions of the own realm alone, and lets no user hold, release or confirm (C10)', async () => {
    const { scene, admin, id } = await waiting()
    const foreign = await waiting()
    const asAdmin = { ...scene, caller: admin }
    for (const table of ['subscription', 'subscription_term', 'subscription_event']) {
      const { rows } = await asPlanSide({ world, side: 'end_user', scene: asAdmin }, (client) =>
        client.query<{ partner_id: string }>(`select distinct partner_id from ${table}`),
      )
      expect(rows, table).toEqual([{ partner_id: scene.partner }])
    }
    const hold = `insert into subscription_hold (partner_id, end_user_id, kind, reason) values ($1, $2, $3, 'Held')`
    const uuid = decodeId('subscription', id)
    const tries = await asPlanSide({ world, side: 'end_user', scene: asAdmin }, async (client) => [
      await attempt(client, hold, [foreign.scene.partner, foreign.scene.user, 'manual']),
      await attempt(client, hold, [scene.partner, scene.user, 'policy']),
      await attempt(client, hold, [scene.partner, scene.user, 'quota']),
      await attempt(
        client,
        `insert into subscription (partner_id, end_user_id, first_plan_id) values ($1, $2, $3)`,
        [scene.partner, scene.user, decodeId('plan', foreign.plan)],
      ),
      await attempt(
        client,
        `select access.reset_usage(access.context_id('end_user_id'), 'x') is null as none`,
        [],
      ),
    ])
    expect(tries.slice(0, 4).filter((outcome) => outcome === 'done')).toEqual([])
    const own = await asPlanSide({ world, side: 'end_user', scene }, async (client) => [
      await attempt(client, hold, [scene.partner, scene.user, 'manual']),
      await attempt(client, `update subscription set status = 'signed' where id = $1`, [uuid]),
      await client
        .query('update subscription_hold set released_at = now()')
        .then(({ rowCount }) => (rowCount === 0 ? 'no row' : 'done')),
    ])
    expect(own.filter((outcome) => outcome === 'done')).toEqual([])
  })
})

describe('the pages of an admin', () => {
  test('turn through every subscription of the realm, newest first, narrowed to a state (C7, C11)', async () => {
    const { scene, admin } = await waiting()
    const browser = new FormBrowser(world)
    browser.cookie = admin.cookie
    const list = `/p/${scene.slug}/subscriptions`
    await world.seed(
      `insert into end_user (partner_id, email, email_norm, name, role, status)
       select $1, 'user' || n || '@many.example', 'user' || n || '@many.example', 'User ' || n, 'basic', 'active' from generate_series(1, 30) n`,
      [scene.partner],
    )
    await world.seed(
      `insert into subscription (partner_id, end_user_id, first_plan_id, asked_at)
       select s.partner_id, u.id, s.first_plan_id, s.asked_at - interval '1 day'
       from subscription s join end_user u on u.partner_id = s.partner_id and u.email like '%@many.example' where s.partner_id = $1`,
      [scene.partner],
    )
    const [first, second] = [(await browser.get(list)).text, (await browser.get(`${list}?page=2`)).text]
    expect(first).toContain('31 subscriptions')
    expect(first).toContain(`${list}?page=2`)
    const usersOn = (text: string) => new Set(text.match(/usr_[0-9a-z]+/g))
    expect([usersOn(first).size, usersOn(second).size]).toEqual([25, 6])
    expect(new Set([...usersOn(first), ...usersOn(second)]).size).toBe(31)
    expect(first).toContain(encodeId('end_user', scene.user))
    expect((await browser.get(`${list}?state=signing`)).text).toContain(`${list}?state=signing&amp;page=2`)
    expect((await browser.get(`${list}?state=unsigned`)).text).toContain('No subscription is in this state.')
    expect((await browser.get(`${list}?state=else`)).status).toBe(422)
  })

  test('find a user, confirm and hold its plan, change its role and stop it, without script (C4, C7, C11)', async () => {
    const { scene, admin, id } = await waiting()
    const browser = new FormBrowser(world)
    browser.cookie = admin.cookie
    const base = `/p/${scene.slug}`
    const user = encodeId('end_user', scene.user)
    expect((await browser.get(`${base}/subscriptions?state=signing`)).text).toContain(user)
    expect((await browser.get(`${base}/users?search=no-such-user`)).text).toMatch(
      /0 users found · <a [^>]*>Show all users/,
    )
    expect((await browser.get(`${base}/users`)).text).toContain(user)
    expect((await browser.get(`${base}/users/${user}`)).text).toMatch(
      /Confirm the subscription[\s\S]*Change the role/,
    )
    const page = (await browser.post(`${base}/subscriptions/${id}/confirm`)).location
    expect(page).toBe(`${base}/users/${user}`)
    const short = await browser.post(`${base}/subscriptions/${id}/holds`, {
      hold_reason: 'No',
      scope: 'account',
    })
    expect(short.status).toBe(422)
    expect(short.text).toMatch(/Say why, in 3 to 500 characters\.[\s\S]*value="No"/)
    expect(short.text).toMatch(/value="account"\s+checked/)
    await browser.post(`${base}/subscriptions/${id}/holds`, {
      hold_reason: 'Chargeback',
      scope: 'subscription',
    })
    const held = (await browser.get(`${base}/users/${user}`)).text
    expect(held).toMatch(/On hold[\s\S]*Chargeback[\s\S]*Release/)
    const empty = await browser.post(`${base}/users/${user}/stop`, { version: '1', reason: ' ' })
    const goOn = await browser.post(`${base}/users/${user}/go-on`, { usage_reason: ' ' })
    expect(goOn.text).toMatch(/<h1>Let this user go on<\/h1>[\s\S]*Say why, for the record/)
    const unsaid = await browser.post(`${base}/users/${user}/role`, { version: '1', role: 'advanced' })
    expect(unsaid.text).toMatch(/<option value="advanced"\s+selected/)
    expect([empty.status, empty.text.includes('Say why, for the record')]).toEqual([422, true])
    expect(
      (
        await browser.post(`${base}/users/${user}/role`, {
          version: '1',
          role: 'advanced',
          role_reason: 'Grown',
        })
      ).status,
    ).toBe(303)
    expect((await browser.post(`${base}/users/${user}/stop`, { version: '2', reason: 'Spam' })).status).toBe(
      303,
    )
    expect((await browser.get(`${base}/users/${user}`)).text).toMatch(/Stopped[\s\S]*Spam[\s\S]*Let in again/)
    expect((await browser.get(`${base}/roles`)).text).toContain('Use the service')
    const plain = new FormBrowser(world)
    plain.cookie = (await world.signInEndUser(await world.endUser(scene.partner))).cookie
    const guest = await world.endUser(scene.partner, { role: 'guest' })
    const offered = (await browser.get(`${base}/users/${encodeId('end_user', guest)}`)).text
    expect([...offered.matchAll(/<option value="(\w*)"/g)].map(([, role]) => role)).toEqual([
      '',
      'realm_admin',
    ])
    expect((await plain.get(`${base}/users`)).status).toBe(403)
    expect((await plain.get(`${base}/profile`)).text).not.toContain(`${base}/users`)
  })
})
