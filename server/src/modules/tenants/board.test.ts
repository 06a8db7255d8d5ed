import { encodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { tenantRoutes } from './index.ts'

const BOARD = '/api/v1/partner/customers'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...tenantRoutes, ...makeSupportRoutes(services)])
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedPartner() {
  const partner = await world.partner('Northwind')
  const lee = await world.person('Lee Park')
  const member = await world.partnerMember(partner, lee.id)
  const add = async (name: string, terms: Parameters<TestWorld['link']>[2] = {}) => {
    const tenant = await world.tenant(name)
    const link = await world.link(partner, tenant, terms)
    await world.assign(link, member)
    return { tenant, link }
  }
  return { partner, lee, member, add, caller: await world.signIn(lee.id) }
}

async function seedInvoice(
  tenant: TenantId,
  { currency = 'EUR', total = 1000, dueInDays = 10, status = 'finalized' } = {},
) {
  await world.seed(
    `with account as (
       insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', $2)
       on conflict (tenant_id, ban) do update set name = excluded.name returning id)
     insert into invoice (tenant_id, billing_account_id, number, issued_on, due_on, status, currency, subtotal_minor, total_minor)
     select $1, id, gen_random_uuid()::text, current_date - 40, current_date + $3::integer, $4, $2, $5, $5 from account`,
    [tenant, currency, dueInDays, status, total],
    tenant,
  )
}

/** A ticket with a clock of one day, of which this share is used up. */
async function seedTicket(tenant: TenantId, used: number, status = 'open') {
  await world.seed(
    `with made as (insert into ticket (tenant_id, number, subject, status) values ($1, gen_random_uuid()::text, 'Problem', $3) returning tenant_id, id)
     insert into ticket_sla_clock (tenant_id, ticket_id, metric, target_minutes, started_at, due_at)
     select tenant_id, id, 'resolution', 1440, now() - make_interval(secs => 86400 * $2::float8), now() + make_interval(secs => 86400 * (1 - $2::float8)) from made`,
    [tenant, used, status],
    tenant,
  )
}

async function board(caller: Caller, query = '') {
  const response = await world.call(caller, 'GET', `${BOARD}${query && `?${query}`}`)
  expect(response.statusCode).toBe(200)
  return response.json()
}

const names = (page: { items: { name: string }[] }) => page.items.map((item) => item.name)
const detail = async (caller: Caller, tenant: TenantId, query = '') =>
  world.call(caller, 'GET', `${BOARD}/${encodeId('tenant', tenant)}${query && `?${query}`}`)

test('a tenant is on the board with its link, its figures and what may be done there', async () => {
  const { add, caller } = await seedPartner()
  const { tenant, link } = await add('Acme Fiber', { endsAt: new Date('2098-01-01') })
  await seedInvoice(tenant, { total: 1200, dueInDays: -3 })
  await seedInvoice(tenant, { total: 800 })
  await seedInvoice(tenant, { total: 500, currency: 'USD' })
  await seedInvoice(tenant, { total: 9000, status: 'draft' })
  await seedTicket(tenant, 0.1)
  await seedTicket(tenant, 0.8)
  await seedTicket(tenant, 1.5)
  await world.seed(
    `insert into subscriber (tenant_id, name, status) values ($1, 'a', 'active'), ($1, 'b', 'suspended'), ($1, 'c', 'closed')`,
    [tenant],
    tenant,
  )
  const page = await board(caller)
  const money = (amountMinor: number, currency = 'EUR') => ({ amount_minor: amountMinor, currency })
  expect(page.items).toMatchObject([
    {
      tenant_id: encodeId('tenant', tenant),
      name: 'Acme Fiber',
      status: 'active',
      relationship: {
        link_id: encodeId('link', link),
        access_role: 'msp_full',
        relationship_type: 'msp_managed',
        status: 'active',
        end_date: '2098-01-01T00:00:00.000Z',
        expires_in_days: expect.any(Number),
      },
      assigned: true,
      metrics: {
        outstanding: [money(2000), money(500, 'USD')],
        overdue: [money(1200)],
        open_tickets: 3,
        tickets_at_risk: 2,
        sla_breach_count_30d: 1,
        total_subscribers: 2,
        active_subscribers: 1,
        open_alerts: 0,
        critical_alerts: 0,
      },
      withheld: [],
      sla: { state: 'breached' },
      billing: {
        billing_cycle: 'monthly',
        current_mrr: null,
        last_invoice_date: expect.stringMatching(/^\d{4}-/),
        next_invoice_date: expect.stringMatching(/^\d{4}-/),
      },
    },
  ])
  expect(page.items[0].my_permissions).toContain('partner.support.tickets.create')
  expect(page.aggregates).toEqual({
    outstanding: [money(2000), money(500, 'USD')],
    overdue: [money(1200)],
    open_tickets: 3,
    tickets_at_risk: 2,
    open_alerts: 0,
    critical_alerts: 0,
    tenants: 1,
  })
})

