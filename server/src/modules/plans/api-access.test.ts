import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeRealmRoutes } from '#modules/realms/index.ts'
import { STRANGER } from '#testing/ingest.ts'
import { MONTHLY, offerPlan, openPlanScene, takePlan } from '#testing/plan-acts.ts'
import type { PlanScene } from '#testing/plan-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { planModuleRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...planModuleRoutes, ...makeRealmRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const askToken = (caller: Caller) => world.call(caller, 'POST', '/api/v1/realm/token')

const plan = (scene: PlanScene, code: string, limits: object) =>
  offerPlan(world, scene, { code, terms: { ...MONTHLY, limits } })

/** Who a token says somebody is, asked at the realm's own API with nothing else. */
const useToken = (scene: PlanScene, token: string, scheme = 'Bearer') =>
  world.call(STRANGER, 'GET', `/p/${scene.slug}/userinfo`, {
    headers: { authorization: `${scheme} ${token}` },
  })

describe('access by API', () => {
  test.each([
    [{}, null],
    [{ 'api.access_level': 'sandbox' }, 'sandbox'],
    [{ 'api.access_level': 'live' }, 'live'],
  ])('a plan with %o gives tokens that say %s (C5, C6)', async (limits, level) => {
    const scene = await openPlanScene(world)
    await takePlan(world, scene.caller, await plan(scene, 'mine', limits))
    const made = await askToken(scene.caller)
    expect([made.statusCode, made.json().api_access]).toEqual([201, level])
    expect(decodeJwt(made.json().access_token)['api_access'] ?? null).toBe(level)
    expect((await useToken(scene, made.json().access_token)).statusCode).toBe(200)
    expect((await useToken(scene, made.json().access_token, 'bearer')).statusCode).toBe(200)
  })

  test('a plan that gives no API has no token made, and ends those that were (C5, C6)', async () => {
    const scene = await openPlanScene(world)
    const before = await askToken(scene.caller)
    expect(before.json().api_access).toBeNull()
    expect((await useToken(scene, before.json().access_token)).statusCode).toBe(200)
    await takePlan(world, scene.caller, await plan(scene, 'none', { 'api.access_level': 'none' }))
    const refused = await askToken(scene.caller)
    expect([refused.statusCode, refused.json().code]).toEqual([403, 'REALM_API_NOT_IN_PLAN'])
    expect((await useToken(scene, before.json().access_token)).statusCode).toBe(401)
    // The pages of the realm stay open to the same user.
    expect((await world.call(scene.caller, 'GET', '/api/v1/realm/subscription')).statusCode).toBe(200)
  })

  test('is told to nobody outside the own realm, and no proof is made without a context (C10)', async () => {
    const rows = await world.sqlAs(
      'liaison_realm',
      'select access.own_api_access() as level, access.prove_own_session(0) as proof',
    )
    expect(rows).toEqual([{ level: null, proof: null }])
    await expect(world.sqlAs('liaison_program', 'select access.own_api_access()')).rejects.toThrow(
      'permission denied',
    )
  })
})
