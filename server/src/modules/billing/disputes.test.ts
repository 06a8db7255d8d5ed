import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedInvoice, seedPartnerOf, seedPayment } from '#testing/invoices.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeBillingRoutes } from './index.ts'

const DISPUTES = '/api/v1/partner/billing/disputes'
const OWN = '/api/v1/tenant/billing/disputes'
const EXPLANATION = 'The line was never delivered.'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeBillingRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function adminOf(tenant: TenantId): Promise<Caller> {
  const person = await world.person('Tina Admin')
  await world.tenantMember(tenant, person.id)
  return world.signIn(person.id)
}

const dispute = (caller: Caller, tenantId: TenantId | undefined, body: object) =>
  world.call(tenantId ? { ...caller, tenantId } : caller, 'POST', DISPUTES, {
    body: { reason: 'not_delivered', explanation: EXPLANATION, ...body },
  })

const answer = (caller: Caller, id: string, act: string, version = 1) =>
  world.call(caller, 'POST', `${OWN}/${id}/${act}`, {
    body: { note: 'We have looked at it.' },
    headers: { 'if-match': `"v${version}"` },
  })

const eventsOf = (tenant: TenantId) =>
  world.sql<{ action: string; billing_party: string | null; actor_name: string; label: string }>(
    `select e.action, e.billing_party, e.actor_name, e.resource_label as label from audit_event e
     join audit_scope s on s.event_id = e.id and s.occurred_at = e.occurred_at and s.kind = 'tenant' and s.scope_id = $1
     where e.action like '%dispute%' or e.action like '%remind%' or e.action like 'billing_settings%' order by e.occurred_at, e.id`,
    [tenant],
  )

test('a partner disputes an invoice of the tenant it acts in; the tenant sees who and why, answers it, and both sides have the events with who pays (B6)', async () => {
  const { first, caller, person } = await seedPartnerOf(world, ['Acme'])
  const invoice = await seedInvoice(world, first, { number: 'A-1', total: 900, name: 'Mia Wong' })
  const raised = await dispute(caller, first, {
    invoice_id: invoice.id,
    amount: { amount_minor: 300, currency: 'EUR' },
  })
  expect(raised.statusCode, raised.body).toBe(201)
  expect(raised.headers['etag']).toBe('"v1"')
  expect(raised.json()).toMatchObject({
    dispute_id: expect.stringMatching(/^dsp_/),
    tenant_name: 'Acme',
    invoice_number: 'A-1',
    customer_name: 'Mia Wong',
    amount: { amount_minor: 300, currency: 'EUR' },
    status: 'open',
    billing_party: 'tenant',
    created_by_name: person.name,
    created_by_partner_name: 'Northwind',
  })
  const admin = await adminOf(first)
  const seen = (await world.call(admin, 'GET', `${OWN}?status=open`)).json()
  expect([seen.total, seen.items[0].explanation, seen.aggregates]).toEqual([
    1,
    EXPLANATION,
    [{ currency: 'EUR', open_count: 1, open_amount: { amount_minor: 300, currency: 'EUR' } }],
  ])
  const summary = (await world.call(caller, 'GET', '/api/v1/partner/billing/summary')).json()
  expect(summary.totals[0].disputes).toEqual({
    open_count: 1,
    amount: { amount_minor: 300, currency: 'EUR' },
  })
  const detail = await world.call(caller, 'GET', `/api/v1/partner/billing/invoices/${invoice.id}`)
  expect(detail.json()).toMatchObject({ is_disputed: true, billing_party: 'tenant' })
  const accepted = await answer(admin, raised.json().dispute_id, 'accept')
  expect(accepted.json()).toMatchObject({
    status: 'accepted',
    decided_by_name: 'Tina Admin',
    decision_note: 'We have looked at it.',
    version: 2,
  })
  expect(
    (await eventsOf(first)).map(({ action, billing_party: party, label }) => [action, party, label]),
  ).toEqual([
    ['billing.disputes.create', 'tenant', 'A-1'],
    ['disputes.accept', 'tenant', 'A-1'],
  ])
  // It changes no amount: the provider's billing credits it.
  expect(
    (await world.call(caller, 'GET', `/api/v1/partner/billing/invoices/${invoice.id}`)).json().balance
      .amount_minor,
  ).toBe(900)
})

