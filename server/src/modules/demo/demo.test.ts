import { createHash } from 'node:crypto'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVault } from '#platform/credentials/vault.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import { demoCode, readDemoFile, readDemoSignIns } from './sign-ins.ts'
import type { DemoFileBody } from './sign-ins.ts'
import { buildWorld, loadDemoWorld } from './world.ts'
import type { DemoOptions } from './world.ts'

let world: TestWorld
let dataDir: string
let body: DemoFileBody | null
const vault = makeVault(TEST_SECRET_KEY)

function optionsFor(now: Date): DemoOptions {
  return {
    connection: world.connection,
    vault,
    dataDir,
    now,
    credentials: {
      hashPassword: async (password) => `hash of ${password}`,
      hashRecoveryCode: (_personId, code) => Buffer.from(code),
      sealTotpSecret: (personId, secret) => vault.seal(secret, `totp_factor|secret|${personId}`),
    },
  }
}

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  dataDir = await mkdtemp(join(tmpdir(), 'liaison-demo-'))
  body = await loadDemoWorld(optionsFor(new Date()))
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

const count = async (table: string) =>
  Number((await world.sql(`select count(*)::integer as count from ${table}`))[0]?.['count'])

test('the demo world loads with every constraint and audit rule in force', async () => {
  expect(body).not.toBeNull()
  expect({
    tenants: await count('tenant'),
    partners: await count('partner'),
    staff: await count('platform_staff'),
  }).toEqual({ tenants: 15, partners: 7, staff: 2 })
  expect(await count('invoice')).toBeGreaterThan(500)
  expect(await count('usage_day')).toBeGreaterThan(3000)
})

test('links of the demo world are in every state that a person meets', async () => {
  const rows = await world.sql<{ status: string }>('select distinct status from delegation order by status')
  expect(rows.map((row) => row.status)).toEqual([
    'active',
    'approved',
    'declined',
    'expired',
    'requested',
    'revoked',
    'suspended',
  ])
  const [ends] = await world.sql(
    `select bool_or(ends_at < now() + interval '7 days') as week, bool_or(ends_at between now() + interval '7 days' and now() + interval '30 days') as month from delegation where status = 'active'`,
  )
  expect(ends).toEqual({ week: true, month: true })
})

test('every tenant owes in every age, and an account in its own currency only', async () => {
  const rows = await world.sql<{ buckets: number; currencies: number }>(
    `select count(distinct width_bucket(current_date - due_on, array[1, 31, 61, 91]))::integer as buckets, count(distinct currency)::integer as currencies
     from invoice where balance_minor <> 0 group by tenant_id`,
  )
  expect(rows).toHaveLength(12)
  for (const row of rows) expect(row).toEqual({ buckets: 5, currencies: 1 })
})

test('clocks of tickets are running, at risk, breached, paused and met', async () => {
  const [row] = await world.sql(
    `select bool_or(met_at is not null) as met, bool_or(paused_since is not null) as paused, bool_or(met_at is null and breached_at is not null) as breached,
       bool_or(met_at is null and breached_at is null and paused_since is null and now() - started_at >= make_interval(mins => target_minutes) * 0.75) as at_risk,
       bool_or(met_at is null and paused_since is null and now() - started_at < make_interval(mins => target_minutes) * 0.5) as running,
       bool_and(breached_at is null or breached_at >= due_at) as honest
     from ticket_sla_clock`,
  )
  expect(row).toEqual({ met: true, paused: true, breached: true, at_risk: true, running: true, honest: true })
})

test('nothing of the demo world lies in the future but what must', async () => {
  const [row] = await world.sql(
    `select (select max(created_at) from ticket) <= now() as tickets, (select max(created_at) from ticket_comment) <= now() as comments,
       (select max(received_at) from payment) <= now() as payments, (select max(occurred_at) from audit_event) <= now() as events`,
  )
  expect(row).toEqual({ tickets: true, comments: true, payments: true, events: true })
})

