import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import { MONTHLY, offerPlan, openPlanScene, setPolicies } from '#testing/plan-acts.ts'
import type { PlanScene } from '#testing/plan-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'
import { limitWords, priceWords } from './page-words.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeRealmRoutes(services), ...planModuleRoutes])
})
afterAll(() => world[Symbol.asyncDispose]())

const see = async (scene: PlanScene, path: string) => {
  const answer = await world.call(scene.caller, 'GET', `/p/${scene.slug}/${path}`)
  return { status: answer.statusCode, text: answer.body.replaceAll(/\s+/g, ' ') }
}
const press = (scene: PlanScene, path: string, form = '') =>
  world.call(scene.caller, 'POST', `/p/${scene.slug}/${path}`, {
    body: form,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })

test('a user finds a plan, checks it, takes it, cancels for the end and keeps it, without script (C7, C9)', async () => {
  const scene = await openPlanScene(world)
  const plan = await offerPlan(world, scene, { code: 'mine' })
  await offerPlan(world, scene, { code: 'hidden', roles: ['company'] })
  const nothing = await world.call(scene.caller, 'GET', `/p/${scene.slug}/subscription/cancel`)
  expect(nothing.headers['location']).toBe(`/p/${scene.slug}/subscription`)
  const list = await see(scene, 'plans')
  expect(list.text).toContain('Plan mine')
  expect(list.text).not.toContain('Plan hidden')
  expect((await see(scene, `plans/${plan}`)).text).toMatch(
    /€19\.00 a month.*A hundred operations a day.*Take this plan/,
  )
  const check = await see(scene, `plans/${plan}/check`)
  expect(check.text).toContain('Check before you take it')
  expect(check.text).not.toMatch(/<script/)
  const taken = await press(scene, `plans/${plan}/take`)
  expect([taken.statusCode, taken.headers['location']], taken.body).toEqual([
    303,
    `/p/${scene.slug}/subscription`,
  ])
  expect((await see(scene, 'subscription')).text).toMatch(/Your plan works.*Plan mine.*Paid until/)
  expect((await see(scene, 'subscription/cancel')).text).toMatch(
    /When what you paid for ends.*Now.*not paid back/,
  )
  expect((await press(scene, 'subscription/cancel', 'when=period_end')).statusCode).toBe(303)
  expect((await see(scene, 'subscription')).text).toMatch(/It ends on .*, as you asked.*Keep the plan/)
  expect((await press(scene, 'subscription/keep')).statusCode).toBe(303)
  expect((await see(scene, 'subscription')).text).not.toContain('It ends on')
  expect((await press(scene, 'subscription/cancel', 'when=now')).statusCode).toBe(303)
  expect((await see(scene, 'subscription')).text).toMatch(/This plan is over.*You cancelled it/)
})

test('what was done in another tab already is shown as it stands, and not as an error (C7)', async () => {
  const scene = await openPlanScene(world)
  const plan = await offerPlan(world, scene, { code: 'mine' })
  const other = await offerPlan(world, scene, { code: 'other' })
  const own = `/p/${scene.slug}/subscription`
  const twice = async (path: string, form?: string) => {
    const [first, second] = [await press(scene, path, form), await press(scene, path, form)]
    expect([first, second].map(({ statusCode, headers }) => [statusCode, headers['location']])).toEqual([
      [303, own],
      [303, own],
    ])
  }
  await twice(`plans/${plan}/take`)
  await twice('subscription/cancel', 'when=period_end')
  await twice('subscription/keep')
  await twice('subscription/cancel', 'when=now')
  await twice('subscription/keep-plan')
  await twice(`plans/${other}/take`, 'when=now')
  expect((await see(scene, 'subscription')).text).toMatch(/This plan is over/)
  const taken = await world.sql('select from subscription where partner_id = $1', [scene.partner])
  expect(taken.length).toBe(1)
})

