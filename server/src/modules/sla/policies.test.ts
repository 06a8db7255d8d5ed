import { encodeId } from '@liaison/access'
import type { LinkRole, RelationshipType } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { makeSupportRoutes } from '#modules/support/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { slaRoutes } from './index.ts'
import { defaultTerms } from './terms.ts'

const PARTNER = '/api/v1/partner/sla'
const TENANT = '/api/v1/tenant/sla'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeSupportRoutes(services),
    ...makeLinkRoutes(services),
    ...slaRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

async function seed(role: LinkRole = 'msp_support', type: RelationshipType = 'msp_managed') {
  const tenant = await world.tenant('Acme')
  const join = async (as: LinkRole, kind: RelationshipType) => {
    const partner = await world.partner('Northwind')
    const person = await world.person('Lee Park')
    const member = await world.partnerMember(partner, person.id)
    const link = await world.link(partner, tenant, { role: as, type })
    await world.assign(link, member)
    return { partner, link, person, kind, caller: { ...(await world.signIn(person.id)), tenantId: tenant } }
  }
  const admin = await world.person('Ada Admin')
  await world.tenantMember(tenant, admin.id)
  const owner: Caller = { ...(await world.signIn(admin.id)), tenantId: tenant }
  return { tenant, owner, admin, ...(await join(role, type)), join }
}

const terms = defaultTerms(null, 'UTC')
const strict = {
  ...terms,
  priorities: {
    ...terms.priorities,
    normal: { first_response_min: 30, resolution_min: 90, calendar: '24x7' },
  },
}

const put = (caller: Caller, path: string, body: object, version = 0) =>
  world.call(caller, 'PUT', path, {
    body: { note: 'As agreed in November.', ...body },
    headers: { 'if-match': `"v${version}"` },
  })

const open = async (caller: Caller, body: object = {}, base = '/api/v1/partner/support/tickets') => {
  const answer = await world.call(caller, 'POST', base, {
    body: { subject: 'No signal', description: 'Since 08:00.', ...body },
  })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json()
}

test('a tenant agrees terms with one link and promises others by default; each holds for its own new tickets (B8)', async () => {
  const { owner, caller, link } = await seed()
  const linkPath = `${TENANT}/policies/links/${encodeId('link', link)}`
  const before = await world.call(owner, 'GET', linkPath)
  expect(before.json()).toMatchObject({ kind: 'link', version: 0, may_write: true, versions: [] })
  expect(before.headers['etag']).toBe('"v0"')
  const written = await put(owner, linkPath, { terms: strict })
  expect(written.statusCode, written.body).toBe(200)
  expect(written.json()).toMatchObject({
    version: 1,
    versions: [{ version: 1, note: 'As agreed in November.', created_by_name: 'Ada Admin' }],
  })
  const slow = {
    ...terms,
    priorities: {
      ...terms.priorities,
      normal: { first_response_min: 700, resolution_min: 700, calendar: '24x7' },
    },
  }
  expect((await put(owner, `${TENANT}/policies/default`, { terms: slow })).statusCode).toBe(200)
  expect((await open(caller)).sla_clocks[0]).toMatchObject({ target_minutes: 30, calendar: '24x7' })
  expect((await open(owner, {}, '/api/v1/tenant/support/tickets')).sla_clocks[0]).toMatchObject({
    target_minutes: 700,
  })
  const seen = await world.call(caller, 'GET', `${PARTNER}/policies/link`)
  expect(seen.json()).toMatchObject({ version: 1, may_write: false, terms: strict })
  const events = await world.sql(
    `select action, reason from audit_event where action = 'sla.policies.write' and actor_name = 'Ada Admin' and tenant_id = (select tenant_id from link where id = $1)`,
    [link],
  )
  expect(events).toHaveLength(2)
})

test('a ticket keeps the version it was opened under, whatever is agreed later (B8)', async () => {
  const { owner, caller, link } = await seed()
  const path = `${TENANT}/policies/links/${encodeId('link', link)}`
  await put(owner, path, { terms: strict })
  const { ticket_id: id } = await open(caller)
  await put(owner, path, { terms }, 1)
  expect((await open(caller)).sla_clocks[0].target_minutes).toBe(480)
  const raised = await world.call(caller, 'PATCH', `/api/v1/partner/support/tickets/${id}`, {
    body: { priority: 'low', priority_reason: 'Agreed by phone.' },
    headers: { 'if-match': '"v1"' },
  })
  expect(raised.statusCode).toBe(200)
  const detail = (await world.call(caller, 'GET', `/api/v1/partner/support/tickets/${id}`)).json()
  const [clock] = detail.clocks
  const [row] = await world.sql('select version from sla_policy_version where id = $1', [
    clock.policy_version,
  ])
  expect([clock.target_minutes, row?.['version']]).toEqual([1440, 1])
})

