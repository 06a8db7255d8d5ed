import { encodeId } from '@liaison/access'
import type { IdOf, LinkRole, TenantId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { ageClocks } from '#testing/clocks.ts'
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

test('internal notes are written and read with their own permission; the tenant reads all of them', async () => {
  const { partner, tenant, caller, link } = await seedActing('msp_full')
  const { ticket_id: id } = await open(caller)
  await change(caller, id, { comment: { content: 'Unpaid since May.', is_internal: true } })
  await world.override(link, 'partner.support.tickets.internal_notes.read', 'deny')
  expect((await read(caller, id)).comments).toEqual([])
  const refused = await change(caller, id, { comment: { content: 'Another.', is_internal: true } }, 2)
  expect(refused.json()).toMatchObject({ code: 'PERMISSION_DENIED', status: 403 })
  const { caller: clerk } = await seedClerk(tenant)
  expect((await read(clerk, id, OWN)).comments).toMatchObject([
    { content: 'Unpaid since May.', is_internal: true },
  ])
  expect(partner).toBeTruthy()
})

test('a ticket is given only to people assigned to the link and to members of the tenant', async () => {
  const { caller, partner, link, tenant, lee } = await seedActing()
  const colleague = await world.person('Ana Ruiz')
  const member = await world.partnerMember(partner, colleague.id)
  const { person: clerk } = await seedClerk(tenant)
  const { ticket_id: id } = await open(caller)
  const give = async (person: IdOf<'person'>, version: number) =>
    change(caller, id, { assigned_to: encodeId('person', person) }, version)
  const refused = await give(colleague.id, 1)
  expect(refused.json()).toMatchObject({
    code: 'VALIDATION_ERROR',
    errors: [{ pointer: '/body/assigned_to', code: 'ASSIGNEE_NOT_ALLOWED' }],
  })
  await world.assign(link, member)
  expect((await give(colleague.id, 1)).json()).toMatchObject({
    assigned_to: encodeId('person', colleague.id),
    assigned_to_name: 'Ana Ruiz',
    version: 2,
  })
  expect((await give(clerk.id, 2)).json()).toMatchObject({ assigned_to_name: clerk.name })
  expect((await change(caller, id, { assigned_to: null }, 3)).json()).toMatchObject({
    assigned_to: null,
    assigned_to_name: null,
  })
  const listed = (await world.call(caller, 'GET', '/api/v1/partner/support/assignees')).json()
  expect(listed.items.map((item: { name: string }) => item.name)).toEqual(['Ana Ruiz', lee.name])
  // Who only looked is not told to have given tickets to anybody.
  const told = await world.sql(
    `select action, row_count::integer from audit_event where actor_id = $1 and route like '%/assignees'`,
    [lee.id],
  )
  expect(told).toEqual([{ action: 'support.assignees.list', row_count: 2 }])
})

test('a ticket is given to nobody whose part in the link opens no tickets, by either side (B3)', async () => {
  const { caller, partner, link, tenant } = await seedActing()
  const clerk = await world.person('Bea Billing')
  await world.assign(link, await world.partnerMember(partner, clerk.id), 'msp_billing')
  const { caller: own } = await seedClerk(tenant)
  const { ticket_id: id } = await open(caller)
  const given = { assigned_to: encodeId('person', clerk.id) }
  const refused = [await change(caller, id, given, 1), await change(own, id, given, 1, OWN)]
  for (const answer of refused)
    expect(answer.json()).toMatchObject({ errors: [{ code: 'ASSIGNEE_NOT_ALLOWED' }] })
  for (const path of ['/api/v1/partner/support/assignees', '/api/v1/tenant/support/assignees']) {
    const asking = path.includes('tenant') ? own : caller
    const { items } = (await world.call(asking, 'GET', path)).json()
    expect(items.map((item: { name: string }) => item.name)).not.toContain('Bea Billing')
  }
})

test('fault 5: a ticket of another tenant in the path answers as one that does not exist, to reads and writes alike', async () => {
  const one = await seedActing()
  const two = await seedActing()
  const { ticket_id: own } = await open(one.caller)
  const { ticket_id: foreign } = await open(two.caller)
  const nobodys = publicIdOf('ticket', '01890000-0000-7000-8000-000000000001')
  const answer = async (id: string, method: 'GET' | 'PATCH' | 'POST') => {
    const path = `${TICKETS}/${id}${method === 'POST' ? '/comments' : ''}`
    const body = method === 'PATCH' ? { status: 'closed' } : { content: 'Hello.' }
    const response = await world.call(
      one.caller,
      method,
      path,
      method === 'GET' ? {} : { body, headers: { 'if-match': '"v1"' } },
    )
    const { request_id: _request, timestamp: _timestamp, ...rest } = response.json()
    return { status: response.statusCode, rest }
  }
  for (const method of ['GET', 'PATCH', 'POST'] as const) {
    expect(await answer(foreign, method)).toEqual(await answer(nobodys, method))
    expect(await answer(foreign, method)).toMatchObject({ status: 404, rest: { code: 'TICKET_NOT_FOUND' } })
  }
  expect(await read(two.caller, foreign)).toMatchObject({ status: 'open', comments: [], version: 1 })
  expect((await read(one.caller, own)).version).toBe(1)
})

test('two tabs on two tenants write at the same time and never into the other tenant', async () => {
  const one = await seedActing()
  const second = await world.tenant('Beta')
  await world.assign(await world.link(one.partner, second, { role: 'msp_support' }), one.member)
  const tabs = [one.caller, { ...one.signedIn, tenantId: second }]
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      open(tabs[index % 2] ?? one.caller, { subject: index % 2 === 0 ? 'for Acme' : 'for Beta' }),
    ),
  )
  const rows = await world.sql(
    'select tenant_id, subject, count(*)::integer as n from ticket where tenant_id in ($1, $2) group by 1, 2 order by 2',
    [one.tenant, second],
  )
  expect(rows).toEqual([
    { tenant_id: one.tenant, subject: 'for Acme', n: 10 },
    { tenant_id: second, subject: 'for Beta', n: 10 },
  ])
})

