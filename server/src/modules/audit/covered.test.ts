import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { alertRoutes } from '#modules/alerts/index.ts'
import { makeBillingRoutes } from '#modules/billing/index.ts'
import { exportRoutes } from '#modules/exports/index.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { seedInvoice, seedPartnerOf, seedPayment } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'

const INVOICES = '/api/v1/partner/billing/invoices'
const TICKETS = '/api/v1/partner/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeBillingRoutes(services),
    ...makeSupportRoutes(services),
    ...alertRoutes,
    ...exportRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

/** What stands in the log of a tenant: each action with how many of its rows were seen. */
async function logOf(tenant: TenantId): Promise<string[]> {
  const rows = await world.sql<{ told: string }>(
    `select e.action || ' ' || coalesce(s.row_count, -1) as told from audit_scope s join audit_event e on e.id = s.event_id
     where s.kind = 'tenant' and s.scope_id = '${tenant}' and e.plane = 'delegation' order by s.occurred_at`,
  )
  return rows.map(({ told }) => told)
}

async function ask(caller: Caller, path: string): Promise<{ total: number }> {
  const response = await world.call(caller, 'GET', path)
  expect({ status: response.statusCode, body: response.body }).toMatchObject({ status: 200 })
  return response.json()
}

const named = (...tenants: TenantId[]) =>
  `tenant_ids=${tenants.map((tenant) => encodeId('tenant', tenant)).join(',')}`

async function seedTicket(tenant: TenantId, subject: string): Promise<void> {
  await world.seed(
    `insert into ticket (tenant_id, number, subject) values ($1, 'T-' || gen_random_uuid(), $2)`,
    [tenant, subject],
    tenant,
  )
}

describe('a tenant that a list was narrowed to learns of it, though no row of its own is on the page', () => {
  test.each([
    ['sums of invoices', INVOICES, 'billing.invoices.read 0'],
    ['payments', '/api/v1/partner/billing/payments', 'billing.payments.read 0'],
    ['disputes', '/api/v1/partner/billing/disputes', 'billing.invoices.read 0'],
    ['a search of tickets', `${TICKETS}?search=fraud`, 'support.tickets.list 0'],
    ['alerts', '/api/v1/partner/alerts/billing', 'alerts.billing.read 0'],
  ])('%s', async (_, path, told) => {
    const { caller, first, second } = await seedPartnerOf(world, ['Acme', 'Beta'])
    const more = path.includes('?') ? '&' : '?'
    await ask(caller, `${path}${more}${named(first)}&offset=10000&limit=1`)
    expect([await logOf(first), await logOf(second)]).toEqual([[told], []])
    await ask({ ...caller, tenantId: second }, `${path}${more}offset=10000&limit=1`)
    expect(await logOf(second)).toEqual([told])
  })
})

test('the rows on the page count for whose they are, and the others named learn of none', async () => {
  const { caller, first, second } = await seedPartnerOf(world, ['Acme', 'Beta'])
  await seedInvoice(world, first)
  await ask(caller, `${INVOICES}?${named(first, second)}`)
  expect([await logOf(first), await logOf(second)]).toEqual([
    ['billing.invoices.read 1'],
    ['billing.invoices.read 0'],
  ])
})

test('a search across all customers tells those in which it found something, whatever page is asked for', async () => {
  const { caller, tenants } = await seedPartnerOf(world, ['Acme', 'Beta', 'Coda'])
  const [acme, beta, coda] = tenants as [TenantId, TenantId, TenantId]
  await seedTicket(acme, 'A fraud')
  await seedTicket(beta, 'A line is down')
  expect(await ask(caller, `${TICKETS}?search=fraud&offset=10000`)).toMatchObject({ total: 1 })
  expect([await logOf(acme), await logOf(beta)]).toEqual([['support.tickets.list 0'], []])
  const { uuid } = await seedInvoice(world, coda, { number: 'SECRET-7', total: 700 })
  await seedPayment(world, coda, { invoice: uuid, amount: 700 })
  for (const filter of ['search=SECRET-7', 'min_amount=700&max_amount=700', 'status=finalized'])
    expect(await ask(caller, `${INVOICES}?${filter}&offset=10000`)).toMatchObject({ total: 1 })
  await ask(caller, '/api/v1/partner/billing/payments?offset=10000')
  // The first of the three and the two that were counted with it within a minute are one row.
  expect(await logOf(coda)).toEqual(['billing.invoices.read 0', 'billing.payments.read 0'])
  expect(await logOf(beta)).toEqual([])
})

test('of more than two hundred customers only those on the page learn of a list, unless a filter leaves few', async () => {
  const { caller, partner, member, first } = await seedPartnerOf(world, ['Acme'])
  const others: TenantId[] = []
  for (let count = 0; count < 201; count += 1) {
    const tenant = await world.tenant(`Customer ${count}`)
    await world.assign(await world.link(partner, tenant), member)
    others.push(tenant)
  }
  for (const tenant of [first, ...others]) await seedInvoice(world, tenant, { issued: 10 })
  await seedInvoice(world, first, { number: 'ONLY-ACME', issued: 1 })
  await ask(caller, `${INVOICES}?limit=1`)
  expect(await logOf(first)).toEqual(['billing.invoices.read 1'])
  const touched = await world.sql<{ tenants: number }>(
    `select count(*)::integer as tenants from audit_scope s join audit_event e on e.id = s.event_id
     where s.kind = 'tenant' and s.scope_id = any ('{${others.join(',')}}') and e.plane = 'delegation'`,
  )
  expect(touched).toEqual([{ tenants: 0 }])
  await ask(caller, `${INVOICES}?search=ONLY-ACME&offset=5`)
  const preview = { kind: 'tickets', format: 'csv', search: 'fraud' }
  await seedTicket(first, 'fraud')
  await world.call(caller, 'POST', '/api/v1/partner/exports/preview', { body: preview })
  expect(await logOf(first)).toEqual(['billing.invoices.read 1', 'reports.preview 0'])
  const worked = [first, others[0] ?? first, others.at(-1) ?? first]
  for (const tenantId of worked) {
    const opened = { subject: 'Down', description: 'Since 08:00.' }
    await world.call({ ...caller, tenantId }, 'POST', TICKETS, { body: opened })
  }
  const of = { kind: 'activity', format: 'csv', action: 'support.tickets.create' }
  const counted = await world.call(caller, 'POST', '/api/v1/partner/exports/preview', { body: of })
  expect(counted.json(), counted.body).toMatchObject({ row_estimate: 3 })
  for (const tenant of worked) expect((await logOf(tenant)).at(-1)).toBe('reports.preview 0')
}, 120_000)

test('a preview of a file tells the tenants that it counts in', async () => {
  const { caller, first, second } = await seedPartnerOf(world, ['Acme', 'Beta'])
  await seedTicket(first, 'A fraud')
  const body = { kind: 'tickets', format: 'csv', search: 'fraud', tenant_ids: [encodeId('tenant', first)] }
  const response = await world.call(caller, 'POST', '/api/v1/partner/exports/preview', { body })
  expect(response.json()).toMatchObject({ row_estimate: 1 })
  expect([await logOf(first), await logOf(second)]).toEqual([['reports.preview 0'], []])
})
