import { encodeId } from '@liaison/access'
import type { IdOf } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { portfolioRoutes } from '#modules/portfolio/index.ts'
import { operationRoutes, runOperations } from './index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { makePortfolioActs } from '#testing/portfolio-acts.ts'
import type { PartnerCast } from '#testing/portfolio-acts.ts'
import { assignmentsOf, meetAt } from '#testing/meet.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [
    ...makeLinkRoutes(services),
    ...portfolioRoutes,
    ...operationRoutes,
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const { cast, setGrants, setMembers, team } = makePortfolioActs(() => world)

const BULK = '/api/v1/partner/links/bulk'
const publicLink = (id: string) => publicIdOf('link', id)
const work = () =>
  runOperations({
    database: world.database,
    publicOrigin: () => TEST_ORIGIN,
    onError: (error) => {
      throw error
    },
  })

async function order(people: PartnerCast, body: object, status = 202) {
  const answer = await world.call(people.owner, 'POST', BULK, { body })
  expect(answer.statusCode, answer.body).toBe(status)
  return answer
}

async function resultOf(people: PartnerCast, id: string) {
  return (await world.call(people.owner, 'GET', `/api/v1/partner/operations/${id}`)).json()
}

async function complete(people: PartnerCast, body: object) {
  const { operation_id: id } = (await order(people, body)).json()
  await work()
  return resultOf(people, id)
}

const outcomes = (result: { items: { outcome: string; code: string | null }[] }) =>
  result.items.map(({ outcome, code }) => [outcome, code])

async function addLink(people: PartnerCast, name: string, terms: Parameters<TestWorld['link']>[2] = {}) {
  const tenant = await world.tenant(name)
  return { tenant, link: await world.link(people.partner, tenant, terms) }
}

test('one order works on many links: each has its own outcome, and one refusal stops no other (B14)', async () => {
  const people = await cast()
  const soon = new Date(Date.now() + 20 * 86_400_000)
  const [first, second] = [
    await addLink(people, 'Acme', { endsAt: soon, role: 'msp_support' }),
    await addLink(people, 'Beta', { endsAt: soon, role: 'msp_support' }),
  ]
  const [gone, endless] = [
    await addLink(people, 'Gone', { status: 'revoked' }),
    await addLink(people, 'Endless', { endsAt: null, type: 'enterprise_subsidiary', role: 'auditor' }),
  ]
  const [others, unknown] = [await cast(), '01900000-0000-7000-8000-000000000001']
  const foreign = await addLink(others, 'Foreign')
  const ids = [first.link, gone.link, second.link, endless.link, foreign.link, unknown].map(publicLink)
  const ordered = await order(people, {
    action: 'renew',
    reason: 'The contract was extended',
    items: ids.map((id) => ({ link_id: id })),
  })
  expect(ordered.headers['location']).toBe(`/api/v1/partner/operations/${ordered.json().operation_id}`)
  expect(ordered.json()).toMatchObject({ status: 'queued', items_count: 6, waiting: 6 })
  await work()
  const result = await resultOf(people, ordered.json().operation_id)
  expect(result).toMatchObject({ status: 'completed', waiting: 0, done: 2, unchanged: 1, refused: 3 })
  expect(outcomes(result)).toEqual([
    ['done', 'WAITS_FOR_TENANT'],
    ['refused', 'LINK_STATE_CONFLICT'],
    ['done', 'WAITS_FOR_TENANT'],
    ['unchanged', 'NO_END'],
    ['refused', 'LINK_NOT_FOUND'],
    ['refused', 'LINK_NOT_FOUND'],
  ])
  expect(result.items.map(({ tenant_name: name }: { tenant_name: string | null }) => name)).toEqual([
    'Acme',
    'Gone',
    'Beta',
    'Endless',
    null,
    null,
  ])
  const waiting = await world.sql(`select status, reason from link_change_request where partner_id = $1`, [
    people.partner,
  ])
  expect(waiting).toEqual(
    Array.from({ length: 2 }, () => ({ status: 'waiting', reason: 'The contract was extended' })),
  )
  const again = await complete(people, { action: 'renew', items: [{ link_id: publicLink(first.link) }] })
  expect(outcomes(again)).toEqual([['unchanged', 'ALREADY_ASKED']])
})

