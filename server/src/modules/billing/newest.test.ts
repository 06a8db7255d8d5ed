import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeBillingRoutes } from './index.ts'

const LIST = '/api/v1/partner/billing/invoices'
const TENANTS = 101

let world: TestWorld
let caller: Caller
let linked: TenantId[]
let other: TenantId
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  linked = []
  for (let number = 0; number < TENANTS; number += 1) {
    const tenant = await world.tenant(`Tenant ${number}`)
    await world.assign(await world.link(partner, tenant), member)
    await seedInvoices(tenant, { ban: 'BAN-1', count: 3, days: 20 + number })
    linked.push(tenant)
  }
  other = await world.tenant('Somebody else')
  await seedInvoices(other, { ban: 'BAN-1', count: 40, days: 30 })
  caller = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

/** Invoices of a tenant, spread over so many days up to today. */
async function seedInvoices(
  tenant: TenantId,
  { ban, count, days }: { ban: string; count: number; days: number },
): Promise<void> {
  await world.seed(
    `with account as (insert into billing_account (tenant_id, ban, name, currency) values ($1, $2, 'Main', 'EUR') returning id)
     insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor)
     select $1, account.id, $2 || '-' || n, day, day + 30, 'finalized', 'EUR', 1000, 1000
     from account, generate_series(1, $3::integer) n cross join lateral (select current_date - (n * 7919 % $4::integer) as day) x`,
    [tenant, ban, count, days],
    tenant,
  )
}

interface Page {
  items: { invoice_id: string }[]
  next_cursor: string | null
  total: number
}

async function list(query: string): Promise<Page> {
  const response = await world.call(caller, 'GET', `${LIST}?${query}`)
  expect(response.statusCode, response.body).toBe(200)
  return response.json()
}

/** The ids of the linked tenants' invoices in the order of the list, from the rows themselves. */
async function everyId(): Promise<string[]> {
  const rows = await world.sql<{ id: string }>(
    'select id from invoice where tenant_id = any ($1) order by issued_on desc, id desc',
    [linked],
  )
  return rows.map(({ id }) => publicIdOf('invoice', id))
}

const idsOf = (page: Page): string[] => page.items.map((item) => item.invoice_id)

async function followCursor(): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page: Page = await list(`limit=50${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`)
    ids.push(...idsOf(page))
    cursor = page.next_cursor
  } while (cursor !== null)
  return ids
}

test('the list of a hundred tenants and more, found among the newest invoices of everybody, is every invoice of theirs once and in order (B5, P7)', async () => {
  const wanted = await everyId()
  expect(wanted).toHaveLength(TENANTS * 3)
  expect(await followCursor()).toEqual(wanted)
  for (const offset of [1, 49, 100, 149]) {
    const page = await list(`limit=50&offset=${offset}`)
    expect([idsOf(page), page.total]).toEqual([wanted.slice(offset, offset + 50), wanted.length])
  }
})

test('where the newest invoices are nearly all those of others, each tenant is asked and the list is the same (B5, P7)', async () => {
  const before = await everyId()
  await seedInvoices(other, { ban: 'BAN-2', count: 1000, days: 1 })
  expect(await followCursor()).toEqual(before)
  expect(idsOf(await list('limit=20&offset=30'))).toEqual(before.slice(30, 50))
})