const AREAS: readonly (readonly [LinkRole, readonly string[]])[] = [
  ['msp_full', []],
  ['msp_billing', ['support', 'provisioning']],
  ['msp_support', ['billing', 'provisioning']],
  ['auditor', ['provisioning']],
  ['delegate', ['billing', 'support', 'provisioning', 'alerts']],
]

test.each(AREAS)(
  'fault 9: under the role %s the figures of %s are null and named, never a zero',
  async (role, withheld) => {
    const { add, caller } = await seedPartner()
    const { tenant } = await add('Acme', { role })
    await seedInvoice(tenant)
    await seedTicket(tenant, 0.2)
    const [item] = (await board(caller)).items
    expect(item.withheld).toEqual(withheld)
    const { metrics } = item
    expect([metrics.outstanding === null, metrics.overdue === null, item.billing === null]).toEqual(
      Array(3).fill(withheld.includes('billing')),
    )
    expect([
      metrics.open_tickets === null,
      metrics.tickets_at_risk === null,
      metrics.sla_breach_count_30d === null,
      item.sla.state === null,
    ]).toEqual(Array(4).fill(withheld.includes('support')))
    expect([metrics.total_subscribers === null, metrics.active_subscribers === null]).toEqual(
      Array(2).fill(withheld.includes('provisioning')),
    )
    const whole = (await detail(caller, tenant)).json()
    expect(whole.metrics.current_mrr === null && whole.billing === null).toBe(withheld.includes('billing'))
  },
)

test('as many tickets are at risk on the board as the list of them shows, those that were missed and wait included (B5, B7)', async () => {
  const { add, caller } = await seedPartner()
  const { tenant } = await add('Acme Fiber')
  for (const used of [0.1, 0.8, 1.5]) await seedTicket(tenant, used)
  await seedTicket(tenant, 1.2, 'pending')
  await world.seed(
    `update ticket_sla_clock c set paused_since = now() from ticket t where t.id = c.ticket_id and t.tenant_id = $1 and t.status = 'pending'`,
    [tenant],
    tenant,
  )
  const listed = await world.call(
    caller,
    'GET',
    '/api/v1/partner/support/tickets?sla_state=breached,at_risk&status=open,pending,on_hold',
  )
  expect(listed.json().total, listed.body).toBe(3)
  expect((await board(caller)).aggregates).toMatchObject({ open_tickets: 4, tickets_at_risk: 3 })
})

test('fault 8: a tenant whose link is not in force is not on the board; it is named with the reason', async () => {
  const { add, partner, caller } = await seedPartner()
  await add('Acme')
  await add('Ended', { endsAt: new Date(1_000), startsAt: new Date(0) })
  await add('Later', { startsAt: new Date('2098-01-01') })
  await add('Stopped', { status: 'suspended' })
  await add('Cut', { status: 'revoked' })
  const asked = await world.tenant('Only asked')
  await world.link(partner, asked, { status: 'requested' })
  const page = await board(caller)
  expect(names(page)).toEqual(['Acme'])
  expect(page.scope.tenant_count).toBe(1)
  expect(
    Object.fromEntries(
      page.scope.excluded.map((entry: { tenant_name: string; reason: string }) => [
        entry.tenant_name,
        entry.reason,
      ]),
    ),
  ).toEqual({
    Ended: 'TENANT_LINK_EXPIRED',
    Later: 'TENANT_LINK_NOT_STARTED',
    Stopped: 'TENANT_LINK_SUSPENDED',
    Cut: 'TENANT_LINK_REVOKED',
  })
})

