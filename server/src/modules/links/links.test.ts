import { encodeId, idFromUuid } from '@liaison/access'
import type { LinkId, PartnerId, TenantId } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

interface Cast {
  readonly partner: PartnerId
  readonly tenant: TenantId
  readonly slug: string
  readonly partnerSlug: string
  readonly owner: Caller
  readonly admin: Caller
}

async function slugOf(relation: 'tenant' | 'partner', id: string): Promise<string> {
  const [row] = await world.sql<{ slug: string }>(`select slug from ${relation} where id = $1`, [id])
  return row?.slug ?? ''
}

async function strengthen(personId: string): Promise<void> {
  await world.sql(`insert into totp_factor (person_id, secret, confirmed_at) values ($1, '\\x00', now())`, [personId])
}

async function cast(): Promise<Cast> {
  const [partner, tenant] = [await world.partner('Northwind'), await world.tenant('Acme Fiber')]
  const [owner, admin] = [await world.person('Ana Ruiz'), await world.person('Dana Kim')]
  await world.partnerMember(partner, owner.id, 'PARTNER_OWNER')
  await world.tenantMember(tenant, admin.id)
  await strengthen(owner.id)
  return {
    partner,
    tenant,
    slug: await slugOf('tenant', tenant),
    partnerSlug: await slugOf('partner', partner),
    owner: await world.signIn(owner.id),
    admin: await world.signIn(admin.id, { tenantId: tenant }),
  }
}

const REQUEST = { relationship_type: 'msp_managed', access_role: 'msp_support', message: 'To answer your tickets.', duration_days: 90 }

async function ask({ owner, slug }: Cast, over: object = {}) {
  return world.call(owner, 'POST', '/api/v1/partner/links', { body: { tenant_slug: slug, ...REQUEST, ...over } })
}

async function newestLink({ owner }: Cast): Promise<{ link_id: string; version: number; status: string; tenant_id: string | null }> {
  const response = await world.call(owner, 'GET', '/api/v1/partner/links')
  return response.json().items[0]
}

const tenantPath = (id: string, rest = '') => `/api/v1/tenant/partner-access/links/${id}${rest}`
const partnerPath = (id: string, rest = '') => `/api/v1/partner/links/${id}${rest}`

async function approve(people: Cast, id: string, accept: object = {}) {
  const shown = await world.call(people.admin, 'GET', tenantPath(id))
  return world.call(people.admin, 'POST', tenantPath(id, '/approve'), { body: { accept, snapshot_token: shown.json().snapshot_token } })
}

async function makeLink(over: object = {}): Promise<Cast & { readonly id: string }> {
  const people = await cast()
  expect((await ask(people, over)).statusCode).toBe(202)
  const { link_id: id } = await newestLink(people)
  const approved = await approve(people, id)
  expect(approved.statusCode, approved.body).toBe(200)
  return { ...people, id }
}

async function etagOf(caller: Caller, path: string): Promise<string> {
  const response = await world.call(caller, 'GET', path)
  return String(response.headers['etag'])
}

/** A move of the partner with the version as it is now. */
async function partnerMove(people: Cast & { id: string }, move: string, body: object = {}) {
  const etag = await etagOf(people.owner, partnerPath(people.id))
  return world.call(people.owner, 'POST', partnerPath(people.id, `/${move}`), { body, headers: { 'if-match': etag } })
}

function tenantMove(people: Cast & { id: string }, move: string, body: object = {}) {
  return world.call(people.admin, 'POST', tenantPath(people.id, `/${move}`), { body })
}

