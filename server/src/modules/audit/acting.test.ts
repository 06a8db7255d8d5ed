import { createHash } from 'node:crypto'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { noteRead, recordEvent, runStatements } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditRoutes } from './index.ts'

const probes = [
  route({
    method: 'POST',
    path: '/api/v1/probe/tickets',
    summary: 'Opens a ticket for the tenant',
    input: { body: z.strictObject({ number: z.string() }) },
    access: { permission: 'partner.support.tickets.create', tenant: 'header' },
    limit: 'write',
    responses: { 201: z.strictObject({ number: z.string() }) },
    async handle({ mandate, body }) {
      const text = `insert into ticket (tenant_id, number, subject) values ($1, $2, 'Down')`
      await runStatements(mandate, [{ text, values: [mandate.tenant.id, body.number] }])
      const resource = { type: 'ticket', label: body.number }
      recordEvent(mandate, { action: 'support.tickets.create', resource, reason: 'asked by phone' })
      return { number: body.number }
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/probe/own',
    summary: 'The tenant reads its own invoices',
    input: {},
    access: { permission: 'tenant.billing.read' },
    limit: 'list',
    responses: { 200: z.strictObject({}) },
    handle({ mandate }) {
      noteRead(mandate, { action: 'tenant.billing.read', rowCount: 3 })
      return Promise.resolve({})
    },
  }),
]

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...probes, ...makeAuditRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

const FEED = '/api/v1/partner/activity'

interface Shown {
  sentence: string
  action: string
  ip: string | null
  reason: string | null
  repeats: number
}

/** Two partners with one technician each; the first works for Acme and Beta, the second for Acme. */
async function seedWork() {
  const [acme, beta] = [await world.tenant('Acme Fiber'), await world.tenant('Beta Networks')]
  const partners = [await world.partner('Northwind MSP'), await world.partner('Southwind MSP')] as const
  const people = [await world.person('Lee Park'), await world.person('Sol Vega')] as const
  const links = []
  for (const [index, partner] of partners.entries()) {
    const member = await world.partnerMember(partner, people[index === 0 ? 0 : 1].id)
    for (const tenant of index === 0 ? [acme, beta] : [acme]) {
      const link = await world.link(partner, tenant, { role: 'msp_support' })
      await world.assign(link, member)
      links.push(link)
    }
  }
  const admin = await world.person('Dana Kim')
  await world.tenantMember(acme, admin.id)
  const [lee, sol] = [await world.signIn(people[0].id), await world.signIn(people[1].id)]
  const dana = await world.signIn(admin.id, { tenantId: acme })
  const [linkToAcme] = links
  if (!linkToAcme) throw new Error('The first partner is linked to Acme.')
  return { acme, beta, lee, sol, dana, linkToAcme }
}

const inTenant = (caller: Caller, tenantId: TenantId): Caller => ({ ...caller, tenantId })

async function openTicket(caller: Caller, number: string): Promise<void> {
  const answer = await world.call(caller, 'POST', '/api/v1/probe/tickets', { body: { number } })
  expect(answer.statusCode).toBe(201)
}

async function read(caller: Caller, query = ''): Promise<Shown[]> {
  const answer = await world.call(caller, 'GET', `${FEED}${query}`)
  expect({ status: answer.statusCode, body: answer.body }).toMatchObject({ status: 200 })
  return answer.json<{ items: Shown[] }>().items
}

test('a technician reads what the own organisation did in the tenant acted in, and nothing else (B4)', async () => {
  const { acme, beta, lee, sol, dana } = await seedWork()
  await openTicket(inTenant(lee, acme), 'T-1')
  await openTicket(inTenant(lee, beta), 'T-2')
  await openTicket(inTenant(sol, acme), 'T-3')
  await world.call(dana, 'GET', '/api/v1/probe/own')
  expect(await read(inTenant(lee, acme))).toMatchObject([
    { sentence: 'Lee Park opened ticket T-1 at Acme Fiber', ip: '127.0.0.1', reason: 'asked by phone' },
  ])
  expect(await read(inTenant(sol, acme))).toMatchObject([
    { sentence: 'Sol Vega opened ticket T-3 at Acme Fiber' },
  ])
})

test('reading the feed is an event that both sides read, and its file holds the same rows', async () => {
  const { acme, lee, dana } = await seedWork()
  await openTicket(inTenant(lee, acme), 'T-4')
  const file = await world.call(inTenant(lee, acme), 'GET', `${FEED}/export`)
  expect(file.statusCode).toBe(200)
  expect(file.body).toContain('Lee Park opened ticket T-4 at Acme Fiber')
  const [own] = await read(inTenant(lee, acme), '?action=audit')
  expect(own).toMatchObject({ sentence: 'Lee Park exported 1 activity entry at Acme Fiber' })
  const tenants = await world.call(dana, 'GET', '/api/v1/tenant/partner-access/activity?action=audit')
  expect(tenants.json<{ items: Shown[] }>().items).toMatchObject([
    { action: 'audit.read', ip: null },
    { action: 'audit.export', ip: null },
  ])
})

test('a denied permission, a missing tenant and a tenant never linked close the feed', async () => {
  const { acme, lee, sol, beta, linkToAcme } = await seedWork()
  expect((await world.call(lee, 'GET', FEED)).json()).toMatchObject({ code: 'TENANT_CONTEXT_REQUIRED' })
  expect((await world.call(inTenant(sol, beta), 'GET', FEED)).statusCode).toBe(404)
  await world.override(linkToAcme, 'partner.audit.read', 'deny')
  const denied = await world.call(inTenant(lee, acme), 'GET', FEED)
  expect(denied.json()).toMatchObject({ code: 'PERMISSION_DENIED' })
})

/** What the login of acting requests sees of the log in one person's context, for one permission. */
async function countAs(caller: Caller, tenantId: TenantId | null, permission: string) {
  const token = String(caller.cookie).split('=')[1] ?? ''
  const client = await world.database.pool('liaison_delegate').connect()
  try {
    await client.query('begin')
    const session = createHash('sha256').update(token).digest('hex')
    await client.query('select access.enter_person($1)', [
      { session_hash: session, tenant_id: tenantId, permission, writes: false, source: 'api' },
    ])
    const { rows } = await client.query<{ events: number; scopes: number; details: number }>(
      `select (select count(*)::integer from audit_event) as events, (select count(*)::integer from audit_scope) as scopes,
         (select count(*)::integer from audit.own_details($1)) as details`,
      [(await world.sql<{ id: string }>('select id from audit_event')).map((row) => row.id)],
    )
    return rows[0]
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('the row policies show an acting partner its own acts in this tenant alone, whatever the query asks', async () => {
  const { acme, beta, lee, sol } = await seedWork()
  await openTicket(inTenant(lee, acme), 'T-5')
  await openTicket(inTenant(lee, beta), 'T-6')
  await openTicket(inTenant(sol, acme), 'T-7')
  const one = { events: 1, scopes: 1, details: 1 }
  const none = { events: 0, scopes: 0, details: 0 }
  expect(await countAs(lee, acme, 'partner.audit.read')).toEqual(one)
  expect(await countAs(sol, acme, 'partner.audit.read')).toEqual(one)
  expect(await countAs(sol, beta, 'partner.audit.read')).toEqual(none)
  expect(await countAs(lee, null, 'partner.audit.read')).toEqual(none)
})

test('the row policies close with the permission and with the link (I3)', async () => {
  const { acme, lee, linkToAcme } = await seedWork()
  await openTicket(inTenant(lee, acme), 'T-8')
  const none = { events: 0, scopes: 0, details: 0 }
  await world.override(linkToAcme, 'partner.audit.read', 'deny')
  expect(await countAs(lee, acme, 'partner.audit.read')).toEqual(none)
  const other = await seedWork()
  await openTicket(inTenant(other.lee, other.acme), 'T-9')
  await world.seed(`update delegation set status = 'revoked' where id = $1`, [other.linkToAcme], other.acme)
  expect(await countAs(other.lee, other.acme, 'partner.audit.read')).toEqual(none)
})
