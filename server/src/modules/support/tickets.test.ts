import { encodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeSupportRoutes } from './index.ts'
import { ageClocks } from '#testing/clocks.ts'

const TICKETS = '/api/v1/partner/support/tickets'
const OWN = '/api/v1/tenant/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeSupportRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

async function seedActing(role: LinkRole = 'msp_support') {
  const partner = await world.partner('Northwind MSP')
  const tenant = await world.tenant('Acme')
  const lee = await world.person('Lee Park')
  const member = await world.partnerMember(partner, lee.id)
  const link = await world.link(partner, tenant, { role })
  await world.assign(link, member)
  const signedIn = await world.signIn(lee.id)
  return { partner, tenant, lee, member, link, signedIn, caller: { ...signedIn, tenantId: tenant } }
}

async function seedClerk(tenant: TenantId, role: 'TENANT_ADMIN' | 'TENANT_USER' = 'TENANT_USER') {
  const person = await world.person()
  await world.tenantMember(tenant, person.id, role)
  return { person, caller: { ...(await world.signIn(person.id)), tenantId: tenant } }
}

const NEW = { subject: 'No signal', description: 'Since 08:00 all lines are down.' }

async function open(caller: Caller, body: object = {}, base = TICKETS) {
  const response = await world.call(caller, 'POST', base, { body: { ...NEW, ...body } })
  expect(response.statusCode).toBe(201)
  return response.json()
}

async function read(caller: Caller, id: string, base = TICKETS) {
  return (await world.call(caller, 'GET', `${base}/${id}`)).json()
}

const change = (caller: Caller, id: string, body: object, version: number | null = 1, base = TICKETS) =>
  world.call(caller, 'PATCH', `${base}/${id}`, {
    body,
    ...(version !== null && { headers: { 'if-match': `"v${version}"` } }),
  })

test('a ticket is opened on behalf of the tenant, numbered, with its promised time and who pays', async () => {
  const { caller, partner, tenant } = await seedActing()
  const response = await world.call(caller, 'POST', TICKETS, {
    body: { ...NEW, priority: 'urgent', category: 'network', tags: ['fiber'] },
  })
  expect(response.statusCode).toBe(201)
  const opened = response.json()
  expect(opened).toEqual({
    ticket_id: expect.stringMatching(/^tkt_/),
    ticket_number: 'T-1',
    tenant_id: encodeId('tenant', tenant),
    status: 'open',
    priority: 'urgent',
    created_by_partner: true,
    created_by_partner_id: encodeId('partner', partner),
    created_by_partner_name: 'Northwind MSP',
    created_on_behalf: true,
    created_at: expect.any(String),
    sla_breach_at: expect.any(String),
    sla_clocks: [
      { metric: 'first_response', target_minutes: 60, calendar: '24x7', due_at: opened.sla_breach_at },
      { metric: 'resolution', target_minutes: 240, calendar: '24x7', due_at: expect.any(String) },
    ],
    billing_party: 'tenant',
  })
  expect(Date.parse(opened.sla_breach_at) - Date.parse(opened.created_at)).toBe(3_600_000)
  expect(response.headers).toMatchObject({
    location: `${TICKETS}/${opened.ticket_id}`,
    etag: '"v1"',
    'x-active-tenant-id': encodeId('tenant', tenant),
  })
  expect(await read(caller, opened.ticket_id)).toMatchObject({
    subject: 'No signal',
    description: NEW.description,
    category: 'network',
    tags: ['fiber'],
    created_by_name: 'Lee Park',
    created_by_partner_name: 'Northwind MSP',
    sla: { metric: 'first_response', state: 'ok', percent: 0, due_at: opened.sla_breach_at, paused: false },
    comments: [],
    allowed_transitions: ['closed', 'on_hold', 'pending', 'resolved'],
    version: 1,
  })
})

test("the tenant's own people see who worked on the ticket and for which partner", async () => {
  const { caller, tenant } = await seedActing()
  const { ticket_id: id } = await open(caller)
  await change(caller, id, { comment: { content: 'On our way.' } })
  const { caller: clerk } = await seedClerk(tenant)
  expect(await read(clerk, id, OWN)).toMatchObject({
    created_by_name: 'Lee Park',
    created_by_partner_name: 'Northwind MSP',
    comments: [
      {
        author_name: 'Lee Park',
        author_partner_name: 'Northwind MSP',
        content: 'On our way.',
        is_internal: false,
      },
    ],
  })
  const [event] = await world.sql(
    `select e.actor_name, e.partner_name, e.resource_label, e.billing_party from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'tenant' and s.scope_id = $1 and e.action = 'support.tickets.create'`,
    [tenant],
  )
  expect(event).toEqual({
    actor_name: 'Lee Park',
    partner_name: 'Northwind MSP',
    resource_label: 'T-1',
    billing_party: 'tenant',
  })
})

