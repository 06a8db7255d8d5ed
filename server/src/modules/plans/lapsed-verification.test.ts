import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import { MONTHLY, offerPlan, openPlanScene, setPolicies, takePlan } from '#testing/plan-acts.ts'
import type { PlanScene } from '#testing/plan-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

// Nothing here runs a job: what is told is so without one.
let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...planModuleRoutes, ...makeRealmRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const lapse = (scene: PlanScene) =>
  world.seed(`update end_user set verified_until = now() - interval '3 days' where id = $1`, [scene.user])
const look = async (scene: PlanScene) =>
  (await world.call(scene.caller, 'GET', '/api/v1/realm/subscription')).json()
const listed = async (scene: PlanScene) =>
  (await world.call(scene.caller, 'GET', '/api/v1/realm/plans')).json<{ items: unknown[] }>().items

describe('whose verification ended, with every job stopped,', () => {
  test.each(['now', 'period_end'])(
    'has no plan that works, none of its limits and no access by API from it: downgrades end %s (C6, C7, C8)',
    async (downgrade) => {
      const scene = await openPlanScene(world)
      await setPolicies(world, scene.partner, { on_downgrade: downgrade })
      const plan = await offerPlan(world, scene, {
        code: 'mine',
        terms: { ...MONTHLY, limits: { 'api.access_level': 'live' } },
      })
      const taken = await takePlan(world, scene.caller, plan)
      expect(taken.json(), taken.body).toMatchObject({ may_use: true })
      const limits = async () =>
        (await world.sql('select access.plan_limits($1) as limits', [scene.user]))[0]?.['limits']
      expect(await limits()).toEqual({ 'api.access_level': 'live' })
      await lapse(scene)
      expect(await look(scene)).toMatchObject({ may_use: false })
      expect(await limits()).toEqual({})
      const made = await world.call(scene.caller, 'POST', '/api/v1/realm/token')
      expect(decodeJwt(made.json().access_token)['api_access'] ?? null).toBeNull()
    },
  )

  test('keeps nothing to the end of a period that was cancelled before (C7)', async () => {
    const scene = await openPlanScene(world)
    const taken = await takePlan(world, scene.caller, await offerPlan(world, scene, { code: 'mine' }))
    expect(taken.statusCode, taken.body).toBe(201)
    const cancelled = await world.call(scene.caller, 'POST', '/api/v1/realm/subscription/cancel', {
      body: { when: 'period_end' },
    })
    expect(cancelled.statusCode, cancelled.body).toBe(200)
    expect(await look(scene)).toMatchObject({ may_use: true })
    await lapse(scene)
    expect(await look(scene)).toMatchObject({ may_use: false })
  })

  test('is offered no plan and takes none (C6)', async () => {
    const scene = await openPlanScene(world)
    const plan = await offerPlan(world, scene, { code: 'mine' })
    expect(await listed(scene)).toHaveLength(1)
    await lapse(scene)
    expect(await listed(scene)).toEqual([])
    expect((await takePlan(world, scene.caller, plan)).statusCode).toBe(403)
  })

  test('is confirmed by no partner (C7)', async () => {
    const scene = await openPlanScene(world)
    await setPolicies(world, scene.partner, { subscription_confirmation: 'manual' })
    const taken = await takePlan(world, scene.caller, await offerPlan(world, scene, { code: 'mine' }))
    expect(taken.json(), taken.body).toMatchObject({ sub_status: 'absent', status: 'signing' })
    await lapse(scene)
    const { subscription_id: id } = taken.json().subscription
    const confirmed = await world.call(scene.owner, 'POST', `/api/v1/partner/subscriptions/${id}/confirm`)
    expect([confirmed.statusCode, confirmed.json().code]).toEqual([409, 'PLAN_NOT_OPEN'])
  })
})
