import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const PATH = '/api/v1/admin/partner-access/links'

test('the provider sees every link without what the sides keep to themselves, and suspends, resumes and stops it', async () => {
  const [partner, tenant, person, staff] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person('Lee Park'),
    await world.person('Sam'),
  ]
  const member = await world.partnerMember(partner, person.id)
  await world.platformAdmin(staff.id)
  const link = await world.link(partner, tenant, {
    role: 'msp_support',
    conditions: { ip_mode: 'enforce', ip_allow: ['192.0.2.0/24'] },
  })
  await world.assign(link, member)
  const admin = await world.signIn(staff.id)
  const id = encodeId('link', link)
  const list = await world.call(
    admin,
    'GET',
    `${PATH}?partner_id=${encodeId('partner', partner)}&status=active`,
  )
  expect(list.json(), list.body).toMatchObject({
    total: 1,
    items: [{ link_id: id, tenant_name: 'Acme', conditions: { in_force: true } }],
  })
  expect(list.body).not.toContain('192.0.2')
  const detail = await world.call(admin, 'GET', `${PATH}/${id}`)
  expect(detail.json()).toMatchObject({
    members: [{ name: 'Lee Park' }],
    can: expect.arrayContaining(['Open tickets']),
  })
  const move = (name: string) =>
    world.call(admin, 'POST', `${PATH}/${id}/${name}`, { body: { reason: 'Review' } })
  expect((await move('suspend')).json()).toMatchObject({ status: 'suspended', status_changed_by: 'provider' })
  expect((await move('suspend')).json().code).toBe('LINK_STATE_CONFLICT')
  expect((await move('resume')).json()).toMatchObject({ status: 'active' })
  expect((await move('revoke')).json()).toMatchObject({ status: 'revoked', status_reason: 'Review' })
  const events = await world.sql(
    `select distinct s.kind, e.action from audit_event e join audit_scope s on s.event_id = e.id where e.delegation_id = $1 and e.action like 'links.%' order by 2, 1`,
    [link],
  )
  expect(events).toEqual(
    ['resume', 'revoke', 'suspend'].flatMap((verb) =>
      ['partner', 'tenant'].map((kind) => ({ kind, action: `links.${verb}` })),
    ),
  )
})

test('what one side suspended only that side resumes', async () => {
  const [partner, tenant, owner, admin] = [
    await world.partner('Northwind'),
    await world.tenant('Acme'),
    await world.person(),
    await world.person(),
  ]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  const id = encodeId('link', await world.link(partner, tenant))
  const [asOwner, asTenant] = [
    await world.signIn(owner.id),
    await world.signIn(admin.id, { tenantId: tenant }),
  ]
  const byTenant = (move: string) =>
    world.call(asTenant, 'POST', `/api/v1/tenant/partner-access/links/${id}/${move}`, { body: {} })
  const byPartner = async (move: string) => {
    const read = await world.call(asOwner, 'GET', `/api/v1/partner/links/${id}`)
    return world.call(asOwner, 'POST', `/api/v1/partner/links/${id}/${move}`, {
      body: {},
      headers: { 'if-match': String(read.headers['etag']) },
    })
  }
  expect((await byTenant('suspend')).statusCode).toBe(200)
  expect((await byPartner('resume')).json().code).toBe('LINK_STATE_CONFLICT')
  expect((await byTenant('resume')).statusCode).toBe(200)
  expect((await byPartner('suspend')).statusCode).toBe(200)
  expect((await byTenant('resume')).json().code).toBe('LINK_STATE_CONFLICT')
  expect((await byPartner('resume')).statusCode).toBe(200)
  expect((await byPartner('terminate')).json()).toMatchObject({
    status: 'revoked',
    status_changed_by: 'partner',
  })
})
