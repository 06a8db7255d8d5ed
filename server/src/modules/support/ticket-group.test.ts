import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { TestWorld } from '#testing/world.ts'
import { makeSupportRoutes } from './index.ts'

const TICKETS = '/api/v1/partner/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeSupportRoutes(services), ...portfolioRoutes])
})
afterAll(() => world[Symbol.asyncDispose]())

test('a group narrows the list to its tenants, opens none that is not reached, and is nothing to another partner (B5, B14)', async () => {
  const seed = async (name: string) => {
    const [partner, person] = [await world.partner(name), await world.person()]
    const member = await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
    return { partner, member, caller: await world.signIn(person.id) }
  }
  const { partner, member, caller } = await seed('Northwind MSP')
  const join = async (name: string, isAssigned: boolean): Promise<TenantId> => {
    const tenant = await world.tenant(name)
    const link = await world.link(partner, tenant, { role: 'msp_full' })
    if (isAssigned) await world.assign(link, member)
    await world.seed(
      `insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'Down')`,
      [tenant],
      tenant,
    )
    return tenant
  }
  const [acme, , hidden] = [await join('Acme', true), await join('Beta', true), await join('Gamma', false)]
  const made = await world.call(caller, 'POST', '/api/v1/partner/tenant-groups', {
    body: {
      kind: 'chosen',
      name: 'Key accounts',
      included_tenant_ids: [acme, hidden].map((id) => encodeId('tenant', id)),
    },
  })
  expect(made.statusCode, made.body).toBe(201)
  const group: string = made.json().group_id
  expect((await world.call(caller, 'GET', TICKETS)).json().total).toBe(2)
  const narrowed = (await world.call(caller, 'GET', `${TICKETS}?group=${group}`)).json()
  expect(narrowed.items.map((ticket: { tenant_name: string }) => ticket.tenant_name)).toEqual(['Acme'])
  const other = await seed('Southbank')
  const refused = await world.call(other.caller, 'GET', `${TICKETS}?group=${group}`)
  expect([refused.statusCode, refused.json().code]).toEqual([404, 'GROUP_NOT_FOUND'])
})
