import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { makeBillingRoutes } from '#modules/billing/index.ts'
import { runStatements } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import { seedAgency, seedForm, seedFormToken, seedTenantAdmin } from '#testing/agency-acts.ts'
import { seedInvoice, seedPartnerOf } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditRoutes } from './index.ts'

const FEED = '/api/v1/tenant/partner-access/activity'

const probe = route({
  method: 'GET',
  path: '/api/v1/probe/concerns',
  summary: 'Asks which tenants an event is about',
  input: { query: z.strictObject({ event: z.string(), at: z.string(), tenant: z.string() }) },
  access: { permission: 'partner_org.audit.read' },
  limit: 'list',
  responses: { 200: z.strictObject({ told: z.boolean() }) },
  async handle({ mandate, query: { event, at, tenant } }) {
    const text = 'select audit.concerns($1, $2, $3) as told'
    const [result] = await runStatements(mandate, [{ text, values: [event, at, tenant] }])
    return { told: result?.rows[0]?.['told'] === true }
  },
})

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    probe,
    ...makeBillingRoutes(services),
    ...makeAuditRoutes(services),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

interface Shown {
  action: string
  sentence: string
  repeats: number
  ip: string | null
  changes: { access_reason?: { after: string } } | null
}

async function read(caller: Caller, path: string): Promise<Shown[]> {
  const response = await world.call(caller, 'GET', path)
  expect(response.statusCode, response.body).toBe(200)
  return response.json<{ items: Shown[] }>().items
}

test('a tenant reads every reason that it was given, also of reads within one minute and once they are counted', async () => {
  const { caller, first } = await seedPartnerOf(world, ['Acme'])
  const { id } = await seedInvoice(world, first)
  const dana = await world.person('Dana Kim')
  await world.tenantMember(first, dana.id)
  const admin: Caller = { ...(await world.signIn(dana.id)), tenantId: first }
  for (const reason of ['case 1', 'case 2', 'case 2', 'case 1', 'case 2'])
    await world.call({ ...caller, tenantId: first }, 'GET', `/api/v1/partner/billing/invoices/${id}`, {
      headers: { 'x-access-reason': encodeURIComponent(reason) },
    })
  await world.sql(`update audit_read_window set started_at = started_at - interval '61 seconds'`)
  await world.sqlAs('liaison_job', 'select audit.close_read_windows()')
  const told = (await read(admin, `${FEED}?by=partner&action=billing`)).map(
    ({ changes, repeats }) => `${changes?.access_reason?.after} ${repeats}`,
  )
  expect(told.toSorted()).toEqual(['case 1 1', 'case 1 1', 'case 2 1', 'case 2 2'])
})

test('whoever knows an event of another partner learns from the database of no tenant whose rows it read', async () => {
  const { caller, first } = await seedPartnerOf(world, ['Acme', 'Beta'])
  await seedInvoice(world, first)
  await world.call(caller, 'GET', '/api/v1/partner/billing/invoices')
  const [event] = await world.sql<{ id: string; at: string; partner_id: string }>(
    `select e.id, e.occurred_at::text as at, e.partner_id from audit_event e join audit_scope s on s.event_id = e.id
     where s.scope_id = '${first}' and e.action = 'billing.invoices.read' and s.row_count > 0`,
  )
  const ask = async (partner: string, name: string) => {
    const owner = await world.person(name)
    await world.partnerMember(partner as never, owner.id, 'PARTNER_OWNER')
    const query = new URLSearchParams({ event: event?.id ?? '', at: event?.at ?? '', tenant: first })
    const path = `/api/v1/probe/concerns?${query.toString()}`
    return (await world.call(await world.signIn(owner.id), 'GET', path)).json()
  }
  expect(await ask(event?.partner_id ?? '', 'Ana')).toEqual({ told: true })
  expect(await ask(await world.partner('Rival'), 'Rex')).toEqual({ told: false })
  const [right] = await world.sql(
    `select has_function_privilege('liaison_tenant', 'audit.concerns(uuid, timestamptz, uuid)', 'execute') as may`,
  )
  expect(right).toEqual({ may: false })
})

test('what an agency does is the tenant’s own doing with its details, no partner did it, and strangers at its form are neither', async () => {
  const { tenant, admin } = await seedTenantAdmin(world, 'Acme')
  const agency = await seedAgency(world, tenant, 'Bright Travel')
  const form = await seedForm(world, { tenant, agency }, [])
  const token = await seedFormToken(world, { tenant, agency, form: form.uuid })
  const tell = (action: string, outcome: string, actor: string) =>
    world.sql(
      `with e as (insert into audit_event (plane, action, outcome, actor_type, actor_name, delegation_id, tenant_id, ip, source)
         values ('delegation', $3, $4, $5, 'form token', $1, $2, '192.0.2.7', 'form') returning id, occurred_at)
       insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'tenant', $2, occurred_at, id from e`,
      [token.uuid, tenant, action, outcome, actor],
    )
  await tell('voucher.issued', 'allowed', 'agency_token')
  await tell('embed.origin_refused', 'denied', 'stranger')
  expect(await read(admin, `${FEED}?by=partner&action=voucher`)).toEqual([])
  expect(await read(admin, `${FEED}?by=tenant&action=voucher`)).toMatchObject([
    { action: 'voucher.issued', ip: '192.0.2.7' },
  ])
  for (const side of ['partner', 'tenant'])
    expect(await read(admin, `${FEED}?by=${side}&action=embed`)).toEqual([])
  expect(await read(admin, `${FEED}?action=embed`)).toMatchObject([
    { action: 'embed.origin_refused', ip: null },
  ])
})
