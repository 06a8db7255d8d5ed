import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { tenantRoutes } from './index.ts'

const BOARD = '/api/v1/partner/customers'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => tenantRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPartner() {
  const partner = await world.partner('Northwind')
  const lee = await world.person('Lee Park')
  const member = await world.partnerMember(partner, lee.id)
  const add = async (name: string, terms: Parameters<TestWorld['link']>[2] = {}) => {
    const tenant = await world.tenant(name)
    const link = await world.link(partner, tenant, terms)
    await world.assign(link, member)
    return { tenant, link }
  }
  return { partner, lee, member, add, caller: await world.signIn(lee.id) }
}

const detail = async (caller: Caller, tenant: TenantId, query = '') =>
  world.call(caller, 'GET', `${BOARD}/${encodeId('tenant', tenant)}${query && `?${query}`}`)

test('a tenant is told whole, with the terms of the link', async () => {
  const { add, partner, caller } = await seedPartner()
  const { tenant, link } = await add('Acme', {
    conditions: { ip_mode: 'enforce', ip_allow: ['127.0.0.0/8'] },
  })
  await world.seed(
    `update tenant set contact = $2, address = $3, max_users = 25, currency = 'EUR', current_mrr_minor = 4200, subscription_starts_at = '2026-01-01T00:00:00Z' where id = $1`,
    [
      tenant,
      JSON.stringify({ email: 'noc@acme.example', phone: 7 }),
      JSON.stringify({ city: 'Turin', country: 'IT' }),
    ],
    tenant,
  )
  await world.seed(
    `update link set sla_response_hours = 4, sla_uptime_target = 99.9, billing_alert_threshold_minor = 5000, billing_alert_currency = 'EUR' where id = $1`,
    [link],
    tenant,
  )
  await world.override(link, 'partner.billing.reminders.send', 'deny')
  await world.tenantMember(tenant, (await world.person()).id)
  const response = await detail(caller, tenant)
  expect(response.headers['x-active-tenant-id']).toBe(encodeId('tenant', tenant))
  expect(response.json()).toMatchObject({
    name: 'Acme',
    contact: { name: null, email: 'noc@acme.example', phone: null, billing_email: null },
    address: { line1: null, city: 'Turin', state_province: null, postal_code: null, country: 'IT' },
    relationship: {
      custom_permissions: { 'partner.billing.reminders.send': false },
      sla_response_hours: 4,
      sla_uptime_target: 99.9,
      notify_on_sla_breach: true,
      notify_on_billing_threshold: true,
      billing_alert_threshold: { amount_minor: 5000, currency: 'EUR' },
    },
    metrics: {
      current_users: 1,
      max_users: 25,
      current_mrr: { amount_minor: 4200, currency: 'EUR' },
      avg_uptime_30d: null,
      open_tickets: 0,
      outstanding: [],
    },
    subscription: {
      billing_cycle: 'monthly',
      trial_ends_at: null,
      subscription_starts_at: '2026-01-01T00:00:00.000Z',
    },
    conditions_in_force: true,
    last_accessed_at: null,
    withheld: [],
  })
  expect(response.json().effective_permissions).not.toContain('partner.billing.reminders.send')
  expect(response.body).not.toContain('127.0.0')
  expect((await detail(caller, tenant)).json().last_accessed_at).toMatch(/Z$/)
  expect(partner).toBeTruthy()
})

test('include names the parts that are told, and contacts need a permission of their own', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme', { role: 'msp_billing' })
  expect((await detail(caller, tenant)).json()).toMatchObject({
    contact: null,
    address: null,
    withheld: ['support', 'provisioning', 'contacts'],
  })
  expect((await detail(caller, tenant, 'include=sla')).json()).toMatchObject({
    metrics: null,
    effective_permissions: null,
    sla: { state: null },
  })
  expect((await detail(caller, tenant, 'include=permissions')).json()).toMatchObject({
    metrics: null,
    sla: null,
    effective_permissions: expect.arrayContaining(['partner.tenants.list']),
  })
  expect((await detail(caller, tenant, 'include=everything')).statusCode).toBe(422)
})

