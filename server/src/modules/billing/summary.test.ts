import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { seedSource, STRANGER } from '#testing/ingest.ts'
import { seedInvoice, seedPartnerOf, seedPayment } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { compareSums, makeBillingRoutes, moveInvoiceAges } from './index.ts'
import { addDays, AGEING_BUCKETS } from './rules.ts'

const SUMMARY = '/api/v1/partner/billing/summary'

let world: TestWorld
let today: string
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
  const [row] = await world.sql<{ day: string }>(`select (now() at time zone 'UTC')::date::text as day`)
  today = row?.day ?? ''
})
afterAll(() => world[Symbol.asyncDispose]())

interface Amount {
  amount_minor: number
  currency: string
}
interface Figures {
  currency: string
  total_revenue: Amount
  total_collected: Amount
  ageing: { bucket: string; amount: Amount; invoice_count: number }[]
  credit_amount: Amount
  dso_days: number | null
  oldest_overdue_days: number
  disputes: { open_count: number; amount: Amount }
  invoice_count: number
  paid_invoice_count: number
  overdue_invoice_count: number
}
interface Summary {
  as_of: string
  period: { from_date: string; to_date: string; days: number }
  summary:
    | (Figures & { total_outstanding: Amount; total_overdue: Amount; managed_tenant_count: number })
    | null
  totals: (Figures & { total_outstanding: Amount; total_overdue: Amount; managed_tenant_count: number })[]
  by_tenant: {
    tenant_id: string
    tenant_name: string
    totals: (Figures & { outstanding_balance: Amount; overdue_amount: Amount })[]
    last_payment_date: string | null
    last_payment_amount: Amount | null
    withheld: string[]
  }[]
  fx: {
    display_currency: string
    rates: { from: string; rate: string; date: string }[]
    missing: string[]
  } | null
  scope: { tenant_count: number; excluded: unknown[] }
}