async function seedThree() {
  const seeded = await seedPartner()
  const { add } = seeded
  const alpha = await add('Alpha', { endsAt: new Date('2031-01-01') })
  const beta = await add('Beta', { role: 'msp_support', endsAt: new Date('2030-01-01') })
  const gamma = await add('Gamma', { endsAt: new Date('2032-01-01') })
  await world.seed(
    `update tenant set status = 'trial', domain = 'gamma-net.example' where id = $1`,
    [gamma.tenant],
    gamma.tenant,
  )
  await seedInvoice(alpha.tenant, { total: 100, dueInDays: -1 })
  await seedInvoice(gamma.tenant, { total: 300, currency: 'USD' })
  await seedTicket(beta.tenant, 1.2)
  await seedTicket(beta.tenant, 0.1)
  await seedTicket(gamma.tenant, 0.1)
  return seeded
}

test.each([
  ['status=trial', ['Gamma']],
  ['status=active,trial', ['Alpha', 'Beta', 'Gamma']],
  ['status=suspended', []],
  ['search=alp', ['Alpha']],
  ['search=gamma-net', ['Gamma']],
  ['search=%25', []],
  ['link_status=active', ['Alpha', 'Beta', 'Gamma']],
  ['link_status=suspended', []],
  ['access_role=msp_support', ['Beta']],
  ['access_role=msp_support,msp_full', ['Alpha', 'Beta', 'Gamma']],
  ['expiring_within_days=0', []],
])('the filter %s leaves %s, with the totals of those', async (query, expected) => {
  const { caller } = await seedThree()
  const page = await board(caller, query)
  expect(names(page)).toEqual(expected)
  expect(page.total).toBe(expected.length)
  expect(page.aggregates.tenants).toBe(expected.length)
  expect(page.aggregates.open_tickets).toBe(
    page.items.reduce(
      (sum: number, item: { metrics: { open_tickets: number } }) => sum + item.metrics.open_tickets,
      0,
    ),
  )
})

test('a link that ends within the days asked for is found', async () => {
  const { add, caller } = await seedPartner()
  const [row] = await world.sql<{ soon: Date }>(`select now() + interval '10 days' as soon`)
  await add('Soon', { endsAt: row?.soon ?? null })
  await add('Far')
  expect(names(await board(caller, 'expiring_within_days=10'))).toEqual(['Soon'])
  expect(names(await board(caller, 'expiring_within_days=9'))).toEqual([])
})

test.each([
  ['name', 'asc', ['Alpha', 'Beta', 'Gamma']],
  ['name', 'desc', ['Gamma', 'Beta', 'Alpha']],
  ['created_at', 'desc', ['Gamma', 'Beta', 'Alpha']],
  ['outstanding_balance', 'desc', ['Gamma', 'Alpha', 'Beta']],
  ['outstanding_balance', 'asc', ['Alpha', 'Gamma', 'Beta']],
  ['overdue', 'desc', ['Alpha', 'Gamma', 'Beta']],
  ['open_tickets', 'desc', ['Beta', 'Gamma', 'Alpha']],
  ['sla_breaches', 'desc', ['Beta', 'Alpha', 'Gamma']],
  ['expires_at', 'asc', ['Beta', 'Alpha', 'Gamma']],
])('by %s %s the board is in order, and its pages are the board', async (sort, direction, expected) => {
  const { caller } = await seedThree()
  const query = `sort_by=${sort}&sort_order=${direction}`
  expect(names(await board(caller, query))).toEqual(expected)
  const pages = [await board(caller, `${query}&limit=2`), await board(caller, `${query}&limit=2&offset=2`)]
  expect(pages.flatMap(names)).toEqual(expected)
  expect(pages.map((page) => page.has_more)).toEqual([true, false])
  expect(pages[1].aggregates).toEqual(pages[0].aggregates)
})

