import type { TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeBillingRoutes } from './index.ts'

const LIST = '/api/v1/partner/billing/invoices'
const NAMES = [
  'Ada Lovelace',
  'ADA  & Sons',
  '100 % Ärger',
  'under_score',
  'back\\slash',
  'a-b c',
  'Ab',
  '東京電力',
  null,
]

let world: TestWorld
let caller: Caller
const texts: string[] = []
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  for (const name of ['Acme', 'Beta']) {
    const tenant = await world.tenant(name)
    await world.assign(await world.link(partner, tenant), member)
    await seedInvoices(tenant, NAMES)
    for (const [index, held] of NAMES.entries())
      texts.push(`no-${index}/2026\u0001${held?.toLowerCase() ?? ''}`)
  }
  await seedInvoices(await world.tenant('Foreign'), NAMES)
  caller = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

/** An invoice for each name, in every state, one a day. */
async function seedInvoices(tenant: TenantId, names: readonly (string | null)[]): Promise<void> {
  await world.seed(
    `with account as (insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', 'EUR') returning id)
     insert into invoice (tenant_id, billing_account_id, number, customer_name, issued_on, due_on, status, currency, subtotal_minor, total_minor, paid_minor)
     select $1, account.id, 'NO-' || n - 1 || '/2026', name, current_date - n::integer, current_date - n::integer + 5, state, 'EUR', 100 * n, 100 * n, case when state = 'paid' then 100 * n else 0 end
     from account, unnest($2::text[]) with ordinality as x (name, n)
     cross join lateral (select (array['paid', 'finalized', 'draft', 'cancelled'])[1 + n % 4] as state) s`,
    [tenant, names],
    tenant,
  )
}

interface Page {
  items: { invoice_id: string; invoice_number: string; total: { amount_minor: number } }[]
  total: number
  next_cursor: string | null
  aggregates: { invoice_count: number; total_amount: { amount_minor: number } }[]
}

async function list(query: Record<string, string>): Promise<Page> {
  const response = await world.call(caller, 'GET', `${LIST}?${new URLSearchParams(query).toString()}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

const word = fc.constantFrom(
  'a',
  'ad',
  'ada',
  'ADA',
  'no-',
  '-3',
  '2026',
  '%',
  '_',
  '\\',
  ' ',
  '/',
  'är',
  'ÄRG',
  '東京',
  '京電',
  'b c',
  'zzz',
  '電',
  '&',
  'ä',
  '% ä',
)

const isShort = (search: string): boolean => /^[ -~]{1,2}$/.test(search) && /[a-z0-9]/.test(search)

/** What a search is to find: a text in the number or the name, and one or two letters at the beginning of either. */
function finds(search: string, text: string): boolean {
  if (!isShort(search) || /[\\%_]/.test(search)) return text.includes(search)
  return text.split('\u0001').some((part) => part.startsWith(search))
}

async function expectExactFinds(): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 3 }), async (words) => {
      const search = words.join('')
      fc.pre(search.trim() !== '')
      const matching = texts.filter((text) => finds(search.toLowerCase(), text)).length
      const page = await list({ search, limit: '100' })
      expect({ total: page.total, shown: page.items.length }).toEqual({ total: matching, shown: matching })
      expect(page.aggregates.reduce((sum, one) => sum + one.invoice_count, 0)).toBe(matching)
      const sum = page.items.reduce((total, item) => total + item.total.amount_minor, 0)
      expect(page.aggregates.reduce((total, one) => total + one.total_amount.amount_minor, 0)).toBe(sum)
    }),
    { numRuns: 60 },
  )
}

test('a search finds exactly the invoices whose number or customer contains the text, or begins with one or two letters, in whatever case (B5)', async () => {
  await expectExactFinds()
})

test('it finds the same where the reader has most of all invoices and they are looked for at once, and nothing of anybody else', async () => {
  const asked = async () => {
    const [row] = await world.sql<{ is_most: boolean }>(
      `select access.has_half_of_invoices(array(select id from tenant where name <> 'Foreign')) as is_most`,
    )
    return row?.is_most
  }
  expect(await asked()).toBe(false)
  await world.sql('analyze invoice')
  expect(await asked()).toBe(true)
  await expectExactFinds()
})

test.each(
  ['invoice_date', 'amount', 'status'].flatMap((by) => [
    [by, 'asc'],
    [by, 'desc'],
  ]),
)(
  'what a search finds by %s %s is what the whole list shows of it, by pages and by cursor alike',
  async (by, order) => {
    const query = { sort_by: by, sort_order: order }
    const all = (await list({ ...query, limit: '100' })).items.map((item) => item.invoice_id)
    const byPages: string[] = []
    for (let offset = 0; offset < all.length; offset += 4) {
      const page = await list({ ...query, search: 'no-', limit: '4', offset: String(offset) })
      byPages.push(...page.items.map((item) => item.invoice_id))
    }
    expect(byPages).toEqual(all)
    const byCursor: string[] = []
    let page = await list({ ...query, search: 'no-', limit: '5' })
    for (;;) {
      byCursor.push(...page.items.map((item) => item.invoice_id))
      if (page.next_cursor === null) break
      page = await list({ ...query, search: 'no-', limit: '5', cursor: page.next_cursor })
    }
    expect(byCursor).toEqual(all)
  },
)

test('a search goes together with the other filters', async () => {
  expect(
    (await list({ search: 'no-', status: 'paid', min_amount: '500' })).items.map(
      (item) => item.invoice_number,
    ),
  ).toEqual(['NO-7/2026', 'NO-7/2026'])
})

test('as raw SQL the search function shows nothing without a context, whatever tenants it is asked about', async () => {
  const text = `select 1 from access.search_invoices('%no-%', array(select gen_random_uuid() union all select t from unnest($1::uuid[]) t))`
  const rows = await world.sql<{ id: string }>('select id from tenant')
  for (const login of ['liaison_tenant', 'liaison_delegate'] as const)
    expect(await world.sqlAs(login, text, [rows.map((row) => row.id)])).toEqual([])
  for (const login of [
    'liaison_program',
    'liaison_platform',
    'liaison_job',
    'liaison_ingest',
    'liaison_auth',
  ] as const)
    await expect(world.sqlAs(login, text, [rows.map((row) => row.id)])).rejects.toThrow('permission denied')
})
