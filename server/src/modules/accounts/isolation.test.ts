import { encodeId } from '@liaison/access'
import type { SubscriberId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { inContext, seedAccount, seedSubscriber, startWholeWorld } from '#testing/account-acts.ts'
import { seedInvoice, seedPayment } from '#testing/invoices.ts'
import type { Caller, TestWorld } from '#testing/world.ts'

const BILLING = '/api/v1/partner/billing'
const TICKETS = '/api/v1/partner/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await startWholeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedTicket(tenant: TenantId, subject: string, subscriber: SubscriberId | null) {
  const [row] = await world.seed<{ id: string }>(
    `insert into ticket (tenant_id, number, subject, subscriber_id, customer_name) values ($1, 'T-' || uuidv7(), $2, $3, $2) returning id`,
    [tenant, subject, subscriber],
    tenant,
  )
  return publicIdOf('ticket', row?.id ?? '')
}

/** A reseller whose link is restricted, with one own account among the tenant's subscribers, and an open link with another tenant. */
async function seedReseller() {
  const partner = await world.partner('Contoso Channel', ['reseller'])
  const person = await world.person()
  const member = await world.partnerMember(partner, person.id)
  const tenant = await world.tenant('Acme Fiber')
  const link = await world.link(partner, tenant, { ownAccountsOnly: true })
  await world.assign(link, member)
  const [own, other] = [
    await seedSubscriber(world, tenant, 'Own Bakery'),
    await seedSubscriber(world, tenant, 'Other Mill'),
  ]
  const account = await seedAccount(world, { tenant, partner, subscriber: own.uuid })
  const invoices = {
    own: await seedInvoice(world, tenant, {
      number: 'OWN-1',
      name: 'Own Bakery',
      total: 700,
      subscriberId: own.uuid,
    }),
    ownPaid: await seedInvoice(world, tenant, {
      number: 'OWN-2',
      name: 'Own Bakery',
      total: 300,
      issued: 90,
      status: 'paid',
      subscriberId: own.uuid,
    }),
    other: await seedInvoice(world, tenant, {
      number: 'OTHER-1',
      name: 'Other Mill',
      total: 5000,
      subscriberId: other.uuid,
    }),
    otherPaid: await seedInvoice(world, tenant, {
      number: 'OTHER-2',
      name: 'Other Mill',
      total: 9000,
      issued: 90,
      status: 'paid',
      subscriberId: other.uuid,
    }),
    nobodys: await seedInvoice(world, tenant, { number: 'NONE-1', name: 'Own Bakery', total: 11_000 }),
  }
  const tickets = {
    own: await seedTicket(tenant, 'Own line down', own.uuid),
    other: await seedTicket(tenant, 'Other line down', other.uuid),
    tenant: await seedTicket(tenant, 'All lines down', null),
  }
  const signedIn = await world.signIn(person.id)
  return {
    partner,
    person,
    member,
    tenant,
    link,
    own,
    other,
    account,
    invoices,
    tickets,
    signedIn,
    acting: { ...signedIn, tenantId: tenant },
  }
}

type Scene = Awaited<ReturnType<typeof seedReseller>>
const get = (caller: Caller, path: string) => world.call(caller, 'GET', path)
const numbersOf = async (caller: Caller, query = '') =>
  (await get(caller, `${BILLING}/invoices${query}`))
    .json()
    .items.map((item: { invoice_number: string }) => item.invoice_number)
const without = (body: Record<string, unknown>) => {
  const { request_id: _request, timestamp: _timestamp, explain_id: _explain, ...rest } = body
  return rest
}

test('a link that is restricted to own accounts shows the invoices of these accounts alone, in lists, searches, filters and sums (B18)', async () => {
  const { signedIn } = await seedReseller()
  for (const query of [
    '',
    '?sort_by=amount',
    '?sort_by=status',
    '?min_amount=1',
    '?currency=EUR',
    '?search=OWN',
    '?search=Bakery',
    '?search=o&limit=2',
    '?sort_by=status&offset=0&limit=10',
  ])
    expect((await numbersOf(signedIn, query)).toSorted(), query).toEqual(['OWN-1', 'OWN-2'])
  expect(await numbersOf(signedIn, '?search=OTHER')).toEqual([])
  expect(await numbersOf(signedIn, '?sort_by=status&limit=1&offset=1')).toHaveLength(1)
  for (const query of ['', '?min_amount=1', '?search=Bakery', '?currency=EUR']) {
    const body = (await get(signedIn, `${BILLING}/invoices${query}`)).json()
    expect(body.total, query).toBe(2)
    expect(body.aggregates, query).toMatchObject([
      {
        currency: 'EUR',
        total_amount: { amount_minor: 1000 },
        paid_amount: { amount_minor: 300 },
        outstanding_amount: { amount_minor: 700 },
      },
    ])
  }
  const first = (await get(signedIn, `${BILLING}/invoices?limit=1`)).json()
  const next = (await get(signedIn, `${BILLING}/invoices?limit=1&cursor=${first.next_cursor}`)).json()
  expect(
    [...first.items, ...next.items].map((item: { invoice_number: string }) => item.invoice_number),
  ).toEqual(['OWN-1', 'OWN-2'])
  expect(next.next_cursor).toBeNull()
})

