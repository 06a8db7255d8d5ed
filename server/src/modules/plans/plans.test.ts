import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeId } from '@liaison/access'
import { askToOffer, MONTHLY, offerPlan, openPlanScene, takePlan } from '#testing/plan-acts.ts'
import type { PlanScene } from '#testing/plan-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => planModuleRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const OWN = '/api/v1/partner/plans'
const CATALOGUE = '/api/v1/admin/plans'
const put = (caller: Caller, path: string, version: number, body: object) =>
  world.call(caller, 'PUT', path, { body, headers: { 'if-match': `"v${version}"` } })

async function lend(scene: PlanScene, code: string) {
  const made = await world.call(scene.admin, 'POST', CATALOGUE, {
    body: { code, name: `Lent ${code}`, roles: ['basic'], terms: MONTHLY },
  })
  expect(made.statusCode, made.body).toBe(201)
  const id = String(made.json().plan_id)
  await askToOffer(world, scene.admin, `${CATALOGUE}/${id}`)
  const lent = await world.call(
    scene.admin,
    'PUT',
    `${CATALOGUE}/${id}/partners/${encodeId('partner', scene.partner)}`,
    { body: { is_allowed: true } },
  )
  expect(lent.statusCode, lent.body).toBe(200)
  return id
}

describe('own plans', () => {
  test('input is refused with all its faults at once, and nothing is made (C6)', async () => {
    const scene = await openPlanScene(world)
    const refused = await world.call(scene.owner, 'POST', OWN, {
      body: {
        code: 'No Good',
        name: '',
        roles: ['guest'],
        terms: { price: { amount_minor: -1, currency: 'euro' }, period: 'decade', limits: { unknown: 1 } },
      },
    })
    expect(refused.statusCode).toBe(422)
    expect(
      refused
        .json()
        .errors.map(({ pointer }: { pointer: string }) => pointer)
        .toSorted(),
    ).toEqual([
      '/body/code',
      '/body/name',
      '/body/roles/0',
      '/body/terms/limits/unknown',
      '/body/terms/period',
      '/body/terms/price/amount_minor',
      '/body/terms/price/currency',
    ])
    expect((await world.call(scene.owner, 'GET', OWN)).json().total).toBe(0)
  })

  test('terms change in place until they are offered, as they were read, and as a further version from then on; whoever has the plan keeps theirs, and whoever read the old ones takes no others (C6, C7)', async () => {
    const scene = await openPlanScene(world)
    const made = await world.call(scene.owner, 'POST', OWN, {
      body: { code: 'mine', name: 'Mine', roles: ['basic'], terms: MONTHLY },
    })
    const id = made.json().plan_id
    const dearer = (amount: number) => ({ ...MONTHLY, price: { amount_minor: amount, currency: 'EUR' } })
    const inPlace = await put(scene.owner, `${OWN}/${id}/terms`, made.json().version, dearer(2000))
    expect(inPlace.json(), inPlace.body).toMatchObject({
      terms: { number: 1, price: { amount_minor: 2000 }, is_fixed: false },
    })
    expect((await put(scene.owner, `${OWN}/${id}/terms`, made.json().version, dearer(2100))).statusCode).toBe(
      412,
    )
    const unread = await world.call(scene.owner, 'POST', `${OWN}/${id}/offer`)
    const before = await world.call(scene.owner, 'POST', `${OWN}/${id}/offer`, {
      headers: { 'if-match': `"v${made.json().version}"` },
    })
    expect([unread.statusCode, before.statusCode, before.json().code]).toEqual([
      428,
      412,
      'PRECONDITION_FAILED',
    ])
    const offered = await askToOffer(world, scene.owner, `${OWN}/${id}`)
    expect(offered.json()).toMatchObject({ state: 'offered', terms: { number: 1, is_fixed: true } })
    const read = await world.call(scene.caller, 'GET', `/api/v1/realm/plans/${id}`)
    const taken = await takePlan(world, scene.caller, id)
    expect(taken.json().subscription.price.amount_minor).toBe(2000)
    const further = await put(scene.owner, `${OWN}/${id}/terms`, offered.json().version, dearer(3000))
    expect(further.json(), further.body).toMatchObject({
      users_count: 1,
      terms: { number: 2, price: { amount_minor: 3000 }, is_fixed: true },
    })
    expect(further.json().versions.map(({ number }: { number: number }) => number)).toEqual([2, 1])
    const mine = await world.call(scene.caller, 'GET', '/api/v1/realm/subscription')
    expect(mine.json().subscription.price.amount_minor).toBe(2000)
    const later = await world.signInEndUser(await world.endUser(scene.partner))
    const [asRead, now] = [
      read.json().shown,
      (await world.call(later, 'GET', `/api/v1/realm/plans/${id}`)).json().shown,
    ]
    const dear = await world.call(later, 'POST', '/api/v1/realm/subscription', {
      body: { plan_id: id, shown: asRead },
    })
    expect([dear.statusCode, dear.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    const second = await world.call(later, 'POST', '/api/v1/realm/subscription', {
      body: { plan_id: id, shown: now },
    })
    expect(second.json().subscription.price.amount_minor).toBe(3000)
  })

  test('a plan is offered to somebody, keeps the roles it is used in, and is over once discontinued (C6)', async () => {
    const scene = await openPlanScene(world)
    const made = await world.call(scene.owner, 'POST', OWN, {
      body: { code: 'mine', name: 'Mine', terms: MONTHLY },
    })
    const id = made.json().plan_id
    expect((await askToOffer(world, scene.owner, `${OWN}/${id}`)).json().code).toBe('PLAN_INCOMPLETE')
    const words = { name: 'Mine', description: '', requires_flag: null }
    const named = await put(scene.owner, `${OWN}/${id}`, made.json().version, {
      ...words,
      roles: ['basic', 'advanced'],
    })
    expect(named.json(), named.body).toMatchObject({ roles: ['basic', 'advanced'] })
    const offered = await askToOffer(world, scene.owner, `${OWN}/${id}`)
    await takePlan(world, scene.caller, id)
    expect(
      (
        await put(scene.owner, `${OWN}/${id}`, offered.json().version, { ...words, roles: ['advanced'] })
      ).json().code,
    ).toBe('PLAN_ROLE_USED')
    expect(
      (await put(scene.owner, `${OWN}/${id}`, offered.json().version, { ...words, roles: [] })).json().code,
    ).toMatch(/PLAN_(ROLE_USED|INCOMPLETE)/)
    const narrowed = await put(scene.owner, `${OWN}/${id}`, offered.json().version, {
      ...words,
      roles: ['basic'],
    })
    expect(narrowed.json(), narrowed.body).toMatchObject({ roles: ['basic'] })
    await world.call(scene.owner, 'POST', `${OWN}/${id}/discontinue`, { body: { running: 'keep' } })
    const again = await askToOffer(world, scene.owner, `${OWN}/${id}`)
    const twice = await world.call(scene.owner, 'POST', `${OWN}/${id}/discontinue`, {
      body: { running: 'keep' },
    })
    expect([again.json().code, twice.json().code]).toEqual(['PLAN_STATE_CONFLICT', 'PLAN_STATE_CONFLICT'])
    expect((await world.call(scene.caller, 'GET', '/api/v1/realm/subscription')).json().sub_status).toBe(
      'signed',
    )
  })

  test('no partner sees or changes the plans of another, and a code is taken once (C6, C10)', async () => {
    const [scene, other] = [await openPlanScene(world), await openPlanScene(world)]
    const plan = await offerPlan(world, scene, { code: 'mine' })
    await offerPlan(world, other, { code: 'mine' })
    expect(
      (
        await world.call(scene.owner, 'POST', OWN, { body: { code: 'mine', name: 'Mine', terms: MONTHLY } })
      ).json().code,
    ).toBe('PLAN_CODE_TAKEN')
    expect((await world.call(other.owner, 'GET', `${OWN}/${plan}`)).json().code).toBe('PLAN_NOT_FOUND')
    expect(
      (
        await world.call(other.owner, 'POST', `${OWN}/${plan}/discontinue`, { body: { running: 'end_now' } })
      ).json().code,
    ).toBe('PLAN_NOT_FOUND')
    expect(
      (
        await world.call(scene.admin, 'POST', `${CATALOGUE}/${plan}/discontinue`, {
          body: { running: 'end_now' },
        })
      ).json().code,
    ).toBe('PLAN_NOT_FOUND')
    expect((await world.call(scene.admin, 'GET', `${CATALOGUE}/${plan}`)).json()).toMatchObject({
      source: 'own',
      state: 'offered',
    })
  })
})

describe('plans of the catalogue', () => {
  test('are offered by those it is lent to, at their own price and tighter limits only (C6)', async () => {
    const [scene, other] = [await openPlanScene(world), await openPlanScene(world)]
    const id = await lend(scene, `lent-${scene.slug}`)
    expect((await world.call(other.owner, 'GET', `${OWN}/${id}`)).statusCode).toBe(404)
    expect((await world.call(scene.caller, 'GET', '/api/v1/realm/plans')).json().items).toEqual([])
    const wider = await put(scene.owner, `${OWN}/${id}/offer`, 1, {
      is_offered: true,
      limits: { 'ops.per_day': 101 },
    })
    expect(wider.json().errors).toMatchObject([
      { pointer: '/body/limits/ops.per_day', code: 'WIDER_THAN_LENT' },
    ])
    const offered = await put(scene.owner, `${OWN}/${id}/offer`, 1, {
      is_offered: true,
      price_minor: 2500,
      limits: { 'ops.per_day': 50, 'rate.per_min': 5 },
    })
    expect(offered.json(), offered.body).toMatchObject({
      source: 'catalogue',
      offer: { is_offered: true, price: { amount_minor: 2500 }, version: 2 },
    })
    const [shown] = (await world.call(scene.caller, 'GET', '/api/v1/realm/plans')).json().items
    expect(shown).toMatchObject({
      plan_id: id,
      price: { amount_minor: 2500 },
      limits: { 'ops.per_day': 50, 'rate.per_min': 5 },
    })
    const taken = await takePlan(world, scene.caller, id)
    expect(taken.json().subscription, taken.body).toMatchObject({
      state: 'signed',
      price: { amount_minor: 2500 },
      limits: { 'ops.per_day': 50 },
    })
    const borrowers = await world.call(scene.admin, 'GET', `${CATALOGUE}/${id}/partners`)
    expect(borrowers.json().items).toMatchObject([
      { is_allowed: true, is_offered: true, price: { amount_minor: 2500 } },
    ])
    const lent = await world.call(
      scene.admin,
      'GET',
      `/api/v1/admin/partners/${encodeId('partner', scene.partner)}/plans`,
    )
    expect(lent.json(), lent.body).toMatchObject({
      own: [],
      lent: [{ plan_id: id, offer: { is_offered: true } }],
    })
    expect((await put(scene.owner, `${OWN}/${id}/terms`, 1, MONTHLY)).json().code).toBe('PLAN_NOT_FOUND')
  })

  test('are all told of a partner to the provider, however many stand before them in the catalogue (C6)', async () => {
    const scene = await openPlanScene(world)
    const id = await lend(scene, `behind-${scene.slug}`)
    await world.seed(
      `with made as (insert into plan (code, name) select 'before-' || n, 'A ' || n from generate_series(1, 100) n returning id)
       insert into plan_version (plan_id, number, price_minor, currency, period) select id, 1, 100, 'EUR', 'month' from made`,
      [],
    )
    const path = `/api/v1/admin/partners/${encodeId('partner', scene.partner)}/plans`
    const { lent } = (await world.call(scene.admin, 'GET', path)).json()
    expect(lent).toMatchObject([{ plan_id: id }])
  })

  test('an own price counts in the currency and for the period that it was set in: with others the plan waits for a new one (C6)', async () => {
    const scene = await openPlanScene(world)
    const id = await lend(scene, `other-${scene.slug}`)
    await put(scene.owner, `${OWN}/${id}/offer`, 1, { is_offered: true, price_minor: 2500 })
    const terms = async (change: object) => {
      const { version } = (await world.call(scene.admin, 'GET', `${CATALOGUE}/${id}`)).json()
      const changed = await put(scene.admin, `${CATALOGUE}/${id}/terms`, version, { ...MONTHLY, ...change })
      expect(changed.statusCode, changed.body).toBe(200)
      return (await world.call(scene.owner, 'GET', `${OWN}/${id}`)).json().offer
    }
    expect(await terms({ benefits: ['More'] })).toMatchObject({
      is_offered: true,
      price: { amount_minor: 2500 },
      version: 2,
    })
    const waiting = { is_offered: false, price: null }
    expect(await terms({ price: { amount_minor: 3000, currency: 'JPY' } })).toMatchObject({
      ...waiting,
      version: 3,
    })
    expect((await world.call(scene.caller, 'GET', '/api/v1/realm/plans')).json().items).toEqual([])
    const late = await put(scene.owner, `${OWN}/${id}/offer`, 2, { is_offered: true, price_minor: 2500 })
    expect(late.statusCode).toBe(412)
    await put(scene.owner, `${OWN}/${id}/offer`, 3, { is_offered: true, price_minor: 4000 })
    expect(await terms({ price: { amount_minor: 3000, currency: 'JPY' }, period: 'year' })).toMatchObject({
      ...waiting,
      version: 5,
    })
    await put(scene.owner, `${OWN}/${id}/offer`, 5, { is_offered: true })
    expect(await terms({ price: { amount_minor: 30, currency: 'CHF' } })).toMatchObject({
      is_offered: true,
      price: null,
      version: 7,
    })
    const told = await world.sql<{ changes: object }>(
      `select changes from audit_event where partner_id = $1 and action = 'plans.offer_lent' and reason is not null order by occurred_at`,
      [scene.partner],
    )
    expect(told.map(({ changes }) => changes)).toMatchObject([
      { price_minor: { before: 2500, after: null } },
      { price_minor: { before: 4000, after: null } },
    ])
  })

  test('taken back they are offered no more, and whoever has one keeps it (C6)', async () => {
    const scene = await openPlanScene(world)
    const id = await lend(scene, `back-${scene.slug}`)
    await put(scene.owner, `${OWN}/${id}/offer`, 1, { is_offered: true })
    await takePlan(world, scene.caller, id)
    await world.call(
      scene.admin,
      'PUT',
      `${CATALOGUE}/${id}/partners/${encodeId('partner', scene.partner)}`,
      { body: { is_allowed: false } },
    )
    const other = await world.signInEndUser(await world.endUser(scene.partner))
    expect((await takePlan(world, other, id)).json().code).toBe('PLAN_NOT_FOUND')
    expect((await world.call(scene.caller, 'GET', '/api/v1/realm/subscription')).json()).toMatchObject({
      sub_status: 'signed',
      may_use: true,
    })
    const [own] = (await world.call(scene.owner, 'GET', OWN)).json().items
    expect(own).toMatchObject({ plan_id: id, offer: { is_allowed: false, is_offered: false } })
  })
})