test('both sides can read past activity, refusals included', async () => {
  const [row] = await world.sql(
    `select count(*) filter (where e.outcome = 'denied')::integer as denied, count(*)::integer as events,
       count(distinct s.scope_id) filter (where s.kind = 'tenant')::integer as tenants
     from audit_event e join audit_scope s on s.event_id = e.id where e.action <> 'demo.records.create'`,
  )
  expect(row?.['denied']).toBe(6)
  expect(row?.['tenants']).toBeGreaterThanOrEqual(10)
})

test("every act on the demo's vouchers stands in the audit log once, at its time and in the name of who did it (E10)", async () => {
  const rows = await world.sql<{
    action: string
    mode: string
    told: number
    as: string
    who: string | null
  }>(
    `select v.action, v.side as mode, count(e.id)::integer as told, min(e.actor_type) as as, min(e.actor_name) as who
     from voucher_event v
     join voucher o on o.tenant_id = v.tenant_id and o.id = v.voucher_id
     left join audit_event e on e.resource_id = v.voucher_id and e.occurred_at = v.at
       and e.changes -> 'status' ->> 'after' = v.to_state and e.tenant_id = v.tenant_id
       and e.changes -> 'agency' ->> 'after' is not distinct from o.agency_name
       and exists (select from audit_scope s where s.event_id = e.id and s.kind = 'tenant' and s.scope_id = v.tenant_id)
     group by v.id, v.action, v.side`,
  )
  expect(rows.length).toBeGreaterThan(80)
  expect(rows.filter(({ told }) => told !== 1)).toEqual([])
  const actors = new Set(rows.map(({ mode, as, who }) => `${mode} ${as} ${who}`))
  expect([...actors].toSorted()).toEqual([
    'agency agency_token Bright Travel, form Website',
    'agency agency_token Harbour Advice Centre, form Front desk',
    'clock system voucher-clock',
    'tenant person Dana Kim',
    'tenant person Ravi Menon',
  ])
  const [surplus] = await world.sql(
    `select count(*)::integer as events from audit_event where action like 'voucher.%'`,
  )
  expect(surplus?.['events']).toBe(rows.length)
})

test('a person of the demo world reaches the tenants that the links open, and no more', async () => {
  const [lee] = await world.sql<{ id: string }>(`select id from person where email = 'lee@northwind.example'`)
  const [row] = await world.sql(
    `select array_agg(t.slug order by t.slug) filter (where access.in_force(d)) as open from link_member m join delegation d on d.id = m.link_id join tenant t on t.id = d.tenant_id where m.person_id = $1`,
    [lee?.id],
  )
  expect(row?.['open']).toEqual(['acme-fiber', 'beta-networks', 'cascade-broadband', 'elbe-netz'])
})

test('sign-ins are kept for the owner of the data directory alone, with a code that the stored seed gives', async () => {
  expect((await stat(join(dataDir, 'demo.json'))).mode & 0o777).toBe(0o600)
  const dana = readDemoSignIns(dataDir).find((signIn) => signIn.email === 'dana@acmefiber.example')
  expect(dana).toMatchObject({ name: 'Dana Kim', role: 'Admin of Acme Fiber' })
  expect(demoCode(dana ?? { totp_secret: '' }, new Date())).toMatch(/^\d{6}$/)
  const [stored] = await world.sql<{ secret: Buffer; id: string }>(
    `select f.secret, p.id from totp_factor f join person p on p.id = f.person_id where p.email = $1`,
    [dana?.email],
  )
  const seed = vault.open(stored?.secret ?? Buffer.alloc(0), `totp_factor|secret|${stored?.id}`)
  expect(seed).toHaveLength(20)
  expect(readDemoFile(dataDir)).toEqual(body)
})

test('a database that holds records is left alone', async () => {
  const before = await count('person')
  expect(await loadDemoWorld(optionsFor(new Date()))).toBeNull()
  expect(await count('person')).toBe(before)
})