describe('asking for access', () => {
  test('a request opens nothing until the tenant approves what it was shown', async () => {
    const people = await cast()
    const sent = await ask(people)
    expect(sent.statusCode).toBe(202)
    const mine = await newestLink(people)
    expect(mine).toMatchObject({ status: 'requested', tenant_id: null, tenant_name: people.slug })
    const shown = await world.call(people.admin, 'GET', tenantPath(mine.link_id))
    expect(shown.json()).toMatchObject({ status: 'requested', partner_name: 'Northwind', live_counts: { subscribers: 0 } })
    const stale = await world.call(people.admin, 'POST', tenantPath(mine.link_id, '/approve'), { body: { accept: {}, snapshot_token: 'something else' } })
    expect(stale.json().code).toBe('SNAPSHOT_STALE')
    const approved = await approve(people, mine.link_id)
    expect(approved.json()).toMatchObject({ status: 'active', approved_by_name: 'Dana Kim', waits_for_second: false })
    expect(await newestLink(people)).toMatchObject({ status: 'active', tenant_id: encodeId('tenant', people.tenant), tenant_name: 'Acme Fiber' })
    const [kept] = await world.sql<{ approval_snapshot: { permissions: string[] } }>('select approval_snapshot from delegation where tenant_id = $1', [people.tenant])
    expect(kept?.approval_snapshot.permissions).toEqual(approved.json().permissions)
  })

  test('the answers to a request for a tenant, for nobody and for a tenant that takes no requests are the same, and so is the list', async () => {
    const people = await cast()
    const closed = await world.tenant('Closed Shop')
    await world.seed(`insert into tenant_partner_policy (tenant_id, who_may_ask) values ($1, 'none')`, [closed], closed)
    const slugs = [people.slug, 'nobody-has-this', await slugOf('tenant', closed)]
    const answers = []
    for (const slug of slugs) answers.push(await ask({ ...people, slug }))
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202, 202])
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1)
    const { items } = (await world.call(people.owner, 'GET', '/api/v1/partner/links')).json()
    const shapes = items.map((item: Record<string, unknown>) => {
      const { link_id: _id, tenant_name: _name, tenant_slug: _slug, requested_at: _at, status_changed_at: _changed, request_expires_at: _expires, starts_at: _start, ends_at: _end, ...rest } = item
      return JSON.stringify(rest)
    })
    expect(new Set(shapes).size).toBe(1)
    expect(items).toHaveLength(3)
    for (const item of items) {
      const detail = await world.call(people.owner, 'GET', partnerPath(item.link_id))
      expect(detail.json()).toMatchObject({ status: 'requested', members: [], history: [], changes: [] })
      const again = await ask({ ...people, slug: item.tenant_slug })
      expect(again.json().code).toBe('LINK_ALREADY_LIVE')
      const withdrawn = await world.call(people.owner, 'POST', partnerPath(item.link_id, '/withdraw'), { body: {}, headers: { 'if-match': '"v1"' } })
      expect(withdrawn.json()).toMatchObject({ status: 'withdrawn', tenant_id: null })
    }
    const real = await world.sql('select status from delegation where partner_id = $1', [people.partner])
    expect(real).toEqual([{ status: 'withdrawn' }])
  })

  test('a declined partner waits 7 days, and after the third time in a year until that year is over', async () => {
    const people = await cast()
    await ask(people)
    const { link_id: id } = await newestLink(people)
    expect((await tenantMove({ ...people, id }, 'decline', { reason: 'Not now' })).json().status).toBe('declined')
    const soon = await ask(people)
    expect([soon.statusCode, soon.json().code]).toEqual([409, 'REQUEST_TOO_SOON'])
    await world.sql(`alter table delegation disable trigger user; update delegation set status_changed_at = now() - interval '8 days'; alter table delegation enable trigger user`)
    expect((await ask(people)).statusCode).toBe(202)
  })

  test('an invitation is the tenant’s to make and the partner’s to accept', async () => {
    const people = await cast()
    const { message, ...rest } = REQUEST
    const invited = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/links/invite', {
      body: { partner_slug: people.partnerSlug, ...rest, message, conditions: { read_reason_required: true } },
    })
    expect(invited.statusCode, invited.body).toBe(201)
    const mine = await newestLink(people)
    expect(mine).toMatchObject({ status: 'requested', tenant_name: 'Acme Fiber', conditions: { in_force: true } })
    const own = await approve(people, mine.link_id)
    expect(own.json().code).toBe('LINK_STATE_CONFLICT')
    const accepted = await partnerMove({ ...people, id: mine.link_id }, 'accept')
    expect(accepted.json()).toMatchObject({ status: 'active', approved_by_name: 'Ana Ruiz' })
  })

  test('two approvers are two people who accepted the same', async () => {
    const people = await cast()
    await world.seed(`insert into tenant_partner_policy (tenant_id, dual_approval) values ($1, true)`, [people.tenant], people.tenant)
    const second = await world.person('Priya Nair')
    await world.tenantMember(people.tenant, second.id)
    await ask(people)
    const { link_id: id } = await newestLink(people)
    expect((await approve(people, id)).json()).toMatchObject({ status: 'requested', waits_for_second: true })
    expect((await approve(people, id)).json().code).toBe('SECOND_APPROVER_NEEDED')
    const done = await approve({ ...people, admin: await world.signIn(second.id, { tenantId: people.tenant }) }, id)
    expect(done.json()).toMatchObject({ status: 'active', approved_by_name: 'Priya Nair' })
  })

  test('an approval takes away from what was asked and never adds', async () => {
    const people = await cast()
    await ask(people)
    const { link_id: id } = await newestLink(people)
    expect((await approve(people, id, { access_role: 'msp_full' })).json().code).toBe('NOT_NARROWER')
    const ends = new Date(Date.parse(REQUEST_NOW) + 10 * 86_400_000).toISOString()
    const approved = await approve(people, id, { deny: ['partner.support.tickets.comment'], ends_at: ends, conditions: { phishing_resistant: true } })
    expect(approved.json()).toMatchObject({ status: 'active', ends_at: ends, conditions: { phishing_resistant: true } })
    expect(approved.json().permissions).not.toContain('partner.support.tickets.comment')
    const seen = (await world.call(people.owner, 'GET', partnerPath(id))).json()
    expect(seen.conditions).toEqual({ in_force: true })
  })

  test('one partner holds a full role in a tenant', async () => {
    const first = await makeLink({ access_role: 'msp_full' })
    const other = await cast()
    await ask({ ...other, slug: first.slug }, { access_role: 'msp_full' })
    const { link_id: id } = await newestLink(other)
    expect((await approve({ ...other, admin: first.admin }, id)).json().code).toBe('FULL_ROLE_TAKEN')
  })
})