test('each side is told of the other by mail: the tenant of a new dispute, the person who raised it of the answer (B6)', async () => {
  const { first, caller, person } = await seedPartnerOf(world, ['Acme'])
  await world.seed(
    `update tenant set contact = '{"billing_email": "money@acme.example"}' where id = $1`,
    [first],
    first,
  )
  const invoice = await seedInvoice(world, first, { number: 'A-9', total: 900 })
  const raised = await dispute(caller, first, { invoice_id: invoice.id })
  expect(raised.body).not.toContain('money@acme.example')
  const [news] = await mails('money@acme.example')
  expect(news?.payload.subject).toBe('Northwind disputes invoice A-9 of Acme')
  expect(news?.payload.text).toContain(EXPLANATION)
  await answer(await adminOf(first), raised.json().dispute_id, 'reject')
  const [reply] = await mails(person.email)
  expect(reply?.payload.subject).toBe('Acme rejected the dispute about invoice A-9')
  expect(reply?.payload.text).toContain('We have looked at it.')
  for (const login of ['liaison_tenant', 'liaison_delegate'] as const)
    expect(
      await world.sqlAs(
        login,
        `select access.dispute_addressee(tenant_id, id) as at from (values ($1::uuid, $1::uuid)) x (tenant_id, id)`,
        [first],
      ),
    ).toEqual([{ at: null }])
})

test('a dispute needs the tenant in the header, a reason that explains, and no more than what is owed, in its currency (B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'])
  const invoice = await seedInvoice(world, first, { total: 900 })
  const paid = await seedInvoice(world, first, { status: 'paid' })
  const codes = async (body: object) =>
    (await dispute(caller, first, body)).json().errors.map((one: { code: string }) => one.code)
  expect((await dispute(caller, undefined, { invoice_id: invoice.id })).json().code).toBe(
    'TENANT_CONTEXT_REQUIRED',
  )
  expect(await codes({ invoice_id: invoice.id, explanation: 'short', reason: 'because' })).toHaveLength(2)
  expect(await codes({ invoice_id: invoice.id, amount: { amount_minor: 901, currency: 'EUR' } })).toEqual([
    'MORE_THAN_OWED',
  ])
  expect(await codes({ invoice_id: invoice.id, amount: { amount_minor: 900, currency: 'USD' } })).toEqual([
    'OTHER_CURRENCY',
  ])
  expect(await codes({ invoice_id: invoice.id, amount: { amount_minor: 0, currency: 'EUR' } })).toEqual([
    'TOO_SMALL',
  ])
  expect(await codes({ invoice_id: paid.id })).toEqual(['MORE_THAN_OWED'])
  expect(await codes({ invoice_id: invoice.id, tenant_id: encodeId('tenant', first) })).toEqual([
    'UNKNOWN_FIELD',
  ])
  expect(await world.sql('select 1 from invoice_dispute where tenant_id = $1', [first])).toEqual([])
})

test('of many who dispute one invoice at once one succeeds; after it was withdrawn it can be disputed again (B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'])
  const invoice = await seedInvoice(world, first, {})
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => dispute(caller, first, { invoice_id: invoice.id })),
  )
  expect(answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)).toEqual([
    201, 409, 409, 409,
  ])
  const raised = answers.find(({ statusCode }) => statusCode === 201)?.json()
  const withdraw = (version: number) =>
    world.call({ ...caller, tenantId: first }, 'POST', `${DISPUTES}/${raised.dispute_id}/withdraw`, {
      headers: { 'if-match': `"v${version}"` },
    })
  expect((await withdraw(7)).json().code).toBe('PRECONDITION_FAILED')
  expect((await withdraw(1)).json().status).toBe('withdrawn')
  expect((await withdraw(2)).json().code).toBe('DISPUTE_STATE_CONFLICT')
  expect((await dispute(caller, first, { invoice_id: invoice.id })).statusCode).toBe(201)
})

