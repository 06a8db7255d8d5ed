import type { TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeId } from '@liaison/access'
import { ingestRoutes } from '#modules/ingest/index.ts'
import { slaRoutes } from '#modules/sla/index.ts'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { seedSource, tenantItem } from '#testing/ingest.ts'
import { ageClocks } from '#testing/clocks.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeSupportRoutes, makeTicketTopics, runSlaClock } from './index.ts'

const TICKETS = '/api/v1/partner/support/tickets'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeSupportRoutes(services),
    ...slaRoutes,
    ...makeLinkRoutes(services),
    ...ingestRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

async function seed() {
  const partner = await world.partner('Northwind MSP')
  const tenant = await world.tenant('Acme')
  const lee = await world.person('Lee Park')
  const member = await world.partnerMember(partner, lee.id)
  const link = await world.link(partner, tenant, { role: 'msp_full' })
  await world.assign(link, member)
  const admin = await world.person('Ada Admin')
  await world.tenantMember(tenant, admin.id)
  const owner = { ...(await world.signIn(admin.id)), tenantId: tenant }
  return {
    partner,
    tenant,
    lee,
    link,
    admin,
    owner,
    caller: { ...(await world.signIn(lee.id)), tenantId: tenant },
  }
}

async function open(caller: Caller, body: object = {}) {
  const answer = await world.call(caller, 'POST', TICKETS, {
    body: { subject: 'No signal', description: 'Since 08:00.', priority: 'urgent', ...body },
  })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

const change = (caller: Caller, id: string, body: object, version = 1) =>
  world.call(caller, 'PATCH', `${TICKETS}/${id}`, { body, headers: { 'if-match': `"v${version}"` } })
const read = async (caller: Caller, id: string) =>
  (await world.call(caller, 'GET', `${TICKETS}/${id}`)).json()

const signals = (tenant: TenantId) =>
  world.sql(
    `select s.metric, s.level, round(extract(epoch from s.occurred_at - c.started_at) / 60)::integer as minute
     from ticket_sla_signal s join ticket_sla_clock c using (tenant_id, ticket_id, metric) where s.tenant_id = $1 order by s.metric, s.level`,
    [tenant],
  )
const outbox = (tenant: TenantId, topic: string) =>
  world.sql(`select payload from outbox where topic = $2 and payload ->> 'tenant_id' = $1 order by id`, [
    tenant,
    topic,
  ])

test('however late and often the clock runs, every share is signalled once, with the instant at which it was used up (B9)', async () => {
  const { tenant, caller } = await seed()
  await open(caller)
  await ageClocks(world, tenant, 125)
  const runs = await Promise.all([runSlaClock(world.database), runSlaClock(world.database)])
  await runSlaClock(world.database)
  expect(runs.reduce((sum, { raised }) => sum + raised, 0)).toBe(7)
  expect(await signals(tenant)).toEqual([
    { metric: 'first_response', level: 50, minute: 30 },
    { metric: 'first_response', level: 75, minute: 45 },
    { metric: 'first_response', level: 90, minute: 54 },
    { metric: 'first_response', level: 100, minute: 60 },
    { metric: 'first_response', level: 150, minute: 90 },
    { metric: 'first_response', level: 200, minute: 120 },
    { metric: 'resolution', level: 50, minute: 120 },
  ])
  expect(await outbox(tenant, 'partner.tenant.sla_breach')).toHaveLength(1)
  const [event] = await world.sql(
    `select e.actor_type from audit_event e join audit_scope s on s.event_id = e.id where s.kind = 'tenant' and s.scope_id = $1 and e.action = 'support.sla.breach'`,
    [tenant],
  )
  expect(event).toEqual({ actor_type: 'system' })
})

test('one delayed job is asked for at the next share, and looking then raises it (B9)', async () => {
  const { tenant, caller } = await seed()
  const { created_at: createdAt } = await open(caller)
  const [asked] = await outbox(tenant, 'ticket.sla')
  const payload = asked?.['payload'] as Record<string, string>
  expect(Date.parse(payload['start_after'] ?? '') - Date.parse(createdAt)).toBe(30 * 60_000)
  await ageClocks(world, tenant, 31)
  await makeTicketTopics(world.database)['ticket.sla']?.(payload, 'message')
  expect(await signals(tenant)).toEqual([{ metric: 'first_response', level: 50, minute: 30 }])
  expect(await outbox(tenant, 'ticket.sla')).toHaveLength(2)
})

test('what was passed before an answer or a pause is signalled though no clock has run (B9)', async () => {
  const { tenant, caller } = await seed()
  const { ticket_id: id } = await open(caller)
  await ageClocks(world, tenant, 61)
  expect((await change(caller, id, { comment: { content: 'We are on it.' } })).statusCode).toBe(200)
  expect((await signals(tenant)).map(({ level }) => level)).toEqual([50, 75, 90, 100])
  expect(await outbox(tenant, 'partner.tenant.sla_breach')).toHaveLength(1)
  await runSlaClock(world.database)
  expect(await outbox(tenant, 'partner.tenant.sla_breach')).toHaveLength(1)
})

test('a ticket that waits for others signals nothing while it waits (B9)', async () => {
  const { tenant, caller } = await seed()
  const { ticket_id: id } = await open(caller)
  await change(caller, id, { status: 'pending' })
  await ageClocks(world, tenant, 600)
  await runSlaClock(world.database)
  expect(await signals(tenant)).toEqual([])
  await change(caller, id, { status: 'open' }, 2)
  const { sla, clocks, sla_steps: steps } = await read(caller, id)
  expect(sla).toMatchObject({ state: 'ok', percent: 0, paused: false })
  expect(clocks[0].paused_minutes).toBeGreaterThanOrEqual(600)
  expect(steps.filter((step: { metric: string }) => step.metric === 'resolution')).toMatchObject([
    { kind: 'started', paused_minutes: null },
    { kind: 'paused', reason: 'pending' },
    { kind: 'resumed', reason: 'open', paused_minutes: clocks[1].paused_minutes, due_at: clocks[1].due_at },
  ])
})

test('at its level a policy gives the ticket to somebody and tells somebody, once each (B8)', async () => {
  const { tenant, caller, owner, lee, admin } = await seed()
  const { terms } = (await world.call(owner, 'GET', '/api/v1/tenant/sla/policies/default')).json()
  const escalate_to = [
    { level: 75, person_id: encodeId('person', admin.id), action: 'notify' },
    { level: 100, person_id: encodeId('person', lee.id), action: 'assign' },
  ]
  const written = await world.call(owner, 'PUT', '/api/v1/tenant/sla/policies/default', {
    body: { terms: { ...terms, escalate_to }, note: 'Ada wants to know.' },
    headers: { 'if-match': '"v0"' },
  })
  expect(written.statusCode, written.body).toBe(200)
  const { ticket_id: id } = await open(caller)
  await ageClocks(world, tenant, 70)
  await runSlaClock(world.database)
  const asked = await outbox(tenant, 'ticket.escalate')
  expect(asked.map(({ payload }) => payload)).toMatchObject([{ level: 75 }, { level: 100 }])
  for (const { payload } of asked)
    await makeTicketTopics(world.database)['ticket.escalate']?.(payload as Record<string, unknown>, 'message')
  expect(await read(caller, id)).toMatchObject({ assigned_to_name: 'Lee Park', version: 2 })
  const mails = await world.sql(
    `select payload ->> 'to' as receiver, payload ->> 'subject' as subject from outbox where topic = 'mail' order by id desc limit 2`,
  )
  expect(mails).toEqual([
    { receiver: lee.email, subject: 'Ticket T-1: 100 % of the promised first answer' },
    { receiver: admin.email, subject: 'Ticket T-1: 75 % of the promised first answer' },
  ])
})

test('nobody is told of a ticket, or given it, under a link that opens them no tickets any more (B8, B2)', async () => {
  const { tenant, caller, owner, partner, link } = await seed()
  const bea = await world.person('Bea Billing')
  await world.assign(link, await world.partnerMember(partner, bea.id), 'msp_support')
  const { terms } = (await world.call(owner, 'GET', '/api/v1/tenant/sla/policies/default')).json()
  const step = { person_id: encodeId('person', bea.id) }
  const escalate_to = [
    { ...step, level: 75, action: 'notify' },
    { ...step, level: 100, action: 'assign' },
  ]
  const written = await world.call(owner, 'PUT', '/api/v1/tenant/sla/policies/default', {
    body: { terms: { ...terms, escalate_to }, note: 'Bea wants to know.' },
    headers: { 'if-match': '"v0"' },
  })
  expect(written.statusCode, written.body).toBe(200)
  await open(caller)
  await world.override(link, 'partner.support.*', 'deny')
  await ageClocks(world, tenant, 70)
  await runSlaClock(world.database)
  const asked = await outbox(tenant, 'ticket.escalate')
  expect(asked.map(({ payload }) => payload)).toMatchObject([{ level: 75 }, { level: 100 }])
  for (const { payload } of asked)
    await makeTicketTopics(world.database)['ticket.escalate']?.(payload as Record<string, unknown>, 'message')
  expect(
    await world.sql(`select 1 from outbox where topic = 'mail' and payload ->> 'to' = $1`, [bea.email]),
  ).toEqual([])
  expect(await world.sql('select assigned_to from ticket where tenant_id = $1', [tenant])).toEqual([
    { assigned_to: null },
  ])
})

test('why a promise was missed is said once, and never takes the breach away (B8)', async () => {
  const { tenant, caller } = await seed()
  const { ticket_id: id } = await open(caller)
  const justify = (body: object = { code: 'third_party', note: 'The carrier had no technician.' }) =>
    world.call(caller, 'POST', `${TICKETS}/${id}/sla/first_response/justification`, { body })
  expect((await justify()).json().code).toBe('SLA_NOT_BREACHED')
  await ageClocks(world, tenant, 61)
  expect((await justify({ code: 'weather', note: 'x' })).json().errors).toHaveLength(2)
  expect((await justify()).statusCode).toBe(201)
  expect((await justify()).json().code).toBe('SLA_ALREADY_JUSTIFIED')
  const detail = await read(caller, id)
  expect(detail).toMatchObject({ is_sla_breached: true })
  expect(detail.clocks[0]).toMatchObject({
    breached_at: expect.any(String),
    justification: { code: 'third_party', author_name: 'Lee Park', author_partner_name: 'Northwind MSP' },
  })
})

test('a ticket that came from outside gets the clocks of what was promised when it was opened, and follows its source (B7)', async () => {
  const { send, source } = await seedSource(world)
  expect((await send('tenants', [tenantItem('t1', source)])).status).toBe(200)
  const ticket = (id: string, more: object) => ({
    tenant: 't1',
    external_id: id,
    subject: `Ticket ${id}`,
    priority: 'urgent',
    created_at: '2026-11-02T08:00:00Z',
    ...more,
  })
  const items = [
    ticket('late', { status: 'resolved', resolved_at: '2026-11-02T13:00:00Z' }),
    ticket('kept', { status: 'closed', resolved_at: '2026-11-02T08:59:00Z' }),
    ticket('live', { status: 'open' }),
  ]
  expect((await send('tickets', items)).status).toBe(200)
  expect((await runSlaClock(world.database)).settled).toBe(3)
  const clocks = () =>
    world.sql(
      `select t.external_id as id, c.metric, to_char(c.due_at at time zone 'utc', 'HH24:MI') as due, c.met_at is not null as met, c.breached_at is not null as breached
       from ticket t join ticket_sla_clock c on c.tenant_id = t.tenant_id and c.ticket_id = t.id where t.source = $1 and c.metric = 'resolution' order by t.external_id`,
      [source],
    )
  expect(await clocks()).toEqual([
    { id: 'kept', metric: 'resolution', due: '12:00', met: true, breached: false },
    { id: 'late', metric: 'resolution', due: '12:00', met: true, breached: true },
    { id: 'live', metric: 'resolution', due: '12:00', met: false, breached: true },
  ])
  // History warns nobody; what is still open does.
  const levels = await world.sql(
    `select t.external_id as id, count(*)::integer as n from ticket_sla_signal s join ticket t on t.tenant_id = s.tenant_id and t.id = s.ticket_id where t.source = $1 group by 1`,
    [source],
  )
  expect(levels).toEqual([{ id: 'live', n: 6 }])
  await send('tickets', [ticket('live', { status: 'resolved', resolved_at: '2026-11-03T08:00:00Z' })])
  await runSlaClock(world.database)
  expect((await clocks())[2]).toMatchObject({ id: 'live', met: true, breached: true })
  expect((await runSlaClock(world.database)).settled).toBe(0)
})

test('as raw SQL no login takes a missed promise back, by any column (B8)', async () => {
  const { tenant, caller } = await seed()
  const { ticket_id: id } = await open(caller)
  await ageClocks(world, tenant, 61)
  // A due time that has passed is marked, though it is moved before anybody looked.
  await world.seed(
    `update ticket_sla_clock set due_at = now() + interval '1 day' where tenant_id = $1`,
    [tenant],
    tenant,
  )
  expect(await read(caller, id)).toMatchObject({ is_sla_breached: true })
  const attempts = [
    'update ticket_sla_clock set breached_at = null where tenant_id = $1',
    `update ticket_sla_clock set breached_at = breached_at + interval '1 hour' where tenant_id = $1 and breached_at is not null`,
    'update ticket_sla_clock set started_at = now() where tenant_id = $1',
    'delete from ticket_sla_clock where tenant_id = $1',
    'update ticket set sla_breached_at = null where tenant_id = $1',
    `update ticket set sla_due_at = now() + interval '1 day' where tenant_id = $1`,
    'update ticket set sla_timezone = null where tenant_id = $1',
  ]
  for (const text of attempts)
    await expect(world.seed(text, [tenant], tenant), text).rejects.toThrow(
      /missed promise|keeps its|stays with|that of its clocks|keeps what/,
    )
  await runSlaClock(world.database)
  for (const text of [
    'update ticket_sla_signal set level = 50',
    'delete from ticket_sla_signal',
    'delete from ticket_sla_step',
  ])
    await expect(world.sql(text)).rejects.toThrow('its rows are history')
  for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_job'] as const) {
    for (const table of ['ticket_sla_signal', 'ticket_sla_step', 'ticket_sla_justification'])
      expect(await world.sqlAs(login, `select * from ${table}`), `${login} ${table}`).toEqual([])
  }
  for (const login of ['liaison_program', 'liaison_platform', 'liaison_ingest'] as const)
    await expect(world.sqlAs(login, 'select * from ticket_sla_signal')).rejects.toThrow('permission denied')
})