const REQUEST_NOW = new Date().toISOString()

describe('changing a link', () => {
  test('what a partner gives up holds at once and what it wants more waits, in one edit', async () => {
    const people = await makeLink()
    const etag = await etagOf(people.owner, partnerPath(people.id))
    const overrides = [
      { pattern: 'partner.support.tickets.assign', effect: 'deny' },
      { pattern: 'partner.billing.read', effect: 'grant' },
    ]
    const answer = await world.call(people.owner, 'POST', partnerPath(people.id, '/changes'), { body: { overrides, reason: 'We also do billing' }, headers: { 'if-match': etag } })
    expect(answer.json(), answer.body).toMatchObject({ status: 'partly_applied' })
    expect(answer.json().applied.map((row: { field: string }) => row.field)).toContain('partner.support.tickets.assign')
    expect(answer.json().waiting.map((row: { field: string }) => row.field)).toContain('partner.billing.read')
    const now = (await world.call(people.owner, 'GET', partnerPath(people.id))).json()
    expect(now.permissions).not.toContain('partner.support.tickets.assign')
    expect(now.permissions).not.toContain('partner.billing.read')
    const [change] = (await world.call(people.admin, 'GET', '/api/v1/tenant/partner-access/changes?status=waiting')).json().items
    const path = `/api/v1/tenant/partner-access/changes/${change.change_request_id}`
    expect((await world.call(people.admin, 'POST', `${path}/approve`, { body: { snapshot_token: 'old' } })).json().code).toBe('SNAPSHOT_STALE')
    const decided = await world.call(people.admin, 'POST', `${path}/approve`, { body: { snapshot_token: change.snapshot_token } })
    expect(decided.json(), decided.body).toMatchObject({ status: 'approved' })
    const after = (await world.call(people.owner, 'GET', partnerPath(people.id))).json()
    expect(after.permissions).toContain('partner.billing.read')
    expect(after.permissions).not.toContain('partner.support.tickets.assign')
    expect(after.history.map((row: { event: string }) => row.event)).toEqual(['widened', 'narrowed', 'approved', 'requested'])
  })

  test('a tenant narrows without a fresh factor and widens only with one', async () => {
    const people = await makeLink()
    const [person] = await world.sql<{ person_id: string }>('select person_id from tenant_member where tenant_id = $1', [people.tenant])
    const tired = await world.signIn(idFromUuid('person', String(person?.person_id)), { factorAgeSeconds: 3600, tenantId: people.tenant })
    const patch = async (body: object) => {
      const etag = await etagOf(tired, tenantPath(people.id))
      return world.call(tired, 'PATCH', tenantPath(people.id), { body, headers: { 'if-match': etag } })
    }
    const narrowed = await patch({ deny: ['partner.support.*'] })
    expect(narrowed.statusCode, narrowed.body).toBe(200)
    expect(narrowed.json().permissions.filter((name: string) => name.startsWith('partner.support.'))).toEqual([])
    expect((await patch({ deny: [] })).json().code).toBe('STEP_UP_REQUIRED')
    const epochs = await world.sql<{ epoch: number }>('select epoch from delegation where tenant_id = $1', [people.tenant])
    expect(epochs).toEqual([{ epoch: 2 }])
  })

  test('a preview says what a choice would do and changes nothing', async () => {
    const people = await makeLink()
    const before = await etagOf(people.admin, tenantPath(people.id))
    const preview = await tenantMove(people, 'preview', { access_role: 'auditor' })
    expect(preview.json().diff).toContainEqual(expect.objectContaining({ field: 'partner.support.tickets.create', kind: 'narrowing' }))
    expect(preview.json().cannot).toContain('Open tickets')
    expect(await etagOf(people.admin, tenantPath(people.id))).toBe(before)
  })

  test('a link that ended by itself is renewed by the tenant within 30 days, and not after', async () => {
    const people = await makeLink()
    await world.seed(`update delegation set starts_at = now() - interval '90 days', approved_at = now() - interval '90 days', ends_at = now() - interval '5 days' where tenant_id = $1`, [people.tenant], people.tenant)
    expect(await newestLink(people)).toMatchObject({ status: 'expired' })
    const asked = await partnerMove(people, 'renew', { reason: 'We go on' })
    expect(asked.json(), asked.body).toMatchObject({ status: 'waiting' })
    const renewed = await tenantMove(people, 'renew')
    expect(renewed.json(), renewed.body).toMatchObject({ status: 'active' })
    await world.seed(`update delegation set starts_at = now() - interval '90 days', ends_at = now() - interval '31 days' where tenant_id = $1`, [people.tenant], people.tenant)
    expect((await tenantMove(people, 'renew')).json().code).toBe('LINK_STATE_CONFLICT')
  })

  test('a change with a version that is not the newest changes nothing', async () => {
    const people = await makeLink()
    const stale = await world.call(people.owner, 'POST', partnerPath(people.id, '/suspend'), { body: {}, headers: { 'if-match': '"v1"' } })
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
    const enter = () => world.call(caller, 'POST', '/api/v1/partner/context', { body: { tenant_id: encodeId('tenant', people.tenant) } })
    expect((await enter()).json().code).toBe('NOT_ASSIGNED')
    const put = (role: string | null) =>
      world.call(people.owner, 'PUT', partnerPath(people.id, '/members'), { body: { members: [{ member_id: encodeId('member', member), role }] } })
    expect((await put('msp_full')).json().errors[0].code).toBe('ABOVE_LINK_ROLE')
    const assigned = await put(null)
    expect(assigned.json().members, assigned.body).toMatchObject([{ name: 'Lee Park', factor: 'none' }])
    const entered = await enter()
    expect(entered.json()).toMatchObject({ tenant_name: 'Acme Fiber', partner_name: 'Northwind', role_title: 'MSP support', writes: true })
    expect(entered.headers['x-active-tenant-id']).toBe(encodeId('tenant', people.tenant))
    const found = await world.call(caller, 'GET', '/api/v1/partner/context/tenants?search=acme')
    expect(found.json().items).toMatchObject([{ name: 'Acme Fiber', link_status: 'active' }])
    expect((await world.call(caller, 'GET', '/api/v1/partner/context/tenants?search=zzz')).json().items).toEqual([])
    const emptied = await world.call(people.owner, 'PUT', partnerPath(people.id, '/members'), { body: { members: [] } })
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
    const stop = (name: string) => world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', { body: { reason: 'Incident', confirm_name: name } })
    expect((await stop('Acme')).statusCode).toBe(422)
    const receipt = await stop('Acme Fiber')
    expect(receipt.json(), receipt.body).toMatchObject({ stopped_by: 'Dana Kim', reason: 'Incident' })
    expect(receipt.json().items).toHaveLength(2)
    const rows = await world.sql<{ status: string }>('select status from delegation where tenant_id = $1 order by status', [people.tenant])
    expect(rows).toEqual([{ status: 'declined' }, { status: 'revoked' }])
    const home = await world.call(people.admin, 'GET', '/api/v1/tenant/home')
    expect(home.json(), home.body).toMatchObject({ who_has_access: { partners: 0, waiting: 0 }, open_tickets: 0 })
  })
})

