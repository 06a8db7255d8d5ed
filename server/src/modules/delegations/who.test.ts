import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { openWholesale } from '#testing/shop.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeDelegationRoutes } from './index.ts'

const tokens = new TestTokens()
let world: TestWorld
let clients: ApiClients
beforeAll(async () => {
  world = await TestWorld.start(() => makeDelegationRoutes(), { tokens })
  clients = new ApiClients(world, tokens)
})
afterAll(() => world[Symbol.asyncDispose]())

const PATH = '/api/v1/tenant/who-has-access'

async function memberOf(tenantId: Parameters<TestWorld['tenantMember']>[0]): Promise<Caller> {
  const { id } = await world.person()
  await world.tenantMember(tenantId, id, 'TENANT_USER')
  return world.signIn(id, { tenantId })
}

interface Seen {
  readonly kind: string
  readonly partner_name: string
  readonly can: readonly string[]
}

async function seenBy(caller: Caller): Promise<readonly Seen[]> {
  const response = await world.call(caller, 'GET', PATH)
  expect(response.statusCode, response.body).toBe(200)
  return response.json<{ items: Seen[] }>().items
}

test('a member of an organisation sees who has access to it in plain words: people, apps and wholesalers that are in force, each with what it can do (U1)', async () => {
  const whole = await openWholesale(world, clients)
  const msp = await world.partner('Northwind')
  const client = await clients.client({ partner: msp })
  await clients.consent({ client, partner: msp, accounts: [whole.account], actions: ['invoice.read'] })
  const link = await world.link(msp, whole.tenant, { role: 'auditor', type: 'audit_only' })
  const member = await memberOf(whole.tenant)
  const seen = await seenBy(member)
  expect(seen.map(({ kind, partner_name: name }) => [kind, name])).toEqual([
    ['consent', 'Northwind'],
    ['link', 'Northwind'],
    ['resale', 'Whole'],
  ])
  expect(seen[0]).toMatchObject({ can: ['See invoices of the billing account'], role_title: null })
  expect(seen[1]).toMatchObject({ role_title: expect.stringMatching(/auditor/i), app_name: null })
  expect(seen[1]?.can).toContain('See invoices')
  await world.seed(`update delegation set status = 'suspended' where id = $1`, [link], whole.tenant)
  expect((await seenBy(member)).map(({ kind }) => kind)).toEqual(['consent', 'resale'])
  // The partner that an organisation is itself has no delegation, and its apps use all accounts.
  const [own] = await seenBy(await memberOf(whole.home))
  expect(own).toMatchObject({ kind: 'home', partner_name: 'Whole', app_name: 'Order desk', role_title: null })
  expect(own?.can.length).toBeGreaterThan(5)
})

test('a member of another organisation, a partner and nobody at all see nothing of it, and a member who left sees nothing more', async () => {
  const [tenant, other] = [await world.tenant('Globex'), await world.tenant('Initech')]
  const partner = await world.partner('Southbank')
  const link = await world.link(partner, tenant)
  const person = await world.person()
  const assigned = await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  await world.assign(link, assigned)
  expect(await seenBy(await memberOf(other))).toEqual([])
  const outsider = await world.signIn(person.id, { tenantId: tenant })
  expect((await world.call(outsider, 'GET', PATH)).statusCode).toBe(404)
  expect((await world.call({ cookie: null }, 'GET', PATH)).statusCode).toBe(401)
  const leaving = await world.person()
  await world.tenantMember(tenant, leaving.id, 'TENANT_USER')
  const gone = await world.signIn(leaving.id, { tenantId: tenant })
  expect(await seenBy(gone)).toHaveLength(1)
  await world.seed(`update tenant_member set status = 'inactive' where person_id = $1`, [leaving.id], tenant)
  expect((await world.call(gone, 'GET', PATH)).statusCode).toBe(403)
})

test('the database tells it to the login of tenants alone, for the organisation of the context alone, and opens no record with it', async () => {
  const tenant = await world.tenant('Umbrella')
  await world.link(await world.partner('Eastside'), tenant)
  const caller = await memberOf(tenant)
  expect(await world.sqlAs('liaison_tenant', 'select 1 from access.who_has_access()')).toEqual([])
  for (const login of ['liaison_delegate', 'liaison_program', 'liaison_auth', 'liaison_platform'] as const)
    await expect(world.sqlAs(login, 'select 1 from access.who_has_access()')).rejects.toThrow(
      'permission denied',
    )
  const client = await world.database.pool('liaison_tenant').connect()
  try {
    await client.query('begin')
    const token = String(caller.cookie).split('=')[1] ?? ''
    await client.query('select access.enter_person($1)', [
      {
        session_hash: createHash('sha256').update(token).digest('hex'),
        tenant_id: tenant,
        permission: 'tenant.profile.read',
        writes: false,
        source: 'portal',
      },
    ])
    const { rows } = await client.query('select partner_name from access.who_has_access()')
    expect(rows).toEqual([{ partner_name: 'Eastside' }])
    for (const relation of ['delegation', 'link', 'link_member'])
      expect((await client.query(`select tenant_id from ${relation}`)).rowCount, relation).toBe(0)
  } finally {
    await client.query('rollback')
    client.release()
  }
})
