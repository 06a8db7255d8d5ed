import { encodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { reportRoutes } from './index.ts'

const SLA = '/api/v1/partner/reports/sla'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => reportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPartner(role: LinkRole = 'msp_full') {
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const add = async (name: string, terms: Parameters<TestWorld['link']>[2] = {}, zone = 'UTC') => {
    const tenant = await world.tenant(name)
    await world.seed('update tenant set timezone = $2 where id = $1', [tenant, zone], tenant)
    const link = await world.link(partner, tenant, { role, ...terms })
    await world.assign(link, member)
    return { tenant, link }
  }
  return { partner, person, member, add, caller: await world.signIn(person.id) }
}

const seedOutage = (tenant: TenantId, from: string, to: string | null, isPlanned = false) =>
  world.seed(
    'insert into outage (tenant_id, service, started_at, ended_at, is_planned) values ($1, $5, $2, $3, $4)',
    [tenant, from, to, isPlanned, 'access'],
    tenant,
  )

const seedWatch = (tenant: TenantId, from: string, to: string | null = null) =>
  world.seed(
    'insert into monitoring_period (tenant_id, started_at, ended_at) values ($1, $2, $3)',
    [tenant, from, to],
    tenant,
  )

async function read(caller: Caller, query = '', path = SLA) {
  const response = await world.call(caller, 'GET', `${path}${query && `?${query}`}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

test('a month in which nothing was watched is no data, never 100 percent (B8, fault 9)', async () => {
  const { add, caller } = await seedPartner()
  await add('Silent')
  const report = await read(caller, 'month=2025-03')
  expect(report.by_tenant).toMatchObject([
    {
      uptime_percentage: null,
      downtime_minutes: null,
      meets_sla: null,
      breach_count: null,
      outage_count: null,
      mttr_minutes: null,
      worst_day: null,
      coverage: 0,
      response: null,
      resolution: null,
    },
  ])
  expect(report.summary).toMatchObject({
    tenant_count: 1,
    tenants_with_data: 0,
    avg_uptime_percentage: null,
    tenants_meeting_sla: 0,
    tenants_breaching_sla: 0,
    total_breach_count: null,
    total_downtime_minutes: null,
    worst_uptime_percentage: null,
    coverage: 0,
  })
})

test('overlapping outages are merged and planned work is left out of the month (B8)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme')
  await seedWatch(tenant, '2025-04-01T00:00:00Z', '2025-05-01T00:00:00Z')
  await seedOutage(tenant, '2025-04-10T10:00:00Z', '2025-04-10T12:00:00Z')
  await seedOutage(tenant, '2025-04-10T11:00:00Z', '2025-04-10T13:00:00Z')
  await seedOutage(tenant, '2025-04-10T12:30:00Z', '2025-04-10T16:30:00Z', true)
  await seedOutage(tenant, '2025-03-31T23:00:00Z', '2025-04-01T00:30:00Z')
  const [row] = (await read(caller, 'month=2025-04')).by_tenant
  // Down from 10:00 to 12:30 and half an hour on the first day, in 30 days less four planned hours.
  const exact = 100 * (1 - 180 / (30 * 1440 - 240))
  expect(row.uptime_percentage).toBe(Math.floor(exact * 1000) / 1000)
  expect(row).toMatchObject({
    downtime_minutes: 180,
    planned_minutes: 240,
    outage_count: 3,
    open_outage_count: 0,
    meets_sla: false,
    breach_count: 1,
    sla_target: 99.9,
    target_source: 'default',
    coverage: 1,
    mttr_minutes: (120 + 120 + 90) / 3,
    worst_day: { date: '2025-04-10', uptime_percentage: Math.floor(1e5 * (1 - 150 / 1200)) / 1000 },
    months: [{ month: '2025-04', coverage: 1, meets_sla: false }],
  })
})

// Each pair of outages takes the same minutes; the month they count for, and its length, is the tenant's own.
const CLOCK_CHANGES = [
  ['Europe/Rome', '2025-10', 31 * 1440 + 60, '2025-09-30T22:00:00Z', '2025-10-31T23:00:00Z'],
  ['Europe/Rome', '2025-03', 31 * 1440 - 60, '2025-02-28T23:00:00Z', '2025-03-31T22:00:00Z'],
  ['America/New_York', '2025-03', 31 * 1440 - 60, '2025-03-01T05:00:00Z', '2025-04-01T04:00:00Z'],
  ['Asia/Kathmandu', '2025-04', 30 * 1440, '2025-03-31T18:15:00Z', '2025-04-30T18:15:00Z'],
  ['Africa/Cairo', '2025-04', 30 * 1440 - 60, '2025-03-31T22:00:00Z', '2025-04-30T21:00:00Z'],
] as const

test.each(CLOCK_CHANGES)(
  'in %s the month %s has %i minutes, from its own midnight to the next (B8)',
  async (zone, month, minutes, from, to) => {
    const { add, caller } = await seedPartner()
    const { tenant } = await add('Acme', {}, zone)
    const shift = (at: string, by: number) => new Date(Date.parse(at) + by * 60_000).toISOString()
    await seedWatch(tenant, shift(from, -5000), shift(to, 5000))
    await seedOutage(tenant, shift(from, -60), shift(from, 30))
    await seedOutage(tenant, shift(to, -15), shift(to, 60))
    const [row] = (await read(caller, `month=${month}`)).by_tenant
    expect(row.downtime_minutes).toBe(45)
    expect(row.uptime_percentage).toBe(Math.floor((100 * (1 - 45 / minutes) + 1e-9) * 1000) / 1000)
    expect(row).toMatchObject({ coverage: 1, time_zone: zone })
  },
)

test('an open outage counts to now and the days to come count for nothing (B8)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme')
  const now = new Date()
  const day = now.toISOString().slice(0, 10)
  await seedOutage(tenant, `${day}T00:00:00Z`, null)
  const end = new Date(now.getTime() + 20 * 86_400_000).toISOString().slice(0, 10)
  const [row] = (await read(caller, `from_date=${day}&to_date=${end}`)).by_tenant
  const elapsed = (Date.now() - Date.parse(`${day}T00:00:00Z`)) / 60_000
  expect(row).toMatchObject({ uptime_percentage: 0, open_outage_count: 1, mttr_minutes: null, coverage: 1 })
  expect(Math.abs(row.downtime_minutes - elapsed)).toBeLessThan(2)
  expect((await read(caller, `from_date=${end}&to_date=${end}`)).by_tenant[0].uptime_percentage).toBeNull()
})

test('coverage is the share of the time with records: watched hours and days with usage (B8)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme', {}, 'Europe/Rome')
  await world.seed(
    `insert into usage_day (tenant_id, day, active_subscribers, data_gb) select $1, d::date, 5, 10 from generate_series('2025-06-01'::date, '2025-06-06', '1 day') d`,
    [tenant],
    tenant,
  )
  await seedWatch(tenant, '2025-06-06T10:00:00Z', '2025-06-07T10:00:00Z')
  const [row] = (await read(caller, 'from_date=2025-06-01&to_date=2025-06-10')).by_tenant
  // Six days of usage, and of the seventh the hours from midnight in Rome to noon.
  expect(row.coverage).toBe(0.65)
  expect(row.uptime_percentage).toBe(100)
})

test('a month with a record of every day counts whole, and around it the days that have one, in the days of the tenant (B8)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme', {}, 'Europe/Rome')
  await world.seed(
    `insert into usage_day (tenant_id, day, active_subscribers, data_gb) select $1, d::date, 5, 10
     from unnest(array(select generate_series('2025-06-01'::date, '2025-06-30', '1 day')) || '{2025-05-31,2025-07-02,2025-07-04,2025-07-05}'::timestamptz[]) d`,
    [tenant],
    tenant,
  )
  const coverageOf = async (query: string) => (await read(caller, query)).by_tenant[0].coverage
  expect(await coverageOf('from_date=2025-06-15&to_date=2025-06-20')).toBe(1)
  expect(await coverageOf('from_date=2025-05-31&to_date=2025-06-30')).toBe(1)
  expect(await coverageOf('from_date=2025-06-15&to_date=2025-07-10')).toBe(Math.floor((19 / 26) * 1e4) / 1e4)
  expect(await coverageOf('from_date=2025-07-01&to_date=2025-07-08')).toBe(3 / 8)
  expect(await coverageOf('from_date=2025-05-01&to_date=2025-05-30')).toBe(0)
})

test('the target is what the query says, else the agreement, the link, the tenant and 99.9; a floor lifts it (B8)', async () => {
  const { add, caller } = await seedPartner('enterprise_hq')
  const { tenant, link } = await add('Sub', { type: 'enterprise_subsidiary' })
  await seedWatch(tenant, '2025-04-01T00:00:00Z', '2025-05-01T00:00:00Z')
  await seedOutage(tenant, '2025-04-10T00:00:00Z', '2025-04-10T07:12:00Z')
  const row = async (query = '') => (await read(caller, `month=2025-04${query}`)).by_tenant[0]
  const policy = (kind: string, uptime: number | null, on: string | null) =>
    world.seed(
      `insert into sla_policy_version (tenant_id, kind, delegation_id, version, terms, note, created_by_name)
       values ($1, $2, $4, 1, jsonb_build_object('uptime_target', $3::numeric, 'maintenance_excluded', true), 'agreed', 'Test')`,
      [tenant, kind, uptime, on],
      tenant,
    )
  expect(await row()).toMatchObject({
    sla_target: 99.9,
    target_source: 'default',
    meets_sla: false,
    floor: null,
  })
  await policy('default', 98, null)
  expect(await row()).toMatchObject({ sla_target: 98, target_source: 'tenant', meets_sla: true })
  await world.seed('update link set sla_uptime_target = 98.5 where id = $1', [link], tenant)
  expect(await row()).toMatchObject({ sla_target: 98.5, target_source: 'link' })
  await policy('link', 98.7, link)
  expect(await row()).toMatchObject({ sla_target: 98.7, target_source: 'agreement', meets_sla: true })
  await policy('floor', 99.5, link)
  expect(await row()).toMatchObject({
    sla_target: 99.5,
    target_source: 'floor',
    meets_sla: false,
    floor: { target_percentage: 99.5, is_kept: false },
  })
  expect(await row('&target_percentage=99')).toMatchObject({
    sla_target: 99,
    target_source: 'query',
    meets_sla: true,
  })
  expect((await read(caller, 'month=2025-04')).summary.tenants_below_floor).toBe(1)
})

test('planned work counts as downtime where the agreement does not leave it out (B8)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant, link } = await add('Acme')
  await seedOutage(tenant, '2025-04-10T00:00:00Z', '2025-04-10T10:00:00Z', true)
  expect((await read(caller, 'month=2025-04')).by_tenant[0]).toMatchObject({
    uptime_percentage: 100,
    planned_minutes: 600,
  })
  await world.seed(
    `insert into sla_policy_version (tenant_id, kind, delegation_id, version, terms, note, created_by_name)
     values ($1, 'link', $2, 1, '{"uptime_target": 99, "maintenance_excluded": false}', 'agreed', 'Test')`,
    [tenant, link],
    tenant,
  )
  expect((await read(caller, 'month=2025-04')).by_tenant[0]).toMatchObject({
    downtime_minutes: 600,
    planned_minutes: 0,
    meets_sla: false,
  })
})

async function seedClock(
  tenant: TenantId,
  clock: { metric: string; at: string; due: number; met?: number; paused?: number; breached?: number },
) {
  const after = (minutes: number | undefined) =>
    minutes === undefined ? null : new Date(Date.parse(clock.at) + minutes * 60_000).toISOString()
  await world.seed(
    `with made as (insert into ticket (tenant_id, number, subject, created_at) values ($1, gen_random_uuid()::text, 'Slow', $3) returning tenant_id, id)
     insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at, met_at, breached_at, paused_ms)
     select tenant_id, id, $2, $4, $3, $5, $6, $7, $8 from made`,
    [
      tenant,
      clock.metric,
      clock.at,
      clock.due,
      after(clock.due + (clock.paused ?? 0)),
      after(clock.met),
      after(clock.breached),
      (clock.paused ?? 0) * 60_000,
    ],
    tenant,
  )
}

test('a promise about a ticket that does not change any more runs no longer: nobody answered before the end, or it was withdrawn (B7, B8)', async () => {
  const { add, caller } = await seedPartner('msp_billing')
  const { tenant } = await add('Acme')
  const at = '2025-04-10T00:00:00Z'
  for (const status of ['open', 'resolved', 'closed', 'withdrawn']) {
    await seedClock(tenant, { metric: 'first_response', at, due: 60 })
    await world.seed(
      `with quiet as (select set_config('session_replication_role', 'replica', true)),
       still as (update ticket_sla_clock set paused_since = started_at + interval '1 minute'
         from quiet where tenant_id = $1 and paused_since is null returning tenant_id, ticket_id)
       update ticket t set status = $2 from still s where t.tenant_id = s.tenant_id and t.id = s.ticket_id`,
      [tenant, status],
      tenant,
    )
  }
  for (const period of ['month=2025-04', 'from_date=2025-01-01&to_date=2025-12-31'])
    expect((await read(caller, period)).by_tenant[0]).toMatchObject({
      response: { met: 0, breached: 0, running: 2 },
    })
})

test('ticket promises are told as met, missed and running, with the median and the 95th percentile of their minutes (B8)', async () => {
  const { add, caller } = await seedPartner('msp_billing')
  const { tenant } = await add('Acme')
  await add('Without tickets')
  const at = '2025-04-10T00:00:00Z'
  for (const met of [10, 20, 30, 40]) await seedClock(tenant, { metric: 'first_response', at, due: 60, met })
  await seedClock(tenant, { metric: 'first_response', at, due: 60, met: 150, paused: 100 })
  await seedClock(tenant, { metric: 'first_response', at, due: 60, met: 90, breached: 60 })
  await seedClock(tenant, { metric: 'first_response', at: '2025-05-01T00:00:00Z', due: 60, met: 5 })
  await seedClock(tenant, { metric: 'resolution', at, due: 60 })
  await seedClock(tenant, { metric: 'resolution', at, due: 10_000_000 })
  const report = await read(caller, 'month=2025-04')
  const minutes = [10, 20, 30, 40, 50, 90]
  const at95 = 50 + 0.75 * (90 - 50)
  expect(report.by_tenant[0]).toMatchObject({
    response: {
      met: 5,
      breached: 1,
      running: 0,
      compliance_percentage: 83.333,
      median_minutes: ((minutes[2] ?? 0) + (minutes[3] ?? 0)) / 2,
      p95_minutes: at95,
    },
    resolution: { met: 0, breached: 1, running: 1, compliance_percentage: 0, median_minutes: null },
  })
  expect(report.by_tenant[1]).toMatchObject({
    tenant_name: 'Without tickets',
    response: null,
    resolution: null,
  })
  expect(report.summary).toMatchObject({
    response: { met: 5, breached: 1 },
    resolution: { breached: 1, running: 1 },
  })
  const only = await read(caller, 'month=2025-04&metric=resolution')
  expect(only).toMatchObject({
    metrics: ['resolution'],
    by_tenant: [{ response: null, resolution: { breached: 1 } }, {}],
  })
})

test('the report covers the tenants reached now, narrowed by ids, group and header, and says who is missing (B5, B14)', async () => {
  const { add, caller, partner, person } = await seedPartner()
  const { tenant: acme } = await add('Acme')
  const { tenant: beta } = await add('Beta')
  const { tenant: gone } = await add('Gone', { endsAt: new Date(1000), startsAt: new Date(0) })
  const stranger = await world.tenant('Stranger')
  const names = async (query: string, who: Caller = caller) =>
    (await read(who, query)).by_tenant.map((row: { tenant_name: string }) => row.tenant_name)
  const ids = [acme, stranger, gone].map((id) => encodeId('tenant', id)).join(',')
  expect(await names('')).toEqual(['Acme', 'Beta'])
  expect(await names(`tenant_ids=${ids}`)).toEqual(['Acme'])
  expect(await names('', { ...caller, tenantId: beta })).toEqual(['Beta'])
  expect((await read(caller)).scope.excluded).toMatchObject([
    { tenant_name: 'Gone', reason: 'TENANT_LINK_EXPIRED' },
  ])
  const [group] = await world.seed<{ id: string }>(
    `with made as (insert into tenant_group (partner_id, name, kind, created_by, created_by_name) values ($1, 'Fiber', 'chosen', $2, 'Test') returning id)
     insert into tenant_group_entry (group_id, partner_id, tenant_id, effect) select id, $1, t, 'include' from made, unnest($3::uuid[]) t returning group_id as id`,
    [partner, person.id, [beta, gone]],
  )
  const groupId = publicIdOf('tenant_group', group?.id ?? '')
  expect(await names(`group=${groupId}`)).toEqual(['Beta'])
  const other = await seedPartner()
  const refused = await world.call(other.caller, 'GET', `${SLA}?group=${groupId}`)
  expect(refused.json()).toMatchObject({ code: 'GROUP_NOT_FOUND' })
})

test('bad input is refused with all faults at once (B5)', async () => {
  const { caller } = await seedPartner()
  const refuse = async (query: string) => {
    const response = await world.call(caller, 'GET', `${SLA}?${query}`)
    expect(response.statusCode).toBe(422)
    return response.json().errors.map((fault: { pointer: string }) => fault.pointer)
  }
  expect(await refuse('month=2025-13&target_percentage=101&metric=speed&tz=Mars&colour=red')).toEqual([
    '/query/month',
    '/query/target_percentage',
    '/query/metric/0',
    '/query/tz',
    '/query/colour',
  ])
  expect(await refuse('from_date=2025-02-01&to_date=2025-01-01')).toEqual(['/query/to_date'])
  expect(await refuse('from_date=2023-01-01&to_date=2025-01-01')).toEqual(['/query/to_date'])
  expect(await refuse('month=2025-01&from_date=2025-01-01')).toEqual(['/query/month'])
})
