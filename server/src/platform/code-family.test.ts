import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'

const Nothing = z.strictObject({})

const probe = (path: string, access: Parameters<typeof route>[0]['access']) =>
  route({
    method: 'GET',
    path: `/api/v1/probe/${path}`,
    summary: 'Ask for nothing',
    input: {},
    access,
    limit: 'detail',
    responses: { 200: Nothing },
    handle: () => Promise.resolve({}),
  })

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [
    probe('in-tenant', { permission: 'partner.tenants.read', tenant: 'header' }),
    probe('bills', { permission: 'partner.billing.invoices.read', tenant: 'header' }),
    probe('own', { permission: 'tenant.partner_access.approve' }),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

async function seed() {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme')]
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const link = await world.link(partner, tenant, { role: 'msp_support' })
  const assign = () => world.assign(link, member)
  const caller = { ...(await world.signIn(person.id)), tenantId: tenant }
  const ask = async (path = 'in-tenant') => (await world.call(caller, 'GET', `/api/v1/probe/${path}`)).json()
  return { tenant, link, assign, ask }
}

const FAMILY = 'TENANT_ACCESS_DENIED'

test.each([
  ['suspended', 'TENANT_LINK_SUSPENDED', `update delegation set status = 'suspended' where id = $1`],
  ['revoked', 'TENANT_LINK_REVOKED', `update delegation set status = 'revoked' where id = $1`],
])(
  'a %s link is told by its own code, and by the one that older clients know',
  async (_state, code, change) => {
    const { tenant, link, assign, ask } = await seed()
    await assign()
    expect(await ask()).toEqual({})
    await world.seed(change, [link], tenant)
    expect(await ask()).toMatchObject({ status: 403, code, code_family: FAMILY })
  },
)

test('so are a missing assignment and a missing permission', async () => {
  const { assign, ask } = await seed()
  expect(await ask()).toMatchObject({ status: 403, code: 'NOT_ASSIGNED', code_family: FAMILY })
  await assign()
  expect(await ask('bills')).toMatchObject({ status: 403, code: 'PERMISSION_DENIED', code_family: FAMILY })
})

test('a tenant that was never linked has no family, so that it is told as one that there is none of; nor has what a tenant may not do itself', async () => {
  const { ask } = await seed()
  const stranger = await world.person()
  await world.partnerMember(await world.partner('Southbank'), stranger.id)
  const { tenant } = await seed()
  const signedIn = await world.signIn(stranger.id)
  const far = await world.call({ ...signedIn, tenantId: tenant }, 'GET', '/api/v1/probe/in-tenant')
  expect([far.statusCode, far.json().code, far.json().code_family]).toEqual([
    404,
    'TENANT_NOT_FOUND',
    undefined,
  ])
  const user = await world.person()
  await world.tenantMember(tenant, user.id, 'TENANT_USER')
  const own = await world.call(await world.signIn(user.id, { tenantId: tenant }), 'GET', '/api/v1/probe/own')
  expect([own.statusCode, own.json().code_family]).toEqual([403, undefined])
  expect(await ask()).toHaveProperty('code_family')
})
