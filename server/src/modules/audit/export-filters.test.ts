import { createHash } from 'node:crypto'
import { encodeId, idFromUuid } from '@liaison/access'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { exportRoutes } from '#modules/exports/index.ts'
import { orderOwn, previewOwn } from '#modules/exports/order.ts'
import { ExportPreview, toPreview } from '#modules/exports/schemas.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { route } from '#platform/route.ts'
import { seedPartnerOf } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditRoutes } from './index.ts'
import { activityExport } from './export-source.ts'

/** The log's own export, of which 500,001 entries were counted: as far as it counts. */
const long = { ...activityExport, estimate: () => Promise.resolve(500_001) }
const ENOUGH = {
  method: 'POST',
  summary: 'Of an export of the log of which as many entries were counted as are counted',
  access: { permission: 'tenant.partner_access.audit.read' },
  input: { body: z.strictObject({ format: z.literal('csv') }) },
  limit: 'export',
} as const
const probes = [
  route({
    ...ENOUGH,
    path: '/api/v1/probe/preview',
    readsOnly: 'It counts rows and orders nothing.',
    responses: { 200: ExportPreview },
    handle: async ({ mandate, body }) => toPreview(await previewOwn(long, mandate, body)),
  }),
  route({
    ...ENOUGH,
    path: '/api/v1/probe/order',
    problems: ['EXPORT_TOO_LARGE'],
    responses: { 200: z.strictObject({}) },
    async handle({ mandate, body }) {
      await orderOwn(long, mandate, body)
      return {}
    },
  }),
]

const FEED = '/api/v1/tenant/partner-access/activity'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...probes,
    ...exportRoutes,
    ...makeSupportRoutes(services),
    ...makeAuditRoutes(services),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

