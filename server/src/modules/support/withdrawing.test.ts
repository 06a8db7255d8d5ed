import { decodeId } from '@liaison/access'
import type { LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { meetAt } from '#testing/meet.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeSupportRoutes } from './index.ts'

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
  const join = async (name: string) => {
    const person = await world.person(name)
    const member = await world.partnerMember(partner, person.id)
    await world.assign(link, member)
    return { ...(await world.signIn(person.id)), tenantId: tenant }
  }
  const link = await world.link(partner, tenant, { role })
  return { partner, tenant, link, caller: await join('Lee Park'), join }
}

async function seedClerk(tenant: TenantId, role: 'TENANT_ADMIN' | 'TENANT_USER' = 'TENANT_USER') {
  const person = await world.person()
  await world.tenantMember(tenant, person.id, role)
  return { ...(await world.signIn(person.id)), tenantId: tenant }
}

const NEW = { subject: 'No signal', description: 'Since 08:00 all lines are down.' }

async function open(caller: Caller, body: object = {}, base = TICKETS): Promise<string> {
  const response = await world.call(caller, 'POST', base, { body: { ...NEW, ...body } })
  expect(response.statusCode).toBe(201)
  return response.json().ticket_id
}

const withdraw = (caller: Caller, id: string, base = TICKETS, key?: string) =>
  world.call(caller, 'POST', `${base}/${id}/withdraw`, {
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  })

const list = async (caller: Caller, query = '', base = TICKETS) =>
  (await world.call(caller, 'GET', `${base}${query}`)).json()

const change = (caller: Caller, id: string, body: object, base = TICKETS) =>
  world.call(caller, 'PATCH', `${base}/${id}`, { body, headers: { 'if-match': '"v1"' } })

/** Lets a ticket be older than it is. */
const age = (tenant: TenantId, seconds: number) =>
  world.seed(
    `update ticket set created_at = created_at - make_interval(secs => $2) where tenant_id = $1`,
    [tenant, seconds],
    tenant,
  )

const mails = () =>
  world.sql<{ subject: string }>(
    `select payload ->> 'subject' as subject from outbox where topic = 'mail' order by id`,
  )

test('a ticket opened by mistake is withdrawn: it keeps its number, and no list, count or promise knows it (B7)', async () => {
  const { caller, tenant } = await seedActing()
  const id = await open(caller)
  const clerk = await seedClerk(tenant)
  const opened = (await world.call(caller, 'GET', `${TICKETS}/${id}`)).json()
  expect(Date.parse(opened.withdrawable_until) - Date.parse(opened.created_at)).toBe(60_000)
  expect((await world.call(clerk, 'GET', `${OWN}/${id}`)).json().withdrawable_until).toBeNull()
  const answer = await withdraw(caller, id)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers).toMatchObject({ etag: '"v2"' })
  expect(answer.json()).toMatchObject({
    ticket_id: id,
    ticket_number: 'T-1',
    status: 'withdrawn',
    sla: null,
    allowed_transitions: [],
    version: 2,
  })
  for (const [reader, base] of [
    [caller, TICKETS],
    [clerk, OWN],
  ] as const) {
    const { items, total, aggregates } = await list(reader, '', base)
    expect([items, total]).toEqual([[], 0])
    expect(aggregates).toMatchObject({ open_count: 0, closed_count: 0, withdrawn_count: 0 })
    expect(await list(reader, '?status=withdrawn', base)).toMatchObject({
      total: 1,
      items: [{ ticket_number: 'T-1', status: 'withdrawn', sla: null, is_sla_breached: false }],
      aggregates: { withdrawn_count: 1, avg_resolution_hours: null },
    })
    expect((await world.call(reader, 'GET', `${base}/${id}`)).json()).toMatchObject({
      status: 'withdrawn',
      sla: null,
      created_by_name: 'Lee Park',
      allowed_transitions: [],
      withdrawable_until: null,
    })
  }
  await age(tenant, 86_400 * 2)
  const promises = await world.sql(
    `select met_at, breached_at, paused_since is not null as stands, next_signal_at from ticket_sla_clock where tenant_id = $1`,
    [tenant],
  )
  const still = { met_at: null, breached_at: null, stands: true, next_signal_at: null }
  expect(promises).toEqual([still, still])
  expect((await world.call(caller, 'POST', TICKETS, { body: NEW })).json().ticket_number).toBe('T-2')
})

test('both sides read in their logs that it was opened and withdrawn, and subscribers hear of the change (B10)', async () => {
  const { caller, tenant } = await seedActing()
  const id = await open(caller)
  await withdraw(caller, id)
  const told = await world.sql(
    `select s.kind, array_agg(e.action order by e.occurred_at) as actions from audit_event e join audit_scope s on s.event_id = e.id
     where e.tenant_id = $1 and e.action in ('support.tickets.create', 'support.tickets.withdraw') group by s.kind order by s.kind`,
    [tenant],
  )
  const actions = ['support.tickets.create', 'support.tickets.withdraw']
  expect(told).toEqual([
    { kind: 'partner', actions },
    { kind: 'tenant', actions },
  ])
  const heard = await world.sql(
    `select topic from outbox where payload ->> 'tenant_id' = $1 and topic like 'partner.tenant.%' order by id`,
    [tenant],
  )
  expect(heard.map(({ topic }) => topic)).toEqual([
    'partner.tenant.ticket_created',
    'partner.tenant.status_changed',
  ])
})

test('whoever was mailed of the ticket is mailed that it was withdrawn, and nobody else', async () => {
  const { caller, tenant } = await seedActing()
  await seedClerk(tenant, 'TENANT_ADMIN')
  const before = (await mails()).length
  await withdraw(caller, await open(caller))
  expect((await mails()).slice(before)).toEqual([])
  await withdraw(caller, await open(caller, { notify_customer: true }))
  expect((await mails()).slice(before).map(({ subject }) => subject)).toEqual([
    'New ticket T-2',
    'Ticket T-2 was withdrawn',
  ])
})