test('people are assigned to many links and taken out again; whom a team brings is refused with the reason (B14)', async () => {
  const people = await cast()
  const [first, second] = [await addLink(people, 'Acme'), await addLink(people, 'Beta')]
  const member = (id: IdOf<'member'>) => encodeId('member', id)
  const items = [first, second].map(({ link }) => ({
    link_id: publicLink(link),
    member_id: member(people.technicianMember),
  }))
  const assigned = await complete(people, {
    action: 'assign',
    items: items.map((item) => ({ ...item, role: 'msp_support' })),
  })
  expect(outcomes(assigned)).toEqual([
    ['done', null],
    ['done', null],
  ])
  expect(assigned.items[0]).toMatchObject({ tenant_name: 'Acme', member_name: 'Lee Park' })
  const held = () =>
    world.sql(
      `select role, via_team_id is null as direct from link_member where partner_id = $1 order by link_id`,
      [people.partner],
    )
  expect(await held()).toEqual(Array.from({ length: 2 }, () => ({ role: 'msp_support', direct: true })))
  const again = await complete(people, {
    action: 'assign',
    items: [{ ...items[0], role: 'msp_support' }],
  })
  expect(outcomes(again)).toEqual([['unchanged', 'ALREADY_ASSIGNED']])
  expect(outcomes(await complete(people, { action: 'unassign', items }))).toEqual([
    ['done', null],
    ['done', null],
  ])
  expect(await held()).toEqual([])
  const id = await team(people.owner, 'Field')
  await setMembers(people.owner, id, [people.technicianMember])
  await setGrants(people.owner, id, [{ link_id: publicLink(first.link) }])
  expect(outcomes(await complete(people, { action: 'unassign', items }))).toEqual([
    ['refused', 'ASSIGNED_BY_TEAM'],
    ['unchanged', 'NOT_ASSIGNED_HERE'],
  ])
  const events = await world.sql<{ actor_name: string; source: string }>(
    `select distinct actor_name, source from audit_event where partner_id = $1 and action = 'links.assign'`,
    [people.partner],
  )
  expect(events).toEqual([{ actor_name: 'Ana Ruiz', source: 'job' }])
})

test('of somebody assigned in bulk while the list of the link is replaced nobody is lost unseen (B14, barrier)', async () => {
  const people = await cast()
  const { link } = await addLink(people, 'Acme', { role: 'msp_support' })
  const path = `/api/v1/partner/links/${publicLink(link)}/members`
  const read = await world.call(people.owner, 'GET', path)
  const item = { link_id: publicLink(link), member_id: publicIdOf('member', people.technicianMember) }
  await order(people, { action: 'assign', items: [item] })
  const replace = () =>
    world.call(people.owner, 'PUT', path, {
      body: { members: [{ member_id: publicIdOf('member', people.ownerMember) }] },
      headers: { 'if-match': String(read.headers['etag']) },
    })
  const statuses: number[] = []
  await meetAt(world, assignmentsOf(people.partner), [
    () => work().then(() => null),
    async () => statuses.push((await replace()).statusCode),
  ])
  const names = (await world.call(people.owner, 'GET', path))
    .json()
    .members.map(({ name }: { name: string }) => name)
  // Whoever came second saw what the first one wrote: added to it, or was told.
  expect([statuses[0], names]).toEqual(
    statuses[0] === 200 ? [200, ['Ana Ruiz', 'Lee Park']] : [412, ['Lee Park']],
  )
})

test('alerts without a field are no order; one that was taken before changes nothing (B14)', async () => {
  const people = await cast()
  const { link } = await addLink(people, 'Acme')
  const items = [{ link_id: publicLink(link) }]
  const refused = await order(people, { action: 'set_alerts', items }, 422)
  expect(refused.json().errors).toMatchObject([{ pointer: '/body', code: 'NOTHING_TO_CHANGE' }])
  const taken = await order(people, { action: 'set_alerts', notify_on_sla_breach: false, items })
  const { operation_id: id } = taken.json()
  await world.seed(`update bulk_operation set parameters = '{"alerts": {}}' where partner_id = $1`, [
    people.partner,
  ])
  await work()
  expect(outcomes(await resultOf(people, id))).toEqual([['done', null]])
  expect(await world.sql('select notify_on_sla_breach from link where id = $1', [link])).toEqual([
    { notify_on_sla_breach: true },
  ])
})