test('an invoice, a ticket and a payment of somebody else answer as ones that do not exist (B18)', async () => {
  const { signedIn, acting, invoices, tickets, tenant } = await seedReseller()
  await seedPayment(world, tenant, { invoice: invoices.own.uuid, amount: 100 })
  await seedPayment(world, tenant, { invoice: invoices.other.uuid, amount: 4000 })
  const nobodys = publicIdOf('invoice', '01890000-0000-7000-8000-000000000001')
  const missing = without((await get(signedIn, `${BILLING}/invoices/${nobodys}`)).json())
  for (const invoice of [invoices.other, invoices.otherPaid, invoices.nobodys])
    expect(without((await get(signedIn, `${BILLING}/invoices/${invoice.id}`)).json())).toEqual(missing)
  expect((await get(signedIn, `${BILLING}/invoices/${invoices.own.id}`)).json()).toMatchObject({
    invoice_number: 'OWN-1',
    payments: [{}],
  })
  const payments = (await get(signedIn, `${BILLING}/payments`)).json()
  expect(payments).toMatchObject({
    total: 1,
    aggregates: [{ total_amount: { amount_minor: 100 }, payment_count: 1 }],
  })
  for (const id of [tickets.other, tickets.tenant]) {
    expect((await get(acting, `${TICKETS}/${id}`)).json()).toMatchObject({
      status: 404,
      code: 'TICKET_NOT_FOUND',
    })
    const changed = await world.call(acting, 'PATCH', `${TICKETS}/${id}`, {
      body: { status: 'closed' },
      headers: { 'if-match': '"v1"' },
    })
    expect(changed.json()).toMatchObject({ status: 404, code: 'TICKET_NOT_FOUND' })
  }
})

test('tickets: own ones are read, counted, changed and opened; others and those of the whole organisation are not there (B18)', async () => {
  const { signedIn, acting, tickets, own, other } = await seedReseller()
  for (const query of ['', '?search=line', '?status=open', '?sort_by=priority']) {
    const body = (await get(signedIn, `${TICKETS}${query}`)).json()
    expect(
      body.items?.map((item: { subject: string }) => item.subject),
      query,
    ).toEqual(['Own line down'])
    expect(body.total, query).toBe(1)
  }
  const changed = await world.call(acting, 'PATCH', `${TICKETS}/${tickets.own}`, {
    body: { priority: 'high', comment: { content: 'Seen.' } },
    headers: { 'if-match': '"v1"' },
  })
  expect(changed.statusCode, changed.body).toBe(200)
  const open = (body: object) =>
    world.call(acting, 'POST', TICKETS, { body: { subject: 'New', description: 'A new one.', ...body } })
  const opened = await open({ customer_id: own.id })
  expect(opened.statusCode, opened.body).toBe(201)
  expect((await get(acting, `${TICKETS}/${opened.json().ticket_id}`)).statusCode).toBe(200)
  expect((await open({ customer_id: other.id })).json()).toMatchObject({
    status: 422,
    errors: [{ code: 'UNKNOWN_SUBSCRIBER' }],
  })
  expect((await open({})).json()).toMatchObject({ status: 422, errors: [{ code: 'ACCOUNT_REQUIRED' }] })
})

test('subscribers are the own ones, and what works on all of the organisation is refused and told by the explainer (B18)', async () => {
  const { signedIn, acting, own, tenant, person, invoices } = await seedReseller()
  const subscribers = (await get(acting, '/api/v1/partner/provisioning/subscribers')).json()
  expect(subscribers).toMatchObject({ total: 1, items: [{ subscriber_id: own.id }] })
  const tenantId = encodeId('tenant', tenant)
  for (const path of [
    `${BILLING}/summary`,
    '/api/v1/partner/reports/usage',
    '/api/v1/partner/reports/sla',
    '/api/v1/partner/alerts/sla',
    '/api/v1/partner/alerts/billing',
  ]) {
    const answer = (await get(signedIn, path)).json()
    expect(answer.scope, path).toMatchObject({
      tenant_count: 0,
      excluded: [{ tenant_id: tenantId, reason: 'ACCOUNTS_ONLY' }],
    })
    expect((await get(acting, path)).json(), path).toMatchObject({ status: 403, code: 'ACCOUNTS_ONLY' })
  }
  const board = (await get(signedIn, '/api/v1/partner/customers')).json()
  expect(board.items).toMatchObject([
    { metrics: { outstanding: null, open_tickets: 1, total_subscribers: 1 } },
  ])
  expect(board.items[0].withheld).toEqual(expect.arrayContaining(['billing', 'alerts']))
  const explain = async (id: string) =>
    (
      await world.call(signedIn, 'POST', '/api/v1/partner/access/explain', {
        body: {
          user_id: encodeId('person', person.id),
          tenant_id: tenantId,
          permission: 'partner.billing.invoices.read',
          resource: { type: 'invoice', id },
        },
      })
    ).json()
  expect(await explain(invoices.own.id)).toMatchObject({ decision: 'allow' })
  expect(await explain(invoices.other.id)).toMatchObject({ decision: 'deny', code: 'RESOURCE_NOT_FOUND' })
})