test('who asks for it hears of new tickets, their states and missed promises, by ids alone (B7)', async () => {
  const { tenant, caller, admin } = await seed()
  const { ticket_id: id } = await open(caller, { notify_customer: true })
  await change(caller, id, { status: 'pending', comment: { content: 'Which line?', notify_customer: true } })
  for (const topic of ['partner.tenant.ticket_created', 'partner.tenant.status_changed']) {
    const [message] = await outbox(tenant, topic)
    expect(Object.keys(message?.['payload'] as object).toSorted()).toEqual(['tenant_id', 'ticket_id'])
  }
  const mails = await world.sql(
    `select payload ->> 'subject' as subject, payload ->> 'text' as body from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id`,
    [admin.email],
  )
  expect(mails.map(({ subject }) => subject)).toEqual(['New ticket T-1', 'Ticket T-1: a new answer'])
  expect(mails[1]?.['body']).toContain(
    'Lee Park of Northwind MSP wrote in ticket T-1, "No signal":\n\nWhich line?',
  )
  await change(caller, id, { comment: { content: `${'🙂'.repeat(2000)}End`, notify_customer: true } }, 2)
  const [long] = await world.sql<{ body: string }>(
    `select payload ->> 'text' as body from outbox where topic = 'mail' and payload ->> 'to' = $1 order by id desc limit 1`,
    [admin.email],
  )
  expect(long?.body).toContain(`${'🙂'.repeat(2000)} …\n\nThe answer is longer: read the rest in the ticket.`)
})

