import { encodeId, idFromUuid } from '@liaison/access'
import type { LinkId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const { ask, cast, etagOf, makeLink, newestLink, partnerMove, put, tenantMove } = makeLinkActs(() => world)

const REQUEST_NOW = new Date().toISOString()

describe('changing a link', () => {
  test('what a partner gives up holds at once and what it wants more waits, in one edit', async () => {
    const people = await makeLink()
    const etag = await etagOf(people.owner, partnerPath(people.id))
    const overrides = [
      { pattern: 'partner.support.tickets.assign', effect: 'deny' },
      { pattern: 'partner.billing.read', effect: 'grant' },
    ]
    const answer = await world.call(people.owner, 'POST', partnerPath(people.id, '/changes'), {
      body: { overrides, reason: 'We also do billing' },
      headers: { 'if-match': etag },
    })
    expect(answer.json(), answer.body).toMatchObject({ status: 'partly_applied' })
    expect(answer.json().applied.map((row: { field: string }) => row.field)).toContain(
      'partner.support.tickets.assign',
    )
    expect(answer.json().waiting.map((row: { field: string }) => row.field)).toContain('partner.billing.read')
    const now = (await world.call(people.owner, 'GET', partnerPath(people.id))).json()
    expect(now.permissions).not.toContain('partner.support.tickets.assign')
    expect(now.permissions).not.toContain('partner.billing.read')
    const [change] = (
      await world.call(people.admin, 'GET', '/api/v1/tenant/partner-access/changes?status=waiting')
    ).json().items
    const path = `/api/v1/tenant/partner-access/changes/${change.change_request_id}`
    expect(
      (await world.call(people.admin, 'POST', `${path}/approve`, { body: { snapshot_token: 'old' } })).json()
        .code,
    ).toBe('SNAPSHOT_STALE')
    const decided = await world.call(people.admin, 'POST', `${path}/approve`, {
      body: { snapshot_token: change.snapshot_token },
    })
    expect(decided.json(), decided.body).toMatchObject({ status: 'approved' })
    const after = (await world.call(people.owner, 'GET', partnerPath(people.id))).json()
    expect(after.permissions).toContain('partner.billing.read')
    expect(after.permissions).not.toContain('partner.support.tickets.assign')
    expect(after.history.map((row: { event: string }) => row.event)).toEqual([
      'widened',
      'narrowed',
      'approved',
      'requested',
    ])
  })

  test('a tenant narrows without a fresh factor and widens only with one', async () => {
    const people = await makeLink()
    const [person] = await world.sql<{ person_id: string }>(
      'select person_id from tenant_member where tenant_id = $1',
      [people.tenant],
    )
    const tired = await world.signIn(idFromUuid('person', String(person?.person_id)), {
      factorAgeSeconds: 3600,
      tenantId: people.tenant,
    })
    const patch = async (body: object) => {
      const etag = await etagOf(tired, tenantPath(people.id))
      return world.call(tired, 'PATCH', tenantPath(people.id), { body, headers: { 'if-match': etag } })
    }
    const narrowed = await patch({ deny: ['partner.support.*'] })
    expect(narrowed.statusCode, narrowed.body).toBe(200)
    expect(narrowed.json().permissions.filter((name: string) => name.startsWith('partner.support.'))).toEqual(
      [],
    )
    expect((await patch({ deny: [] })).json().code).toBe('STEP_UP_REQUIRED')
    const epochs = await world.sql<{ epoch: number }>('select epoch from delegation where tenant_id = $1', [
      people.tenant,
    ])
    expect(epochs).toEqual([{ epoch: 2 }])
  })

  test('a preview says what a choice would do and changes nothing', async () => {
    const people = await makeLink()
    const before = await etagOf(people.admin, tenantPath(people.id))
    const preview = await tenantMove(people, 'preview', { access_role: 'auditor' })
    expect(preview.json().diff).toContainEqual(
      expect.objectContaining({ field: 'partner.support.tickets.create', kind: 'narrowing' }),
    )
    expect(preview.json().cannot).toContain('Open tickets')
    expect(await etagOf(people.admin, tenantPath(people.id))).toBe(before)
  })

  test('a link that ended by itself is renewed by the tenant within 30 days, and not after', async () => {
    const people = await makeLink()
    await world.seed(
      `update delegation set starts_at = now() - interval '90 days', approved_at = now() - interval '90 days', ends_at = now() - interval '5 days' where tenant_id = $1`,
      [people.tenant],
      people.tenant,
    )
    expect(await newestLink(people)).toMatchObject({ status: 'expired' })
    const asked = await partnerMove(people, 'renew', { reason: 'We go on' })
    expect(asked.json(), asked.body).toMatchObject({ status: 'waiting' })
    const renewed = await tenantMove(people, 'renew')
    expect(renewed.json(), renewed.body).toMatchObject({ status: 'active' })
    await world.seed(
      `update delegation set starts_at = now() - interval '90 days', ends_at = now() - interval '31 days' where tenant_id = $1`,
      [people.tenant],
      people.tenant,
    )
    expect((await tenantMove(people, 'renew')).json().code).toBe('LINK_STATE_CONFLICT')
  })

  test('a change with a version that is not the newest changes nothing', async () => {
    const people = await makeLink()
    const stale = await world.call(people.owner, 'POST', partnerPath(people.id, '/suspend'), {
      body: {},
      headers: { 'if-match': '"v1"' },
    })
    expect([stale.statusCode, stale.json().code]).toEqual([412, 'PRECONDITION_FAILED'])
    const without = await world.call(people.owner, 'POST', partnerPath(people.id, '/suspend'), { body: {} })
    expect(without.statusCode).toBe(428)
  })
})

describe('people and context', () => {
  test('only who is assigned finds the tenant and may act in it, with no role above the link’s', async () => {
    const people = await makeLink()
    const lee = await world.person('Lee Park')
    const member = await world.partnerMember(people.partner, lee.id)
    const caller = await world.signIn(lee.id)
    const enter = () =>
      world.call(caller, 'POST', '/api/v1/partner/context', {
        body: { tenant_id: encodeId('tenant', people.tenant) },
      })
    expect((await enter()).json().code).toBe('NOT_ASSIGNED')
    const assign = (role: string | null) =>
      put(people.owner, partnerPath(people.id, '/members'), {
        members: [{ member_id: encodeId('member', member), role }],
      })
    expect((await assign('msp_full')).json().errors[0].code).toBe('ABOVE_LINK_ROLE')
    const assigned = await assign(null)
    expect(assigned.json().members, assigned.body).toMatchObject([{ name: 'Lee Park', factor: 'none' }])
    const entered = await enter()
    expect(entered.json()).toMatchObject({
      tenant_name: 'Acme Fiber',
      partner_name: 'Northwind',
      role_title: 'MSP support',
      writes: true,
    })
    expect(entered.headers['x-active-tenant-id']).toBe(encodeId('tenant', people.tenant))
    const found = await world.call(caller, 'GET', '/api/v1/partner/context/tenants?search=acme')
    expect(found.json().items).toMatchObject([{ name: 'Acme Fiber', link_status: 'active' }])
    expect(
      (await world.call(caller, 'GET', '/api/v1/partner/context/tenants?search=zzz')).json().items,
    ).toEqual([])
    const emptied = await put(people.owner, partnerPath(people.id, '/members'), { members: [] })
    expect(emptied.json().members).toEqual([])
    expect((await enter()).json().code).toBe('NOT_ASSIGNED')
    const seen = (await world.call(people.admin, 'GET', tenantPath(people.id))).json()
    expect(seen).toMatchObject({ people: [], activity_30d: { people: 1 } })
    expect(seen.last_used_at).not.toBeNull()
  })
})

describe('the tenant’s emergency stop', () => {
  test('every open link and request ends in one step with a receipt', async () => {
    const people = await makeLink()
    const other = await cast()
    await ask({ ...other, slug: people.slug })
    const stop = (name: string) =>
      world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
        body: { reason: 'Incident', confirm_name: name },
      })
    expect((await stop('Acme')).statusCode).toBe(422)
    const receipt = await stop('Acme Fiber')
    expect(receipt.json(), receipt.body).toMatchObject({ stopped_by: 'Dana Kim', reason: 'Incident' })
    expect(receipt.json().items).toHaveLength(2)
    const rows = await world.sql<{ status: string }>(
      'select status from delegation where tenant_id = $1 order by status',
      [people.tenant],
    )
    expect(rows).toEqual([{ status: 'declined' }, { status: 'revoked' }])
    const home = await world.call(people.admin, 'GET', '/api/v1/tenant/home')
    expect(home.json(), home.body).toMatchObject({
      who_has_access: { partners: 0, waiting: 0 },
      open_tickets: 0,
    })
  })
})