async function summarise(caller: Caller, query = ''): Promise<Summary> {
  const response = await world.call(caller, 'GET', `${SUMMARY}${query && `?${query}`}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

const eur = (amountMinor: number) => ({ amount_minor: amountMinor, currency: 'EUR' })

test('a summary tells what was invoiced and collected in the period, and what is owed by age, per tenant and in all (B5, B6)', async () => {
  const { first, second, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  await seedInvoice(world, first, { issued: 100, due: 91, total: 100 })
  await seedInvoice(world, first, { issued: 100, due: 90, total: 200 })
  await seedInvoice(world, first, { issued: 80, due: 60, total: 400 })
  await seedInvoice(world, first, { issued: 40, due: 30, total: 800 })
  await seedInvoice(world, first, { issued: 5, due: 0, total: 1600 })
  await seedInvoice(world, first, { issued: 5, status: 'draft', total: 9999 })
  await seedInvoice(world, first, { issued: 5, status: 'cancelled', total: 9999 })
  const paid = await seedInvoice(world, second, { issued: 10, status: 'paid', total: 3200, paidDaysAgo: 4 })
  await seedPayment(world, second, { invoice: paid.uuid, amount: 3000, daysAgo: 6 })
  await seedPayment(world, second, { invoice: paid.uuid, amount: 200, daysAgo: 4 })
  const answer = await summarise(caller)
  expect(answer.period).toEqual({ from_date: addDays(today, -29), to_date: today, days: 30 })
  expect(answer.as_of).toBe(today)
  expect(answer.totals).toEqual([
    {
      currency: 'EUR',
      total_revenue: eur(4800),
      total_collected: eur(3200),
      total_outstanding: eur(3100),
      total_overdue: eur(1500),
      managed_tenant_count: 2,
      ageing: [1600, 800, 400, 200, 100].map((minor, index) => ({
        bucket: AGEING_BUCKETS[index],
        amount: eur(minor),
        invoice_count: 1,
      })),
      credit_amount: eur(0),
      dso_days: 19.4,
      oldest_overdue_days: 91,
      disputes: { open_count: 0, amount: eur(0) },
      invoice_count: 2,
      paid_invoice_count: 1,
      overdue_invoice_count: 4,
    },
  ])
  expect(answer.summary).toEqual({ ...answer.totals[0], managed_tenant_count: 2 })
  const [acme, beta] = answer.by_tenant
  expect(acme).toMatchObject({
    tenant_name: 'Acme',
    last_payment_date: null,
    last_payment_amount: null,
    withheld: [],
  })
  expect(acme?.totals[0]).toMatchObject({
    outstanding_balance: eur(3100),
    overdue_amount: eur(1500),
    total_revenue: eur(1600),
  })
  expect(beta).toMatchObject({ last_payment_date: addDays(today, -4), last_payment_amount: eur(200) })
  expect(answer.scope).toEqual({ tenant_count: 2, excluded: [] })
})

test('fault 10: amounts of different currencies stay apart, and one currency is shown only with a stored rate that is named (B6)', async () => {
  const { first, second, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  await seedInvoice(world, first, { currency: 'EUR', total: 1000 })
  await seedInvoice(world, second, { currency: 'USD', total: 500 })
  await seedInvoice(world, second, { currency: 'CHF', total: 300 })
  await world.seed(
    `insert into fx_rate (from_currency, to_currency, day, rate, source) values
     ('USD', 'EUR', current_date - 3, 0.5, 'test'), ('USD', 'EUR', current_date - 9, 0.9, 'test'), ('USD', 'EUR', current_date + 1, 7, 'test'), ('CHF', 'EUR', current_date - 40, 1.1, 'test')`,
    [],
  )
  const plain = await summarise(caller)
  expect(plain.totals.map((one) => [one.currency, one.total_outstanding.amount_minor])).toEqual([
    ['CHF', 300],
    ['EUR', 1000],
    ['USD', 500],
  ])
  expect([plain.summary, plain.fx]).toEqual([null, null])
  const shown = await summarise(caller, 'display_currency=EUR')
  expect(shown.summary).toBeNull()
  expect(shown.fx).toEqual({
    display_currency: 'EUR',
    rates: [{ from: 'USD', rate: '0.5', date: addDays(today, -3) }],
    missing: ['CHF'],
  })
  expect(shown.totals).toEqual(plain.totals)
  await world.seed(
    `insert into fx_rate (from_currency, to_currency, day, rate, source) values ('CHF', 'EUR', current_date, 1.1, 'test')`,
    [],
  )
  expect((await summarise(caller, 'display_currency=EUR')).summary?.total_outstanding).toEqual(eur(1580))
  const only = await summarise(caller, 'currency=USD')
  expect(only.totals.map((one) => one.currency)).toEqual(['USD'])
  expect(only.summary?.currency).toBe('USD')
})

test('a day in the past ages what was owed then: what was paid later was owed, what was issued later was not (B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'])
  const settled = await seedInvoice(world, first, {
    issued: 60,
    due: 40,
    status: 'paid',
    total: 700,
    paidDaysAgo: 5,
  })
  await seedPayment(world, first, { invoice: settled.uuid, amount: 500, daysAgo: 15 })
  await seedPayment(world, first, { invoice: settled.uuid, amount: 200, daysAgo: 5 })
  await seedInvoice(world, first, { issued: 60, due: 20, status: 'paid', total: 90, paidDaysAgo: 2 })
  await seedInvoice(world, first, { issued: 50, due: 9, total: 40 })
  await seedInvoice(world, first, { issued: 3, due: -20, total: 5000 })
  const then = await summarise(caller, `as_of=${addDays(today, -10)}`)
  expect(then.as_of).toBe(addDays(today, -10))
  expect(then.totals[0]).toMatchObject({
    total_outstanding: eur(330),
    total_overdue: eur(290),
    oldest_overdue_days: 30,
  })
  expect(then.totals[0]?.ageing.map(({ amount }) => amount.amount_minor)).toEqual([40, 290, 0, 0, 0])
  const before = await summarise(caller, `as_of=${addDays(today, -20)}`)
  expect(before.totals[0]?.total_outstanding).toEqual(eur(830))
  expect((await summarise(caller)).totals[0]?.total_outstanding).toEqual(eur(5040))
})

test('sums by age that are still those of an earlier day are not shown; the job moves them, and a second run moves nothing (B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'])
  await seedInvoice(world, first, { issued: 60, due: 31, total: 700 })
  await seedInvoice(world, first, { issued: 60, due: -31, total: 70 })
  const right = await summarise(caller)
  const listed = async () =>
    (await world.call(caller, 'GET', '/api/v1/partner/billing/invoices')).json().aggregates
  const sums = await listed()
  await world.sql(
    `update invoice_age set as_of = as_of - 5, balances_minor = '{1,2,3,4,5}', counts = '{1,1,1,1,1}' where tenant_id = $1`,
    [first],
  )
  expect(await summarise(caller)).toEqual(right)
  expect(await listed()).toEqual(sums)
  expect(await moveInvoiceAges(world.database)).toBe(1)
  expect(await moveInvoiceAges(world.database)).toBe(0)
  expect(
    await world.sql(
      'select as_of::text as day, balances_minor::text as sums from invoice_age where tenant_id = $1',
      [first],
    ),
  ).toEqual([{ day: today, sums: '{70,0,700,0,0}' }])
  expect(await summarise(caller)).toEqual(right)
})

test('the comparison of kept sums with the rows notices a single wrong figure', async () => {
  const { first } = await seedPartnerOf(world, ['Acme'])
  await seedInvoice(world, first, { total: 700 })
  await compareSums(world.database)
  for (const [table, column] of [
    ['billing_month', 'invoiced_sums[3]'],
    ['billing_month', 'payment_count'],
    ['invoice_state', 'total_minor'],
    ['invoice_age', 'oldest_due_on'],
    ['invoice_due', 'balance_minor'],
    ['invoice_month', 'total_minor'],
  ]) {
    await world.sql(`update ${table} set ${column} = ${column} + 1 where tenant_id = $1`, [first])
    await expect(compareSums(world.database)).rejects.toThrow('differ from the rows')
    await world.sql(`update ${table} set ${column} = ${column} - 1 where tenant_id = $1`, [first])
  }
  await world.sql('select private.rebuild_sums()')
  await compareSums(world.database)
})

test('a status counts invoices of that state only, and cannot be asked of an earlier day (B5)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'])
  await seedInvoice(world, first, { issued: 20, due: 10, total: 100 })
  await seedInvoice(world, first, { issued: 20, due: -10, total: 200 })
  await seedInvoice(world, first, { issued: 20, due: 10, status: 'paid', total: 400 })
  const overdue = await summarise(caller, 'status=overdue')
  expect(overdue.totals[0]).toMatchObject({
    total_revenue: eur(100),
    total_outstanding: eur(100),
    total_overdue: eur(100),
    invoice_count: 1,
  })
  const settled = await summarise(caller, 'status=paid,finalized')
  expect(settled.totals[0]).toMatchObject({
    total_revenue: eur(600),
    total_outstanding: eur(200),
    total_overdue: eur(0),
    invoice_count: 2,
    paid_invoice_count: 1,
  })
  const refused = await world.call(caller, 'GET', `${SUMMARY}?status=paid&as_of=${addDays(today, -1)}`)
  expect([refused.statusCode, refused.json().errors[0].code]).toEqual([422, 'STATUS_OF_ANOTHER_DAY'])
})

test('bad input is refused with all its faults at once (B5)', async () => {
  const { caller } = await seedPartnerOf(world, ['Acme'])
  const codes = async (query: string) =>
    (await world.call(caller, 'GET', `${SUMMARY}?${query}`))
      .json()
      .errors.map(({ code, pointer }: { code: string; pointer: string }) => `${pointer} ${code}`)
  expect(await codes(`from_date=2026-05-02&to_date=2026-05-01&as_of=${addDays(today, 2)}`)).toEqual([
    '/query/from_date PERIOD_REVERSED',
    '/query/as_of IN_THE_FUTURE',
  ])
  expect(await codes('from_date=2001-01-01')).toEqual(['/query/from_date PERIOD_TOO_LONG'])
  expect(await codes('currency=euro&tenant=x')).toEqual([
    '/query/currency INVALID_FORMAT',
    '/query/tenant UNKNOWN_FIELD',
  ])
})

test('fault 3: a tenant counts only while the summary is allowed there; what is left out is told, what was never linked is not (B5, R1)', async () => {
  const { partner, member, first, caller } = await seedPartnerOf(world, ['Acme'])
  await seedInvoice(world, first, { total: 100 })
  const support = await world.tenant('Only support')
  await world.assign(await world.link(partner, support, { role: 'msp_support' }), member)
  await seedInvoice(world, support, { total: 200 })
  const foreign = await world.tenant('Foreign')
  await seedInvoice(world, foreign, { total: 400 })
  const answer = await summarise(caller)
  expect(answer.totals[0]?.total_outstanding).toEqual(eur(100))
  expect(answer.by_tenant.map(({ tenant_name }) => tenant_name)).toEqual(['Acme'])
  expect(answer.scope.excluded).toEqual([
    { tenant_id: encodeId('tenant', support), tenant_name: 'Only support', reason: 'PERMISSION_DENIED' },
  ])
  const named = await summarise(
    caller,
    `tenant_ids=${encodeId('tenant', foreign)},${encodeId('tenant', support)}`,
  )
  expect([named.totals, named.by_tenant]).toEqual([[], []])
})

test('the last payment is withheld where payments are not allowed (B5)', async () => {
  const { partner, member, first, caller } = await seedPartnerOf(world, ['Acme'])
  const denied = await world.tenant('No payments')
  const link = await world.link(partner, denied, { role: 'msp_full' })
  await world.assign(link, member)
  await world.override(link, 'partner.billing.payments.read', 'deny')
  for (const tenant of [first, denied]) {
    const invoice = await seedInvoice(world, tenant, { status: 'paid' })
    await seedPayment(world, tenant, { invoice: invoice.uuid, amount: 1000 })
  }
  const answer = await summarise(caller)
  expect(
    answer.by_tenant.map((one) => [
      one.tenant_name,
      one.last_payment_amount?.amount_minor ?? null,
      one.withheld,
    ]),
  ).toEqual([
    ['Acme', 1000, []],
    ['No payments', null, ['payments']],
  ])
})

test('a group narrows the summary, the invoices and the payments to its tenants, and opens none (B14)', async () => {
  const { partner, person, first, second, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  for (const tenant of [first, second]) await seedInvoice(world, tenant, { total: 100 })
  const foreign = await world.tenant('Foreign')
  await seedInvoice(world, foreign, { total: 400 })
  const [group] = await world.seed<{ id: string }>(
    `with g as (insert into tenant_group (partner_id, name, kind, created_by, created_by_name) values ($1, 'Contract', 'chosen', $2, 'x') returning id),
     named as (select id, unnest($3::uuid[]) as tenant_id from g)
     insert into tenant_group_entry (group_id, partner_id, tenant_id, effect) select id, $1, tenant_id, 'include' from named returning group_id as id`,
    [partner, person.id, [first, foreign]],
  )
  const id = publicIdOf('tenant_group', group?.id ?? '')
  const answer = await summarise(caller, `group=${id}`)
  expect(answer.by_tenant.map(({ tenant_name: name }) => name)).toEqual(['Acme'])
  expect((await world.call(caller, 'GET', `/api/v1/partner/billing/invoices?group=${id}`)).json().total).toBe(
    1,
  )
  const other = await seedPartnerOf(world, ['Gamma'])
  expect((await world.call(other.caller, 'GET', `${SUMMARY}?group=${id}`)).json().code).toBe(
    'GROUP_NOT_FOUND',
  )
})

test('rates are handed in with an ingest key only; one sent again for its day replaces the earlier one (B6)', async () => {
  const { key } = await seedSource(world)
  const send = (authorization: string, rates: object[]) =>
    world.call(STRANGER, 'POST', '/api/v1/ingest/fx-rates', { body: { rates }, headers: { authorization } })
  const rate = { from_currency: 'GBP', to_currency: 'EUR', day: today, rate: '1.19' }
  expect((await send('Bearer wrong-key-of-nobody', [rate])).statusCode).toBe(401)
  expect((await send(`Bearer ${key}`, [rate])).json()).toEqual({ received: 1, written: 1 })
  expect((await send(`Bearer ${key}`, [rate])).json()).toEqual({ received: 1, written: 0 })
  expect((await send(`Bearer ${key}`, [{ ...rate, rate: '1.2' }])).json()).toEqual({
    received: 1,
    written: 1,
  })
  const refused = await send(`Bearer ${key}`, [
    { ...rate, rate: '0' },
    { ...rate, to_currency: 'GBP' },
  ])
  expect([refused.statusCode, refused.json().errors.length]).toEqual([422, 2])
  for (const login of ['liaison_delegate', 'liaison_tenant'] as const)
    await expect(
      world.sqlAs(login, `insert into fx_rate values ('XAU', 'EUR', current_date, 1, 'me')`),
    ).rejects.toThrow('permission denied')
})

test('the tenant sees its own summary, and only its own (B6)', async () => {
  const { first, second } = await seedPartnerOf(world, ['Acme', 'Beta'])
  await seedInvoice(world, first, { total: 100 })
  await seedInvoice(world, second, { total: 700 })
  const admin = await world.person()
  await world.tenantMember(first, admin.id)
  const response = await world.call(await world.signIn(admin.id), 'GET', '/api/v1/tenant/billing/summary')
  expect(response.statusCode, response.body).toBe(200)
  expect(response.json().totals.map((one: { total_outstanding: Amount }) => one.total_outstanding)).toEqual([
    eur(100),
  ])
})

test('as raw SQL the figures show nothing without a context, whatever tenants they are asked about', async () => {
  const rows = await world.sql<{ id: string }>('select id from tenant')
  const ids = rows.map((row) => row.id)
  const functions = [
    `select 1 from access.summarise_billing($1::uuid[], '2000-01-01', '2100-01-01', current_date)`,
    `select 1 from access.newest_invoices($1::uuid[], 'infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 50, 1000)`,
    `select 1 from access.sum_invoice_states($1::uuid[], '{draft,finalized,partially_paid,paid,cancelled}', null, current_date)`,
    `select 1 from access.age_billing($1::uuid[], current_date - 1)`,
  ]
  const sums = ['invoice_state', 'billing_month', 'invoice_due', 'invoice_age', 'invoice_band'].map(
    (table) => `select 1 from ${table} where tenant_id = any ($1)`,
  )
  for (const text of [...functions, ...sums]) {
    for (const login of ['liaison_tenant', 'liaison_delegate'] as const)
      expect(await world.sqlAs(login, text, [ids])).toEqual([])
    for (const login of [
      'liaison_program',
      'liaison_platform',
      'liaison_job',
      'liaison_ingest',
      'liaison_auth',
    ] as const)
      await expect(world.sqlAs(login, text, [ids])).rejects.toThrow('permission denied')
  }
})
