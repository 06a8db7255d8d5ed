import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { allRoutes } from '../server/src/app.ts'
import { linkIn, mailsTo, PASSWORD } from '../server/testing/account-holder.ts'
import { FormBrowser } from '../server/testing/form-browser.ts'
import { act, STATED } from '../server/testing/identity-check-acts.ts'
import { MONTHLY, offerPlan, openPlanScene } from '../server/testing/plan-acts.ts'
import { TestWorld } from '../server/testing/world.ts'
import type { Caller } from '../server/testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }), {
    passwordHashConcurrency: 4,
  })
}, 60_000)
afterAll(() => world[Symbol.asyncDispose]())

test('an end user signs up, is a guest with five operations, is checked, takes a plan, works, is held, stopped with the partner, restored, and made a guest again (C4 to C9)', async () => {
  const scene = await openPlanScene(world)
  const { owner, admin: provider, slug } = scene
  const realmAdmin = await world.signInEndUser(await world.endUser(scene.partner, { role: 'realm_admin' }))
  const plan = await offerPlan(world, scene, {
    code: 'whole',
    terms: { ...MONTHLY, limits: { 'ops.per_day': 12 } },
  })

  // Signing up, by the link in the mail alone.
  const email = 'newcomer@example.test'
  const browser = new FormBrowser(world)
  await browser.post(`/p/${slug}/sign-up`, { email })
  const signedUp = await browser.post(linkIn((await mailsTo(world, email)).at(-1)), {
    name: 'New Comer',
    password: PASSWORD,
  })
  expect(signedUp.status).toBe(303)
  const user: Caller = { cookie: String(browser.cookie) }
  const ask = async (method: 'GET' | 'POST', path: string, body?: object) =>
    world.call(user, method, `/api/v1/realm/${path}`, body ? { body } : {})
  const operate = async () => (await ask('POST', 'operations', { kind: 'print' })).statusCode
  const standing = async () => (await ask('GET', 'subscription')).json()

  // A guest: five operations, then rest; no plan is shown and none can be taken.
  const served: number[] = []
  for (let index = 0; index < 6; index += 1) served.push(await operate())
  expect(served).toEqual([201, 201, 201, 201, 201, 429])
  expect((await browser.get(`/p/${slug}/plans`)).text).toContain(`/p/${slug}/identity-check`)
  expect((await ask('POST', 'subscription', { plan_id: plan })).statusCode).toBe(403)

  // The identity check makes it basic, and wakes it.
  await browser.post(`/p/${slug}/identity-check/begin`)
  await browser.post(`/p/${slug}/identity-check`, STATED)
  const check: string = (await ask('GET', 'identity-check')).json().check.identity_check_id
  await act(world, owner, `${check}/take`)
  expect((await act(world, owner, `${check}/approve`)).json()).toMatchObject({ status: 'verified' })
  expect((await ask('GET', 'profile')).json()).toMatchObject({ role: 'basic', status: 'active' })

  // The plan, with its limit.
  expect((await browser.post(`/p/${slug}/plans/${plan}/take`)).location).toBe(`/p/${slug}/subscription`)
  expect(await standing()).toMatchObject({ sub_status: 'signed', may_use: true })
  expect((await ask('GET', 'usage')).json()).toMatchObject({ day: { allowed: 12 } })
  expect(await operate()).toBe(201)

  // A hold of the realm's admin stops it at the next request; releasing it lets it go on.
  const subscription: string = (await standing()).subscription.subscription_id
  const holds = `/api/v1/realm/subscriptions/${subscription}/holds`
  const held = await world.call(realmAdmin, 'POST', holds, { body: { reason: 'A question' } })
  expect(await operate()).toBe(403)
  await world.call(realmAdmin, 'POST', `${holds}/${held.json().holds[0].hold_id}/release`, { body: {} })
  expect(await operate()).toBe(201)

  // The partner is suspended by one row and comes back.
  const partner = `/api/v1/admin/partners/${encodeId('partner', scene.partner)}`
  const stopped = await world.call(provider, 'POST', `${partner}/suspend`, { body: { reason: 'A dispute' } })
  expect(stopped.statusCode, stopped.body).toBe(200)
  expect([await operate(), (await browser.get(`/p/${slug}/sign-in`)).status]).toEqual([403, 403])
  expect((await world.call(realmAdmin, 'GET', '/api/v1/realm/users')).statusCode).toBe(403)
  await world.call(provider, 'POST', `${partner}/reactivate`, { body: { reason: 'Settled' } })
  expect(await operate()).toBe(201)

  // A lower role takes the plan with it.
  const id: string = (await ask('GET', 'profile')).json().end_user_id
  const read = await world.call(owner, 'GET', `/api/v1/partner/users/${id}`)
  const lowered = await world.call(owner, 'POST', `/api/v1/partner/users/${id}/role`, {
    body: { role: 'guest', reason: 'A test' },
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(lowered.json(), lowered.body).toMatchObject({ role: 'guest' })
  expect(await standing()).toMatchObject({ sub_status: 'unsigned', may_use: false })
  expect((await standing()).subscription).toMatchObject({ end_reason: 'role' })
}, 60_000)
