import { encodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedInvoice, seedPartnerOf } from '#testing/invoices.ts'
import type { InvoiceSeed } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeBillingRoutes } from './index.ts'

const LIST = '/api/v1/partner/billing/invoices'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const seed = async (tenant: TenantId, invoice: InvoiceSeed = {}): Promise<string> =>
  (await seedInvoice(world, tenant, invoice)).id

const seedPartner = (tenantNames: readonly string[], role?: LinkRole) =>
  seedPartnerOf(world, tenantNames, role)

async function list(caller: Caller, query = '') {
  const response = await world.call(caller, 'GET', `${LIST}${query && `?${query}`}`)
  expect(response.statusCode).toBe(200)
  return response.json()
}

const numbers = (page: { items: { invoice_number: string }[] }) =>
  page.items.map((item) => item.invoice_number)

test('an invoice is told whole, with its state, age and money of one currency', async () => {
  const { first, caller } = await seedPartner(['Acme'])
  await seed(first, {
    number: 'A-1',
    name: 'Mia Wong',
    issued: 75,
    due: 45,
    total: 2500,
    paid: 500,
    status: 'partially_paid',
  })
  const page = await list(caller)
  const eur = (amountMinor: number) => ({ amount_minor: amountMinor, currency: 'EUR' })
  expect(page.items).toEqual([
    {
      invoice_id: expect.stringMatching(/^inv_/),
      invoice_number: 'A-1',
      tenant_id: encodeId('tenant', first),
      tenant_name: 'Acme',
      customer_id: null,
      customer_name: 'Mia Wong',
      billing_account: 'BAN-1',
      invoice_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      due_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      status: 'overdue',
      subtotal: eur(2500),
      tax: eur(0),
      total: eur(2500),
      paid_amount: eur(500),
      balance: eur(2000),
      currency: 'EUR',
      payment_date: null,
      days_overdue: 45,
      ageing_bucket: '31-60',
      billing_party: 'tenant',
      source_system: null,
      created_at: expect.stringMatching(/Z$/),
    },
  ])
  expect(page.aggregates).toEqual([
    {
      currency: 'EUR',
      total_amount: eur(2500),
      paid_amount: eur(500),
      outstanding_amount: eur(2000),
      overdue_amount: eur(2000),
      invoice_count: 1,
    },
  ])
  expect(page).toMatchObject({
    total: 1,
    limit: 50,
    offset: 0,
    has_more: false,
    next_cursor: null,
    scope: { tenant_count: 1, excluded: [] },
  })
})

test('fault 10: money of different currencies is never added, and the sums cover all rows, not the page', async () => {
  const { first, second, caller } = await seedPartner(['Acme', 'Beta'])
  for (const [tenant, currency, total, status] of [
    [first, 'EUR', 100, 'finalized'],
    [first, 'USD', 200, 'paid'],
    [second, 'USD', 400, 'finalized'],
    [second, 'EUR', 800, 'draft'],
  ] as const) {
    await seed(tenant, { currency, total, status })
  }
  const page = await list(caller, 'limit=1')
  expect(page.items).toHaveLength(1)
  expect(page).toMatchObject({ total: 4, has_more: true })
  expect(
    page.aggregates.map(
      (sum: {
        currency: string
        total_amount: { amount_minor: number }
        outstanding_amount: { amount_minor: number }
      }) => [sum.currency, sum.total_amount.amount_minor, sum.outstanding_amount.amount_minor],
    ),
  ).toEqual([
    ['EUR', 900, 100],
    ['USD', 600, 400],
  ])
})

const FILTERS: readonly (readonly [query: string, expected: readonly string[]])[] = [
  ['status=overdue', ['LATE']],
  ['status=finalized', ['FRESH']],
  ['status=draft,cancelled', ['DRAFT', 'VOID']],
  ['status=paid', ['PAID']],
  ['status=partially_paid', ['PART']],
  ['status=finalized,partially_paid,overdue', ['FRESH', 'LATE', 'PART']],
  ['min_amount=5000', ['VOID']],
  ['max_amount=150', ['DRAFT']],
  ['currency=USD', ['PAID']],
  ['overdue_days_min=60', ['LATE']],
  ['overdue_days_min=61', []],
  ['overdue_days_min=1&status=paid', []],
  ['search=fre', ['FRESH']],
  ['search=mia', ['PAID']],
  ['search=%25', []],
]