test('links are suspended, their renewal and their alerts are set, many at once (B14)', async () => {
  const people = await cast()
  const [first, second] = [
    await addLink(people, 'Acme', { role: 'msp_support' }),
    await addLink(people, 'Beta', { role: 'msp_support' }),
  ]
  const items = [first, second].map(({ link }) => ({ link_id: publicLink(link) }))
  const alerts = await complete(people, {
    action: 'set_alerts',
    notify_on_sla_breach: false,
    billing_alert_threshold: { amount_minor: 5000, currency: 'EUR' },
    items,
  })
  expect(outcomes(alerts)).toEqual([
    ['done', null],
    ['done', null],
  ])
  const set = await world.sql(
    `select notify_on_sla_breach, notify_on_billing_threshold, billing_alert_currency from link where partner_id = $1`,
    [people.partner],
  )
  expect(set).toEqual(
    Array.from({ length: 2 }, () => ({
      notify_on_sla_breach: false,
      notify_on_billing_threshold: true,
      billing_alert_currency: 'EUR',
    })),
  )
  const renewing = await complete(people, { action: 'set_auto_renew', auto_renew_days: 180, items })
  expect(outcomes(renewing)).toEqual(Array.from({ length: 2 }, () => ['done', 'WAITS_FOR_TENANT']))
  expect(outcomes(await complete(people, { action: 'suspend', reason: 'Audit', items }))).toEqual(
    Array.from({ length: 2 }, () => ['done', null]),
  )
  expect(outcomes(await complete(people, { action: 'suspend', items }))).toEqual(
    Array.from({ length: 2 }, () => ['unchanged', 'ALREADY_SUSPENDED']),
  )
})

test('turning automatic renewal on for many takes back nothing that waits; turning it off asks nobody (B14)', async () => {
  const people = await cast()
  const soon = new Date(Date.now() + 20 * 86_400_000)
  const links = [
    await addLink(people, 'Acme', { endsAt: soon, role: 'msp_support' }),
    await addLink(people, 'Beta', { endsAt: soon, role: 'msp_support' }),
  ]
  const [asked, free] = links.map(({ link }) => ({ link_id: publicLink(link) }))
  await complete(people, { action: 'renew', items: [asked] })
  const turn = async (days: 0 | 180) =>
    outcomes(
      await complete(people, { action: 'set_auto_renew', auto_renew_days: days, items: [asked, free] }),
    )
  expect(await turn(180)).toEqual([
    ['refused', 'LINK_STATE_CONFLICT'],
    ['done', 'WAITS_FOR_TENANT'],
  ])
  expect(await turn(180)).toEqual([
    ['refused', 'LINK_STATE_CONFLICT'],
    ['unchanged', 'ALREADY_ASKED'],
  ])
  const rows = await world.sql(
    `select status, proposal ? 'ends_at' as is_extension from link_change_request where partner_id = $1 order by requested_at`,
    [people.partner],
  )
  expect(rows).toEqual([
    { status: 'waiting', is_extension: true },
    { status: 'waiting', is_extension: false },
  ])
  for (const { link, tenant } of links)
    await world.seed(`update link set auto_renew_days = 180 where id = $1`, [link], tenant)
  expect(await turn(0)).toEqual([
    ['done', null],
    ['done', null],
  ])
})

test('an operation that a process left behind is taken over, and what was done is not done twice (B14)', async () => {
  const people = await cast()
  const links = [await addLink(people, 'Acme'), await addLink(people, 'Beta'), await addLink(people, 'Gamma')]
  const { operation_id: id } = (
    await order(people, {
      action: 'suspend',
      items: links.map(({ link }) => ({ link_id: publicLink(link) })),
    })
  ).json()
  const [uuid] = await world.sql<{ id: string }>(`select id from bulk_operation where partner_id = $1`, [
    people.partner,
  ])
  await world.sql(
    `update bulk_item set outcome = 'done', done_at = now() where operation_id = $1 and place = 0`,
    [uuid?.id],
  )
  const claim = (seconds: number) =>
    world.sql(
      `update bulk_operation set status = 'processing', claim_hash = '\\x00', claimed_until = now() + make_interval(secs => $2) where id = $1`,
      [uuid?.id, seconds],
    )
  await claim(60)
  await work()
  expect(await resultOf(people, id)).toMatchObject({ status: 'processing', done: 1, waiting: 2 })
  await claim(-1)
  await Promise.all([work(), work(), work()])
  expect(await resultOf(people, id)).toMatchObject({ status: 'completed', done: 3, refused: 0 })
  const states = await world.sql<{ status: string; version: number }>(
    `select d.status, d.version from delegation d join tenant t on t.id = d.tenant_id where d.partner_id = $1 order by t.name`,
    [people.partner],
  )
  expect(states.map(({ status, version }) => [status, version])).toEqual([
    ['active', 1],
    ['suspended', 2],
    ['suspended', 2],
  ])
})

