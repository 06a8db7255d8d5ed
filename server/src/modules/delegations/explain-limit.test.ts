import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

/** Of sixty in a minute three are left, so that the test is short. */
const SCALE = 0.05

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => makeDelegationRoutes(), { limitScale: SCALE })
})
afterAll(() => world[Symbol.asyncDispose]())

const NO_SUCH = publicIdOf('explain', '00000000-0000-7000-8000-000000000000')

test.each(['partner', 'tenant'] as const)(
  'the explainer is limited for each person apart: who asks much leaves the colleagues of the %s theirs (B12)',
  async (side) => {
    const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
    const signIn = async (): Promise<Caller> => {
      const { id } = await world.person()
      if (side === 'tenant') {
        await world.tenantMember(tenant, id)
        return world.signIn(id, { tenantId: tenant })
      }
      await world.partnerMember(partner, id, 'PARTNER_OWNER')
      return world.signIn(id)
    }
    const [busy, colleague] = [await signIn(), await signIn()]
    const path = side === 'partner' ? '/api/v1/partner/access' : '/api/v1/tenant/partner-access/access'
    const ask = (caller: Caller) => world.call(caller, 'GET', `${path}/explain/${NO_SUCH}`)
    for (let time = 1; time <= 3; time += 1) expect((await ask(busy)).statusCode, `${time}`).toBe(404)
    const refused = await ask(busy)
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'RATE_LIMIT_EXCEEDED'])
    expect((await ask(colleague)).statusCode).toBe(404)
  },
)