/** An alert of this partner about a tenant, as the clock raises it. */
async function seedAlert(
  tenant: TenantId,
  partner: string,
  { area = 'sla', severity = 'warning', state = 'active', snoozed = false } = {},
) {
  await world.seed(
    `insert into alert (audience, partner_id, tenant_id, delegation_id, type, area, severity, state, title, message, dedupe_key, level, resolved_at, snoozed_until)
     select 'partner', $2, $1, d.id, case $3 when 'sla' then 'ticket_clock' else 'ar_threshold' end, $3, $4, $5, 'Title', 'Message', gen_random_uuid()::text, 1,
       case $5 when 'resolved' then now() end, case when $6 then now() + interval '1 hour' end
     from delegation d where d.tenant_id = $1 and d.partner_id = $2`,
    [tenant, partner, area, severity, state, snoozed],
    tenant,
  )
}

test('the board counts open alerts of the kinds that the link opens, finds customers by them and puts the worst first (B5)', async () => {
  const { add, partner, caller } = await seedPartner()
  const [quiet, noisy, grave] = [await add('Quiet'), await add('Noisy'), await add('Grave')]
  const support = await add('Support only', { role: 'msp_support' })
  await seedAlert(noisy.tenant, partner)
  await seedAlert(noisy.tenant, partner, { area: 'billing', state: 'acknowledged' })
  await seedAlert(grave.tenant, partner, { severity: 'critical' })
  await seedAlert(quiet.tenant, partner, { state: 'resolved' })
  await seedAlert(quiet.tenant, partner, { snoozed: true })
  await seedAlert(support.tenant, partner, { area: 'billing' })
  const page = await board(caller, 'sort_by=alerts&sort_order=desc')
  const counts = page.items.map((item: { name: string; metrics: Record<string, number> }) => [
    item.name,
    item.metrics['open_alerts'],
    item.metrics['critical_alerts'],
  ])
  expect(counts).toEqual([
    ['Grave', 1, 1],
    ['Noisy', 2, 0],
    ['Quiet', 0, 0],
    ['Support only', 0, 0],
  ])
  expect(page.aggregates).toMatchObject({ open_alerts: 3, critical_alerts: 1 })
  expect(names(await board(caller, 'has_alerts=true'))).toEqual(['Grave', 'Noisy'])
  expect(names(await board(caller, 'has_alerts=false'))).toEqual(['Quiet', 'Support only'])
})

test('a group narrows the board to its customers, opens none, and is unknown to other partners (B5, B14)', async () => {
  const { add, partner, caller } = await seedPartner()
  const [alpha] = [await add('Alpha'), await add('Beta')]
  const hidden = await world.tenant('Not assigned')
  await world.link(partner, hidden)
  const seedGroup = async (kind: string, owner: string) => {
    const [row] = await world.seed<{ id: string }>(
      `insert into tenant_group (partner_id, name, kind, created_by, created_by_name) values ($1, gen_random_uuid()::text, $2, gen_random_uuid(), 'Ana') returning id`,
      [owner, kind],
    )
    return row?.id ?? ''
  }
  const [chosen, all] = [await seedGroup('chosen', partner), await seedGroup('all', partner)]
  for (const tenant of [alpha.tenant, hidden])
    await world.seed(
      `insert into tenant_group_entry (group_id, partner_id, tenant_id, effect) values ($1, $2, $3, 'include')`,
      [chosen, partner, tenant],
    )
  const groupId = (id: string) => publicIdOf('tenant_group', id)
  expect(names(await board(caller, `group=${groupId(chosen)}`))).toEqual(['Alpha'])
  expect(names(await board(caller, `group=${groupId(all)}`))).toEqual(['Alpha', 'Beta'])
  const other = await seedPartner()
  const foreign = await world.call(other.caller, 'GET', `${BOARD}?group=${groupId(chosen)}`)
  expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'GROUP_NOT_FOUND'])
})
