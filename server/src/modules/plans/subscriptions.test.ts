import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { offerPlan, openPlanScene, passTime, setPolicies, takePlan } from '#testing/plan-acts.ts'
import type { PlanScene } from '#testing/plan-acts.ts'
import { seedSource, STRANGER } from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { planModuleRoutes, runSubscriptionClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => planModuleRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const own = async (caller: Caller) => (await world.call(caller, 'GET', '/api/v1/realm/subscription')).json()
const act = (caller: Caller, step: string, body?: object) =>
  world.call(caller, 'POST', `/api/v1/realm/subscription/${step}`, body ? { body } : {})
const partnerAct = (scene: PlanScene, id: string, step: string, body?: object) =>
  world.call(scene.owner, 'POST', `/api/v1/partner/subscriptions/${id}/${step}`, body ? { body } : {})
const topics = async (scene: PlanScene) =>
  (
    await world.sql<{ topic: string }>(
      `select topic from outbox where payload ->> 'partner_id' = $1 and topic like 'subscription.%' order by id`,
      [scene.partner],
    )
  ).map(({ topic }) => topic)

async function signed(role: 'basic' | 'advanced' | 'company' = 'basic') {
  const scene = await openPlanScene(world, role)
  const plan = await offerPlan(world, scene, { code: 'mine', roles: [role] })
  const taken = await takePlan(world, scene.caller, plan)
  expect(taken.statusCode, taken.body).toBe(201)
  return { scene, plan, id: String(taken.json().subscription.subscription_id) }
}

describe('taking a plan', () => {
  test('a basic user sees the plans for that role only and subscribes to one (C6, C7)', async () => {
    const scene = await openPlanScene(world)
    const mine = await offerPlan(world, scene, { code: 'basic' })
    const other = await offerPlan(world, scene, { code: 'company', roles: ['company'] })
    const listed = await world.call(scene.caller, 'GET', '/api/v1/realm/plans')
    expect(
      listed.json().items.map(({ plan_id: id }: { plan_id: string }) => id),
      listed.body,
    ).toEqual([mine])
    expect((await world.call(scene.caller, 'GET', `/api/v1/realm/plans/${other}`)).json().code).toBe(
      'PLAN_NOT_FOUND',
    )
    expect((await takePlan(world, scene.caller, other)).json().code).toBe('PLAN_NOT_FOUND')
    expect(await own(scene.caller)).toMatchObject({ status: 'active', sub_status: 'absent', may_use: false })
    const taken = await takePlan(world, scene.caller, mine)
    expect(taken.json(), taken.body).toMatchObject({
      status: 'active',
      sub_status: 'signed',
      may_use: true,
      subscription: { state: 'signed', plan_id: mine, price: { amount_minor: 1900, currency: 'EUR' } },
    })
    expect((await takePlan(world, scene.caller, mine)).json().code).toBe('ALREADY_SUBSCRIBED')
    expect(await topics(scene)).toEqual(['subscription.signed'])
  })

  test.each(['guest', 'realm_admin'] as const)(
    'a %s takes no plan, whatever the plan says (C6)',
    async (role) => {
      const scene = await openPlanScene(world, role)
      const plan = await offerPlan(world, scene, { code: 'all', roles: ['basic', 'advanced', 'company'] })
      const refused = await takePlan(world, scene.caller, plan)
      expect(refused.statusCode, refused.body).toBe(403)
      expect(await world.sql('select from subscription where partner_id = $1', [scene.partner])).toEqual([])
    },
  )

  test('of ten parallel requests to subscribe one succeeds (C7)', async () => {
    const scene = await openPlanScene(world)
    const plan = await offerPlan(world, scene, { code: 'one' })
    const answers = await Promise.all(Array.from({ length: 10 }, () => takePlan(world, scene.caller, plan)))
    const codes = answers.map((answer) => answer.statusCode).toSorted((left, right) => left - right)
    expect(codes).toEqual([201, ...Array.from({ length: 9 }, () => 409)])
  })

  test('where the partner confirms itself, a subscription waits for it, and 24 hours without an answer end it by the clock alone (C7)', async () => {
    const scene = await openPlanScene(world)
    await setPolicies(world, scene.partner, { subscription_confirmation: 'manual' })
    const plan = await offerPlan(world, scene, { code: 'manual' })
    const waiting = await takePlan(world, scene.caller, plan)
    expect(waiting.json(), waiting.body).toMatchObject({
      status: 'signing',
      sub_status: 'absent',
      may_use: false,
      subscription: { state: 'signing' },
    })
    const id = waiting.json().subscription.subscription_id
    await passTime(
      world,
      id,
      `asked_at = now() - interval '25 hours', signing_until = now() - interval '1 hour'`,
    )
    expect(await own(scene.caller)).toMatchObject({
      status: 'active',
      sub_status: 'unsigned',
      subscription: { state: 'unsigned', end_reason: 'timed_out' },
    })
    expect((await partnerAct(scene, id, 'confirm')).json().code).toBe('SUBSCRIPTION_STATE_CONFLICT')
    const again = await takePlan(world, scene.caller, plan)
    expect(again.statusCode, again.body).toBe(201)
    const confirmed = await partnerAct(scene, again.json().subscription.subscription_id, 'confirm')
    expect(confirmed.json(), confirmed.body).toMatchObject({ state: 'signed' })
    expect(await own(scene.caller)).toMatchObject({ sub_status: 'signed', may_use: true })
  })

  test('the partner declines, and the user can ask again (C7)', async () => {
    const scene = await openPlanScene(world)
    await setPolicies(world, scene.partner, { subscription_confirmation: 'manual' })
    const plan = await offerPlan(world, scene, { code: 'manual' })
    const id = (await takePlan(world, scene.caller, plan)).json().subscription.subscription_id
    expect((await partnerAct(scene, id, 'decline', { reason: 'Not now' })).json()).toMatchObject({
      state: 'unsigned',
      end_reason: 'declined',
    })
    expect((await takePlan(world, scene.caller, plan)).statusCode).toBe(201)
  })
})

describe('holds', () => {
  test('two holds suspend, and it works again only when both are gone (C7)', async () => {
    const { scene, id } = await signed()
    const manual = await partnerAct(scene, id, 'holds', { kind: 'manual', reason: 'Under review' })
    expect(manual.json(), manual.body).toMatchObject({ state: 'suspended', held_by: ['manual'] })
    const policy = await world.call(scene.admin, 'POST', `/api/v1/admin/subscriptions/${id}/holds`, {
      body: { reason: 'Complaint', scope: 'account' },
    })
    expect(policy.json(), policy.body).toMatchObject({
      state: 'suspended',
      held_by: ['manual', 'policy'],
      user_email: null,
    })
    expect(await own(scene.caller)).toMatchObject({
      sub_status: 'suspended',
      may_use: false,
      code: 'SUBSCRIPTION_HELD',
    })
    const [own1, policy1] = ['manual', 'policy'].map(
      (kind) => policy.json().holds.find((hold: { kind: string }) => hold.kind === kind).hold_id,
    )
    const first = await partnerAct(scene, id, `holds/${own1}/release`, {})
    expect(first.json(), first.body).toMatchObject({ state: 'suspended', held_by: ['policy'] })
    expect((await partnerAct(scene, id, `holds/${policy1}/release`, {})).json().code).toBe('HOLD_NOT_YOURS')
    const second = await world.call(
      scene.admin,
      'POST',
      `/api/v1/admin/subscriptions/${id}/holds/${policy1}/release`,
      { body: {} },
    )
    expect(second.json(), second.body).toMatchObject({ state: 'signed', held_by: [] })
    expect(await own(scene.caller)).toMatchObject({ sub_status: 'signed', may_use: true })
    expect(await topics(scene)).toEqual([
      'subscription.signed',
      'subscription.suspended',
      'subscription.signed',
    ])
  })

  test('a hold of a kind is open once, and released once (C7)', async () => {
    const { scene, id } = await signed()
    const held = await partnerAct(scene, id, 'holds', { reason: 'Under review' })
    expect((await partnerAct(scene, id, 'holds', { reason: 'Again' })).json().code).toBe('HOLD_OPEN')
    const hold = held.json().holds[0].hold_id
    await partnerAct(scene, id, `holds/${hold}/release`, {})
    expect((await partnerAct(scene, id, `holds/${hold}/release`, {})).json().code).toBe('HOLD_NOT_YOURS')
    expect((await partnerAct(scene, id, 'holds', { reason: 'Again' })).statusCode).toBe(201)
  })

  test('a failed payment holds, a repeated event changes nothing, and the payment releases (C7)', async () => {
    const { scene, id } = await signed()
    const { key } = await seedSource(world)
    const pay = (event: string, type: string) =>
      world.call(STRANGER, 'POST', '/api/v1/ingest/subscription-payments', {
        headers: { authorization: `Bearer ${key}` },
        body: { id: event, type, created: '2026-11-22T12:00:00Z', data: { subscription: id } },
      })
    expect((await pay('e1', 'charge.failed')).json()).toEqual({ outcome: 'held', is_repeated: false })
    expect((await pay('e1', 'charge.failed')).json()).toEqual({ outcome: 'held', is_repeated: true })
    expect(await own(scene.caller)).toMatchObject({
      sub_status: 'suspended',
      subscription: { held_by: ['payment'] },
    })
    expect((await pay('e2', 'charge.succeeded')).json()).toEqual({ outcome: 'released', is_repeated: false })
    expect(await own(scene.caller)).toMatchObject({ sub_status: 'signed', may_use: true })
  })
})

describe('ending', () => {
  test('cancelled for the end of the paid period it works until then, can be kept before, and is over then by the clock alone (C7)', async () => {
    const { scene, id } = await signed()
    const cancelled = await act(scene.caller, 'cancel', { when: 'period_end' })
    expect(cancelled.json(), cancelled.body).toMatchObject({
      may_use: true,
      subscription: { state: 'signed', cancel_cause: 'end_user' },
    })
    const { cancel_at: end, paid_until: paid, signed_at: from } = cancelled.json().subscription
    expect(end).toBe(paid)
    expect(Date.parse(end) - Date.parse(from)).toBeGreaterThanOrEqual(28 * 86_400_000)
    expect((await act(scene.caller, 'cancel', { when: 'period_end' })).json().code).toBe(
      'SUBSCRIPTION_ENDING',
    )
    expect((await act(scene.caller, 'keep')).json().subscription).toMatchObject({ cancel_at: null })
    await act(scene.caller, 'cancel', { when: 'period_end' })
    await passTime(world, id, `cancel_at = now() - interval '1 second'`)
    expect(await own(scene.caller)).toMatchObject({
      sub_status: 'unsigned',
      may_use: false,
      subscription: { end_reason: 'period_over' },
    })
    expect((await act(scene.caller, 'keep')).json().code).toBe('SUBSCRIPTION_NOT_FOUND')
    expect(await runSubscriptionClock(world.database)).toBe(1)
    expect(await runSubscriptionClock(world.database)).toBe(0)
    expect(await topics(scene)).toEqual(['subscription.signed', 'subscription.unsigned'])
  })

  test('what the partner set to end, the user cannot keep, and the other way round (C7)', async () => {
    const { scene, id } = await signed()
    await partnerAct(scene, id, 'end', { when: 'period_end', reason: 'We close' })
    expect((await act(scene.caller, 'keep')).json().code).toBe('SUBSCRIPTION_STATE_CONFLICT')
    expect((await partnerAct(scene, id, 'keep')).json()).toMatchObject({ cancel_at: null })
    await act(scene.caller, 'cancel', { when: 'period_end' })
    expect((await partnerAct(scene, id, 'keep')).json().code).toBe('SUBSCRIPTION_STATE_CONFLICT')
    expect((await act(scene.caller, 'cancel', { when: 'now' })).json()).toMatchObject({
      sub_status: 'unsigned',
    })
  })

  test.each([
    ['immediate', 'advanced', 'basic', 'unsigned'],
    ['period_end', 'advanced', 'basic', 'signed'],
    ['period_end', 'basic', 'guest', 'unsigned'],
  ] as const)('with on_downgrade %s, %s made %s leaves it %s (C6, C7)', async (policy, from, to, state) => {
    const { scene } = await signed(from)
    await setPolicies(world, scene.partner, { on_downgrade: policy })
    await world.seed('update end_user set role = $2 where id = $1', [scene.user, to])
    const [row] = await world.sql(
      'select access.subscription_state(s) as state, cancel_cause, end_reason from subscription s where end_user_id = $1',
      [scene.user],
    )
    expect(row).toMatchObject(
      state === 'signed' ? { state, cancel_cause: 'role' } : { state, end_reason: 'role' },
    )
    if (state === 'unsigned') return
    expect(await own(scene.caller)).toMatchObject({ may_use: true })
    await world.seed('update end_user set role = $2 where id = $1', [scene.user, from])
    expect(await own(scene.caller)).toMatchObject({ subscription: { cancel_at: null } })
  })

  test('a user whose role loses the plan has it until the end that the user set, and cannot take that back (C6, C7)', async () => {
    const { scene } = await signed('advanced')
    await setPolicies(world, scene.partner, { on_downgrade: 'period_end' })
    await act(scene.caller, 'cancel', { when: 'period_end' })
    await world.seed(`update end_user set role = 'basic' where id = $1`, [scene.user])
    expect(await own(scene.caller)).toMatchObject({ code: 'ALLOWED', may_use: true })
    expect((await act(scene.caller, 'keep')).json().code).toBe('SUBSCRIPTION_STATE_CONFLICT')
    await world.seed(`update end_user set role = 'advanced' where id = $1`, [scene.user])
    expect((await own(scene.caller)).subscription).toMatchObject({ cancel_cause: 'end_user' })
    expect((await act(scene.caller, 'keep')).json().subscription).toMatchObject({ cancel_at: null })
  })

  test('a plan that ends with what is paid ends for those who had cancelled, too (C6, C7)', async () => {
    const { scene, plan, id } = await signed()
    await act(scene.caller, 'cancel', { when: 'period_end' })
    await world.call(scene.owner, 'POST', `/api/v1/partner/plans/${plan}/discontinue`, {
      body: { running: 'end_at_period_end' },
    })
    expect((await act(scene.caller, 'keep')).json().code).toBe('SUBSCRIPTION_STATE_CONFLICT')
    await passTime(world, id, `cancel_at = now() - interval '1 second'`)
    expect(await own(scene.caller)).toMatchObject({ sub_status: 'unsigned' })
  })

  test.each([
    ['keep', 'signed', null],
    ['end_at_period_end', 'signed', 'discontinued'],
    ['end_now', 'unsigned', null],
  ] as const)(
    'a plan discontinued with %s leaves running subscriptions %s and takes no new ones (C6)',
    async (running, state, cause) => {
      const { scene, plan } = await signed()
      const answer = await world.call(scene.owner, 'POST', `/api/v1/partner/plans/${plan}/discontinue`, {
        body: { running },
      })
      expect(answer.json(), answer.body).toMatchObject({ state: 'discontinued', running })
      expect((await own(scene.caller)).subscription).toMatchObject({ state, cancel_cause: cause })
      const other = await world.signInEndUser(await world.endUser(scene.partner))
      expect((await takePlan(world, other, plan)).json().code).toBe('PLAN_NOT_FOUND')
    },
  )
})

describe('changing the plan', () => {
  test('with the next paid period the plan stays until then, can be taken back, and changes by the clock (C7)', async () => {
    const { scene, plan, id } = await signed()
    const better = await offerPlan(world, scene, {
      code: 'better',
      terms: {
        price: { amount_minor: 4900, currency: 'EUR' },
        period: 'year',
        limits: { 'ops.per_day': 1000 },
      },
    })
    const changed = await act(scene.caller, 'change', { plan_id: better, when: 'period_end' })
    expect(changed.json().subscription, changed.body).toMatchObject({
      plan_id: plan,
      next: { plan_id: better, price: { amount_minor: 4900 } },
    })
    expect((await act(scene.caller, 'keep-plan')).json().subscription).toMatchObject({
      plan_id: plan,
      next: null,
    })
    await act(scene.caller, 'change', { plan_id: better, when: 'period_end' })
    const limits = async () =>
      (await world.sql('select access.plan_limits($1) as limits', [scene.user]))[0]?.['limits']
    expect(await limits()).toEqual({ 'ops.per_day': 100 })
    await world.sql('alter table subscription_term disable trigger user')
    await world.sql(
      `update subscription_term set starts_at = now() where subscription_id = $1 and starts_at > now() and withdrawn_at is null`,
      [decodeId('subscription', id)],
    )
    await world.sql('alter table subscription_term enable trigger user')
    expect((await own(scene.caller)).subscription).toMatchObject({ plan_id: better, next: null })
    expect(await limits()).toEqual({ 'ops.per_day': 1000 })
  })

  test('a change that is to come outlives the plan that ends before it, and is not taken back then (C6, C7)', async () => {
    const { scene, plan } = await signed()
    const better = await offerPlan(world, scene, { code: 'better' })
    await act(scene.caller, 'change', { plan_id: better, when: 'period_end' })
    await world.call(scene.owner, 'POST', `/api/v1/partner/plans/${plan}/discontinue`, {
      body: { running: 'end_at_period_end' },
    })
    expect((await own(scene.caller)).subscription).toMatchObject({
      plan_id: plan,
      cancel_at: null,
      next: { plan_id: better },
    })
    expect((await act(scene.caller, 'keep-plan')).json().code).toBe('SUBSCRIPTION_STATE_CONFLICT')
    const best = await offerPlan(world, scene, { code: 'best' })
    expect(
      (await act(scene.caller, 'change', { plan_id: best, when: 'period_end' })).json().subscription,
    ).toMatchObject({ plan_id: plan, next: { plan_id: best } })
    await world.call(scene.owner, 'POST', `/api/v1/partner/plans/${best}/discontinue`, {
      body: { running: 'keep' },
    })
    expect((await own(scene.caller)).subscription).toMatchObject({
      plan_id: plan,
      cancel_cause: 'discontinued',
      next: null,
    })
  })

  test('a user whose role loses the plan goes on with the one that is to come, if the new role may have it (C6, C7)', async () => {
    const { scene, plan } = await signed('advanced')
    await setPolicies(world, scene.partner, { on_downgrade: 'period_end' })
    const smaller = await offerPlan(world, scene, { code: 'smaller', roles: ['advanced', 'basic'] })
    await act(scene.caller, 'change', { plan_id: smaller, when: 'period_end' })
    await world.seed(`update end_user set role = 'basic' where id = $1`, [scene.user])
    expect(await own(scene.caller)).toMatchObject({
      code: 'ALLOWED',
      subscription: { plan_id: plan, cancel_at: null, next: { plan_id: smaller } },
    })
    expect((await act(scene.caller, 'keep-plan')).json().code).toBe('SUBSCRIPTION_STATE_CONFLICT')
  })

  test('now it changes at once; the same plan, and one for another role, are refused (C6, C7)', async () => {
    const { scene, plan } = await signed()
    const better = await offerPlan(world, scene, { code: 'better' })
    const foreign = await offerPlan(world, scene, { code: 'foreign', roles: ['company'] })
    expect((await act(scene.caller, 'change', { plan_id: plan, when: 'now' })).json().code).toBe(
      'SUBSCRIPTION_STATE_CONFLICT',
    )
    expect((await act(scene.caller, 'change', { plan_id: foreign, when: 'now' })).json().code).toBe(
      'PLAN_NOT_FOUND',
    )
    expect(
      (await act(scene.caller, 'change', { plan_id: better, when: 'now' })).json().subscription,
    ).toMatchObject({ plan_id: better, state: 'signed' })
  })
})
