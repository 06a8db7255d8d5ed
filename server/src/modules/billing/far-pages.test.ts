import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeBillingRoutes } from './index.ts'

const LIST = '/api/v1/partner/billing/invoices'

let world: TestWorld
let caller: Caller
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  for (const name of ['Acme', 'Beta', 'Gamma']) {
    const tenant = await world.tenant(name)
    await world.assign(await world.link(partner, tenant), member)
    await seedInvoices(tenant)
  }
  caller = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

/** Three hundred invoices over a year and a half, in every state and two currencies. */
async function seedInvoices(tenant: TenantId): Promise<void> {
  await world.seed(
    `with account as (insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', 'EUR') returning id)
     insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor, paid_minor)
     select $1, account.id, 'N-' || n, day, day + 30, status, case when n % 4 = 0 then 'USD' else 'EUR' end, 1000, 1000, case when status = 'paid' then 1000 else 0 end
     from account, generate_series(1, 300) n
     cross join lateral (select current_date - (n * 7919 % 540) as day, (array['paid', 'paid', 'finalized', 'draft', 'cancelled'])[1 + n % 5] as status) x`,
    [tenant],
    tenant,
  )
}

interface Page {
  items: { invoice_id: string; invoice_date: string }[]
  next_cursor: string | null
  total: number
}

async function list(query: string): Promise<Page> {
  const response = await world.call(caller, 'GET', `${LIST}?${query}`)
  expect(response.statusCode).toBe(200)
  return response.json()
}

async function followCursor(query: string): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page: Page = await list(
      `${query}&limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    )
    ids.push(...page.items.map((item) => item.invoice_id))
    cursor = page.next_cursor
  } while (cursor !== null)
  return ids
}

const spans = [
  '',
  '&from_date=2020-01-01',
  '&status=paid,overdue',
  '&currency=USD',
  '&status=finalized,overdue,partially_paid,paid',
  '&sort_by=status',
  '&sort_by=status&min_amount=1&currency=EUR',
  '&min_amount=1&max_amount=5000&from_date=2020-01-01',
  '&sort_by=amount',
  '&sort_by=amount&status=draft,cancelled',
]

test.each(
  spans.flatMap((span) => [
    [span, 'asc'],
    [span, 'desc'],
  ]),
)('far pages of a list%s %s are what following the cursor shows at that place', async (span, direction) => {
  const query = `sort_order=${direction}${span}`
  const whole = await followCursor(query)
  const { total } = await list(query)
  expect([new Set(whole).size, total]).toEqual([whole.length, whole.length])
  for (const offset of [199, 200, 201, 222, 333, total - 7, total, total + 5]) {
    const page = await list(`${query}&limit=20&offset=${offset}`)
    expect(page.items.map((item) => item.invoice_id)).toEqual(whole.slice(offset, offset + 20))
  }
})

test('far pages within days that begin and end inside a month count those days only', async () => {
  const all = await list('sort_order=asc&limit=100')
  const from = all.items[10]?.invoice_date ?? ''
  const [last] = (await list('sort_order=desc&limit=11')).items.slice(-1)
  const query = `sort_order=desc&from_date=${from}&to_date=${last?.invoice_date ?? ''}`
  const whole = await followCursor(query)
  for (const offset of [200, 321, whole.length - 3]) {
    const page = await list(`${query}&limit=20&offset=${offset}`)
    expect(page.items.map((item) => item.invoice_id)).toEqual(whole.slice(offset, offset + 20))
  }
})