test('twenty tickets opened at once are numbered without a gap or a double, and a failed one takes no number', async () => {
  const { caller } = await seedActing()
  const refused = await world.call(caller, 'POST', TICKETS, {
    body: {
      ...NEW,
      customer_id: publicIdOf('subscriber', '01890000-0000-7000-8000-000000000001'),
    },
  })
  expect(refused.json()).toMatchObject({
    code: 'VALIDATION_ERROR',
    errors: [{ pointer: '/body/customer_id', code: 'UNKNOWN_SUBSCRIBER' }],
  })
  const opened = await Promise.all(Array.from({ length: 20 }, () => open(caller)))
  const numbers = opened
    .map((ticket) => Number(ticket.ticket_number.slice(2)))
    .toSorted((left, right) => left - right)
  expect(numbers).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
})

test("a number that the provider's own system used is passed over", async () => {
  const { caller, tenant } = await seedActing()
  await world.seed(
    `insert into ticket (tenant_id, number, subject) values ($1, 'T-1', 'Imported')`,
    [tenant],
    tenant,
  )
  expect((await open(caller)).ticket_number).toBe('T-2')
})

test('the response time of the link is promised for normal tickets', async () => {
  const { caller, link, tenant } = await seedActing()
  await world.seed('update link set sla_response_hours = 2 where id = $1', [link], tenant)
  const { sla_clocks: clocks } = await open(caller)
  expect(clocks).toMatchObject([
    { metric: 'first_response', target_minutes: 120, calendar: 'business' },
    { metric: 'resolution', target_minutes: 1440, calendar: 'business' },
  ])
})

test('a ticket can be filed for a subscriber of the tenant and for nobody else', async () => {
  const { caller, tenant } = await seedActing()
  const other = await world.tenant('Other')
  const add = async (where: TenantId) => {
    const [row] = await world.seed<{ id: string }>(
      `insert into subscriber (tenant_id, name, status) values ($1, 'Mia Wong', 'active') returning id`,
      [where],
      where,
    )
    return publicIdOf('subscriber', row?.id ?? '')
  }
  const { ticket_id: id } = await open(caller, { customer_id: await add(tenant) })
  expect(await read(caller, id)).toMatchObject({
    customer_name: 'Mia Wong',
    customer_id: expect.stringMatching(/^sub_/),
  })
  expect(
    (await world.call(caller, 'POST', TICKETS, { body: { ...NEW, customer_id: await add(other) } }))
      .statusCode,
  ).toBe(422)
})

test('the first public comment of an agent meets the first response; a status or an internal note does not', async () => {
  const { caller } = await seedActing('msp_full')
  const { ticket_id: id } = await open(caller)
  expect(
    (await change(caller, id, { comment: { content: 'To ourselves.', is_internal: true } })).json().sla
      .metric,
  ).toBe('first_response')
  expect((await change(caller, id, { status: 'pending' }, 2)).json().sla).toMatchObject({
    metric: 'first_response',
    state: 'paused',
    due_at: null,
  })
  expect((await change(caller, id, { status: 'open' }, 3)).json().sla.metric).toBe('first_response')
  expect((await change(caller, id, { comment: { content: 'We are on it.' } }, 4)).json().sla.metric).toBe(
    'resolution',
  )
  expect(await read(caller, id)).toMatchObject({ response_count: 1, last_response_at: expect.any(String) })
})

test('a pause moves the due time by its exact length, in the database too', async () => {
  const { caller, tenant } = await seedActing()
  const { ticket_id: id } = await open(caller, { priority: 'high' })
  await change(caller, id, { status: 'on_hold' })
  await world.seed(
    `update ticket_sla_clock set paused_since = paused_since - interval '90 minutes' where tenant_id = $1`,
    [tenant],
    tenant,
  )
  await change(caller, id, { status: 'open' }, 2)
  const clocks = await world.sql(
    `select metric, round(extract(epoch from due_at - started_at) / 60)::integer as minutes, paused_since, extract(epoch from due_at - started_at) - target_minutes * 60 - paused_ms / 1000.0 as rest from ticket_sla_clock where tenant_id = $1 order by metric`,
    [tenant],
  )
  expect(clocks).toMatchObject([
    { metric: 'first_response', minutes: 240 + 90, paused_since: null },
    { metric: 'resolution', minutes: 480 + 90, paused_since: null },
  ])
  for (const clock of clocks) expect(Math.abs(Number(clock['rest']))).toBeLessThan(0.01)
})

