import { encodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { reportRoutes } from './index.ts'

const REVENUE = '/api/v1/partner/reports/revenue'
const COMPARE = '/api/v1/partner/reports/compare'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => reportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPartner(role: LinkRole = 'enterprise_hq') {
  const partner = await world.partner('Headquarters')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const add = async (name: string, terms: Parameters<TestWorld['link']>[2] = {}) => {
    const tenant = await world.tenant(name)
    const link = await world.link(partner, tenant, { role, type: 'enterprise_subsidiary', ...terms })
    await world.assign(link, member)
    return { tenant, link }
  }
  return { partner, member, add, caller: await world.signIn(person.id) }
}

interface InvoiceSeed {
  readonly on: string
  readonly total: number
  readonly currency?: string
  readonly status?: string
  readonly paid?: number
  readonly due?: string
}

async function seedInvoice(
  tenant: TenantId,
  { on, total, currency = 'EUR', status = 'finalized', paid = 0, due = on }: InvoiceSeed,
) {
  await world.seed(
    `with account as (
       insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', 'EUR')
       on conflict (tenant_id, ban) do update set name = excluded.name returning id),
     made as (
       insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor, paid_minor)
       select $1, id, gen_random_uuid()::text, $2, $7, $5, $4, $3, $3, $6 from account returning id)
     insert into payment (tenant_id, invoice_id, amount_minor, currency, received_at) select $1, id, $6, $4, $2::date + time '12:00' from made where $6 <> 0`,
    [tenant, on, total, currency, status, paid, due],
    tenant,
  )
}

async function read(caller: Caller, path: string, query = '') {
  const response = await world.call(caller, 'GET', `${path}${query && `?${query}`}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

const money = (minor: number, currency = 'EUR') => ({ amount_minor: minor, currency })

test('revenue is told per tenant and currency by month, with what is owed, DSO and trend; currencies are never added (B8, 13.10)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Sub')
  await seedInvoice(tenant, { on: '2024-12-15', total: 5000, status: 'paid', paid: 5000 })
  await seedInvoice(tenant, { on: '2025-01-10', total: 6000, status: 'paid', paid: 6000 })
  await seedInvoice(tenant, { on: '2025-02-10', total: 4000, paid: 1000, status: 'partially_paid' })
  await seedInvoice(tenant, { on: '2025-02-11', total: 9000, status: 'draft' })
  await seedInvoice(tenant, { on: '2025-02-12', total: 700, currency: 'USD', due: '2099-01-01' })
  const report = await read(caller, REVENUE, 'from_month=2025-01&to_month=2025-02')
  const [row] = report.by_tenant
  expect(row.currencies).toMatchObject([
    {
      currency: 'EUR',
      revenue: money(10_000),
      collected: money(7000),
      outstanding: money(3000),
      overdue: money(3000),
      invoice_count: 2,
      dso_days: 17.7,
      revenue_before: money(5000),
      trend_percent: 100,
      months: [
        { month: '2025-01', revenue: money(6000), collected: money(6000) },
        { month: '2025-02', revenue: money(4000), collected: money(1000) },
      ],
    },
    { currency: 'USD', revenue: money(700, 'USD'), overdue: money(0, 'USD'), trend_percent: null },
  ])
  expect(report).toMatchObject({ display: null, period: { months: 2, days: 59 }, totals: row.currencies })
})

test('a display currency stands beside the amounts with its stored rate and date; without a rate it stays apart (B8)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Sub')
  await seedInvoice(tenant, { on: '2025-02-10', total: 4000 })
  await seedInvoice(tenant, { on: '2025-02-10', total: 1000, currency: 'GBP' })
  const query = 'from_month=2025-02&to_month=2025-02&display_currency=EUR'
  expect((await read(caller, REVENUE, query)).display).toMatchObject({
    revenue: null,
    fx: [],
    missing_rates: ['GBP'],
  })
  await world.seed(
    `insert into fx_rate (from_currency, to_currency, day, rate, source) values ('GBP', 'EUR', '2025-02-20', 1.25, 'test')`,
    [],
  )
  const report = await read(caller, REVENUE, query)
  expect(report.display).toMatchObject({
    currency: 'EUR',
    revenue: money(5250),
    fx: [{ from: 'GBP', to: 'EUR', rate: '1.25', date: '2025-02-20' }],
    missing_rates: [],
  })
  expect(report.totals).toMatchObject([{ revenue: money(4000) }, { revenue: money(1000, 'GBP') }])
})

test('what was collected is withheld from a link that may not see payments (B2)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant, link } = await add('Sub')
  await seedInvoice(tenant, { on: '2025-02-10', total: 4000, paid: 1000, status: 'partially_paid' })
  await world.override(link, 'partner.billing.payments.read', 'deny')
  const report = await read(caller, REVENUE, 'from_month=2025-02&to_month=2025-02')
  expect(report.by_tenant).toMatchObject([
    { withheld: ['payments'], currencies: [{ collected: null, revenue: money(4000) }] },
  ])
  expect(report.totals).toMatchObject([{ collected: null }])
})

const invoiceChange = fc.record({
  tenant: fc.integer({ min: 0, max: 1 }),
  month: fc.integer({ min: 1, max: 3 }),
  total: fc.integer({ min: 1, max: 9000 }),
  currency: fc.constantFrom('EUR', 'USD'),
  status: fc.constantFrom('draft', 'finalized', 'paid', 'cancelled'),
})

test('the report equals the sum of the invoices, whatever was handed in and changed (13.10)', async () => {
  const { add, caller } = await seedPartner()
  const tenants = [(await add('A')).tenant, (await add('B')).tenant]
  await fc.assert(
    fc.asyncProperty(
      fc.array(invoiceChange, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (changes, cancels) => {
        for (const { tenant, month, total, currency, status } of changes) {
          const paid = status === 'paid' ? total : 0
          await seedInvoice(tenants[tenant] as TenantId, {
            on: `2025-0${month}-10`,
            total,
            currency,
            status,
            paid,
          })
        }
        if (cancels)
          await world.seed(
            `update invoice set status = 'cancelled' where id in (select id from invoice where tenant_id = $1 and status = 'finalized' limit 1)`,
            [tenants[0]],
            tenants[0],
          )
        const report = await read(caller, REVENUE, 'from_month=2025-01&to_month=2025-03')
        const rows = await world.sql<{ currency: string; revenue: string; outstanding: string }>(
          `select currency, coalesce(sum(total_minor) filter (where status in ('finalized', 'partially_paid', 'paid')), 0) as revenue, sum(balance_minor) as outstanding
         from invoice where tenant_id = any ($1) group by currency order by currency`,
          [tenants],
        )
        const told = report.totals.map(
          (one: {
            currency: string
            revenue: { amount_minor: number }
            outstanding: { amount_minor: number }
          }) => [one.currency, one.revenue.amount_minor, one.outstanding.amount_minor],
        )
        const counted = rows.map((row) => [row.currency, Number(row.revenue), Number(row.outstanding)])
        // A currency of drafts alone is in no report; one whose only invoice was cancelled later stands there with nothing.
        const isSomething = ([, revenue, owed]: (string | number)[]) => revenue !== 0 || owed !== 0
        expect(told.filter(isSomething)).toEqual(counted.filter(isSomething))
      },
    ),
    { numRuns: 10 },
  )
})

test('months that end before they start, and more than five years, are refused (B5)', async () => {
  const { caller } = await seedPartner()
  const answer = async (query: string) => (await world.call(caller, 'GET', `${REVENUE}?${query}`)).statusCode
  expect(await answer('from_month=2025-02&to_month=2025-01')).toBe(422)
  expect(await answer('from_month=2020-01&to_month=2025-01')).toBe(422)
  expect(await answer('from_month=2020-02&to_month=2025-01')).toBe(200)
  expect(await answer('display_currency=euro')).toBe(422)
})

async function seedMonth(
  tenant: TenantId,
  figures: { before: number; now: number; down: number; late: number; gb: readonly [number, number] },
) {
  await seedInvoice(tenant, { on: '2025-04-10', total: figures.before, status: 'paid', paid: figures.before })
  await seedInvoice(tenant, { on: '2025-05-10', total: figures.now, status: 'paid', paid: figures.now })
  await world.seed(
    `insert into monitoring_period (tenant_id, started_at) values ($1, '2025-01-01')`,
    [tenant],
    tenant,
  )
  if (figures.down > 0)
    await world.seed(
      `insert into outage (tenant_id, service, started_at, ended_at) values ($1, 'x', '2025-05-10T00:00:00Z', '2025-05-10T00:00:00Z'::timestamptz + make_interval(mins => $2))`,
      [tenant, figures.down],
      tenant,
    )
  await world.seed(
    `insert into usage_day (tenant_id, day, active_subscribers, data_gb) values ($1, '2025-04-20', 10, $2), ($1, '2025-05-20', 10, $3)`,
    [tenant, ...figures.gb],
    tenant,
  )
  for (let count = 0; count < figures.late; count += 1)
    await world.seed(
      `with made as (insert into ticket (tenant_id, number, subject) values ($1, gen_random_uuid()::text, 'Late') returning tenant_id, id)
       insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at) select tenant_id, id, 'resolution', 60, '2025-05-10', '2025-05-10T01:00:00Z' from made`,
      [tenant],
      tenant,
    )
}

test('five subsidiaries stand side by side, and the worst of each measure is named with the reason (B8, second point of its users)', async () => {
  const { add, caller } = await seedPartner()
  const [north, south, east] = [
    (await add('North')).tenant,
    (await add('South')).tenant,
    (await add('East')).tenant,
  ]
  const { tenant: west, link } = await add('West')
  await add('Silent')
  await seedMonth(north, { before: 1000, now: 1500, down: 10, late: 0, gb: [100, 110] })
  await seedMonth(south, { before: 2000, now: 1000, down: 0, late: 1, gb: [100, 40] })
  await seedMonth(east, { before: 1000, now: 990, down: 345, late: 2, gb: [100, 90] })
  await seedMonth(west, { before: 1000, now: 1000, down: 60, late: 0, gb: [100, 100] })
  await world.seed(
    `insert into sla_policy_version (tenant_id, kind, delegation_id, version, terms, note, created_by_name) values ($1, 'floor', $2, 1, '{"uptime_target": 99.95}', 'floor', 'HQ')`,
    [west, link],
    west,
  )
  const report = await read(caller, COMPARE, 'month=2025-05')
  expect(report.tenants.map((row: { tenant_name: string }) => row.tenant_name)).toEqual([
    'East',
    'North',
    'Silent',
    'South',
    'West',
  ])
  expect(report.tenants[2]).toMatchObject({
    revenue: [],
    sla: { uptime_percentage: null, meets_sla: null, coverage: 0, compliance_percentage: null },
    usage: { total_data_gb: null, coverage: 0 },
    tickets: { open: 0, late: 0 },
    withheld: [],
  })
  expect(report.tenants[4].sla).toMatchObject({
    meets_sla: false,
    floor: { target_percentage: 99.95, is_kept: false },
  })
  expect(report.worst).toEqual([
    {
      measure: 'revenue',
      tenant_id: encodeId('tenant', south),
      tenant_name: 'South',
      reason: 'Invoiced 50 % less in EUR than in the month before.',
    },
    {
      measure: 'uptime',
      tenant_id: encodeId('tenant', east),
      tenant_name: 'East',
      reason: 'Up 99.227 % of the time, 99.9 % was promised: down for 5 h 45 min.',
    },
    {
      measure: 'promises',
      tenant_id: encodeId('tenant', east),
      tenant_name: 'East',
      reason: '2 of 2 promises for tickets missed.',
    },
    {
      measure: 'usage',
      tenant_id: encodeId('tenant', south),
      tenant_name: 'South',
      reason: 'Used 60 % less data than in the time before.',
    },
    {
      measure: 'tickets',
      tenant_id: encodeId('tenant', east),
      tenant_name: 'East',
      reason: '2 tickets past the promised time, 2 open.',
    },
  ])
  expect(report.totals).toMatchObject({ revenue: [money(4490)], tenants_below_floor: 1, open_tickets: 3 })
})

test('each measure is compared only where the link opens it, and what is left out is named (B5)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Open')
  const { tenant: narrow } = await add('Narrow', { role: 'msp_support', type: 'msp_managed' })
  for (const one of [tenant, narrow])
    await seedMonth(one, { before: 1000, now: 500, down: 5, late: 1, gb: [1, 2] })
  const report = await read(caller, COMPARE, 'month=2025-05')
  expect(report.tenants[0]).toMatchObject({
    tenant_name: 'Narrow',
    revenue: null,
    withheld: ['revenue'],
    tickets: { open: 1 },
  })
  expect(report.totals.revenue).toEqual([money(500)])
})

test('the trend of months of which the last one runs is against the same days of the month before (B8)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Steady')
  const now = new Date()
  const monthsAgo = (months: number, day: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months, day)).toISOString().slice(0, 10)
  for (const months of [0, 1, 2, 3]) await seedInvoice(tenant, { on: monthsAgo(months, 1), total: 1000 })
  // What the month before invoiced after this day of the month, this one has not had the time for.
  const later = new Date(Date.parse(`${monthsAgo(1, 1)}T00:00:00Z`) + now.getUTCDate() * 86_400_000)
    .toISOString()
    .slice(0, 10)
  const isLastDay = new Date(now.getTime() + 86_400_000).getUTCDate() === 1
  if (!isLastDay && later.slice(0, 7) === monthsAgo(1, 1).slice(0, 7))
    await seedInvoice(tenant, { on: later, total: 9000 })
  const month = monthsAgo(0, 1).slice(0, 7)
  const compared = await read(caller, COMPARE, `month=${month}`)
  expect(compared.tenants[0].revenue).toMatchObject([{ revenue: money(1000), trend_percent: 0 }])
  expect(compared.worst.filter(({ measure }: { measure: string }) => measure === 'revenue')).toEqual([])
  const report = await read(caller, REVENUE, `from_month=${month}&to_month=${month}`)
  expect(report.totals).toMatchObject([
    { revenue: money(1000), revenue_before: money(1000), trend_percent: 0 },
  ])
})