test('while no connection is to be had the items wait, and are done when there is one again (B14, R7)', async () => {
  const people = await cast()
  const { link } = await addLink(people, 'Acme', { endsAt: new Date(Date.now() + 20 * 86_400_000) })
  const { operation_id: id } = (
    await order(people, { action: 'suspend', reason: 'A pause', items: [{ link_id: publicLink(link) }] })
  ).json()
  const pool = world.database.pool('liaison_program')
  const busy = await Promise.all(Array.from({ length: pool.options.max }, () => pool.connect()))
  try {
    await work()
  } finally {
    for (const client of busy) client.release()
  }
  expect(await resultOf(people, id)).toMatchObject({ status: 'processing', waiting: 1, refused: 0 })
  await world.sql(`update bulk_operation set claimed_until = now() where status = 'processing'`)
  await work()
  expect(await resultOf(people, id)).toMatchObject({ status: 'completed', waiting: 0, done: 1, refused: 0 })
})

test('each item is decided anew as the person who ordered it: whoever lost the right since does nothing more (B14)', async () => {
  const people = await cast()
  const { link } = await addLink(people, 'Acme')
  const body = { action: 'suspend', items: [{ link_id: publicLink(link) }] }
  const { operation_id: id } = (await order(people, body)).json()
  await world.seed(`update partner_member set role = 'PARTNER_STAFF' where id = $1`, [people.ownerMember])
  await work()
  await world.seed(`update partner_member set role = 'PARTNER_OWNER' where id = $1`, [people.ownerMember])
  expect(outcomes(await resultOf(people, id))).toEqual([['refused', 'PERMISSION_DENIED']])
  const { operation_id: second } = (await order(people, body)).json()
  await world.seed(`update partner set status = 'suspended' where id = $1`, [people.partner])
  await work()
  await world.seed(`update partner set status = 'active' where id = $1`, [people.partner])
  expect(outcomes(await resultOf(people, second))).toEqual([['refused', 'PARTNER_INACTIVE']])
  const [state] = await world.sql<{ status: string }>('select status from delegation where id = $1', [link])
  expect(state?.status).toBe('active')
})

test('an order of more than 200 links, of none, with a repetition or with an unknown field changes nothing (B14)', async () => {
  const people = await cast()
  const { link } = await addLink(people, 'Acme')
  const item = { link_id: publicLink(link) }
  const many = Array.from({ length: 201 }, () => item)
  for (const body of [
    { action: 'renew', items: many },
    { action: 'renew', items: [] },
    { action: 'renew', items: [item, item] },
    { action: 'renew', items: [item], colour: 'red' },
    { action: 'assign', items: [item] },
    { action: 'set_auto_renew', auto_renew_days: 90, items: [item] },
    { action: 'terminate', items: [item] },
  ])
    expect((await order(people, body, 422)).json().code).toBe('VALIDATION_ERROR')
  expect(await world.sql(`select 1 from bulk_operation where partner_id = $1`, [people.partner])).toEqual([])
})

test('assigning many asks for a fresh second factor, and another partner knows nothing of an operation (B14)', async () => {
  const people = await cast()
  const { link } = await addLink(people, 'Acme')
  const item = { link_id: publicLink(link), member_id: encodeId('member', people.technicianMember) }
  const person = await world.person()
  await world.partnerMember(people.partner, person.id, 'PARTNER_OWNER')
  const tired = await world.signIn(person.id, { factorAgeSeconds: 3600 })
  const body = { action: 'assign', items: [item] }
  expect((await world.call(tired, 'POST', BULK, { body })).json().code).toBe('STEP_UP_REQUIRED')
  expect((await world.call(people.technician, 'POST', BULK, { body })).statusCode).toBe(403)
  const { operation_id: id } = (await order(people, body)).json()
  const others = await cast()
  const foreign = await world.call(others.owner, 'GET', `/api/v1/partner/operations/${id}`)
  expect([foreign.statusCode, foreign.json().code]).toEqual([404, 'OPERATION_NOT_FOUND'])
  for (const table of ['bulk_operation', 'bulk_item']) {
    expect(await world.sqlAs('liaison_program', `select 1 from ${table}`)).toEqual([])
    await expect(world.sqlAs('liaison_tenant', `select 1 from ${table}`)).rejects.toThrow('permission denied')
    await expect(world.sqlAs('liaison_delegate', `select 1 from ${table}`)).rejects.toThrow(
      'permission denied',
    )
  }
  await expect(world.sqlAs('liaison_program', 'select claim_hash from bulk_operation')).rejects.toThrow(
    'permission denied',
  )
  const entered = await world.sqlAs('liaison_program', `select access.enter_operation($1) as facts`, [
    { operation_id: '01900000-0000-7000-8000-000000000001', claim: '00' },
  ])
  expect(entered).toMatchObject([{ facts: { actor: null } }])
})