/** Two people of a partner at work in Acme, one of them twice, and the tenant's own administrator. */
async function seedWork() {
  const { partner, person, tenants, first, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  const other = await world.person('Olga Petrov')
  const member = await world.partnerMember(partner, other.id)
  const [row] = await world.sql<{ id: string }>(`select id from delegation where tenant_id = '${first}'`)
  const link = idFromUuid('link', row?.id ?? '')
  await world.assign(link, member)
  const colleague = await world.signIn(other.id)
  const work = async (who: Caller, subject: string) => {
    const body = { subject, description: 'Since 08:00.' }
    const opened = await world.call({ ...who, tenantId: first }, 'POST', '/api/v1/partner/support/tickets', {
      body,
    })
    expect(opened.statusCode, opened.body).toBe(201)
    return opened.headers['x-request-id'] as string
  }
  const request = await work(caller, 'One')
  await work(caller, 'Two')
  await work(colleague, 'Three')
  await world.call({ ...caller, tenantId: first }, 'GET', '/api/v1/partner/support/tickets')
  const dana = await world.person('Dana Kim')
  await world.tenantMember(first, dana.id)
  const admin: Caller = { ...(await world.signIn(dana.id)), tenantId: first }
  await world.call(admin, 'GET', FEED)
  return { admin, caller, person, partner, tenants, first, link, request }
}

test('an order of activity counts what the page shows under the same filters, and takes each of them', async () => {
  const { admin, person, partner, link, request } = await seedWork()
  const until = new Date().toISOString()
  const personId = encodeId('person', person.id)
  const found: number[] = []
  for (const filter of [
    {},
    { by: 'partner' },
    { by: 'tenant' },
    { person_id: personId },
    { partner_id: encodeId('partner', partner) },
    { delegation_id: encodeId('link', link), action: 'support' },
    { action: 'support.tickets' },
    { outcome: 'denied' },
    { request_id: request },
    { search: 'petrov' },
    { from: new Date(Date.parse(until) - 500).toISOString() },
  ] as Record<string, string>[]) {
    const asked = { to: until, ...filter }
    const query = new URLSearchParams({ ...asked, limit: '100' })
    const page = (await world.call(admin, 'GET', `${FEED}?${query.toString()}`)).json()
    const body = {
      format: 'csv',
      ...asked,
      ...(filter['outcome'] !== undefined && { outcome: [filter['outcome']] }),
    }
    const preview = await world.call(admin, 'POST', `${FEED}/export/preview`, { body })
    expect(preview.statusCode, preview.body).toBe(200)
    found.push(preview.json().row_estimate)
    expect([filter, preview.json().row_estimate]).toEqual([filter, page.items.length])
  }
  expect(new Set(found).size).toBeGreaterThan(4)
})

test('the file holds one person and the very minutes of a visit, not everybody of ninety days', async () => {
  const { admin, person } = await seedWork()
  const body = { format: 'csv', person_id: encodeId('person', person.id) }
  const whole = await world.call(admin, 'POST', `${FEED}/export`, { body })
  expect(whole.statusCode, whole.body).toBe(202)
  expect(whole.json().filter).toEqual({ person_id: body.person_id })
  const bad = await world.call(admin, 'POST', `${FEED}/export/preview`, {
    body: { ...body, person_id: 'psn_x' },
  })
  expect(bad.statusCode).toBe(422)
})

test('a partner counts its own acts across customers under the same filters, and nobody else’s', async () => {
  const { caller, person } = await seedWork()
  const count = async (filter: object) => {
    const body = { kind: 'activity', format: 'csv', ...filter }
    const preview = await world.call(caller, 'POST', '/api/v1/partner/exports/preview', { body })
    expect(preview.statusCode, preview.body).toBe(200)
    return preview.json().row_estimate
  }
  expect(await count({ action: 'support.tickets.create' })).toBe(3)
  expect(await count({ action: 'support.tickets.create', person_id: encodeId('person', person.id) })).toBe(2)
  expect(await count({ by: 'tenant' })).toBe(0)
})

test('as raw SQL nobody counts events outside of a context', async () => {
  const { first } = await seedWork()
  for (const login of ['liaison_tenant', 'liaison_delegate'] as const) {
    const counted = await world.sqlAs(
      login,
      `select audit.count_activity(array['${first}']::uuid[], '-infinity', 'infinity', '{}', 10) as total`,
    )
    expect(counted.map(({ total }) => Number(total))).toEqual([0])
  }
})

test('a count that stopped is told as at least so many, at the preview and where an order is refused', async () => {
  const { admin } = await seedWork()
  const ask = (path: string) =>
    world.call(admin, 'POST', `/api/v1/probe/${path}`, { body: { format: 'csv' } })
  const preview = await ask('preview')
  expect(preview.json(), preview.body).toMatchObject({
    row_estimate: 500_001,
    is_at_least: true,
    too_large: true,
  })
  expect((await ask('order')).json()).toMatchObject({
    code: 'EXPORT_TOO_LARGE',
    details: { row_estimate: 500_001, is_at_least: true, most_rows: 500_000 },
  })
  const few = await world.call(admin, 'POST', `${FEED}/export/preview`, { body: { format: 'csv' } })
  expect(few.json()).toMatchObject({ is_at_least: false, too_large: false })
})

test('a count asks once which tenants may be read, however long the log is', async () => {
  const { admin, first } = await seedWork()
  await world.sql(
    `with made as (
       insert into audit_event (plane, action, outcome, actor_type, tenant_id, source)
       select 'tenant', 'test.many', 'allowed', 'system', $1, 'job' from generate_series(1, 3000) returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $1, occurred_at, id from made`,
    [first],
  )
  await world.sql('analyze audit_event, audit_scope')
  const client = new pg.Client(world.connection)
  await client.connect()
  try {
    await client.query(`set track_functions = 'pl'`)
    await client.query('set session authorization liaison_tenant')
    await client.query('begin')
    const session_hash = createHash('sha256')
      .update(admin.cookie?.split('=')[1] ?? '')
      .digest('hex')
    const permission = 'tenant.partner_access.audit.read'
    await client.query('select access.enter_person($1)', [
      { session_hash, tenant_id: first, permission, writes: false, source: 'api' },
    ])
    const counted = await client.query(
      `select audit.count_activity($1, now() - interval '1 day', now() + interval '1 day', '{}', 500001)::integer as total`,
      [[first]],
    )
    expect(counted.rows[0].total).toBeGreaterThan(3000)
    const { rows } = await client.query(
      `select calls::integer from pg_stat_xact_user_functions where schemaname = 'access' and funcname = 'reach'`,
    )
    expect(rows).toEqual([{ calls: 1 }])
  } finally {
    await client.end()
  }
})