test('the rules of a tenant are changed over the version that was read', async () => {
  const people = await cast()
  const path = '/api/v1/tenant/partner-access/policy'
  const read = await world.call(people.admin, 'GET', path)
  expect(read.json()).toMatchObject({ who_may_ask: 'any', version: 1 })
  const body = { ...read.json(), who_may_ask: 'listed', max_duration_days: 30, listed_partner_ids: [encodeId('partner', people.partner)] }
  delete body.version
  const put = (etag: string) => world.call(people.admin, 'PUT', path, { body, headers: { 'if-match': etag } })
  const saved = await put(String(read.headers['etag']))
  expect(saved.json(), saved.body).toMatchObject({ who_may_ask: 'listed', version: 2 })
  expect((await put('"v1"')).statusCode).toBe(412)
  await ask(people)
  const link = await newestLink(people)
  const days = (Date.parse(String((link as unknown as { ends_at: string }).ends_at)) - Date.parse(REQUEST_NOW)) / 86_400_000
  expect(Math.round(days)).toBe(30)
})

test('both sides are told by mail and neither learns an address', async () => {
  const people = await makeLink()
  await tenantMove(people, 'suspend', { reason: 'Checking' })
  const mails = await world.sql<{ payload: { to: string; subject: string } }>(`select payload from outbox where topic = 'mail' and payload ->> 'text' like '%${people.id}%' order by id`)
  expect(mails.map(({ payload }) => `${payload.to.split('.')[0]}: ${payload.subject}`)).toEqual([
    expect.stringMatching(/^dana: Northwind asks for access to/),
    'dana: Northwind has access as MSP support',
    'ana: Acme Fiber allows access as MSP support',
    'dana: The access of Northwind is suspended',
    'ana: The access to Acme Fiber is suspended',
  ])
})

test('a phantom of a link id answers as an unknown one', async () => {
  const people = await cast()
  const unknown = encodeId('link', idFromUuid('link', '00000000-0000-7000-8000-000000000000') satisfies LinkId)
  expect((await world.call(people.owner, 'GET', partnerPath(unknown))).json().code).toBe('LINK_NOT_FOUND')
  const foreign = await makeLink()
  expect((await world.call(people.owner, 'GET', partnerPath(foreign.id))).json().code).toBe('LINK_NOT_FOUND')
  expect((await world.call(people.admin, 'GET', tenantPath(foreign.id))).json().code).toBe('LINK_NOT_FOUND')
})
