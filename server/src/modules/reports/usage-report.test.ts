import { encodeId, idFromUuid } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { reportRoutes } from './index.ts'

const USAGE = '/api/v1/partner/reports/usage'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => reportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPartner(role: LinkRole = 'msp_full') {
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const add = async (name: string) => {
    const tenant = await world.tenant(name)
    await world.assign(await world.link(partner, tenant, { role }), member)
    return tenant
  }
  return { partner, person, add, caller: await world.signIn(person.id) }
}

interface Day {
  readonly day: string
  readonly active?: number
  readonly gb?: number
  readonly peak?: number | null
  readonly mbps?: number | null
}

const seedUsage = (tenant: TenantId, days: readonly Day[]) =>
  world.seed(
    `insert into usage_day (tenant_id, day, active_subscribers, data_gb, peak_mbps, average_mbps)
     select $1, d.day, d.active, d.gb, d.peak, d.mbps from jsonb_to_recordset($2) d (day date, active integer, gb numeric, peak numeric, mbps numeric)
     on conflict (tenant_id, day) do update set active_subscribers = excluded.active_subscribers, data_gb = excluded.data_gb, peak_mbps = excluded.peak_mbps, average_mbps = excluded.average_mbps`,
    [tenant, JSON.stringify(days.map((one) => ({ active: 10, gb: 100, peak: null, mbps: null, ...one })))],
    tenant,
  )

const seedSubscriber = (
  tenant: TenantId,
  status: string,
  activated: string | null,
  closed: string | null = null,
) =>
  world.seed(
    'insert into subscriber (tenant_id, name, status, activated_on, closed_on) values ($1, $2, $3, $4, $5)',
    [tenant, 'Somebody', status, activated, closed],
    tenant,
  )