test('a write names its tenant in the header, and nowhere else', async () => {
  const { signedIn, caller, tenant } = await seedActing()
  const { ticket_id: id } = await open(caller)
  expect((await world.call(signedIn, 'POST', TICKETS, { body: NEW })).json()).toMatchObject({
    status: 400,
    code: 'TENANT_CONTEXT_REQUIRED',
  })
  expect((await change(signedIn, id, { status: 'closed' })).json().code).toBe('TENANT_CONTEXT_REQUIRED')
  const named = await world.call(caller, 'POST', TICKETS, {
    body: { ...NEW, tenant_id: encodeId('tenant', tenant) },
  })
  expect(named.json().errors).toMatchObject([{ pointer: '/body/tenant_id', code: 'UNKNOWN_FIELD' }])
})

const ROLES: readonly (readonly [LinkRole, number, number, number, number])[] = [
  ['msp_full', 200, 201, 200, 201],
  ['msp_support', 200, 201, 200, 201],
  ['msp_billing', 403, 403, 403, 403],
  ['auditor', 200, 403, 403, 403],
  ['reseller', 200, 403, 403, 403],
  ['delegate', 403, 403, 403, 403],
]

test.each(ROLES)(
  'fault 1: the role %s answers read %s, open %s, change %s, comment %s',
  async (role, seen, opened, changed, commented) => {
    const { caller, tenant } = await seedActing(role)
    const [row] = await world.seed<{ id: string }>(
      `insert into ticket (tenant_id, number, subject) values ($1, 'X-1', 'Imported') returning id`,
      [tenant],
      tenant,
    )
    const id = publicIdOf('ticket', row?.id ?? '')
    expect((await world.call(caller, 'GET', `${TICKETS}/${id}`)).statusCode).toBe(seen)
    expect((await world.call(caller, 'POST', TICKETS, { body: NEW })).statusCode).toBe(opened)
    expect((await change(caller, id, { status: 'pending' })).statusCode).toBe(changed)
    expect(
      (await world.call(caller, 'POST', `${TICKETS}/${id}/comments`, { body: { content: 'Hi.' } }))
        .statusCode,
    ).toBe(commented)
  },
)

test('a part of a change that needs more than the permission to change refuses the whole change', async () => {
  const { caller, link, lee } = await seedActing()
  const { ticket_id: id } = await open(caller)
  await world.override(link, 'partner.support.tickets.assign', 'deny')
  await world.override(link, 'partner.support.tickets.comment', 'deny')
  expect(
    (await change(caller, id, { status: 'closed', assigned_to: encodeId('person', lee.id) })).statusCode,
  ).toBe(403)
  expect((await change(caller, id, { status: 'closed', comment: { content: 'Done.' } })).statusCode).toBe(403)
  expect(await read(caller, id)).toMatchObject({ status: 'open', version: 1 })
})

test('a change of nothing is refused, and what is already so makes no new version', async () => {
  const { caller } = await seedActing()
  const { ticket_id: id } = await open(caller)
  expect((await change(caller, id, {})).json().errors).toMatchObject([{ code: 'NOTHING_TO_CHANGE' }])
  expect((await change(caller, id, { status: 'open', priority: 'normal' })).json()).toMatchObject({
    version: 1,
  })
})

test('reopening a resolved ticket starts its promise again where it stood', async () => {
  const { caller, tenant } = await seedActing()
  const { ticket_id: id } = await open(caller)
  const resolved = (await change(caller, id, { status: 'resolved', comment: { content: 'Mended.' } })).json()
  expect(resolved).toMatchObject({ sla: null, allowed_transitions: ['closed', 'open'] })
  await ageClocks(world, tenant, 60)
  const reopened = (await change(caller, id, { status: 'open' }, 2)).json()
  expect(reopened.sla).toMatchObject({ metric: 'resolution', state: 'ok', percent: 0 })
})

test("a tenant's own people open, change and answer tickets in their own name", async () => {
  const { tenant } = await seedActing()
  const { caller } = await seedClerk(tenant)
  const opened = await open(caller, {}, OWN)
  expect(opened).toMatchObject({
    ticket_number: 'T-1',
    created_by_partner: false,
    created_by_partner_id: null,
    created_on_behalf: false,
    billing_party: null,
  })
  const own = await change(caller, opened.ticket_id, { comment: { content: 'Any news?' } }, 1, OWN)
  expect(own.json().sla.metric).toBe('first_response')
  const { caller: colleague } = await seedClerk(tenant, 'TENANT_ADMIN')
  expect(
    (await change(colleague, opened.ticket_id, { comment: { content: 'We see it.' } }, 2, OWN)).json().sla
      .metric,
  ).toBe('resolution')
  const stranger = await seedClerk(await world.tenant('Other'))
  expect((await world.call(stranger.caller, 'GET', `${OWN}/${opened.ticket_id}`)).statusCode).toBe(404)
})
