import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { noteRead, recordEvent, runStatements } from '#platform/mandate.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditRoutes } from './index.ts'

const probes = [
  route({
    method: 'GET',
    path: '/api/v1/probe/invoices',
    summary: 'Reads five invoices of each tenant',
    input: {},
    access: { permission: 'partner.billing.invoices.read', tenant: 'portfolio' },
    limit: 'list',
    responses: { 200: z.strictObject({ items: z.array(z.strictObject({ tenant_id: z.string() })) }) },
    handle: ({ mandate }) =>
      Promise.resolve({
        items: mandate.tenantIds.flatMap((id) =>
          Array.from({ length: 5 }, () => ({ tenant_id: encodeId('tenant', id) })),
        ),
      }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/probe/invoices/one-tenant',
    summary: 'Reads fifty invoices',
    input: {},
    access: { permission: 'partner.billing.invoices.read', tenant: 'header' },
    limit: 'list',
    responses: { 200: z.strictObject({ done: z.boolean() }) },
    handle({ mandate }) {
      noteRead(mandate, { action: 'billing.invoices.read', rowCount: 50 })
      return Promise.resolve({ done: true })
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/probe/tickets',
    summary: 'Opens a ticket',
    input: { body: z.strictObject({ number: z.string(), covers: publicId('tenant').optional() }) },
    access: { permission: 'partner.support.tickets.create', tenant: 'header' },
    limit: 'write',
    responses: { 201: z.strictObject({ number: z.string() }) },
    async handle({ mandate, body }) {
      const text = `insert into ticket (tenant_id, number, subject) values ($1, $2, 'Down') returning id`
      const [ticket] = await runStatements(mandate, [{ text, values: [mandate.tenant.id, body.number] }])
      recordEvent(mandate, {
        action: 'support.tickets.create',
        resource: { type: 'ticket', id: String(ticket?.rows[0]?.['id']), label: body.number },
        reason: 'the technician said so',
        changes: { priority: { after: 'high' } },
      })
      return { number: body.number }
    },
  }),
]

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...probes, ...makeAuditRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

/** Northwind's technician Lee Park works for Acme and Beta; Dana Kim administers Acme; Ana Ruiz owns Northwind. */
async function seedWork() {
  const [northwind, acme, beta] = [
    await world.partner('Northwind MSP'),
    await world.tenant('Acme Fiber'),
    await world.tenant('Beta Networks'),
  ]
  const [lee, ana, dana] = [
    await world.person('Lee Park'),
    await world.person('Ana Ruiz'),
    await world.person('Dana Kim'),
  ]
  const member = await world.partnerMember(northwind, lee.id)
  await world.partnerMember(northwind, ana.id, 'PARTNER_OWNER')
  await world.tenantMember(acme, dana.id)
  const [linkOfAcme, linkOfBeta] = [await world.link(northwind, acme), await world.link(northwind, beta)]
  for (const link of [linkOfAcme, linkOfBeta]) await world.assign(link, member)
  return {
    northwind,
    acme,
    beta,
    lee: await world.signIn(lee.id),
    owner: await world.signIn(ana.id),
    admin: { ...(await world.signIn(dana.id)), tenantId: acme } as Caller,
    leeId: lee.id,
    linkOfBeta,
  }
}

const inTenant = (caller: Caller, tenantId: TenantId): Caller => ({ ...caller, tenantId })
const NOBODY = null
const PARTNER = '/api/v1/partner/audit'
const TENANT = '/api/v1/tenant/partner-access/activity'

interface Shown {
  event_id: string
  sentence: string
  action: string
  row_count: number | null
  repeats: number
  ip: string | null
  reason: string | null
}

async function read(caller: Caller, path: string): Promise<Shown[]> {
  const response = await world.call(caller, 'GET', path)
  expect({ status: response.statusCode, body: response.body }).toMatchObject({ status: 200 })
  return response.json<{ items: Shown[] }>().items
}

test('partner and tenant read the same event; network address and reason go to the side that acted', async () => {
  const { lee, acme, owner, admin } = await seedWork()
  await world.call(inTenant(lee, acme), 'POST', '/api/v1/probe/tickets', { body: { number: 'T-1042' } })
  const [own] = await read(owner, `${PARTNER}?action=support`)
  const [other] = await read(admin, `${TENANT}?action=support`)
  expect(own).toMatchObject({
    sentence: 'Lee Park opened ticket T-1042 at Acme Fiber',
    ip: '127.0.0.1',
    reason: 'the technician said so',
  })
  expect(other).toMatchObject({
    sentence: 'Lee Park of Northwind MSP opened ticket T-1042',
    ip: null,
    reason: null,
  })
  const shared = ({ sentence: _s, ip: _i, reason: _r, ...rest }: Shown) => rest
  expect(other && shared(other)).toEqual(own && shared(own))
  expect(other).toMatchObject({
    changes: { priority: { after: 'high' } },
    resource: { type: 'ticket', id: expect.stringMatching(/^tkt_/), label: 'T-1042' },
  })
})

test('a read across tenants tells each tenant its own rows, and the partner the sum', async () => {
  const { lee, owner, admin, acme } = await seedWork()
  await world.call(lee, 'GET', '/api/v1/probe/invoices')
  expect(await read(admin, `${TENANT}?action=billing`)).toMatchObject([
    { sentence: 'Lee Park of Northwind MSP read 5 invoices', row_count: 5 },
  ])
  expect(await read(owner, `${PARTNER}?tenant_id=${encodeId('tenant', acme)}&action=billing`)).toMatchObject([
    { sentence: 'Lee Park read 10 invoices', row_count: 10 },
  ])
})

test('fifty reads within a minute are one event and one that counts the rest, for both sides', async () => {
  const { lee, acme, owner, admin } = await seedWork()
  const caller = inTenant(lee, acme)
  for (let turn = 0; turn < 5; turn += 1) {
    await Promise.all(
      Array.from({ length: 10 }, () => world.call(caller, 'GET', '/api/v1/probe/invoices/one-tenant')),
    )
  }
  const open = await read(admin, `${TENANT}?action=billing`)
  expect(open.reduce((sum, item) => sum + item.repeats, 0)).toBe(50)
  expect(open.reduce((sum, item) => sum + Number(item.row_count), 0)).toBe(2500)
  await world.sql(`update audit_read_window set started_at = started_at - interval '61 seconds'`)
  await world.sqlAs('liaison_job', 'select audit.close_read_windows()')
  const closed = await read(owner, `${PARTNER}?action=billing`)
  expect(closed.reduce((sum, item) => sum + item.repeats, 0)).toBe(50)
  expect(closed.length).toBeLessThanOrEqual(12)
  expect(closed[0]?.sentence).toMatch(/^Lee Park read invoices at Acme Fiber \d+ times, [\d,]+ in all$/)
  expect(await read(admin, `${TENANT}?action=billing`)).toHaveLength(closed.length)
})

test('counted repeats of a read across tenants keep each tenant its own rows', async () => {
  const { lee, admin, owner } = await seedWork()
  for (let turn = 0; turn < 3; turn += 1) await world.call(lee, 'GET', '/api/v1/probe/invoices')
  expect(await read(admin, `${TENANT}?action=billing`)).toMatchObject([{ repeats: 3, row_count: 15 }])
  await world.sql(`update audit_read_window set started_at = started_at - interval '61 seconds'`)
  await world.sqlAs('liaison_job', 'select audit.close_read_windows()')
  expect(await read(admin, `${TENANT}?action=billing`)).toMatchObject([
    { repeats: 2, row_count: 10 },
    { repeats: 1, row_count: 5 },
  ])
  expect(await read(owner, `${PARTNER}?action=billing`)).toMatchObject([
    { repeats: 2, row_count: 20 },
    { repeats: 1, row_count: 10 },
  ])
})

test('a refusal is read by both sides with its reason and its explanation', async () => {
  const { northwind, acme, lee, owner, admin } = await seedWork()
  await world.seed(
    `update delegation set status = 'suspended' where partner_id = $1 and tenant_id = $2`,
    [northwind, acme],
    acme,
  )
  await world.call(inTenant(lee, acme), 'GET', '/api/v1/probe/invoices/one-tenant')
  for (const [caller, path] of [
    [owner, PARTNER],
    [admin, TENANT],
  ] as const) {
    const [refused] = await read(caller, `${path}?outcome=denied`)
    expect(refused).toMatchObject({
      code: 'TENANT_LINK_SUSPENDED',
      explain_id: expect.stringMatching(/^exp_/),
    })
    expect(refused?.sentence).toContain('was refused')
    expect(refused?.sentence).toContain('the link with this tenant is suspended (see invoices)')
  }
})

test('a stranger to a tenant writes nothing into its log', async () => {
  const { lee, admin } = await seedWork()
  const gamma = await world.tenant('Gamma')
  const dana = await world.person('Gamma admin')
  await world.tenantMember(gamma, dana.id)
  await world.call(inTenant(lee, gamma), 'GET', '/api/v1/probe/invoices/one-tenant')
  const gammaAdmin = { ...(await world.signIn(dana.id)), tenantId: gamma }
  expect(await read(gammaAdmin, `${TENANT}?outcome=denied`)).toEqual([])
  expect(await read(admin, `${TENANT}?outcome=denied`)).toEqual([])
})

test('every filter narrows the feed, and what it leaves out is not counted as seen', async () => {
  const { lee, acme, beta, owner, leeId, linkOfBeta } = await seedWork()
  for (const [tenant, number] of [
    [acme, 'T-1'],
    [beta, 'T-2'],
  ] as const) {
    await world.call(inTenant(lee, tenant), 'POST', '/api/v1/probe/tickets', {
      body: { number },
      headers: { 'x-request-id': `request-${number}` },
    })
  }
  await read(owner, PARTNER)
  const labels = async (query: string) =>
    (await read(owner, `${PARTNER}?${query}`)).map((item) => item.sentence)
  expect(await labels('search=t-1')).toEqual(['Lee Park opened ticket T-1 at Acme Fiber'])
  expect(await labels('request_id=request-T-2')).toEqual(['Lee Park opened ticket T-2 at Beta Networks'])
  expect(await labels(`tenant_id=${encodeId('tenant', beta)}`)).toEqual([
    'Lee Park opened ticket T-2 at Beta Networks',
  ])
  expect(await labels(`person_id=${encodeId('person', leeId)}&action=support.tickets`)).toHaveLength(2)
  expect(await labels(`delegation_id=${encodeId('link', linkOfBeta)}`)).toEqual([
    'Lee Park opened ticket T-2 at Beta Networks',
  ])
  expect(await labels('action=support.ticket')).toEqual([])
  expect(await labels('search=100%25')).toEqual([])
  expect(await labels('by=tenant&outcome=allowed')).toEqual([])
  expect(await labels('outcome=denied,error')).toEqual([])
  expect(await labels('to=2020-01-01')).toEqual([])
  expect((await labels('from=2020-01-01&action=support')).length).toBe(2)
})

test('the feed names the time it looked at, and a cursor walks through all of it exactly once', async () => {
  const { lee, acme, owner } = await seedWork()
  const caller = inTenant(lee, acme)
  await Promise.all(
    Array.from({ length: 25 }, (_, index) =>
      world.call(caller, 'POST', '/api/v1/probe/tickets', { body: { number: `N-${index}` } }),
    ),
  )
  const seen: string[] = []
  let cursor = ''
  for (let turn = 0; turn < 10; turn += 1) {
    const response = await world.call(owner, 'GET', `${PARTNER}?action=support&limit=7${cursor}`)
    const page = response.json<{
      items: Shown[]
      next_cursor: string | null
      window: { is_default: boolean }
    }>()
    expect(page.window.is_default).toBe(true)
    seen.push(...page.items.map((item) => item.event_id))
    if (page.next_cursor === null) break
    cursor = `&cursor=${page.next_cursor}`
  }
  expect([seen.length, new Set(seen).size]).toEqual([25, 25])
  const stolen = await world.call(owner, 'GET', `${PARTNER}?action=billing&limit=7${cursor}`)
  expect(stolen.json().code).toBe('CURSOR_INVALID')
})

test('reading the log is an event of the log', async () => {
  const { owner, admin } = await seedWork()
  await read(owner, PARTNER)
  expect(await read(owner, PARTNER)).toMatchObject([{ sentence: 'Ana Ruiz read no activity entries' }])
  await read(admin, TENANT)
  const [own] = await read(admin, `${TENANT}?action=tenant.partner_access`)
  expect(own).toMatchObject({ action: 'tenant.partner_access.audit.read', ip: '127.0.0.1' })
})

test('one partner reads nothing of another, and one tenant nothing of another', async () => {
  const [first, second] = [await seedWork(), await seedWork()]
  await world.call(inTenant(first.lee, first.acme), 'POST', '/api/v1/probe/tickets', {
    body: { number: 'T-9' },
  })
  expect(await read(second.owner, `${PARTNER}?action=support`)).toEqual([])
  expect(await read(second.admin, `${TENANT}?action=support`)).toEqual([])
})

test('only those who hold the permission read the log', async () => {
  const { lee, admin, owner } = await seedWork()
  expect((await world.call(lee, 'GET', '/api/v1/admin/audit')).statusCode).toBe(403)
  expect((await world.call(owner, 'GET', '/api/v1/admin/audit/checkpoints')).statusCode).toBe(403)
  const { tenantId: _own, ...elsewhere } = admin
  const asPartner = await world.call(elsewhere, 'GET', PARTNER)
  expect(asPartner.statusCode).toBe(403)
  expect((await world.call(NOBODY, 'GET', TENANT)).statusCode).toBe(401)
})

test('the platform reads everything, with names on both sides', async () => {
  const { lee, acme } = await seedWork()
  const staff = await world.person('Pat Staff')
  await world.platformAdmin(staff.id)
  await world.call(inTenant(lee, acme), 'POST', '/api/v1/probe/tickets', {
    body: { number: 'T-77' },
    headers: { 'x-request-id': 'request-T-77' },
  })
  const items = await read(await world.signIn(staff.id), '/api/v1/admin/audit?request_id=request-T-77')
  expect(items).toMatchObject([
    { sentence: 'Lee Park of Northwind MSP opened ticket T-77 at Acme Fiber', ip: '127.0.0.1' },
  ])
})

test('an export holds the rows of its filters, what was asked for in each, its own digest, and no formula (U1)', async () => {
  const { lee, acme, owner, admin, leeId } = await seedWork()
  await world.call(inTenant(lee, acme), 'POST', '/api/v1/probe/tickets', {
    body: { number: '=HYPERLINK("http://evil.example")' },
  })
  const csv = await world.call(owner, 'GET', `${PARTNER}/export?action=support`)
  expect([
    csv.statusCode,
    csv.headers['content-type'],
    csv.headers['x-export-rows'],
    csv.headers['x-export-truncated'],
  ]).toEqual([200, 'text/csv; charset=utf-8; header=present', '1', 'false'])
  expect(csv.headers['repr-digest']).toBe(
    `sha-256=:${createHash('sha256').update(csv.rawPayload).digest('base64')}:`,
  )
  expect(csv.body.split('\r\n')).toHaveLength(3)
  expect(csv.body).toContain(`"'=HYPERLINK(""http://evil.example"")"`)
  const person = encodeId('person', leeId)
  const asked = `action=support&person_id=${person}&from=2026-01-01&to=2036-12-31`
  const narrow = await world.call(owner, 'GET', `${PARTNER}/export?${asked}`)
  const [header, row] = narrow.body.split('\r\n')
  expect(header).toMatch(/,filters$/)
  expect(row).toContain(
    `,"from 2026-01-01T00:00:00.000Z until before 2037-01-01T00:00:00.000Z; person: ${person}; action: support`,
  )
  expect(row).toMatch(/; Exported by Ana Ruiz, Northwind MSP"$/)
  const lines = await world.call(owner, 'GET', `${PARTNER}/export?action=support&format=jsonl`)
  expect(lines.body.trim().split('\n')).toHaveLength(1)
  expect(lines.json()).toMatchObject({ filters: expect.stringContaining('; action: support') })
  // Who opened the ticket acted for the other side: its address is not the organisation's to read.
  expect((await read(admin, `${TENANT}?action=support`)).map(({ ip }) => ip)).toEqual([null])
  expect(await read(owner, `${PARTNER}?action=partner_org.audit.export`)).toMatchObject([
    { sentence: 'Ana Ruiz exported activity entries 3 times, 3 in all', repeats: 3 },
  ])
})

test('filters that cannot be taken are named, all at once', async () => {
  const { owner } = await seedWork()
  const response = await world.call(
    owner,
    'GET',
    `${PARTNER}?action=billing.*&outcome=maybe&from=yesterday&tenant_id=par_1&limit=0`,
  )
  expect(response.statusCode).toBe(422)
  expect(
    response.json<{ errors: { pointer: string }[] }>().errors.map((fault) => fault.pointer.split('/')[2]),
  ).toEqual(expect.arrayContaining(['action', 'from', 'limit', 'outcome', 'tenant_id']))
  expect((await world.call(owner, 'GET', `${PARTNER}?from=2026-02-01&to=2026-01-01`)).json().code).toBe(
    'VALIDATION_ERROR',
  )
})