test('the same moment and seed give the same world, another seed another one', () => {
  const now = new Date('2026-11-21T12:00:00Z')
  const invoices = (seed: number) => buildWorld(now, seed).making.ledger.rowsOf('invoice')
  expect(invoices(7)).toEqual(invoices(7))
  expect(invoices(7)).not.toEqual(invoices(8))
})

test('a white-label partner has a realm with twelve users of every role, three of whom can sign in (C9)', async () => {
  const [row] = await world.sql(
    `select p.slug, r.status, count(*)::integer as users, count(distinct u.role)::integer as roles,
       (select count(*)::integer from end_user_credential c where c.partner_id = p.id) as passwords
     from partner p join realm r on r.partner_id = p.id join end_user u on u.partner_id = p.id group by p.id, r.status`,
  )
  expect(row).toEqual({ slug: 'lumen-mobile', status: 'open', users: 12, roles: 5, passwords: 3 })
  expect(body?.realm_sign_ins.map(({ realm, role }) => [realm, role])).toEqual([
    ['lumen-mobile', 'Basic user'],
    ['lumen-mobile', 'Guest who has not had the identity checked'],
    ['lumen-mobile', 'Realm admin'],
  ])
})

test("an application of a partner has consents in force, about to end, suspended and ended, of which one lets it order within the customer's limit (A1)", async () => {
  const rows = await world.sql(
    `select t.slug, d.status, d.ends_at < now() + interval '14 days' as ends_soon, c.order_limits,
       (select count(*)::integer from service_order o where o.delegation_id = d.id) as orders,
       d.approval_snapshot ->> 'client' as shown
     from consent c join delegation d on d.id = c.id join tenant t on t.id = d.tenant_id order by t.slug`,
  )
  const common = { orders: 0, order_limits: {}, ends_soon: false, shown: 'Southbank Fleet' }
  expect(rows).toEqual([
    { ...common, slug: 'acme-fiber', status: 'active', ends_soon: true },
    { ...common, slug: 'cascade-broadband', status: 'suspended' },
    { ...common, slug: 'elbe-netz', status: 'revoked' },
    { ...common, slug: 'lakeside-cable', status: 'active', order_limits: { CAD: 150_000 }, orders: 2 },
  ])
})

test('the credential that the file names is that of the gateway, before one API (A8)', async () => {
  const hash = createHash('sha256')
    .update(body?.gateway_credential ?? '')
    .digest()
  const rows = await world.sql(
    `select g.name, u.name as upstream, (select count(*)::integer from protected_route r where r.upstream_id = u.id) as routes
     from gateway g join gateway_upstream b on b.gateway_id = g.id join protected_upstream u on u.id = b.upstream_id where g.credential_hash = $1`,
    [hash],
  )
  expect(rows).toEqual([{ name: 'Edge of the order API', upstream: 'orders', routes: 4 }])
})

test('both sides have a webhook endpoint whose address answered, whose secret opens, and to which messages arrived and failed', async () => {
  const rows = await world.sql<{ id: string; sealed: Buffer; sides: number; verified: boolean }>(
    `select s.id, s.sealed_secret as sealed, num_nonnulls(e.partner_id, e.tenant_id) as sides, e.verified_at is not null as verified
     from webhook_endpoint e join webhook_secret s on s.endpoint_id = e.id order by e.tenant_id is null`,
  )
  expect(rows.map(({ sides, verified }) => ({ sides, verified }))).toEqual([
    { sides: 1, verified: true },
    { sides: 1, verified: true },
  ])
  for (const { id, sealed } of rows)
    expect(vault.open(sealed, `webhook_secret.sealed_secret ${id}`)).toHaveLength(32)
  const statuses = await world.sql<{ status: string }>(
    'select distinct status from webhook_delivery order by status',
  )
  expect(statuses.map(({ status }) => status)).toEqual(['delivered', 'failed'])
})