test('only the person who opened it withdraws it: no colleague, nobody of the tenant, and the partner nothing of the tenant (B7)', async () => {
  const scene = await seedActing()
  const id = await open(scene.caller)
  const clerk = await seedClerk(scene.tenant, 'TENANT_ADMIN')
  const refused = { status: 409, code: 'TICKET_NOT_WITHDRAWABLE', details: { reason: 'not_opener' } }
  expect((await withdraw(await scene.join('Ana Ruiz'), id)).json()).toMatchObject(refused)
  expect((await withdraw(clerk, id, OWN)).json()).toMatchObject(refused)
  const own = await open(clerk, {}, OWN)
  expect((await withdraw(scene.caller, own)).json()).toMatchObject(refused)
  expect((await withdraw(clerk, own, OWN)).json()).toMatchObject({ status: 'withdrawn' })
  const stranger = await seedActing()
  expect((await withdraw(stranger.caller, id)).json()).toMatchObject({
    status: 404,
    code: 'TICKET_NOT_FOUND',
  })
  expect((await list(scene.caller)).total).toBe(1)
})

test('the authority is asked anew: without the permission to change tickets, or without the link, nothing is withdrawn', async () => {
  const { caller, link, tenant } = await seedActing()
  const id = await open(caller)
  await world.override(link, 'partner.support.tickets.update', 'deny')
  expect((await withdraw(caller, id)).statusCode).toBe(403)
  await world.seed(`update delegation set status = 'suspended' where id = $1`, [link], tenant)
  expect((await withdraw(caller, id)).statusCode).toBeGreaterThanOrEqual(403)
  const [row] = await world.sql('select status from ticket where tenant_id = $1', [tenant])
  expect(row).toEqual({ status: 'open' })
})

test('it is withdrawn within a minute only, and after that it is closed as any other', async () => {
  const { caller, tenant } = await seedActing()
  const id = await open(caller)
  await age(tenant, 61)
  expect((await withdraw(caller, id)).json()).toMatchObject({ status: 409, details: { reason: 'too_late' } })
  expect((await change(caller, id, { status: 'closed' })).statusCode).toBe(200)
})

test.each([
  ['an answer', { comment: { content: 'On our way.' } }],
  ['another status', { status: 'pending' }],
  ['another priority', { priority: 'high' }],
])('after %s by somebody else it stays', async (_name, body) => {
  const { caller, tenant } = await seedActing()
  const id = await open(caller)
  const clerk = await seedClerk(tenant)
  expect((await change(clerk, id, body, OWN)).statusCode).toBe(200)
  expect((await withdraw(caller, id)).json()).toMatchObject({
    code: 'TICKET_NOT_WITHDRAWABLE',
    details: { reason: 'changed' },
  })
})

test('a withdrawn ticket does not change any more, and no change of a ticket withdraws it', async () => {
  const { caller } = await seedActing()
  const id = await open(caller)
  expect((await change(caller, id, { status: 'withdrawn' })).statusCode).toBe(422)
  const seen = (await world.call(caller, 'GET', `${TICKETS}/${id}`)).json()
  expect(seen.allowed_transitions).not.toContain('withdrawn')
  await withdraw(caller, id)
  const comment = await world.call(caller, 'POST', `${TICKETS}/${id}/comments`, { body: { content: 'Hm.' } })
  expect(comment.json()).toMatchObject({ status: 409, code: 'TICKET_STATE_CONFLICT' })
  expect((await withdraw(caller, id)).json()).toMatchObject({ details: { reason: 'changed' } })
})

test('sent again with its key after a lost answer, it is withdrawn once and answers the same', async () => {
  const { caller, tenant } = await seedActing()
  const id = await open(caller)
  const first = await withdraw(caller, id, TICKETS, 'undo-once')
  const second = await withdraw(caller, id, TICKETS, 'undo-once')
  expect(second.statusCode).toBe(200)
  expect(second.json()).toEqual(first.json())
  const events = await world.sql(
    `select 1 from audit_event where tenant_id = $1 and action = 'support.tickets.withdraw'`,
    [tenant],
  )
  expect(events).toHaveLength(1)
})

test('of a withdrawal and a first answer at the same moment exactly one holds, and the other is told', async () => {
  for (const isWithdrawnFirst of [true, false, true, false]) {
    const { caller, tenant } = await seedActing()
    const clerk = await seedClerk(tenant)
    const id = await open(caller)
    const undo = async () => `undo ${(await withdraw(caller, id)).statusCode}`
    const answer = async () => {
      const path = `${OWN}/${id}/comments`
      return `answer ${(await world.call(clerk, 'POST', path, { body: { content: 'We see it.' } })).statusCode}`
    }
    const lock = {
      text: 'select 1 from ticket where tenant_id = $1 and id = $2 for update',
      values: [tenant, decodeId('ticket', id)],
    }
    const acts = isWithdrawnFirst ? [undo, answer] : [answer, undo]
    const answers = (await meetAt(world, lock, acts)).toSorted()
    const [row] = await world.sql<{ status: string; comments: number }>(
      `select t.status, (select count(*)::integer from ticket_comment c where c.ticket_id = t.id) as comments from ticket t where t.tenant_id = $1`,
      [tenant],
    )
    expect([
      ['answer 409, undo 200', { status: 'withdrawn', comments: 0 }],
      ['answer 201, undo 409', { status: 'open', comments: 1 }],
    ]).toContainEqual([answers.join(', '), row])
  }
}, 60_000)