test.each(FILTERS)(
  'the filter %s finds exactly its invoices, and the sums and total agree with the rows',
  async (query, expected) => {
    const { first, caller } = await seedPartner(['Acme'])
    await seed(first, { number: 'FRESH', issued: 5 })
    await seed(first, { number: 'LATE', issued: 90, due: 60 })
    await seed(first, { number: 'DRAFT', status: 'draft', total: 100 })
    await seed(first, { number: 'PAID', status: 'paid', currency: 'USD', name: 'Mia Wong' })
    await seed(first, { number: 'PART', status: 'partially_paid', paid: 10, issued: 3 })
    await seed(first, { number: 'VOID', status: 'cancelled', total: 9000 })
    const page = await list(caller, query)
    expect(numbers(page).toSorted()).toEqual(expected)
    expect(page.total).toBe(expected.length)
    expectSumsOfRows(page)
  },
)

interface SumPage {
  items: {
    currency: string
    total: { amount_minor: number }
    paid_amount: { amount_minor: number }
    balance: { amount_minor: number }
    status: string
  }[]
  aggregates: {
    currency: string
    total_amount: { amount_minor: number }
    paid_amount: { amount_minor: number }
    outstanding_amount: { amount_minor: number }
    overdue_amount: { amount_minor: number }
    invoice_count: number
  }[]
}

/** Adds the rows of a page that holds everything and compares with the sums that the server gave. */
function expectSumsOfRows(page: SumPage): void {
  const sum = (currency: string, pick: (item: SumPage['items'][number]) => number) =>
    page.items.filter((item) => item.currency === currency).reduce((total, item) => total + pick(item), 0)
  const codes = [...new Set(page.items.map((item) => item.currency))].toSorted()
  expect(page.aggregates.map((entry) => entry.currency)).toEqual(codes)
  for (const entry of page.aggregates) {
    expect([
      entry.invoice_count,
      entry.total_amount.amount_minor,
      entry.paid_amount.amount_minor,
      entry.outstanding_amount.amount_minor,
      entry.overdue_amount.amount_minor,
    ]).toEqual([
      sum(entry.currency, () => 1),
      sum(entry.currency, (item) => item.total.amount_minor),
      sum(entry.currency, (item) => item.paid_amount.amount_minor),
      sum(entry.currency, (item) => item.balance.amount_minor),
      sum(entry.currency, (item) => (item.status === 'overdue' ? item.balance.amount_minor : 0)),
    ])
  }
}

async function seedMany(tenants: readonly TenantId[]): Promise<void> {
  const states = ['draft', 'finalized', 'partially_paid', 'paid', 'paid', 'paid', 'cancelled']
  for (let index = 0; index < 60; index += 1) {
    const tenant = tenants[index % tenants.length]
    if (!tenant) continue
    const issued = (index * 37) % 200
    await seed(tenant, {
      number: `N-${index}`,
      issued,
      due: issued - (index % 2 === 0 ? 30 : 0),
      status: states[index % 7] ?? 'paid',
      currency: index % 3 === 0 ? 'USD' : 'EUR',
      total: 1000 + ((index * 13) % 17),
      paid: states[index % 7] === 'partially_paid' ? 7 : undefined,
    } as InvoiceSeed)
  }
}

test('any span of days gives sums that equal the sums of its rows', async () => {
  const { tenants, caller } = await seedPartner(['Acme', 'Beta', 'Gamma'])
  await seedMany(tenants)
  const [days] = await world.sql<{ d: string[] }>(
    `select array[(current_date - 199)::text, (current_date - 100)::text, date_trunc('month', current_date - 60)::date::text, (date_trunc('month', current_date) - interval '1 day')::date::text, (current_date - 3)::text] as d`,
  )
  const spans = days?.d ?? []
  expect(spans).toHaveLength(5)
  for (const from of spans) {
    for (const to of spans.filter((day) => day >= from)) {
      expectSumsOfRows(await list(caller, `from_date=${from}&to_date=${to}&limit=100`))
    }
  }
  expectSumsOfRows(await list(caller, 'limit=100'))
})

