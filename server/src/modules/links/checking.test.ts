import { decodeId, encodeId, permissionsOf, newestRoleTemplate } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { wholeProduct } from '#testing/whole-product.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { operationsOf } from './preview.ts'

let world: TestWorld
let provider: Caller
beforeAll(async () => {
  world = await TestWorld.start(wholeProduct)
  const person = await world.person('Pat Provider')
  await world.platformAdmin(person.id)
  provider = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)
const uuidOf = (id: string) => decodeId('link', id) ?? ''

describe('the look whether anybody gets in', () => {
  const look = async (people: Awaited<ReturnType<typeof acts.makeLink>>) => {
    const mine = await world.call(people.admin, 'GET', tenantPath(people.id, '/check'))
    const theirs = await world.call(people.owner, 'GET', partnerPath(people.id, '/check'))
    expect(theirs.json()).toEqual(mine.json())
    return mine.json()
  }

  const toldOf = (id: string, news: string) =>
    world.sql(`select side from link_news where link_id = $1 and news = $2 order by side`, [uuidOf(id), news])

  test('tells the partner at the start that nobody is assigned (section 12)', async () => {
    const people = await acts.makeLink()
    expect(await look(people)).toEqual({ works: false, why_not: 'nobody is assigned', people: [] })
    expect(await toldOf(people.id, 'unassigned')).toEqual([{ side: 'partner' }])
  })

  test('tells both sides when those who are assigned first do not get in (section 12)', async () => {
    const people = await acts.makeLink()
    const lee = await world.person('Lee Park')
    const member = await world.partnerMember(people.partner, lee.id)
    const put = await acts.put(people.owner, partnerPath(people.id, '/members'), {
      members: [{ member_id: encodeId('member', member) }],
    })
    expect(put.statusCode, put.body).toBe(200)
    expect(await toldOf(people.id, 'unused')).toEqual([{ side: 'partner' }, { side: 'tenant' }])
  })

  test('says of each person whether a call would get in, and the first thing in the way (section 12)', async () => {
    const people = await acts.makeLink()
    const lee = await world.person('Lee Park')
    const link = decodeId('link', people.id)
    if (link === null) throw new Error('Not a link id.')
    await world.assign(link, await world.partnerMember(people.partner, lee.id))
    const sentence = async () => (await look(people)).people[0].sentence
    expect(await sentence()).toBe(
      'Lee Park cannot open Acme Fiber: the person has no second sign-in step yet.',
    )
    await world.seed(
      `insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`,
      [lee.id],
    )
    expect(await look(people)).toMatchObject({
      works: true,
      why_not: null,
      people: [{ sentence: 'Lee Park can open Acme Fiber.' }],
    })
    const entered = await world.call(
      { ...(await world.signIn(lee.id)), tenantId: people.tenant },
      'POST',
      '/api/v1/partner/context/entries',
    )
    expect(entered.statusCode).toBe(201)
    await acts.tenantMove(people, 'suspend')
    expect(await sentence()).toBe('Lee Park cannot open Acme Fiber: the access is not in force now.')
    expect(await world.sqlAs('liaison_tenant', 'select * from access.check_link($1)', [link])).toEqual([])
  })
})

describe('a preview', () => {
  test('names every operation that the permissions open and no other, on both sides (section 5)', async () => {
    const people = await acts.makeLink()
    const mine = await world.call(people.admin, 'POST', tenantPath(people.id, '/preview'), { body: {} })
    const theirs = await world.call(people.owner, 'POST', partnerPath(people.id, '/preview'), { body: {} })
    const held = new Set<string>(permissionsOf(newestRoleTemplate('msp_support').defaults))
    for (const { operations } of [mine.json(), theirs.json()]) {
      expect(operations.length).toBeGreaterThan(10)
      for (const { permission } of operations) expect(held.has(permission)).toBe(true)
      const paths = operations.map(({ path }: { path: string }) => path)
      expect(paths).toContain('/api/v1/partner/support/tickets')
      expect(paths).not.toContain('/api/v1/partner/billing/invoices')
    }
    expect(mine.json().screens).toContainEqual({ title: 'Tickets', path: 'tickets' })
    expect(mine.json().new_operations).toEqual([])
    expect(operationsOf(0n, world.app.routes)).toEqual([])
  })

  test('of a waiting change names what it would add (section 5)', async () => {
    const people = await acts.makeLink({ access_role: 'auditor', relationship_type: 'msp_managed' })
    const asked = await acts.partnerMove(people, 'changes', { access_role: 'msp_full', reason: 'More work.' })
    const { change_request_id: change } = asked.json()
    const body = { change_request_id: change }
    for (const [caller, path] of [
      [people.admin, tenantPath(people.id, '/preview')],
      [people.owner, partnerPath(people.id, '/preview')],
    ] as const) {
      const shown = (await world.call(caller, 'POST', path, { body })).json()
      const added = shown.new_operations.map(
        (one: { method: string; path: string }) => `${one.method} ${one.path}`,
      )
      expect(added).toContain('POST /api/v1/partner/support/tickets')
      expect(shown.diff.some(({ kind }: { kind: string }) => kind === 'widening')).toBe(true)
    }
    const other = await acts.makeLink()
    const foreign = await world.call(other.admin, 'POST', tenantPath(other.id, '/preview'), { body })
    expect(foreign.json().code).toBe('CHANGE_NOT_FOUND')
  })
})

describe('a link that the provider attests', () => {
  const attest = (people: { partner: string; tenant: string }, change: object = {}) =>
    world.call(provider, 'POST', '/api/v1/admin/partner-access/links/attest', {
      body: {
        partner_id: encodeId('partner', people.partner as never),
        tenant_id: encodeId('tenant', people.tenant as never),
        contract_reference: 'Group contract 2026-7',
        ...change,
      },
    })

  test('names the contract, opens only after a week, and the tenant is told by when to object (B1)', async () => {
    const people = await acts.cast()
    const made = await attest(people)
    expect(made.statusCode, made.body).toBe(201)
    const { link_id: id, starts_at: start, objection_until: until, ends_at: end } = made.json()
    expect([start, end]).toEqual([until, null])
    expect(Math.round((Date.parse(until) - Date.now()) / 86_400_000)).toBe(7)
    const shown = (await world.call(people.admin, 'GET', tenantPath(id))).json()
    expect(shown).toMatchObject({
      status: 'approved',
      relationship_type: 'enterprise_subsidiary',
      attestation_ref: 'Group contract 2026-7',
    })
    const told = await world.sql<{ sentence: string }>(
      `select sentence from link_news where link_id = $1 and side = 'tenant' and news = 'attested'`,
      [uuidOf(id)],
    )
    expect(told[0]?.sentence).toMatch(/under a contract\. If that is wrong, object by \d/)
    const taken = await attest(people)
    expect(taken.json().code).toBe('LINK_ALREADY_LIVE')
  })

  test('never opens when the tenant objects in time; later it can only be stopped (B1)', async () => {
    const [timely, late] = [await acts.cast(), await acts.cast()]
    const first = (await attest(timely)).json().link_id
    const object = (people: typeof timely, id: string) =>
      world.call(people.admin, 'POST', tenantPath(id, '/object'), { body: { reason: 'Not ours.' } })
    const objected = await object(timely, first)
    expect(objected.json(), objected.body).toMatchObject({ status: 'revoked', status_reason: 'Not ours.' })
    const second = (await attest(late)).json().link_id
    await world.seed(
      `update link set objection_until = now() - interval '1 second' where id = $1`,
      [uuidOf(second)],
      late.tenant,
    )
    expect((await object(late, second)).json().code).toBe('LINK_STATE_CONFLICT')
    const stopped = await world.call(late.admin, 'POST', tenantPath(second, '/revoke'), { body: {} })
    expect(stopped.statusCode).toBe(200)
  })

  test('is refused for unknown parties and by the database without contract or time to object (B1)', async () => {
    const people = await acts.cast()
    const nobody = '018f0000-0000-7000-8000-000000000000'
    expect((await attest({ ...people, tenant: nobody })).json().code).toBe('TENANT_NOT_FOUND')
    expect((await attest({ ...people, partner: nobody })).json().code).toBe('PARTNER_NOT_FOUND')
    expect((await attest(people, { access_role: 'delegate', contract_reference: '' })).statusCode).toBe(422)
    const asOwner = await world.call(people.owner, 'POST', '/api/v1/admin/partner-access/links/attest', {
      body: {},
    })
    expect([403, 404, 422]).toContain(asOwner.statusCode)
  })
})

describe('a distributor', () => {
  test('reads name, state and totals of the links that name it, and opens nothing (B1, section 9.2)', async () => {
    const people = await acts.cast()
    const between = await acts.cast()
    expect((await acts.ask(people, { via_partner_slug: between.partnerSlug })).statusCode).toBe(202)
    const list = () => world.call(between.owner, 'GET', '/api/v1/partner/indirect-links')
    expect((await list()).json().items).toEqual([])
    const { link_id: id } = await acts.newestLink(people)
    const shown = await world.call(people.admin, 'GET', tenantPath(id))
    expect(shown.json().via_partner_name).toBe('Northwind')
    expect((await acts.approve(people, id)).statusCode).toBe(200)
    const [account] = await world.seed<{ id: string }>(
      `insert into billing_account (tenant_id, ban, name, currency) values ($1, 'BAN-1', 'Main', 'EUR') returning id`,
      [people.tenant],
      people.tenant,
    )
    await world.seed(
      `insert into invoice (tenant_id, billing_account_id, number, status, currency, subtotal_minor, tax_minor, total_minor, issued_on, due_on)
       values ($1, $2, 'R-1', 'finalized', 'EUR', 1000, 190, 1190, current_date, current_date + 14)`,
      [people.tenant, account?.id],
      people.tenant,
    )
    expect((await list()).json().items).toEqual([
      {
        link_id: id,
        tenant_name: 'Acme Fiber',
        partner_name: 'Northwind',
        status: 'active',
        access_role: 'msp_support',
        ends_at: expect.any(String),
        outstanding: [{ amount_minor: 1190, currency: 'EUR' }],
      },
    ])
    expect((await world.call(between.owner, 'GET', partnerPath(id))).statusCode).toBe(404)
    const inside = { ...between.owner, tenantId: people.tenant }
    expect((await world.call(inside, 'POST', '/api/v1/partner/context/entries')).statusCode).toBe(404)
    const itself = await acts.ask(await acts.cast(), { via_partner_slug: 'nobody-at-all' })
    expect(itself.json().code).toBe('DISTRIBUTOR_NOT_FOUND')
  })
})

test("the source's map of exceptions is taken and given back, true for a grant and false for a denial (B2)", async () => {
  const map = { 'partner.provisioning.subscribers.list': true, 'partner.support.tickets.update': false }
  const people = await acts.makeLink({ overrides: map })
  for (const [caller, path] of [
    [people.owner, partnerPath(people.id)],
    [people.admin, tenantPath(people.id)],
  ] as const) {
    const shown = (await world.call(caller, 'GET', path)).json()
    expect(shown.custom_permissions).toEqual(map)
    expect(shown.permissions).toContain('partner.provisioning.subscribers.list')
    expect(shown.permissions).not.toContain('partner.support.tickets.update')
  }
})

test('the home of an organisation counts apps beside partners (B10)', async () => {
  const people = await acts.makeLink()
  await world.seed(
    `insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, approved_at, ends_at) values ($1, $2, 'resale', 'active', 0::bit(256), 0::bit(256), now(), now() + interval '1 day')`,
    [people.tenant, (await acts.cast()).partner],
    people.tenant,
  )
  const home = await world.call(people.admin, 'GET', '/api/v1/tenant/home')
  expect(home.json().who_has_access).toMatchObject({
    partners: 2,
    partners_with_people: 1,
    own_partner_name: null,
    apps: 1,
    waiting_apps: 0,
  })
})

test('the home of an organisation counts no people whom it stopped for now, until they may come back (B10, B11)', async () => {
  const people = await acts.makeLink()
  const shown = async () =>
    (await world.call(people.admin, 'GET', '/api/v1/tenant/home')).json().who_has_access
  expect(await shown()).toMatchObject({ partners: 1, partners_with_people: 1 })
  const set = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/freeze', {
    body: { scope: 'partner', partner_id: encodeId('partner', people.partner as never) },
  })
  expect(set.statusCode, set.body).toBe(201)
  expect(await shown()).toMatchObject({ partners: 1, partners_with_people: 0, people: 0 })
  const lifted = await world.call(
    people.admin,
    'DELETE',
    `/api/v1/tenant/partner-access/freeze/${set.json().freeze_id}`,
    { body: { reason: 'Over', outcome: 'lifted' } },
  )
  expect(lifted.statusCode, lifted.body).toBe(200)
  expect(await shown()).toMatchObject({ partners_with_people: 1 })
})

test('the home of an organisation counts as ending soon whatever its page of accesses says that of (B10)', async () => {
  const people = await acts.makeLink({ duration_days: 20 })
  const other = await acts.cast()
  const seedApp = (ends: string, status = 'active') =>
    world.seed(
      `insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, approved_at, ends_at) values ($1, $2, 'resale', $3, 0::bit(256), 0::bit(256), now(), now() + $4::interval)`,
      [people.tenant, other.partner, status, ends],
      people.tenant,
    )
  const endsSoon = async () =>
    (await world.call(people.admin, 'GET', '/api/v1/tenant/home')).json().who_has_access.ends_soon
  expect(await endsSoon()).toBe(1)
  await seedApp('29 days')
  expect(await endsSoon()).toBe(2)
  await seedApp('31 days')
  await seedApp('5 days', 'suspended')
  expect(await endsSoon()).toBe(2)
})