test('an invoice or dispute of another tenant is as good as unknown, on both sides (B6, R1)', async () => {
  const { first, second, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  const invoice = await seedInvoice(world, second, {})
  const foreign = await seedInvoice(world, await world.tenant('Foreign'), {})
  for (const id of [invoice.id, foreign.id])
    expect((await dispute(caller, first, { invoice_id: id })).json().code).toBe('INVOICE_NOT_FOUND')
  const raised = (await dispute(caller, second, { invoice_id: invoice.id })).json()
  expect((await answer(await adminOf(first), raised.dispute_id, 'accept')).json().code).toBe(
    'DISPUTE_NOT_FOUND',
  )
  const other = await seedPartnerOf(world, ['Gamma'])
  expect((await world.call(other.caller, 'GET', DISPUTES)).json().total).toBe(0)
})

test('who may read invoices but not dispute them is refused, and a tenant user does not answer (B2, B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'], 'auditor')
  const invoice = await seedInvoice(world, first, {})
  expect((await dispute(caller, first, { invoice_id: invoice.id })).json().code).toBe('PERMISSION_DENIED')
  const user = await world.person()
  await world.tenantMember(first, user.id, 'TENANT_USER')
  const refused = await world.call(await world.signIn(user.id), 'GET', OWN)
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'PERMISSION_DENIED'])
})

test('another partner of the same tenant sees a dispute but does not withdraw it (B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'], 'msp_billing')
  const raised = (
    await dispute(caller, first, { invoice_id: (await seedInvoice(world, first, {})).id })
  ).json()
  const other = await seedPartnerOf(world, ['Beta'])
  await world.assign(await world.link(other.partner, first, { role: 'msp_billing' }), other.member)
  const acting = { ...other.caller, tenantId: first }
  expect((await world.call(acting, 'GET', DISPUTES)).json().total).toBe(1)
  const refused = await world.call(acting, 'POST', `${DISPUTES}/${raised.dispute_id}/withdraw`, {
    headers: { 'if-match': '"v1"' },
  })
  expect(refused.json().code).toBe('DISPUTE_STATE_CONFLICT')
})

test('as raw SQL no login files a dispute or reminder in another name, or above what is owed', async () => {
  for (const login of ['liaison_delegate', 'liaison_tenant'] as const) {
    for (const table of ['invoice_dispute', 'invoice_reminder'])
      expect(await world.sqlAs(login, `select 1 from ${table}`)).toEqual([])
  }
  await expect(
    world.sqlAs(
      'liaison_delegate',
      `insert into invoice_reminder (tenant_id, invoice_id, sent_on, sent_at, recipient, days_overdue, balance_minor, currency, billing_party, sent_by, sent_by_name, partner_id, partner_name, delegation_id)
      select tenant_id, id, current_date, now(), 'customer', 1, 1, 'EUR', 'tenant', id, 'x', id, 'x', id from (values (gen_random_uuid(), gen_random_uuid())) v (tenant_id, id)`,
    ),
  ).rejects.toThrow('everybody acts in the own name')
  await expect(world.sqlAs('liaison_delegate', 'select billing_email from subscriber')).rejects.toThrow(
    'permission denied',
  )
  await expect(
    world.sqlAs('liaison_delegate', `update invoice_dispute set amount_minor = 1`),
  ).rejects.toThrow('permission denied')
  const { first, partner } = await seedPartnerOf(world, ['Acme'])
  const invoice = await seedInvoice(world, first, { total: 10 })
  await expect(
    world.seed(
      `insert into invoice_dispute (tenant_id, invoice_id, reason, explanation, amount_minor, currency, billing_party, created_by, created_by_name, created_by_partner_id, created_by_partner_name, delegation_id)
       values ($1, $2, 'other', 'a long explanation', 11, 'EUR', 'tenant', $3, 'x', $3, 'x', $3)`,
      [first, invoice.uuid, partner],
      first,
    ),
  ).rejects.toThrow('no more than what is owed')
})