test('neither implies the other: an account without a link opens nothing, a restricted link without an account opens no account, an unrestricted one opens all (B18)', async () => {
  const { partner, person, member, signedIn, account, tenant, link } = await seedReseller()
  const unlinked = await world.tenant('Never Linked')
  const attached = await seedSubscriber(world, unlinked, 'Attached')
  await seedAccount(world, { tenant: unlinked, partner, subscriber: attached.uuid })
  await seedInvoice(world, unlinked, { number: 'UNLINKED-1', subscriberId: attached.uuid })
  expect(await numbersOf(signedIn)).toEqual(['OWN-1', 'OWN-2'])
  const there = { ...signedIn, tenantId: unlinked }
  expect((await get(there, '/api/v1/partner/provisioning/subscribers')).json()).toMatchObject({
    status: 404,
    code: 'TENANT_NOT_FOUND',
  })
  await world.seed(
    `update partner_account set ends_at = now() - interval '1 second' where id = $1`,
    [account],
    tenant,
  )
  expect(await numbersOf(signedIn)).toEqual([])
  expect((await get(signedIn, `${BILLING}/invoices`)).json()).toMatchObject({
    total: 0,
    aggregates: [],
    scope: { tenant_count: 1 },
  })
  await world.seed('update delegation set own_accounts_only = false where id = $1', [link], tenant)
  expect(await numbersOf(signedIn)).toHaveLength(5)
  expect([person.id, member]).toHaveLength(2)
})

/** What the database itself shows to a login with this caller's context. */
const asDelegate = ({ signedIn, tenant }: Scene, permission: string, text: string) =>
  inContext(world, { login: 'liaison_delegate', caller: signedIn, permission, tenant }, text)

test('the database refuses too: with any permission of the link no row of another subscriber and no kept sum is read by plain SQL (B18)', async () => {
  const scene = await seedReseller()
  const read = async (permission: string, relation: string, column = 'subscriber_id') =>
    (await asDelegate(scene, permission, `select distinct ${column} as it from ${relation}`)).map(
      ({ it }) => it,
    )
  expect(await read('partner.billing.invoices.read', 'invoice')).toEqual([scene.own.uuid])
  expect(await read('partner.support.tickets.list', 'ticket')).toEqual([scene.own.uuid])
  expect(await read('partner.provisioning.subscribers.list', 'subscriber', 'id')).toEqual([scene.own.uuid])
  for (const permission of [
    'partner.billing.read',
    'partner.billing.summary.read',
    'partner.reports.revenue.read',
    'partner.reports.usage.read',
    'partner.reports.sla.read',
    'partner.alerts.sla.read',
  ])
    for (const relation of [
      'invoice',
      'ticket',
      'subscriber',
      'invoice_month',
      'invoice_band',
      'invoice_state',
      'billing_month',
      'invoice_due',
      'invoice_age',
      'usage_day',
      'outage',
      'alert',
    ])
      expect(await read(permission, relation, 'tenant_id'), `${permission} ${relation}`).toEqual([])
  for (const relation of [
    'invoice_month',
    'invoice_band',
    'invoice_state',
    'billing_account',
    'invoice_age',
    'alert',
    'usage_day',
  ])
    expect(await read('partner.billing.invoices.read', relation, 'tenant_id'), relation).toEqual([])
  const [sums] = await asDelegate(
    scene,
    'partner.billing.invoices.read',
    `select count(*)::integer as rows from access.summarise_billing(array['${scene.tenant}']::uuid[], '2000-01-01', '2100-01-01', current_date)`,
  )
  expect(sums).toEqual({ rows: 0 })
  const [states] = await asDelegate(
    scene,
    'partner.billing.invoices.read',
    `select count(*)::integer as rows from access.sum_invoice_states(array['${scene.tenant}']::uuid[], '{draft,finalized,partially_paid,paid,cancelled}', null, current_date)`,
  )
  expect(states).toEqual({ rows: 0 })
  const [found] = await asDelegate(
    scene,
    'partner.billing.invoices.read',
    `select count(*)::integer as rows from access.search_invoices('%', array['${scene.tenant}']::uuid[])`,
  )
  expect(found).toEqual({ rows: 2 })
})