test('a plan is taken on the terms that were read, and never on others (C7)', async () => {
  const scene = await openPlanScene(world)
  const plan = await offerPlan(world, scene, { code: 'mine' })
  const shownIn = ({ text }: { readonly text: string }) =>
    /name="shown" value="([^"]+)"/.exec(text)?.[1] ?? ''
  const before = shownIn(await see(scene, `plans/${plan}/check`))
  const path = `/api/v1/partner/plans/${plan}`
  const { headers } = await world.call(scene.owner, 'GET', path)
  const changed = await world.call(scene.owner, 'PUT', `${path}/terms`, {
    body: { ...MONTHLY, price: { amount_minor: 9900, currency: 'EUR' } },
    headers: { 'if-match': String(headers['etag']) },
  })
  expect(changed.statusCode, changed.body).toBe(200)
  const stale = await press(scene, `plans/${plan}/take`, `shown=${before}`)
  expect(stale.statusCode).toBe(422)
  expect(stale.body).toContain('changed while you read it')
  expect(stale.body).toContain('€99.00 a month')
  expect((await see(scene, 'subscription')).text).toContain('You have no plan yet.')
  const taken = await press(scene, `plans/${plan}/take`, `shown=${shownIn({ text: stale.body })}`)
  expect(taken.statusCode, taken.body).toBe(303)
  expect((await see(scene, 'subscription')).text).toContain('€99.00 a month')
})

test('what waits, what is held and what is to change is said in words (C7)', async () => {
  const scene = await openPlanScene(world)
  await setPolicies(world, scene.partner, { subscription_confirmation: 'manual' })
  const plan = await offerPlan(world, scene, { code: 'mine' })
  const other = await offerPlan(world, scene, { code: 'other', terms: { ...MONTHLY, period: 'year' } })
  await press(scene, `plans/${plan}/take`)
  expect((await see(scene, 'subscription')).text).toContain('It waits to be confirmed')
  const [row] = (await world.call(scene.owner, 'GET', '/api/v1/partner/subscriptions')).json().items
  const act = (step: string, body?: object) =>
    world.call(
      scene.owner,
      'POST',
      `/api/v1/partner/subscriptions/${row.subscription_id}/${step}`,
      body ? { body } : {},
    )
  await act('confirm')
  expect((await see(scene, `plans/${other}/check`)).text).toMatch(
    /Check the change.*When do you want to change/,
  )
  expect((await press(scene, `plans/${other}/take`, 'when=period_end')).statusCode).toBe(303)
  expect((await see(scene, 'subscription')).text).toMatch(
    /From .* you have Plan other: €19\.00 a year.*Stay with Plan mine/,
  )
  expect((await press(scene, 'subscription/keep-plan')).statusCode).toBe(303)
  await act('holds', { reason: 'Under review' })
  expect((await see(scene, 'subscription')).text).toMatch(
    /on hold.*Somebody is looking at your account.*They wrote: <q>Under review<\/q>/,
  )
  expect((await see(scene, 'profile')).text).toMatch(/Your plan.*Plan mine · On hold/)
})

test('a guest is led to the identity check, and is refused the form (C6)', async () => {
  const scene = await openPlanScene(world, 'guest')
  const plan = await offerPlan(world, scene, { code: 'mine' })
  expect((await see(scene, 'plans')).text).toContain('Have your identity checked')
  expect((await press(scene, `plans/${plan}/take`)).statusCode).toBe(403)
})

test('a form from another site changes nothing (C9)', async () => {
  const scene = await openPlanScene(world)
  const plan = await offerPlan(world, scene, { code: 'mine' })
  const forged = await world.call(scene.caller, 'POST', `/p/${scene.slug}/plans/${plan}/take`, {
    body: '',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: 'https://evil.example' },
  })
  expect(forged.statusCode).toBe(403)
  expect((await world.sql('select from subscription where partner_id = $1', [scene.partner])).length).toBe(0)
})

test('prices and limits read as people say them', () => {
  expect(priceWords({ amountMinor: 0, currency: 'EUR' }, 'month')).toBe('Free')
  expect(priceWords({ amountMinor: 123_450, currency: 'EUR' }, 'year')).toBe('€1,234.50 a year')
  expect(priceWords({ amountMinor: 500, currency: 'JPY' }, 'week')).toBe('¥500 a week')
  expect(limitWords({ 'ops.per_day': 1000, 'api.access_level': 'live' })).toEqual([
    'Up to 1,000 operations a day',
    'Live access by API',
  ])
})
