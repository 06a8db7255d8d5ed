import { encodeId, idFromUuid, PERMISSIONS } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '../server/testing/world.ts'
import type { Caller } from '../server/testing/world.ts'
import type { Route } from '../server/src/platform/route.ts'
import { permissionOf } from '../server/src/platform/route.ts'
import { allRoutes } from '../server/src/app.ts'

const DAY_MS = 86_400_000

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => allRoutes(services, { demoSignIns: () => [] }))
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedAuditor() {
  const partner = await world.partner('Audit House', ['auditor'])
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const tenant = await world.tenant('Audited')
  const [startsAt, endsAt] = [new Date(Date.now() - DAY_MS), new Date(Date.now() + DAY_MS)]
  const link = await world.link(partner, tenant, { role: 'auditor', type: 'audit_only', startsAt, endsAt })
  await world.assign(link, member)
  return { tenant, link, caller: await world.signIn(person.id) }
}

const REPORTS = ['usage', 'sla', 'revenue', 'compare'].map((name) => `/api/v1/partner/reports/${name}`)

async function read(caller: Caller, path: string) {
  const response = await world.call(caller, 'GET', path)
  expect(response.statusCode, response.body).toBe(200)
  const body = response.json()
  return { rows: (body.by_tenant ?? body.tenants).length, reason: body.scope.excluded[0]?.reason }
}

test('an auditor reads every report on the days of the engagement, and on no other (third point of its users)', async () => {
  const { tenant, link, caller } = await seedAuditor()
  const all = () => Promise.all(REPORTS.map((path) => read(caller, path)))
  const move = (from: number, to: number) =>
    world.seed(
      'update delegation set starts_at = $2, ends_at = $3 where id = $1',
      [link, new Date(Date.now() + from), new Date(Date.now() + to)],
      tenant,
    )
  expect(await all()).toEqual(REPORTS.map(() => ({ rows: 1, reason: undefined })))
  await move(-2 * DAY_MS, -1000)
  expect(await all()).toEqual(REPORTS.map(() => ({ rows: 0, reason: 'TENANT_LINK_EXPIRED' })))
  const acting = { ...caller, tenantId: tenant }
  for (const path of REPORTS)
    expect((await world.call(acting, 'GET', path)).json().code).toBe('TENANT_LINK_EXPIRED')
  await move(DAY_MS, 2 * DAY_MS)
  expect(await all()).toEqual(REPORTS.map(() => ({ rows: 0, reason: 'TENANT_LINK_NOT_STARTED' })))
})

/** The routes by which a link lets somebody change something of a tenant. */
function listChanges(): Route[] {
  return world.app.routes.filter(
    ({ method, access, readsOnly }) =>
      method !== 'GET' && readsOnly === undefined && permissionOf(access)?.plane === 'delegation',
  )
}

const someId = idFromUuid('ticket', '01890000-0000-7000-8000-000000000001')

const pathOf = (path: string, tenant: TenantId) =>
  path.replaceAll(/:(\w+)/g, (_, name: string) =>
    name === 'tenant_id' ? encodeId('tenant', tenant) : encodeId('ticket', someId),
  )

test('an auditor can change nothing: no change of a tenant is open to the role, and none goes through (third point of its users)', async () => {
  const { tenant, caller } = await seedAuditor()
  const acting = { ...caller, tenantId: tenant }
  const isOpen = (route: Route) =>
    /\.(?:list|read|export|switch_context)$/.test(permissionOf(route.access)?.name ?? '')
  const changes = listChanges().filter((route) => !isOpen(route))
  expect(changes.length).toBeGreaterThan(3)
  // What is left orders a file or notes a visit.
  for (const { path } of listChanges().filter(isOpen)) expect(path).toMatch(/export|context/)
  const count = async () =>
    world.sql(
      `select (select count(*) from ticket) as tickets, (select count(*) from ticket_comment) as comments`,
    )
  const before = await count()
  for (const { method, path } of changes) {
    const response = await world.call(acting, method, pathOf(path, tenant), {
      body: {},
      headers: { 'if-match': '"v1"' },
    })
    expect([method, path, response.statusCode >= 400 && response.statusCode < 500]).toEqual([
      method,
      path,
      true,
    ])
  }
  const ticket = { subject: 'Help', description: 'The line is down.', priority: 'urgent' }
  const refused = await world.call(acting, 'POST', '/api/v1/partner/support/tickets', { body: ticket })
  expect(refused.json()).toMatchObject({ status: 403, code: 'PERMISSION_DENIED' })
  expect(await count()).toEqual(before)
})

test('the permissions of an auditor end in list, read or export, or switch to the tenant (ceilings, section 3)', async () => {
  const { link } = await seedAuditor()
  const [row] = await world.sql<{ mask: string }>('select mask::text as mask from delegation where id = $1', [
    link,
  ])
  const held = PERMISSIONS.filter(({ bit }) => row?.mask[bit] === '1').map(({ name }) => name)
  expect(held.length).toBeGreaterThan(5)
  expect(held.filter((name) => !/\.(?:list|read|export|switch_context)$/.test(name))).toEqual([])
})