test('any range of amounts gives sums that equal the sums of its rows (P8)', async () => {
  const { tenants, first, caller } = await seedPartner(['Acme', 'Beta', 'Gamma'])
  await seedMany(tenants)
  await seed(first, { status: 'paid', total: -70 })
  const ends = [-70, -69, 0, 1000, 1003, 1016, 1023, 1024]
  for (const [index, min] of ends.entries()) {
    expectSumsOfRows(await list(caller, `max_amount=${min}&limit=100&status=paid,overdue,draft`))
    for (const max of ends.slice(index))
      expectSumsOfRows(await list(caller, `min_amount=${min}&max_amount=${max}&limit=100`))
  }
  expectSumsOfRows(await list(caller, 'min_amount=1001&limit=100&currency=EUR'))
  const [row] = await world.sql<{ wrong: number }>(
    `select count(*)::integer as wrong from generate_series(-5000, 5000) n
     cross join lateral (select floor(log(2.0, greatest(abs(n), 1)))::integer as power) p
     where private.amount_band(n) <> case when abs(n) < 16 then n else sign(n)::integer * (16 * (power - 4) + (abs(n) >> (power - 4))) end`,
  )
  expect(row?.wrong).toBe(0)
})

const keyOf: Readonly<
  Record<
    string,
    (item: { invoice_date: string; total: { amount_minor: number }; status: string }) => string | number
  >
> = {
  invoice_date: (item) => item.invoice_date,
  amount: (item) => item.total.amount_minor,
  status: (item) =>
    ['draft', 'finalized', 'partially_paid', 'overdue', 'paid', 'cancelled'].indexOf(item.status),
}

test.each([
  ['invoice_date', 'asc'],
  ['invoice_date', 'desc'],
  ['amount', 'asc'],
  ['amount', 'desc'],
  ['status', 'asc'],
  ['status', 'desc'],
])(
  'by %s %s, pages by offset and pages by cursor are the whole list in order, each row once',
  async (sort, direction) => {
    const { tenants, caller } = await seedPartner(['Acme', 'Beta', 'Gamma'])
    await seedMany(tenants)
    const query = `sort_by=${sort}&sort_order=${direction}`
    const whole = await list(caller, `${query}&limit=100`)
    const keys = whole.items.map(keyOf[sort] ?? String)
    const sign = direction === 'asc' ? 1 : -1
    expect(keys).toEqual(
      [...keys].toSorted((left, right) => (left < right ? -sign : left > right ? sign : 0)),
    )
    const byOffset: string[] = []
    for (let offset = 0; offset < 60; offset += 7)
      byOffset.push(...numbers(await list(caller, `${query}&limit=7&offset=${offset}`)))
    const byCursor: string[] = []
    let cursor = ''
    do {
      const page = await list(caller, `${query}&limit=7${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      byCursor.push(...numbers(page))
      expect(page.has_more).toBe(page.next_cursor !== null)
      cursor = page.next_cursor ?? ''
    } while (cursor)
    expect(byOffset).toEqual(numbers(whole))
    expect(byCursor).toEqual(numbers(whole))
    expect(new Set(byCursor).size).toBe(60)
  },
)

test('a cursor that was altered, or belongs to another filter or person, is refused', async () => {
  const { partner, tenants, caller } = await seedPartner(['Acme'])
  await seedMany(tenants)
  const { next_cursor: cursor } = await list(caller, 'limit=2')
  const code = async (who: Caller, query: string) =>
    (await world.call(who, 'GET', `${LIST}?${query}`)).json().code
  const altered = `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}`
  expect(await code(caller, `limit=2&cursor=${altered}`)).toBe('CURSOR_INVALID')
  expect(await code(caller, `limit=2&currency=EUR&cursor=${cursor}`)).toBe('CURSOR_INVALID')
  expect(await code(caller, `limit=2&offset=2&cursor=${cursor}`)).toBe('VALIDATION_ERROR')
  const colleague = await world.person()
  await world.partnerMember(partner, colleague.id)
  expect(await code(await world.signIn(colleague.id), `limit=2&cursor=${cursor}`)).toBe('CURSOR_INVALID')
})
