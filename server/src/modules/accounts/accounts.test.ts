import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publicIdOf } from '#platform/public-id.ts'
import { inContext, seedSubscriber, startWholeWorld } from '#testing/account-acts.ts'
import { seedInvoice } from '#testing/invoices.ts'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import type { Cast } from '#testing/link-acts.ts'
import type { TestWorld } from '#testing/world.ts'

const OWN = '/api/v1/tenant/partner-access/accounts'
const THEIRS = '/api/v1/partner/accounts'

let world: TestWorld
beforeAll(async () => {
  world = await startWholeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())
const { cast, etagOf, makeLink, partnerMove } = makeLinkActs(() => world)

async function attach(people: Cast, subscriber: string, over: object = {}) {
  return world.call(people.admin, 'POST', OWN, {
    body: { partner_slug: people.partnerSlug, subscriber_id: subscriber, engagement: 'sales', ...over },
  })
}

const act = (caller: Cast['owner'], path: string, body: object = {}) =>
  world.call(caller, 'POST', path, { body })

async function auditOf(id: string) {
  const rows = await world.sql<{ action: string; kinds: string[] }>(
    `select e.action, array_agg(s.kind order by s.kind) as kinds from audit_event e join audit_scope s on s.event_id = e.id
     where e.resource_type = 'partner_account' and e.resource_id = $1 group by e.id, e.action order by e.id`,
    [id],
  )
  return rows.map(({ action, kinds }) => `${action} ${kinds.join(' ')}`)
}

const uuidOf = async (accountId: string) => {
  const rows = await world.sql<{ id: string }>('select id from partner_account')
  return rows.find(({ id }) => publicIdOf('partner_account', id) === accountId)?.id ?? ''
}

test('a tenant makes a subscriber an account of a partner, both read it, and either ends it; both sides have it in their logs (B18)', async () => {
  const people = await cast()
  const subscriber = await seedSubscriber(world, people.tenant, 'Bakery Own')
  const found = await world.call(people.admin, 'GET', `${OWN}/candidates?search=bakery`)
  expect(found.json().items).toMatchObject([{ subscriber_id: subscriber.id, name: 'Bakery Own' }])
  const made = await attach(people, subscriber.id)
  expect(made.statusCode, made.body).toBe(201)
  const { account_id: id } = made.json()
  expect((await world.call(people.owner, 'GET', THEIRS)).json()).toMatchObject({
    total: 1,
    items: [
      {
        account_id: id,
        subscriber_name: 'Bakery Own',
        tenant_name: 'Acme Fiber',
        status: 'active',
        initiated_by: 'tenant',
      },
    ],
  })
  expect((await attach(people, subscriber.id)).json()).toMatchObject({
    status: 409,
    code: 'ACCOUNT_ATTACHED',
  })
  const ended = await act(people.owner, `${THEIRS}/${id}/end`, { reason: 'Moved away.' })
  expect(ended.json()).toMatchObject({ status: 'ended', ended_by: 'partner', end_reason: 'Moved away.' })
  expect((await act(people.admin, `${OWN}/${id}/end`)).json()).toMatchObject({
    status: 409,
    code: 'ACCOUNT_STATE_CONFLICT',
  })
  const again = (await attach(people, subscriber.id)).json()
  expect((await act(people.admin, `${OWN}/${again.account_id}/end`)).json()).toMatchObject({
    status: 'ended',
    ended_by: 'tenant',
  })
  expect(await auditOf(await uuidOf(id))).toEqual([
    'accounts.attach partner tenant',
    'accounts.end partner tenant',
  ])
  const topics = await world.sql<{ topic: string }>(
    `select topic from outbox where payload ->> 'partner_account_id' = $1 order by id`,
    [await uuidOf(id)],
  )
  expect(topics.map(({ topic }) => topic)).toEqual(['account.attached', 'account.ended'])
})

test('a partner asks for an account under a live link in its own words; the tenant says who that is, or declines (B18)', async () => {
  const people = await makeLink()
  const subscriber = await seedSubscriber(world, people.tenant, 'Asked Mill')
  const ask = () =>
    act(people.owner, `${THEIRS}/request`, {
      link_id: people.id,
      asked_for: 'The mill at the river',
      engagement: 'support',
    })
  const asked = await ask()
  expect(asked.statusCode, asked.body).toBe(201)
  expect(asked.json()).toMatchObject({ status: 'requested', subscriber_id: null, subscriber_name: null })
  const { account_id: id } = asked.json()
  expect(
    await world.sql(
      `select o.payload ->> 'subject' as subject, o.payload ->> 'text' like '%"The mill at the river"%/org/' || $2 || '/access/accounts' as says_where
       from outbox o where o.topic = 'mail' and o.payload ->> 'text' like '%"The mill at the river"%'
         and o.payload ->> 'to' in (select p.email from person p join tenant_member m on m.person_id = p.id where m.tenant_id = $1 and m.role = 'TENANT_ADMIN')`,
      [people.tenant, encodeId('tenant', people.tenant)],
    ),
  ).toMatchObject([{ subject: expect.stringContaining(' asks for an account of '), says_where: true }])
  expect((await act(people.owner, `${THEIRS}/${id}/end`)).json()).toMatchObject({
    code: 'ACCOUNT_STATE_CONFLICT',
  })
  const accepted = await act(people.admin, `${OWN}/${id}/accept`, { subscriber_id: subscriber.id })
  expect(accepted.json()).toMatchObject({
    status: 'active',
    subscriber_id: subscriber.id,
    subscriber_name: 'Asked Mill',
  })
  const second = (await ask()).json()
  expect((await act(people.admin, `${OWN}/${second.account_id}/decline`)).json()).toMatchObject({
    status: 'declined',
  })
  const third = (await ask()).json()
  expect((await act(people.owner, `${THEIRS}/${third.account_id}/withdraw`)).json()).toMatchObject({
    status: 'withdrawn',
  })
})

test('another partner, another tenant and unknown ids answer alike, and bad input is told at once (B18)', async () => {
  const people = await makeLink()
  const stranger = await makeLink()
  const subscriber = await seedSubscriber(world, people.tenant, 'Bakery')
  const { account_id: id } = (await attach(people, subscriber.id)).json()
  expect((await world.call(stranger.owner, 'GET', THEIRS)).json().total).toBe(0)
  expect((await act(stranger.owner, `${THEIRS}/${id}/end`)).json()).toMatchObject({
    status: 404,
    code: 'ACCOUNT_NOT_FOUND',
  })
  expect((await act(stranger.admin, `${OWN}/${id}/end`)).json()).toMatchObject({
    status: 404,
    code: 'ACCOUNT_NOT_FOUND',
  })
  expect((await attach(stranger, subscriber.id)).json()).toMatchObject({
    status: 404,
    code: 'SUBSCRIBER_NOT_FOUND',
  })
  const elsewhere = { link_id: people.id, asked_for: 'Anybody', engagement: 'sales' }
  expect((await act(stranger.owner, `${THEIRS}/request`, elsewhere)).json()).toMatchObject({
    status: 404,
    code: 'LINK_NOT_FOUND',
  })
  const bad = (
    await act(people.admin, OWN, { partner_slug: '', subscriber_id: 'x', engagement: 'all', more: 1 })
  ).json()
  expect(bad).toMatchObject({ status: 422, code: 'VALIDATION_ERROR' })
  expect(bad.errors.length).toBeGreaterThanOrEqual(4)
  expect((await attach(people, subscriber.id, { ends_at: '2020-01-01T00:00:00Z' })).json()).toMatchObject({
    errors: [{ pointer: '/body/ends_at' }],
  })
})

test('the database refuses an account that a partner opens itself, and one that changes after its end (B18)', async () => {
  const people = await makeLink()
  const subscriber = await seedSubscriber(world, people.tenant, 'Bakery')
  const { account_id: id } = (await attach(people, subscriber.id)).json()
  await act(people.admin, `${OWN}/${id}/end`)
  const uuid = await uuidOf(id)
  const asPartner = (text: string) =>
    inContext(
      world,
      { login: 'liaison_program', caller: people.owner, permission: 'partner_org.links.manage' },
      text,
    )
  expect(await asPartner(`select status from partner_account where id = '${uuid}'`)).toEqual([
    { status: 'ended' },
  ])
  await expect(
    asPartner(`update partner_account set status = 'active', ended_at = null where id = '${uuid}'`),
  ).rejects.toThrow('an account keeps what it is')
  await expect(asPartner('update partner_account set subscriber_id = null')).rejects.toThrow(
    'permission denied',
  )
  const made = (
    status: string,
  ) => `insert into partner_account (tenant_id, partner_id, tenant_name, partner_name, engagement, status, initiated_by, asked_for, requested_by, requested_by_name)
    values ('${people.tenant}', '${people.partner}', 'x', 'y', 'sales', '${status}', 'partner', 'z', access.context_id('actor_id'), 'z')`
  await expect(asPartner(made('active'))).rejects.toThrow('an account begins as its side says')
  const [names] = await world.sql(
    'select t.name as tenant_name, p.name as partner_name from tenant t, partner p where t.id = $1 and p.id = $2',
    [people.tenant, people.partner],
  )
  expect(await asPartner(`${made('requested')} returning status, tenant_name, partner_name`)).toEqual([
    { status: 'requested', ...names },
  ])
  const attached = await inContext(
    world,
    { login: 'liaison_tenant', caller: people.admin, permission: 'tenant.partner_access.approve' },
    `insert into partner_account (tenant_id, partner_id, tenant_name, partner_name, subscriber_id, subscriber_name, engagement, status, initiated_by, requested_by, requested_by_name, attached_by, attached_by_name, attached_at)
     values ('${people.tenant}', '${people.partner}', 'x', 'y', '${subscriber.uuid}', 'z', 'sales', 'active', 'tenant', access.context_id('actor_id'), 'z', access.context_id('actor_id'), 'z', now()) returning tenant_name, partner_name, subscriber_name`,
  )
  expect(attached).toEqual([{ ...names, subscriber_name: 'Bakery' }])
  await expect(world.sqlAs('liaison_delegate', 'select * from partner_account')).rejects.toThrow(
    'permission denied',
  )
})

test('either side restricts a link at once; lifting it waits for the tenant, and an older token is stale (B18)', async () => {
  const people = await makeLink({ relationship_type: 'reseller_channel', access_role: 'reseller' })
  const epochOf = async () =>
    (
      await world.sql<{ epoch: number }>('select epoch from delegation where tenant_id = $1', [people.tenant])
    )[0]?.epoch
  const before = await epochOf()
  const narrowed = await partnerMove(people, 'changes', {
    own_accounts_only: true,
    reason: 'We work on our own.',
  })
  expect(narrowed.json()).toMatchObject({
    status: 'applied',
    applied: [{ field: 'own_accounts_only', direction: 'narrowing' }],
  })
  expect(await epochOf()).toBe((before ?? 0) + 1)
  const read = async () => (await world.call(people.admin, 'GET', tenantPath(people.id))).json()
  expect(await read()).toMatchObject({ own_accounts_only: true })
  expect((await read()).permissions).not.toContain('partner.reports.usage.read')
  const lifted = await partnerMove(people, 'changes', { own_accounts_only: false, reason: 'We want all.' })
  expect(lifted.json()).toMatchObject({
    status: 'waiting',
    waiting: [{ field: 'own_accounts_only', direction: 'widening' }],
  })
  expect(await read()).toMatchObject({ own_accounts_only: true })
  const patch = async (body: object) =>
    world.call(people.admin, 'PATCH', tenantPath(people.id), {
      body,
      headers: { 'if-match': await etagOf(people.admin, tenantPath(people.id)) },
    })
  expect((await patch({ own_accounts_only: false })).json()).toMatchObject({ own_accounts_only: false })
  expect((await patch({ own_accounts_only: true })).json()).toMatchObject({ own_accounts_only: true })
  const lift = `update delegation set own_accounts_only = false where tenant_id = '${people.tenant}'`
  await expect(
    inContext(
      world,
      { login: 'liaison_program', caller: people.owner, permission: 'partner_org.links.manage' },
      lift,
    ),
  ).rejects.toThrow('only the tenant can widen a delegation')
  expect((await world.call(people.owner, 'GET', partnerPath(people.id))).json()).toMatchObject({
    own_accounts_only: true,
  })
})

test('an invitation can be restricted from the start, and the link that comes of it opens the accounts alone (B18)', async () => {
  const people = await cast()
  const subscriber = await seedSubscriber(world, people.tenant, 'Bakery')
  await seedInvoice(world, people.tenant, { number: 'BAKERY-1', subscriberId: subscriber.uuid })
  await seedInvoice(world, people.tenant, { number: 'OTHER-1' })
  await attach(people, subscriber.id)
  const invited = await act(people.admin, '/api/v1/tenant/partner-access/links/invite', {
    partner_slug: people.partnerSlug,
    relationship_type: 'reseller_channel',
    access_role: 'reseller',
    message: 'For your accounts.',
    own_accounts_only: true,
  })
  expect(invited.statusCode, invited.body).toBe(201)
  const { link_id: id } = invited.json()
  const accepted = await world.call(people.owner, 'POST', partnerPath(id, '/accept'), {
    body: {},
    headers: { 'if-match': await etagOf(people.owner, partnerPath(id)) },
  })
  expect(accepted.json()).toMatchObject({ own_accounts_only: true, status: 'active' })
  const members = (await world.call(people.owner, 'GET', '/api/v1/me')).json()
  expect(members).toBeTruthy()
  await world.seed(
    `insert into link_member (link_id, tenant_id, partner_id, member_id, person_id, mask)
     select l.id, l.tenant_id, l.partner_id, m.id, m.person_id, repeat('1', 256)::bit(256) from link l join partner_member m on m.partner_id = l.partner_id where l.tenant_id = $1`,
    [people.tenant],
    people.tenant,
  )
  const list = (await world.call(people.owner, 'GET', '/api/v1/partner/billing/invoices')).json()
  expect(list).toMatchObject({ total: 1, items: [{ invoice_number: 'BAKERY-1' }] })
})

test('whose time is over is an account no more: it is listed as ended, and may be made one again (B18)', async () => {
  const people = await cast()
  const subscriber = await seedSubscriber(world, people.tenant, 'Bakery Again')
  const made = (await attach(people, subscriber.id, { ends_at: '2099-01-01T00:00:00Z' })).json()
  await world.seed(
    `update partner_account set attached_at = now() - interval '2 hours', ends_at = now() - interval '1 hour' where id = $1`,
    [await uuidOf(made.account_id)],
    people.tenant,
  )
  const list = async (status: string) =>
    (await world.call(people.owner, 'GET', `${THEIRS}?status=${status}`)).json().total
  expect([await list('active'), await list('ended')]).toEqual([0, 1])
  for (const [caller, base] of [
    [people.owner, THEIRS],
    [people.admin, OWN],
  ] as const)
    expect((await act(caller, `${base}/${made.account_id}/end`)).json()).toMatchObject({
      code: 'ACCOUNT_STATE_CONFLICT',
    })
  const untold = await attach(people, subscriber.id, { ends_at: '9999-12-31T23:59:59-12:00' })
  expect(untold.json()).toMatchObject({ errors: [{ pointer: '/body/ends_at' }] })
  const again = await attach(people, subscriber.id)
  expect(again.statusCode, again.body).toBe(201)
  expect([await list('active'), await list('ended')]).toEqual([1, 1])
  const before = (await world.call(people.owner, 'GET', `${THEIRS}?status=ended`)).json().items[0]
  expect(before).toMatchObject({ account_id: made.account_id, status: 'ended', ended_by: 'clock' })
})

test('an account begins and ends at the moment at which that is written, whatever day a login writes, and keeps its agreed end (raw SQL)', async () => {
  const people = await cast()
  const [subscriber, other] = [
    await seedSubscriber(world, people.tenant, 'Dated'),
    await seedSubscriber(world, people.tenant, 'Dated too'),
  ]
  const made = await attach(people, subscriber.id, { ends_at: '2999-01-01T00:00:00Z' })
  const id = await uuidOf(made.json().account_id)
  const asPartner = (text: string) =>
    inContext(
      world,
      { login: 'liaison_program', caller: people.owner, permission: 'partner_org.links.manage' },
      text,
    )
  const asTenant = (text: string) =>
    inContext(
      world,
      {
        login: 'liaison_tenant',
        caller: people.admin,
        permission: 'tenant.partner_access.approve',
        tenant: people.tenant,
      },
      text,
    )
  const end = (side: string, day: string) =>
    `update partner_account set status = 'ended', ended_at = '${day}', ended_by_side = '${side}' where id = '${id}'
       returning ended_at = statement_timestamp() as now`
  for (const day of ['2001-01-01', '2998-01-01']) {
    expect(await asPartner(end('partner', day))).toEqual([{ now: true }])
    expect(await asTenant(end('tenant', day))).toEqual([{ now: true }])
  }
  expect(
    await asTenant(`insert into partner_account (tenant_id, partner_id, tenant_name, partner_name, subscriber_id, subscriber_name, engagement,
        status, initiated_by, requested_by, requested_by_name, attached_by, attached_by_name, attached_at)
      select tenant_id, partner_id, tenant_name, partner_name, '${other.uuid}', 'Dated too', engagement,
        status, initiated_by, requested_by, requested_by_name, attached_by, attached_by_name, '2001-01-01' from partner_account where id = '${id}'
      returning attached_at = statement_timestamp() as now`),
  ).toEqual([{ now: true }])
  await expect(
    asTenant(`update partner_account set ends_at = '2100-01-01' where id = '${id}'`),
  ).rejects.toMatchObject({ constraint: 'account_transition' })
})
