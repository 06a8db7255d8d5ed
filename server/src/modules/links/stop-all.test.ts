import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeAgencyRoutes } from '#modules/agencies/index.ts'
import { makeAssistanceRoutes } from '#modules/assistance/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { openEmbedScene, seedAgencyKey } from '#testing/embed-acts.ts'
import { meetAt } from '#testing/meet.ts'
import { makeConsentActs, startConsentWorld } from '#testing/consent-acts.ts'
import type { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startConsentWorld({}, (services) => [
    ...makeLinkRoutes(services),
    ...makeAgencyRoutes(services),
    ...makeAssistanceRoutes(services),
  ])
})
afterAll(() => world[Symbol.asyncDispose]())

const { allow, ask, cast, colleague, decide, look, outcome, setPolicy } = makeConsentActs(() => world)

test('the emergency stop ends the access of API clients in the same step, and says which (B10, A9)', async () => {
  const people = await cast()
  const uid = await ask(people)
  await allow(people, uid, { accounts: people.accounts.map(({ publicId }) => publicId) })
  const { delegation } = await outcome(people, uid)
  const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [people.tenant])
  const stopped = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
    body: { reason: 'Incident', confirm_name: tenant?.name },
  })
  expect(stopped.statusCode, stopped.body).toBe(200)
  expect(stopped.json().apps).toMatchObject([
    { kind: 'consent', delegation_id: publicIdOf('consent', delegation.id) },
  ])
  const open = await world.sql(
    `select 1 from delegation where tenant_id = $1 and status in ('active', 'suspended')`,
    [people.tenant],
  )
  expect(open).toEqual([])
})

test('the emergency stop ends what is open however much else waits or is over (B10, A9)', async () => {
  const people = await makeConsentActs(() => world).consent()
  await world.seed(
    `with waits as (
       insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, ends_at, requested_by)
       select $1, $2, 'consent', 'requested', 0::bit(256), 0::bit(256), now() + interval '30 days', $3 from generate_series(1, 110) returning *)
     insert into consent (id, tenant_id, partner_id, client_id, scopes, actions) select id, tenant_id, partner_id, $4, array['orders.read'], array['order.read'] from waits`,
    [people.tenant, people.partner, people.adminId, people.clientId],
    people.tenant,
  )
  const resale = (status: string, count: number) =>
    world.seed(
      `with made as (
         insert into delegation (tenant_id, partner_id, kind, status, role_mask, mask, ends_at, requested_by, approved_by, approved_at)
         select $1, $2, 'resale', $3, 0::bit(256), 0::bit(256), now() + interval '30 days', $4, $4, now() from generate_series(1, $5) returning *)
       insert into resale (id, tenant_id, partner_id, relationship_id, agreement_reference, scopes, actions)
       select m.id, m.tenant_id, m.partner_id, r.id, 'W-1', array['orders.read'], array['order.read'] from made m,
         lateral (select c.id from commercial_relationship c where c.tenant_id = m.tenant_id limit 1) r`,
      [people.tenant, people.partner, status, people.adminId, count],
      people.tenant,
    )
  await resale('active', 1)
  await resale('revoked', 1001)
  const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [people.tenant])
  const stopped = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
    body: { reason: 'Incident', confirm_name: tenant?.name },
  })
  expect(stopped.statusCode, stopped.body).toBe(200)
  expect(stopped.json().apps.map(({ kind }: { kind: string }) => kind)).toEqual(['consent', 'resale'])
  const open = await world.sql(
    `select kind from delegation where tenant_id = $1 and status in ('active', 'suspended')`,
    [people.tenant],
  )
  expect(open).toEqual([])
})

test('a consent that waits for a second person is declined by the emergency stop, so that nobody opens it afterwards (B10, A9)', async () => {
  const people = await cast()
  await setPolicy(people, { dual_approval: true })
  const uid = await ask(people)
  await allow(people, uid)
  const second = (await colleague(people)).caller
  const waiting = await world.call(second, 'GET', '/api/v1/tenant/consent-requests')
  const { consent_request_id: request } = waiting.json().items[0]
  const page = await look(people, request, { as: second })
  const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [people.tenant])
  const stopped = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
    body: { reason: 'Incident', confirm_name: tenant?.name },
  })
  expect(stopped.statusCode, stopped.body).toBe(200)
  expect(stopped.json().apps).toMatchObject([{ kind: 'consent', status_before: 'requested' }])
  await decide(people, request, { page: page.body, as: second })
  const told = await look(people, request, { as: second, rest: 'done' })
  expect(told.body).toContain('Northwind has no access')
  const rows = await world.sql(
    `select d.status, d.status_reason, r.status as request from delegation d join consent_request r on r.result_id = d.id where d.tenant_id = $1`,
    [people.tenant],
  )
  expect(rows).toEqual([{ status: 'declined', status_reason: 'Incident', request: 'denied' }])
  const events = await world.sql(
    `select e.reason from audit_event e join delegation d on d.id = e.delegation_id where d.tenant_id = $1 and e.action = 'consents.decline'`,
    [people.tenant],
  )
  expect(events).toEqual([{ reason: 'Incident' }])
})