async function read(caller: Caller, query = '', path = USAGE) {
  const response = await world.call(caller, 'GET', `${path}${query && `?${query}`}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

test('usage is told per tenant, in all and per day, with what the time before differs by (B8)', async () => {
  const { add, caller } = await seedPartner()
  const [acme, beta] = [await add('Acme'), await add('Beta')]
  await seedUsage(acme, [
    { day: '2025-03-08', gb: 30, active: 8 },
    { day: '2025-03-09', gb: 30, active: 8 },
    { day: '2025-03-10', gb: 50, active: 10, peak: 900, mbps: 100 },
    { day: '2025-03-11', gb: 70, active: 14, peak: 800, mbps: 300 },
  ])
  await seedUsage(beta, [{ day: '2025-03-11', gb: 20, active: 4, peak: 400, mbps: 50 }])
  await seedSubscriber(acme, 'active', '2025-03-10')
  await seedSubscriber(acme, 'suspended', '2025-03-08')
  await seedSubscriber(acme, 'closed', '2024-01-01', '2025-03-11')
  const report = await read(caller, 'from_date=2025-03-10&to_date=2025-03-11')
  expect(report.summary).toMatchObject({
    total_subscribers: 2,
    active_subscribers: 1,
    suspended_subscribers: 1,
    new_subscribers: 1,
    churned_subscribers: 1,
    total_data_gb: 140,
    avg_data_per_subscriber_gb: 8.75,
    peak_bandwidth_mbps: 900,
    avg_bandwidth_mbps: 250,
    period_days: 2,
    tenant_count: 2,
    tenants_with_data: 2,
    coverage: 0.75,
    delta: { total_data_gb: 80, total_data_percent: 133.3, new_subscribers: 0, churned_subscribers: 1 },
  })
  expect(report.by_tenant).toMatchObject([
    {
      tenant_name: 'Acme',
      subscriber_count: 2,
      active_subscriber_count: 1,
      total_data_gb: 120,
      avg_data_per_subscriber_gb: 10,
      peak_bandwidth_mbps: 900,
      avg_bandwidth_mbps: 200,
      seats_used: 1,
      coverage: 1,
      delta: { total_data_gb: 60, total_data_percent: 100, active_subscribers: 4 },
    },
    {
      tenant_name: 'Beta',
      subscriber_count: null,
      new_subscribers: null,
      total_data_gb: 20,
      coverage: 0.5,
      delta: { total_data_gb: null, active_subscribers: null },
    },
  ])
  expect(report.time_series).toMatchObject([
    { date: '2025-03-10', total_data_gb: 50, active_subscribers: 10, new_subscribers: 1, coverage: 0.5 },
    { date: '2025-03-11', total_data_gb: 90, active_subscribers: 18, churned_subscribers: 1, coverage: 1 },
  ])
  expect(report.previous_period).toMatchObject({
    from_date: '2025-03-08',
    to_date: '2025-03-09',
    coverage: 0.5,
  })
})

test('what nobody reported is null with its coverage, never a zero (B8)', async () => {
  const { add, caller } = await seedPartner()
  await add('Silent')
  const report = await read(caller, 'from_date=2025-03-10&to_date=2025-03-11')
  const nothing = {
    total_data_gb: null,
    avg_data_per_subscriber_gb: null,
    peak_bandwidth_mbps: null,
    avg_bandwidth_mbps: null,
    new_subscribers: null,
    coverage: 0,
  }
  expect(report.summary).toMatchObject({ ...nothing, total_subscribers: null, tenants_with_data: 0 })
  expect(report.by_tenant).toMatchObject([{ ...nothing, subscriber_count: null }])
  expect(report.time_series).toMatchObject(
    ['2025-03-10', '2025-03-11'].map((date) => ({
      date,
      total_data_gb: null,
      active_subscribers: null,
      coverage: 0,
    })),
  )
})

test('the sums by week, by month and by tenant are those of the days (B8)', async () => {
  const { add, caller } = await seedPartner()
  const acme = await add('Acme')
  const days = Array.from({ length: 200 }, (_, index) => ({
    day: new Date(Date.UTC(2025, 0, 10 + index)).toISOString().slice(0, 10),
    gb: index + 1,
    active: 10 + (index % 7),
    peak: (index * 37) % 1000,
  })).filter((_, index) => index % 9 !== 4)
  await seedUsage(acme, days)
  const query = 'from_date=2025-01-20&to_date=2025-07-10'
  const wanted = days.filter(({ day }) => day >= '2025-01-20' && day <= '2025-07-10')
  const daily = await read(caller, query)
  for (const grouping of ['week', 'month', 'tenant']) {
    const report = await read(caller, `${query}&group_by=${grouping}`)
    expect(report.summary).toEqual(daily.summary)
    expect(report.by_tenant).toEqual(daily.by_tenant)
    for (const point of report.time_series) {
      const inside = wanted.filter(({ day }) => day >= point.date && day <= point.to_date)
      expect(point.total_data_gb).toBe(inside.reduce((sum, { gb }) => sum + gb, 0))
      expect(point.peak_bandwidth_mbps).toBe(Math.max(...inside.map(({ peak }) => peak)))
    }
  }
  const weeks = (await read(caller, `${query}&group_by=week`)).time_series
  expect(weeks[0]).toMatchObject({ date: '2025-01-20', to_date: '2025-01-26' })
  expect(weeks.at(-1)).toMatchObject({ date: '2025-07-07', to_date: '2025-07-10' })
})

type Change =
  | { readonly kind: 'usage'; readonly day: number; readonly gb: number; readonly peak: number | null }
  | { readonly kind: 'forget'; readonly day: number }
  | { readonly kind: 'subscriber'; readonly id: number; readonly status: string; readonly on: number | null }
  | { readonly kind: 'leave'; readonly id: number }

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({
    kind: fc.constant('usage' as const),
    day: fc.integer({ min: 0, max: 90 }),
    gb: fc.integer({ min: 0, max: 500 }),
    peak: fc.option(fc.integer({ min: 0, max: 900 })),
  }),
  fc.record({ kind: fc.constant('forget' as const), day: fc.integer({ min: 0, max: 90 }) }),
  fc.record({
    kind: fc.constant('subscriber' as const),
    id: fc.integer({ min: 0, max: 5 }),
    status: fc.constantFrom('active', 'suspended', 'closed'),
    on: fc.option(fc.integer({ min: 0, max: 90 })),
  }),
  fc.record({ kind: fc.constant('leave' as const), id: fc.integer({ min: 0, max: 5 }) }),
)

const dayOf = (index: number) => new Date(Date.UTC(2025, 0, 10 + index)).toISOString().slice(0, 10)

async function apply(tenant: TenantId, one: Change): Promise<void> {
  if (one.kind === 'usage')
    await seedUsage(tenant, [{ day: dayOf(one.day), gb: one.gb, peak: one.peak, mbps: one.peak }])
  if (one.kind === 'forget')
    await world.seed(
      'delete from usage_day where tenant_id = $1 and day = $2',
      [tenant, dayOf(one.day)],
      tenant,
    )
  if (one.kind === 'subscriber') {
    const on = one.on === null ? null : dayOf(one.on)
    await world.seed(
      `insert into subscriber (tenant_id, name, status, activated_on, closed_on, source, external_id) values ($1, 'S', $2, $3, $4, 'test', $5)
       on conflict (tenant_id, source, external_id) do update set status = excluded.status, activated_on = excluded.activated_on, closed_on = excluded.closed_on`,
      [tenant, one.status, on, one.status === 'closed' ? on : null, String(one.id)],
      tenant,
    )
  }
  if (one.kind === 'leave')
    await world.seed(
      `delete from subscriber where tenant_id = $1 and external_id = $2`,
      [tenant, String(one.id)],
      tenant,
    )
}

/** What the kept sums say, and what the rows say when they are added up anew. */
async function compareSums(tenant: TenantId) {
  const kept = await world.sql(
    `select
      (select jsonb_agg(to_jsonb(m) - 'tenant_id' order by m.month) from usage_month m where m.tenant_id = $1 and m.measured_days > 0) as usage,
      (select jsonb_build_array(s.active, s.suspended, s.closed) from subscriber_standing s where s.tenant_id = $1) as standing,
      (select jsonb_agg(jsonb_build_array(c.grain, c.starts_on, c.activated, c.closed) order by c.grain, c.starts_on) from subscriber_change c
       where c.tenant_id = $1 and (c.activated <> 0 or c.closed <> 0)) as changes`,
    [tenant],
  )
  const counted = await world.sql(
    `select
      (select jsonb_agg(to_jsonb(m) order by m.month) from (
        select date_trunc('month', day::timestamp)::date as month, count(*)::integer as measured_days, sum(data_gb) as data_gb, sum(active_subscribers) as active_subscriber_days,
          max(peak_mbps) as peak_mbps, coalesce(sum(average_mbps), 0) as average_mbps_sum, count(average_mbps)::integer as average_mbps_days
        from usage_day where tenant_id = $1 group by 1) m) as usage,
      (select jsonb_build_array(count(*) filter (where status = 'active'), count(*) filter (where status = 'suspended'), count(*) filter (where status = 'closed'))
       from subscriber where tenant_id = $1) as standing,
      (select jsonb_agg(jsonb_build_array(x.grain, x.starts_on, x.activated, x.closed) order by x.grain, x.starts_on) from (
        select g.grain, date_trunc(g.grain, d.on_day::timestamp)::date as starts_on, sum(d.activated) as activated, sum(d.closed) as closed
        from (select activated_on as on_day, 1 as activated, 0 as closed from subscriber where tenant_id = $1 and activated_on is not null
              union all select closed_on, 0, 1 from subscriber where tenant_id = $1 and closed_on is not null and status = 'closed') d,
          (values ('day'), ('month')) g (grain)
        group by 1, 2) x) as changes`,
    [tenant],
  )
  return { kept: kept[0], counted: counted[0] }
}

test('after any sequence of changes the kept sums are those that adding up the rows gives (B8, performance)', async () => {
  const { add } = await seedPartner()
  const tenant = await add('Acme')
  await seedSubscriber(tenant, 'active', null)
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
      for (const one of changes) await apply(tenant, one)
      const { kept, counted } = await compareSums(tenant)
      expect(kept).toEqual(counted)
    }),
    { numRuns: 25 },
  )
})

test('the reconciling bites: a sum that somebody bent is found', async () => {
  const { add } = await seedPartner()
  const tenant = await add('Acme')
  await seedUsage(tenant, [{ day: '2025-03-01' }])
  await seedSubscriber(tenant, 'active', '2025-03-01')
  await world.sql('update usage_month set data_gb = data_gb + 1 where tenant_id = $1', [tenant])
  const { kept, counted } = await compareSums(tenant)
  expect(kept).not.toEqual(counted)
})

test('two senders of the same month at the same moment lose nothing', async () => {
  const { add } = await seedPartner()
  const tenant = await add('Acme')
  await seedSubscriber(tenant, 'active', '2025-03-01')
  await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      seedUsage(tenant, [{ day: `2025-03-${String(index + 1).padStart(2, '0')}` }]),
    ),
  )
  const { kept, counted } = await compareSums(tenant)
  expect(kept).toEqual(counted)
})

test('calls of the partner’s programs are counted from the audit log, repeats included, once however often counted (B8)', async () => {
  const { add, caller, partner } = await seedPartner()
  const acme = await add('Acme')
  const day = new Date().toISOString().slice(0, 10)
  const query = `from_date=${day}&to_date=${day}&metric=api_calls,exports,seats`
  await world.sql(`select access.count_partner_use('0 seconds')`)
  for (let call = 0; call < 3; call += 1) await read({ ...caller, tenantId: acme }, query)
  await world.sql(`update audit_read_window set started_at = started_at - interval '2 minutes'`)
  await world.sql('select audit.close_read_windows()')
  await world.seed(
    `with e as (insert into audit_event (plane, action, outcome, actor_type, partner_id, source) select 'delegation', a, 'allowed', 'person', $1, 'job' from unnest($2::text[]) a returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $3, occurred_at, id from e`,
    [partner, ['exports.order', 'exports.invoices', 'exports.download'], acme],
    acme,
  )
  for (let run = 0; run < 3; run += 1) await world.sql(`select access.count_partner_use('0 seconds')`)
  const report = await read(caller, query)
  expect(report.summary).toMatchObject({
    api_calls: 3,
    exports: 1,
    seats_used: 1,
    total_data_gb: null,
    total_subscribers: null,
  })
  expect(report.use_counted_to).toBe(day)
  expect(await world.sqlAs('liaison_delegate', 'select 1 from partner_use_day')).toEqual([])
})

test('reports that are too long are refused, five years go by month (B8)', async () => {
  const { caller } = await seedPartner()
  const answer = async (query: string) => (await world.call(caller, 'GET', `${USAGE}?${query}`)).statusCode
  expect(await answer('from_date=2024-01-01&to_date=2025-02-03')).toBe(200)
  expect(await answer('from_date=2024-01-01&to_date=2025-02-04')).toBe(422)
  expect(await answer('from_date=2020-01-01&to_date=2024-12-31&group_by=month')).toBe(200)
  expect(await answer('from_date=2020-01-01&to_date=2025-01-02&group_by=month')).toBe(422)
  expect(await answer('group_by=year')).toBe(422)
})

test('a role without usage reports sees none, and an own override opens the figures without the subscribers (B2)', async () => {
  const { add, caller } = await seedPartner('msp_billing')
  const acme = await add('Acme')
  await seedSubscriber(acme, 'active', '2025-03-10')
  expect((await read(caller)).by_tenant).toEqual([])
  const [link] = await world.sql<{ id: string }>('select id from link where tenant_id = $1', [acme])
  await world.override(idFromUuid('link', link?.id ?? ''), 'partner.reports.usage.read', 'grant')
  await world.seed(
    `update delegation set mask = mask | (select r.mask from relation_permission r where r.relation = 'usage_day' and r.plane = 'delegation') where tenant_id = $1`,
    [acme],
    acme,
  )
  expect((await read(caller)).by_tenant).toMatchObject([
    { tenant_id: encodeId('tenant', acme), subscriber_count: 1 },
  ])
})

test('a member of the tenant reads the own usage and nothing of others; no login without a context reads a sum', async () => {
  const { add } = await seedPartner()
  const [acme, beta] = [await add('Acme'), await add('Beta')]
  await seedUsage(acme, [{ day: '2025-03-10', gb: 5 }])
  await seedUsage(beta, [{ day: '2025-03-10', gb: 7 }])
  const user = await world.person()
  await world.tenantMember(acme, user.id, 'TENANT_USER')
  const report = await read(
    await world.signIn(user.id),
    'from_date=2025-03-01&to_date=2025-03-31&group_by=month',
    '/api/v1/tenant/reports/usage',
  )
  expect(report.by_tenant).toMatchObject([{ tenant_name: 'Acme', total_data_gb: 5, seats_used: null }])
  for (const login of ['liaison_tenant', 'liaison_delegate'] as const)
    for (const table of [
      'usage_month',
      'subscriber_standing',
      'subscriber_change',
      'partner_use_day',
      'monitoring_period',
    ])
      expect(await world.sqlAs(login, `select 1 from ${table}`)).toEqual([])
  for (const table of ['usage_month', 'subscriber_standing', 'subscriber_change', 'partner_use_day'])
    for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_ingest'] as const)
      await expect(world.sqlAs(login, `delete from ${table}`)).rejects.toThrow('permission denied')
})