test('of two who write the next version of what they read, one writes and the other is told (B8)', async () => {
  const { owner } = await seed()
  const answers = await Promise.all(
    [1, 2, 3].map(() => put(owner, `${TENANT}/policies/default`, { terms: strict })),
  )
  expect(answers.map((answer) => answer.statusCode).toSorted((left, right) => left - right)).toEqual([
    200, 412, 412,
  ])
  const unconditional = await world.call(owner, 'PUT', `${TENANT}/policies/default`, {
    body: { terms: strict, note: 'No version' },
  })
  expect(unconditional.statusCode).toBe(428)
})

test('a headquarters sets a floor; a looser agreement is refused with every fault, and an older one is lifted to it (B8)', async () => {
  const { owner, caller, join } = await seed('enterprise_hq', 'enterprise_subsidiary')
  const msp = await join('msp_support', 'msp_managed')
  const path = `${TENANT}/policies/links/${encodeId('link', msp.link)}`
  const older = {
    ...terms,
    priorities: { ...terms.priorities, low: { first_response_min: 5, resolution_min: 10, calendar: '24x7' } },
  }
  await put(owner, path, { terms: older })
  const floor = { ...strict, pause_states: ['pending'] }
  expect((await put(caller, `${PARTNER}/policies/floor`, { terms: floor })).statusCode).toBe(200)
  const refused = await put(owner, path, { terms }, 1)
  expect(refused.statusCode).toBe(422)
  expect(refused.json().errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([
    '/body/terms/priorities/normal/calendar',
    '/body/terms/priorities/normal/first_response_min',
    '/body/terms/priorities/normal/resolution_min',
    '/body/terms/pause_states',
  ])
  expect(
    await world.sql(`select 1 from sla_policy_version where kind = 'link' and delegation_id = $1`, [
      msp.link,
    ]),
  ).toHaveLength(1)
  // The floor for normal tickets, what was agreed for low ones.
  expect((await open(msp.caller)).sla_clocks[0].target_minutes).toBe(30)
  expect((await open(msp.caller, { priority: 'low' })).sla_clocks[0].target_minutes).toBe(5)
  const shown = (await world.call(owner, 'GET', path)).json()
  expect(shown.effective_terms).toMatchObject({
    priorities: { normal: floor.priorities.normal, low: older.priorities.low },
    pause_states: ['pending'],
  })
})

test('a floor binds no longer than the link of the headquarters is in force (B8)', async () => {
  const { owner, caller, link, tenant } = await seed('enterprise_hq', 'enterprise_subsidiary')
  await put(caller, `${PARTNER}/policies/floor`, { terms: strict })
  expect((await put(owner, `${TENANT}/policies/default`, { terms })).statusCode).toBe(422)
  await world.seed(`update delegation set status = 'suspended' where id = $1`, [link], tenant)
  expect((await put(owner, `${TENANT}/policies/default`, { terms })).statusCode).toBe(200)
})

test('only a headquarters writes as a partner, and no partner reads the agreement of another (B8)', async () => {
  const { owner, caller, tenant, link, join } = await seed('msp_full')
  for (const kind of ['link', 'floor'])
    expect((await put(caller, `${PARTNER}/policies/${kind}`, { terms: strict })).json()).toMatchObject({
      code: 'PERMISSION_DENIED',
    })
  await put(owner, `${TENANT}/policies/links/${encodeId('link', link)}`, { terms: strict })
  const other = await join('msp_support', 'msp_managed')
  expect((await world.call(other.caller, 'GET', `${PARTNER}/policies`)).json().items).toEqual([])
  expect((await world.call(caller, 'GET', `${PARTNER}/policies`)).json().items).toHaveLength(1)
  const clerk = await world.person()
  await world.tenantMember(tenant, clerk.id, 'TENANT_USER')
  const signedIn = { ...(await world.signIn(clerk.id)), tenantId: tenant }
  expect((await put(signedIn, `${TENANT}/policies/default`, { terms: strict })).statusCode).toBe(403)
  expect((await world.call(signedIn, 'GET', `${TENANT}/policies`)).statusCode).toBe(200)
})

test("another tenant's link is none that can be agreed with (B8)", async () => {
  const { owner } = await seed()
  const { link } = await seed()
  const unknown = publicIdOf('link', '01890000-0000-7000-8000-000000000009')
  const answers = await Promise.all(
    [encodeId('link', link), unknown].map((id) =>
      put(owner, `${TENANT}/policies/links/${id}`, { terms: strict }),
    ),
  )
  for (const answer of answers)
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'LINK_NOT_FOUND'])
})