async function seedSubscriber(tenant: TenantId, email: string | null): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into subscriber (tenant_id, name, status, billing_email) values ($1, 'Mia Wong', 'active', $2) returning id`,
    [tenant, email],
    tenant,
  )
  return row?.id ?? ''
}

const remind = (caller: Caller, tenantId: TenantId, id: string) =>
  world.call({ ...caller, tenantId }, 'POST', `/api/v1/partner/billing/invoices/${id}/remind`)

const mails = (to: string) =>
  world.sql<{ payload: { to: string; subject: string; text: string } }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'to' = $1`,
    [to],
  )

test('a reminder of an overdue invoice is mailed to the customer in the tenant’s name, at most once a day whoever sends it, and is recorded (B6)', async () => {
  const { first, caller, person } = await seedPartnerOf(world, ['Acme'])
  const subscriberId = await seedSubscriber(first, 'mia@customer.example')
  const invoice = await seedInvoice(world, first, {
    number: 'A-7',
    name: 'Mia Wong',
    issued: 50,
    due: 20,
    total: 123_456,
    subscriberId,
  })
  const answers = await Promise.all([remind(caller, first, invoice.id), remind(caller, first, invoice.id)])
  expect(answers.map(({ statusCode }) => statusCode).toSorted((left, right) => left - right)).toEqual([
    201, 409,
  ])
  const sent = answers.find(({ statusCode }) => statusCode === 201)
  expect(sent?.json()).toMatchObject({
    invoice_number: 'A-7',
    recipient: 'customer',
    days_overdue: 20,
    billing_party: 'tenant',
  })
  expect(sent?.body).not.toContain('mia@customer.example')
  const [mail, ...more] = await mails('mia@customer.example')
  expect(more).toEqual([])
  expect(mail?.payload.subject).toBe('Reminder: invoice A-7 of Acme')
  expect(mail?.payload.text).toContain('1,234.56 EUR')
  expect((await remind(caller, first, invoice.id)).json().code).toBe('REMINDER_SENT_TODAY')
  const detail = (await world.call(caller, 'GET', `/api/v1/partner/billing/invoices/${invoice.id}`)).json()
  expect(detail.reminders).toEqual([
    {
      sent_at: expect.any(String),
      sent_by_name: person.name,
      partner_name: 'Northwind',
      recipient: 'customer',
    },
  ])
  expect(
    (await eventsOf(first)).map(({ action, billing_party: party, actor_name: name }) => [
      action,
      party,
      name,
    ]),
  ).toEqual([['billing.reminders.send', 'tenant', person.name]])
})

test('the tenant decides whether and to whom reminders go (B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'])
  await world.seed(
    `update tenant set contact = '{"billing_email": "office@acme.example"}' where id = $1`,
    [first],
    first,
  )
  const late = () => seedInvoice(world, first, { issued: 50, due: 20 })
  const admin = await adminOf(first)
  const set = (body: object, version: number) =>
    world.call(admin, 'PUT', '/api/v1/tenant/billing/reminder-setting', {
      body: { reply_to: null, note: null, ...body },
      headers: { 'if-match': `"v${version}"` },
    })
  expect((await world.call(admin, 'GET', '/api/v1/tenant/billing/reminder-setting')).json()).toEqual({
    reminders: 'customer',
    reply_to: null,
    note: null,
    version: 0,
  })
  expect((await remind(caller, first, (await late()).id)).json().code).toBe('REMINDER_WITHOUT_ADDRESS')
  expect((await set({ reminders: 'tenant', note: 'Please pay by transfer.' }, 0)).json()).toMatchObject({
    reminders: 'tenant',
    version: 1,
  })
  expect((await remind(caller, first, (await late()).id)).json()).toMatchObject({ recipient: 'tenant' })
  expect(
    (await mails('office@acme.example')).map(({ payload }) =>
      payload.text.includes('Please pay by transfer.'),
    ),
  ).toEqual([true])
  expect((await set({ reminders: 'off' }, 0)).json().code).toBe('PRECONDITION_FAILED')
  expect((await set({ reminders: 'off' }, 1)).statusCode).toBe(200)
  expect((await remind(caller, first, (await late()).id)).json().code).toBe('REMINDERS_OFF')
  expect((await set({ reminders: 'sometimes', reply_to: 'nobody' }, 2)).json().errors).toHaveLength(2)
})