test('a priority is raised at once and lowered only with a reason, which never takes a missed promise back', async () => {
  const { caller, tenant } = await seedActing()
  const { ticket_id: id, created_at: createdAt } = await open(caller)
  const raised = (await change(caller, id, { priority: 'urgent' })).json()
  expect(Date.parse(raised.sla.due_at) - Date.parse(createdAt)).toBe(3_600_000)
  await ageClocks(world, tenant, 120)
  expect((await read(caller, id)).is_sla_breached).toBe(true)
  const unreasoned = await change(caller, id, { priority: 'low' }, 2)
  expect(unreasoned.statusCode).toBe(422)
  expect(unreasoned.json().errors).toMatchObject([
    { pointer: '/body/priority_reason', code: 'REASON_REQUIRED' },
  ])
  expect(
    (await change(caller, id, { priority: 'low', priority_reason: 'Agreed with the site.' }, 2)).statusCode,
  ).toBe(200)
  expect(await read(caller, id)).toMatchObject({ priority: 'low', is_sla_breached: true })
  const [event] = await world.sql(
    `select changes, reason from audit_event where tenant_id = $1 and action = 'support.tickets.update' order by occurred_at desc limit 1`,
    [tenant],
  )
  expect(event).toEqual({
    changes: { priority: { before: 'urgent', after: 'low' } },
    reason: 'Agreed with the site.',
  })
})

test('every move of a ticket is exactly as its table says, and a refused one names the allowed', async () => {
  const { caller, tenant } = await seedActing()
  const states = ['open', 'pending', 'on_hold', 'resolved', 'closed']
  const legal = await world.sql<{ move: string }>(
    `select from_state || ' ' || to_state as move from state_transition where entity = 'ticket' and actor_kind = 'partner'`,
  )
  const allowed = new Set(legal.map((row) => row.move))
  const { ticket_id: id } = await open(caller)
  for (const from of states) {
    for (const to of states.filter((state) => state !== from)) {
      await world.seed(
        `update ticket set status = $2, version = 1 where tenant_id = $1`,
        [tenant, from],
        tenant,
      )
      const response = await change(caller, id, { status: to })
      expect([response.statusCode, `${from} ${to}`]).toEqual([
        allowed.has(`${from} ${to}`) ? 200 : 409,
        `${from} ${to}`,
      ])
      const moves = [...allowed]
        .filter((move) => move.startsWith(`${from} `))
        .map((move) => move.split(' ')[1] ?? '')
      const { code, details } = response.json()
      expect(response.statusCode === 200 ? null : { code, details }).toEqual(
        response.statusCode === 200
          ? null
          : {
              code: 'TICKET_STATE_CONFLICT',
              details: {
                status: from,
                allowed_transitions: moves.toSorted((left, right) => (left < right ? -1 : 1)),
              },
            },
      )
    }
  }
})

test('a closed ticket takes no comment and no other change', async () => {
  const { caller } = await seedActing('msp_full')
  const { ticket_id: id } = await open(caller)
  await change(caller, id, { status: 'closed' })
  for (const body of [
    { comment: { content: 'Still down.' } },
    { priority: 'urgent' },
    { assigned_to: null, status: 'open' },
  ]) {
    expect((await change(caller, id, body, 2)).json().code).toBe('TICKET_STATE_CONFLICT')
  }
})

test('a change needs the version that was read: none is 428, an old one 412, and nothing is changed', async () => {
  const { caller } = await seedActing()
  const { ticket_id: id } = await open(caller)
  expect((await change(caller, id, { status: 'pending' }, null)).json()).toMatchObject({
    status: 428,
    code: 'PRECONDITION_REQUIRED',
  })
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => change(caller, id, { status: 'pending' })),
  )
  expect(answers.map((answer) => answer.statusCode).toSorted((left, right) => left - right)).toEqual([
    200,
    ...Array.from({ length: 19 }, () => 412),
  ])
  expect(await read(caller, id)).toMatchObject({ status: 'pending', version: 2 })
})

test('a comment alone needs no version, but its own permission', async () => {
  const { caller, tenant } = await seedActing()
  const { ticket_id: id } = await open(caller)
  const response = await world.call(caller, 'POST', `${TICKETS}/${id}/comments`, {
    body: { content: 'Looking.', notify_customer: true },
  })
  expect(response.statusCode).toBe(201)
  expect(response.json()).toMatchObject({ comment_id: expect.stringMatching(/^cmt_/), version: 2 })
  const mails = await world.sql(
    `select payload from outbox where topic = 'ticket.notify'  and payload ->> 'tenant_id' = $1`,
    [tenant],
  )
  expect(mails).toMatchObject([{ payload: { event: 'commented' } }])
  const note = { content: 'Hidden.', is_internal: true, notify_customer: true }
  expect(
    (await world.call(caller, 'POST', `${TICKETS}/${id}/comments`, { body: note })).json().errors,
  ).toMatchObject([{ code: 'INTERNAL_NOTE' }])
})