test('tickets are escalated only to people to whom a ticket can be given (B8)', async () => {
  const { owner, person } = await seed()
  const stranger = await world.person()
  const step = (id: string, level: number) => ({ level, person_id: id, action: 'notify' })
  const escalate_to = [step(encodeId('person', person.id), 75), step(encodeId('person', stranger.id), 100)]
  const refused = await put(owner, `${TENANT}/policies/default`, { terms: { ...strict, escalate_to } })
  expect(refused.json().errors).toMatchObject([
    { pointer: '/body/terms/escalate_to/1/person_id', code: 'ASSIGNEE_NOT_ALLOWED' },
  ])
  const taken = await put(owner, `${TENANT}/policies/default`, {
    terms: { ...strict, escalate_to: escalate_to.slice(0, 1) },
  })
  expect(taken.json().terms.escalate_to).toEqual(escalate_to.slice(0, 1))
})

test('a policy is changed though somebody whom it names has left, or is of another partner; nobody like that is added (B8)', async () => {
  const { owner, link, caller, join } = await seed('enterprise_hq', 'enterprise_subsidiary')
  const other = await join('msp_support', 'msp_managed')
  const path = (base: string) => `${base}/policies/links/${encodeId('link', link)}`
  const step = { level: 75, person_id: encodeId('person', other.person.id), action: 'notify' }
  const named = { ...strict, escalate_to: [step] }
  expect((await put(owner, path(TENANT), { terms: named })).statusCode).toBe(200)
  const slower = { ...named, warn_at: [90] }
  const changed = await put(caller, `${PARTNER}/policies/link`, { terms: slower }, 1)
  expect(changed.statusCode, changed.body).toBe(200)
  await world.seed(`update partner_member set status = 'inactive' where person_id = $1`, [other.person.id])
  expect((await put(owner, path(TENANT), { terms: named }, 2)).statusCode).toBe(200)
  const more = { ...named, escalate_to: [step, { ...step, level: 90 }] }
  expect((await put(owner, path(TENANT), { terms: more }, 3)).json().errors).toMatchObject([
    { pointer: '/body/terms/escalate_to/1/person_id', code: 'ASSIGNEE_NOT_ALLOWED' },
  ])
})

test('a preview reckons with terms that are not saved (B8)', async () => {
  const { caller, owner } = await seed()
  const body = { terms: strict, tickets: [{ priority: 'normal', opened_at: '2026-11-20T16:30:00Z' }] }
  for (const [who, base] of [
    [caller, PARTNER],
    [owner, TENANT],
  ] as const)
    expect((await world.call(who, 'POST', `${base}/preview`, { body })).json()).toEqual({
      items: [
        {
          priority: 'normal',
          opened_at: '2026-11-20T16:30:00.000Z',
          first_response_due_at: '2026-11-20T17:00:00.000Z',
          resolution_due_at: '2026-11-20T18:00:00.000Z',
        },
      ],
    })
})

test('as raw SQL no login changes or removes a version, and none reads one without a context (B8)', async () => {
  const { owner } = await seed()
  await put(owner, `${TENANT}/policies/default`, { terms: strict })
  for (const login of ['liaison_tenant', 'liaison_delegate', 'liaison_job'] as const)
    expect(await world.sqlAs(login, 'select * from sla_policy_version')).toEqual([])
  for (const login of ['liaison_platform', 'liaison_program', 'liaison_ingest'] as const)
    await expect(world.sqlAs(login, 'select * from sla_policy_version')).rejects.toThrow('permission denied')
  for (const text of [`update sla_policy_version set note = 'other'`, 'delete from sla_policy_version'])
    await expect(world.sql(text)).rejects.toThrow('its rows are history')
})