const promisesOf = async (caller: Caller, id: string) => (await read(caller, id)).clocks

test('a resolved ticket whose priority changed and that is opened again is due by what its priority promises (B7)', async () => {
  const { caller } = await seed()
  const { ticket_id: id } = await open(caller, { priority: 'low' })
  await change(caller, id, { status: 'resolved' })
  await change(caller, id, { priority: 'urgent' }, 2)
  await change(caller, id, { status: 'open' }, 3)
  expect(await promisesOf(caller, id)).toMatchObject([
    { metric: 'first_response', target_minutes: 60, calendar: '24x7', breached_at: null },
    { metric: 'resolution', target_minutes: 240, calendar: '24x7', met_at: null, breached_at: null },
  ])
  await change(caller, id, { status: 'resolved' }, 4)
  await change(caller, id, { priority: 'high', priority_reason: 'Agreed with the site.' }, 5)
  await change(caller, id, { status: 'open' }, 6)
  expect(await promisesOf(caller, id)).toMatchObject([
    { metric: 'first_response', target_minutes: 240 },
    { metric: 'resolution', target_minutes: 480, met_at: null, breached_at: null },
  ])
})

test('a ticket from outside that is opened again and raised at once is due by what its priority promises, and what it missed is told (B7, B9)', async () => {
  const { send, source } = await seedSource(world)
  expect((await send('tenants', [tenantItem('t1', source)])).status).toBe(200)
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
  const ticket = (more: object) => ({
    tenant: 't1',
    external_id: 'again',
    subject: 'No signal',
    created_at: minutesAgo(30),
    ...more,
  })
  await send('tickets', [ticket({ priority: 'low', status: 'resolved', resolved_at: minutesAgo(10) })])
  await runSlaClock(world.database)
  await send('tickets', [ticket({ priority: 'urgent', status: 'open' })])
  await runSlaClock(world.database)
  const clocks = await world.sql(
    `select c.metric, c.target_minutes, c.is_business, c.met_at, c.breached_at from ticket t
     join ticket_sla_clock c on c.tenant_id = t.tenant_id and c.ticket_id = t.id where t.source = $1`,
    [source],
  )
  expect(clocks).toEqual([
    { metric: 'resolution', target_minutes: 240, is_business: false, met_at: null, breached_at: null },
  ])
  await send('tickets', [
    ticket({ external_id: 'old', priority: 'urgent', status: 'open', created_at: minutesAgo(300) }),
  ])
  await runSlaClock(world.database)
  const told = await world.sql(
    `select o.topic from outbox o join ticket t on t.id::text = o.payload ->> 'ticket_id' where t.source = $1 and o.topic = 'partner.tenant.sla_breach'`,
    [source],
  )
  expect(told).toHaveLength(1)
})