test('the emergency stop leaves nothing open that a second person allows at the same moment, whichever comes first (B10, A9)', async () => {
  for (const isStopFirst of [true, false]) {
    const people = await cast()
    await setPolicy(people, { dual_approval: true })
    const uid = await ask(people)
    await allow(people, uid)
    const second = (await colleague(people)).caller
    const waiting = await world.call(second, 'GET', '/api/v1/tenant/consent-requests')
    const { consent_request_id: request } = waiting.json().items[0]
    const page = await look(people, request, { as: second })
    const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [
      people.tenant,
    ])
    const stop = () =>
      world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
        body: { reason: 'Incident', confirm_name: tenant?.name },
      })
    const open = () => decide(people, request, { page: page.body, as: second })
    const lock = {
      text: `select id from consent_request where tenant_id = $1 and status = 'waiting' for update`,
      values: [people.tenant],
    }
    const answers = await meetAt(world, lock, isStopFirst ? [stop, open] : [open, stop])
    expect(answers.map(({ statusCode }) => statusCode)).toContain(200)
    const rows = await world.sql('select status from delegation where tenant_id = $1', [people.tenant])
    expect([[{ status: 'declined' }], [{ status: 'revoked' }]]).toContainEqual(rows)
  }
})

test("the emergency stop ends what the provider's support looks at, too (B10, A9)", async () => {
  const people = await cast()
  const support = await world.person()
  await world.platformAdmin(support.id)
  const staff = await world.signIn(support.id)
  const asked = await world.call(staff, 'POST', '/api/v1/admin/support-access', {
    body: {
      tenant_id: encodeId('tenant', people.tenant),
      case_number: 'CASE-7',
      reason: 'The customer cannot see an invoice',
    },
  })
  const id = asked.json().support_access_id
  await world.call(people.admin, 'POST', `/api/v1/tenant/support-access/${id}/approve`)
  const look = () => world.call(staff, 'GET', `/api/v1/admin/support-access/${id}/invoices`)
  expect((await look()).statusCode).toBe(200)
  const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [people.tenant])
  const stopped = await world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
    body: { reason: 'Incident', confirm_name: tenant?.name },
  })
  expect(stopped.statusCode, stopped.body).toBe(200)
  expect((await look()).json().code).toBe('SUPPORT_ACCESS_ENDED')
})

test('the emergency stop leaves the forms of agencies alone unless it is told to close them, and then ends every token and key at once (E1, B10)', async () => {
  const people = await cast()
  const form = await openEmbedScene(world, 'Harbour Help', people.tenant)
  const foreign = await openEmbedScene(world, 'Elsewhere')
  const { uuid: keyId } = await seedAgencyKey(form)
  const [tenant] = await world.sql<{ name: string }>('select name from tenant where id = $1', [people.tenant])
  const stop = (body: object) =>
    world.call(people.admin, 'POST', '/api/v1/tenant/partner-access/stop-all', {
      body: { reason: 'Incident', confirm_name: tenant?.name, ...body },
    })
  const states = async (ids: readonly string[]) =>
    (
      await world.sql<{ status: string }>('select status from delegation where id = any ($1) order by id', [
        ids,
      ])
    ).map(({ status }) => status)
  const kept = await stop({})
  expect([kept.statusCode, kept.json().forms]).toEqual([200, []])
  expect(await states([form.tokenId, keyId])).toEqual(['active', 'active'])
  const closed = await stop({ stops_forms: true })
  expect(closed.json().forms).toMatchObject([
    { kind: 'form_token', agency_name: 'Harbour Help' },
    { kind: 'agency_key', agency_name: 'Harbour Help', name: 'Server' },
  ])
  expect(await states([form.tokenId, keyId])).toEqual(['revoked', 'revoked'])
  expect(await states([foreign.tokenId])).toEqual(['active'])
  const events = await world.sql(
    `select action, reason from audit_event where action in ('form_token.revoked', 'agency_key.revoked') and reason = 'Incident' order by action`,
  )
  expect(events).toHaveLength(2)
})

test('one partner is stopped in one step, whichever ways it was let in, and no other one (B10, A9)', async () => {
  const { consent } = makeConsentActs(() => world)
  const people = await consent()
  const role = { role: 'msp_support', status: 'active' } as const
  const own = await world.link(people.partner, people.tenant, role)
  const other = await world.link(await world.partner('Southbank', ['msp']), people.tenant, role)
  const elsewhere = await world.link(people.partner, await world.tenant('Beta'), role)
  const [partner] = await world.sql<{ name: string }>('select name from partner where id = $1', [
    people.partner,
  ])
  const path = `/api/v1/tenant/partner-access/partners/${encodeId('partner', people.partner)}/stop`
  const stop = (name: string | undefined) =>
    world.call(people.admin, 'POST', path, { body: { reason: 'A stolen laptop', confirm_name: name } })
  const states = async () => {
    const ids = [people.id, own, other, elsewhere]
    const rows = await world.sql<{ id: string; status: string }>(
      'select id, status from delegation where id = any ($1::uuid[])',
      [ids],
    )
    return ids.map((id) => rows.find((row) => row.id === id)?.status)
  }
  const wrong = await stop('Somebody else')
  expect([wrong.statusCode, wrong.json().errors?.[0]?.code]).toEqual([422, 'NAME_DIFFERS'])
  expect(await states()).toEqual(['active', 'active', 'active', 'active'])
  const stopped = await stop(partner?.name)
  expect(stopped.statusCode, stopped.body).toBe(200)
  expect(stopped.json()).toMatchObject({ items: [{ status_before: 'active' }], apps: [{ kind: 'consent' }] })
  expect(await states()).toEqual(['revoked', 'revoked', 'active', 'active'])
  const events = await world.sql(
    `select reason, row_count::int from audit_event where action = 'tenant.partner_access.stop_partner' and tenant_id = $1`,
    [people.tenant],
  )
  expect(events).toEqual([{ reason: 'A stolen laptop', row_count: 2 }])
  const again = await stop(partner?.name)
  expect([again.statusCode, again.json().code]).toEqual([404, 'ACCESS_NOT_FOUND'])
})