test('the rules of a tenant are changed over the version that was read', async () => {
  const people = await cast()
  const path = '/api/v1/tenant/partner-access/policy'
  const read = await world.call(people.admin, 'GET', path)
  expect(read.json()).toMatchObject({ who_may_ask: 'any', version: 1 })
  const body = {
    ...read.json(),
    who_may_ask: 'listed',
    max_duration_days: 30,
    listed_partner_ids: [encodeId('partner', people.partner)],
  }
  delete body.version
  const put = (etag: string) => world.call(people.admin, 'PUT', path, { body, headers: { 'if-match': etag } })
  const saved = await put(String(read.headers['etag']))
  expect(saved.json(), saved.body).toMatchObject({ who_may_ask: 'listed', version: 2 })
  expect((await put('"v1"')).statusCode).toBe(412)
  await ask(people)
  const { link_id: id } = await newestLink(people)
  const shown = await world.call(people.admin, 'GET', tenantPath(id))
  const days = (Date.parse(shown.json().ends_at) - Date.parse(REQUEST_NOW)) / 86_400_000
  expect(Math.round(days)).toBe(30)
})

test('both sides are told by mail and neither learns an address', async () => {
  const people = await makeLink()
  await tenantMove(people, 'suspend', { reason: 'Checking' })
  const mails = await world.sql<{ payload: { to: string; subject: string } }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'text' like '%${people.id}%' order by id`,
  )
  expect(mails.map(({ payload }) => `${payload.to.split('.')[0]}: ${payload.subject}`)).toEqual([
    expect.stringMatching(/^dana: Northwind asks for access to/),
    'dana: Northwind has access as MSP support',
    'ana: Acme Fiber allows access as MSP support',
    'ana: Say who may work in Acme Fiber',
    'dana: The access of Northwind is suspended',
    'ana: The access to Acme Fiber is suspended',
  ])
})

test('what a mail is about stands in its subject whatever signs the names of its parties hold', async () => {
  const people = await makeLink()
  await world.seed(`update partner set name = 'Acme, Inc. & Sons' where id = $1`, [people.partner])
  await world.seed(`update tenant set name = 'St. Mary: Fiber' where id = $1`, [people.tenant])
  await tenantMove(people, 'suspend', { reason: 'Checking' })
  const mails = await world.sql<{ payload: { to: string; subject: string } }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'text' like '%suspended.%${people.id}%' order by id`,
  )
  expect(mails.map(({ payload }) => `${payload.to.split('.')[0]}: ${payload.subject}`)).toEqual([
    'dana: The access of Acme, Inc. & Sons is suspended',
    'ana: The access to St. Mary: Fiber is suspended',
  ])
})

test('a phantom of a link id answers as an unknown one', async () => {
  const people = await cast()
  const unknown = encodeId(
    'link',
    idFromUuid('link', '00000000-0000-7000-8000-000000000000') satisfies LinkId,
  )
  expect((await world.call(people.owner, 'GET', partnerPath(unknown))).json().code).toBe('LINK_NOT_FOUND')
  const foreign = await makeLink()
  expect((await world.call(people.owner, 'GET', partnerPath(foreign.id))).json().code).toBe('LINK_NOT_FOUND')
  expect((await world.call(people.admin, 'GET', tenantPath(foreign.id))).json().code).toBe('LINK_NOT_FOUND')
})
