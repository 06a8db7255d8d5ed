import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import { adminTenantRoutes } from './admin-routes.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => adminTenantRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

test('the provider sees who a tenant is and who has access to it, and nothing of its data', async () => {
  const [partner, tenant, staff, admin] = [
    await world.partner('Northwind'),
    await world.tenant('Acme Fiber'),
    await world.person(),
    await world.person(),
  ]
  await world.platformAdmin(staff.id)
  await world.tenantMember(tenant, admin.id)
  await world.link(partner, tenant, { role: 'msp_support' })
  await world.seed(
    `insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, approved_at, ends_at)
     values ($1, $2, 'resale', 'active', 0::bit(256), 0::bit(256), now(), now() + interval '1 day')`,
    [tenant, partner],
    tenant,
  )
  const caller = await world.signIn(staff.id)
  const list = await world.call(caller, 'GET', '/api/v1/admin/tenants?search=acme')
  expect(list.json(), list.body).toMatchObject({
    total: 1,
    items: [{ name: 'Acme Fiber', members_count: 1, active_links: 1 }],
  })
  const detail = await world.call(caller, 'GET', `/api/v1/admin/tenants/${encodeId('tenant', tenant)}`)
  expect(detail.json().access).toMatchObject([
    { partner_name: 'Northwind', status: 'active', access_role: 'msp_support' },
  ])
  for (const column of ['contact', 'address', 'current_mrr_minor']) {
    await expect(world.sqlAs('liaison_platform', `select ${column} from tenant`)).rejects.toThrow(
      'permission denied',
    )
  }
  expect((await world.call(await world.signIn(admin.id), 'GET', '/api/v1/admin/tenants')).statusCode).toBe(
    403,
  )
})
