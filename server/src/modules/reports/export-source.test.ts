import { z } from 'zod'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { ExportMandate, ExportSource } from '#platform/export-source.ts'
import { route } from '#platform/route.ts'
import { reportRoutes, revenueExport, slaExport, usageExport } from './index.ts'

const REPORTS = '/api/v1/partner/reports'

/** What a file would hold, as rows of named cells. */
async function readRows(source: ExportSource, mandate: ExportMandate) {
  const tenantIds = mandate.kind === 'tenant' ? [mandate.tenant.id] : mandate.tenantIds
  const question = { tenantIds, asOf: mandate.origin.now, filter: {} }
  const { rows, next } = await source.read(mandate, question, { after: null, limit: 500 })
  const names = source.columns.map(({ key }) => key)
  return {
    isLast: next === null,
    estimate: await source.estimate(mandate, question),
    rows: rows.map(({ cells }) => Object.fromEntries(names.map((name, index) => [name, cells[index]]))),
  }
}

const Rows = z.strictObject({
  isLast: z.boolean(),
  estimate: z.int(),
  rows: z.array(z.record(z.string(), z.unknown())),
})

function probe(name: 'sla' | 'usage' | 'revenue', source: ExportSource) {
  return route({
    method: 'GET',
    path: `/api/v1/partner/test/${name}`,
    summary: 'What a file would hold',
    input: {},
    access: { permission: `partner.reports.${name}.read`, tenant: 'portfolio' },
    limit: 'list',
    responses: { 200: Rows },
    handle: ({ mandate }) => readRows(source, mandate),
  })
}

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [
    ...reportRoutes,
    probe('sla', slaExport),
    probe('usage', usageExport),
    probe('revenue', revenueExport),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

async function seed() {
  const partner = await world.partner('Northwind')
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  for (const name of ['Beta', 'Acme']) {
    const tenant = await world.tenant(name)
    await world.assign(await world.link(partner, tenant), member)
    const values = [tenant, name === 'Acme' ? 40 : 7]
    await world.seed(
      `insert into outage (tenant_id, service, started_at, ended_at) values ($1, 'x', now() - interval '3 days', now() - interval '3 days' + make_interval(mins => $2))`,
      values,
      tenant,
    )
    await world.seed(
      `insert into usage_day (tenant_id, day, active_subscribers, data_gb) values ($1, current_date - 2, 4, $2)`,
      values,
      tenant,
    )
    await world.seed(
      `with account as (insert into billing_account (tenant_id, ban, name, currency) values ($1, 'B', 'Main', 'EUR') returning id)
       insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor)
       select $1, id, c, current_date, current_date, 'finalized', c, $2 * 100, $2 * 100 from account, unnest(array['EUR', 'USD']) c`,
      values,
      tenant,
    )
  }
  return world.signIn(person.id)
}

test('a file of a report holds what the report says, row by row (B6, 13.10)', async () => {
  const caller = await seed()
  const get = async (path: string) => {
    const response = await world.call(caller, 'GET', path)
    expect(response.statusCode, response.body).toBe(200)
    return response.json()
  }
  for (const name of ['sla', 'usage'] as const) {
    const file = await get(`/api/v1/partner/test/${name}`)
    const report = await get(`${REPORTS}/${name}`)
    expect(file).toMatchObject({ isLast: true, estimate: 2 })
    expect(file.rows.map((row: { tenant_name: string }) => row.tenant_name)).toEqual(['Acme', 'Beta'])
    for (const [index, row] of file.rows.entries()) {
      const told = report.by_tenant[index]
      const shared = Object.keys(row).filter((key) => key in told)
      expect(shared.length).toBeGreaterThan(9)
      expect(shared.map((key) => [key, row[key]])).toEqual(shared.map((key) => [key, told[key]]))
    }
  }
  const file = await get('/api/v1/partner/test/revenue')
  const report = await get(`${REPORTS}/revenue`)
  const wanted = report.by_tenant.flatMap(
    (tenant: { tenant_id: string; currencies: Record<string, unknown>[] }) =>
      tenant.currencies.map((one) => ({
        tenant_id: tenant.tenant_id,
        currency: one['currency'],
        revenue: one['revenue'],
        outstanding: one['outstanding'],
        invoice_count: one['invoice_count'],
      })),
  )
  expect(file.estimate).toBe(4)
  expect(file.rows).toMatchObject(wanted)
})