test('fault 9: uptime comes from outages merged and planned work left out; without records it is null, not 100', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme')
  const uptime = async () => (await detail(caller, tenant)).json().metrics.avg_uptime_30d
  expect(await uptime()).toBeNull()
  await world.seed(
    'insert into usage_day (tenant_id, day, active_subscribers, data_gb) values ($1, current_date - 1, 5, 10)',
    [tenant],
    tenant,
  )
  expect(await uptime()).toBe(100)
  const outage = (from: string, to: string, isPlanned = false) =>
    world.seed(
      `insert into outage (tenant_id, service, started_at, ended_at, is_planned) values ($1, 'internet', now() - $2::interval, now() - $3::interval, $4)`,
      [tenant, from, to, isPlanned],
      tenant,
    )
  await outage('10 hours', '8 hours')
  await outage('9 hours', '7 hours')
  await outage('7 hours 30 minutes', '5 hours 30 minutes', true)
  await outage('40 days', '35 days')
  // Down unplanned from 10 to 7.5 hours ago, in 30 days without two planned hours; never rounded up, as in the report.
  expect(await uptime()).toBe(Math.floor(1000 * 100 * (1 - 2.5 / (720 - 2))) / 1000)
  await world.seed(
    `insert into sla_policy_version (tenant_id, kind, version, terms, note, created_by_name) values ($1, 'default', 1, $2, 'Through all work', 'Dana')`,
    [tenant, JSON.stringify({ maintenance_excluded: false })],
    tenant,
  )
  // Where planned work counts as downtime, it does here, too.
  expect(await uptime()).toBeCloseTo(100 * (1 - 4.5 / 720), 2)
})

test('a tenant that was never linked answers as one that does not exist', async () => {
  const { caller } = await seedPartner()
  const stranger = await world.tenant('Stranger')
  const answer = async (path: string) => {
    const response = await world.call(caller, 'GET', path)
    const { request_id: _request, timestamp: _timestamp, explain_id: _explain, ...body } = response.json()
    return { status: response.statusCode, body }
  }
  const unknown = await answer(`${BOARD}/ten_01h455vb4pex5vsknk084sn02q`)
  expect(await answer(`${BOARD}/${encodeId('tenant', stranger)}`)).toEqual(unknown)
  expect(unknown).toMatchObject({ status: 404, body: { code: 'TENANT_NOT_FOUND' } })
})

test('fault 7: a refusal names no tenant of the partner', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme Fiber')
  const { tenant: ended } = await add('Ended', { endsAt: new Date(1_000), startsAt: new Date(0) })
  const refused = await detail(caller, ended)
  expect(refused.json().code).toBe('TENANT_LINK_EXPIRED')
  expect(refused.body).not.toContain('Acme Fiber')
  expect(refused.body).not.toContain(encodeId('tenant', tenant))
})

test('the number of members and the last access are told of tenants in reach only', async () => {
  const { add, lee } = await seedPartner()
  const { tenant } = await add('Acme')
  const stranger = await world.tenant('Stranger')
  await world.tenantMember(stranger, (await world.person()).id)
  const token = Buffer.from('a token of this test')
  await world.sql(
    `insert into session (token_hash, person_id, factor, factor_at, password_at, ends_at) values (sha256($1), $2, 'otp', now(), now(), now() + interval '1 hour')`,
    [token, lee.id],
  )
  const client = await world.database.pool('liaison_delegate').connect()
  try {
    await client.query('begin')
    await client.query(
      `select access.enter_person(jsonb_build_object('session_hash', encode(sha256($1), 'hex'), 'tenant_id', $2::text, 'writes', false))`,
      [token, tenant],
    )
    const { rows } = await client.query(
      'select access.count_tenant_members($1) as people, access.last_access_of_partner($1) as seen, (select count(*)::integer from tenant where id = $1) as tenants',
      [stranger],
    )
    expect(rows).toEqual([{ people: 0, seen: null, tenants: 0 }])
  } finally {
    await client.query('rollback')
    client.release()
  }
  expect(await world.sqlAs('liaison_delegate', 'select 1 from tenant')).toEqual([])
})

test('the summary of the log counts what the partner’s own people did there, and is null without the right to read the log (B5)', async () => {
  const { add, partner, caller } = await seedPartner()
  const { tenant, link } = await add('Acme')
  const write = async (partnerId: string, method: string, rows: number | null) =>
    world.sql(
      `with e as (
         insert into audit_event (plane, action, outcome, actor_type, actor_id, partner_id, tenant_id, method, source)
         values ('delegation', 'x', 'allowed', 'person', gen_random_uuid(), $1, $2, $3, 'api') returning id, occurred_at)
       insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count) select 'tenant', $2, occurred_at, id, $4 from e`,
      [partnerId, tenant, method, rows],
    )
  await write(partner, 'GET', 5)
  await write(partner, 'POST', null)
  await write(partner, 'PATCH', null)
  await write(await world.partner('Other'), 'POST', null)
  const seen = (await detail(caller, tenant)).json()
  expect(seen.audit).toEqual({ days: 30, reads: 1, writes: 2, people: 3 })
  expect(seen.metrics).toMatchObject({ open_alerts: 0, critical_alerts: 0 })
  await world.override(link, 'partner.audit.read', 'deny')
  const closed = (await detail(caller, tenant)).json()
  expect(closed.audit).toBeNull()
  expect(closed.withheld).toEqual(['audit'])
})