test('what is not overdue or is in dispute is not reminded of (B6)', async () => {
  const { first, caller } = await seedPartnerOf(world, ['Acme'])
  const fresh = await seedInvoice(world, first, { issued: 5 })
  const paid = await seedInvoice(world, first, { issued: 90, due: 60, status: 'paid' })
  const late = await seedInvoice(world, first, { issued: 90, due: 60 })
  for (const { id } of [fresh, paid])
    expect((await remind(caller, first, id)).json().code).toBe('INVOICE_NOT_OVERDUE')
  await dispute(caller, first, { invoice_id: late.id })
  expect((await remind(caller, first, late.id)).json().code).toBe('INVOICE_DISPUTED')
})

test('payments of all tenants are listed newest first with exact sums per currency, by pages and by cursor alike, only where they are allowed (B6)', async () => {
  const { partner, member, first, second, caller } = await seedPartnerOf(world, ['Acme', 'Beta'])
  const denied = await world.tenant('No payments')
  const link = await world.link(partner, denied)
  await world.assign(link, member)
  await world.override(link, 'partner.billing.payments.read', 'deny')
  for (const tenant of [first, second, denied]) {
    const invoice = await seedInvoice(world, tenant, { status: 'paid', number: 'P-1', name: 'Mia' })
    for (let index = 0; index < 4; index += 1)
      await seedPayment(world, tenant, {
        invoice: invoice.uuid,
        amount: 100 + index,
        daysAgo: index + 1,
        currency: index === 3 ? 'USD' : 'EUR',
      })
  }
  const list = async (query: string) =>
    (await world.call(caller, 'GET', `/api/v1/partner/billing/payments?${query}`)).json()
  const whole = await list('')
  expect(whole).toMatchObject({ total: 8, has_more: false, scope: { tenant_count: 2 } })
  expect(whole.scope.excluded).toHaveLength(1)
  expect(whole.items[0]).toMatchObject({
    invoice_number: 'P-1',
    customer_name: 'Mia',
    amount: { amount_minor: 100, currency: 'EUR' },
    method: 'bank',
    source_system: null,
  })
  expect(whole.aggregates).toEqual([
    { currency: 'EUR', total_amount: { amount_minor: 606, currency: 'EUR' }, payment_count: 6 },
    { currency: 'USD', total_amount: { amount_minor: 206, currency: 'USD' }, payment_count: 2 },
  ])
  const ids = whole.items.map((item: { payment_id: string }) => item.payment_id)
  const followed: string[] = []
  let query = 'limit=3'
  for (;;) {
    const page = await list(query)
    followed.push(...page.items.map((item: { payment_id: string }) => item.payment_id))
    if (page.next_cursor === null) break
    query = `limit=3&cursor=${encodeURIComponent(page.next_cursor)}`
  }
  expect(followed).toEqual(ids)
  expect(
    (await list('limit=3&offset=5')).items.map((item: { payment_id: string }) => item.payment_id),
  ).toEqual(ids.slice(5))
  expect((await list('currency=USD')).total).toBe(2)
  expect((await list('cursor=x&offset=2')).code).toBe('VALIDATION_ERROR')
})
