import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { approvalRoutes } from '#modules/approvals/index.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { confirmRequest } from '#testing/approval-acts.ts'
import { asSide, attempt, openScene } from '#testing/sides.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makePartnerRoutes } from './index.ts'

let world: TestWorld
let admin: Caller
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makePartnerRoutes(services), ...approvalRoutes])
  const person = await world.person('Sam Platform')
  await world.platformAdmin(person.id)
  admin = await world.signIn(person.id)
})
afterAll(() => world[Symbol.asyncDispose]())

const PATH = '/api/v1/admin/partners'

test('a partner is registered once under its code and found by name', async () => {
  const body = { name: 'Northwind MSP', slug: 'northwind-msp', kinds: ['msp', 'msp'] }
  const created = await world.call(admin, 'POST', PATH, { body })
  expect(created.statusCode, created.body).toBe(201)
  expect(created.json()).toMatchObject({
    slug: 'northwind-msp',
    kinds: ['msp'],
    status: 'active',
    registry_status: 'active',
    tier: 'standard',
    legal_name: null,
    members_count: 0,
    clients_count: 0,
    active_links: 0,
    active_consents: 0,
  })
  expect(created.headers['etag']).toBe('"v1"')
  expect(created.headers['location']).toBe(`${PATH}/${created.json().partner_id}`)
  expect((await world.call(admin, 'POST', PATH, { body })).json().code).toBe('PARTNER_SLUG_TAKEN')
  const faults = await world.call(admin, 'POST', PATH, { body: { name: ' ', slug: 'A B', kinds: [] } })
  expect(
    faults
      .json()
      .errors.map(({ pointer }: { pointer: string }) => pointer)
      .toSorted(),
  ).toEqual(['/body/kinds', '/body/name', '/body/slug'])
  const found = await world.call(admin, 'GET', `${PATH}?search=northwind%20m&status=active`)
  expect(found.json()).toMatchObject({ total: 1, items: [{ name: 'Northwind MSP' }] })
  expect((await world.call(admin, 'GET', `${PATH}?search=%25`)).json().total).toBe(0)
  expect(
    (await world.call(admin, 'GET', `${PATH}?search=northwind%20m&kind=agency,auditor`)).json().total,
  ).toBe(0)
})

test('the entry of a partner is changed in the version that was read, whole or not at all, and says so in the log (C1)', async () => {
  const body = { name: 'Entry Ltd', slug: 'entry-ltd', kinds: ['agency'], country: 'IE' }
  const created = await world.call(admin, 'POST', PATH, { body })
  const path = `${PATH}/${created.json().partner_id}`
  const patch = (change: object, etag = '"v1"') =>
    world.call(admin, 'PATCH', path, { body: change, headers: { 'if-match': etag } })
  const faults = await patch({ country: 'QQ', website: 'no', tier: 'gold', slug: 'other' })
  expect(
    faults
      .json()
      .errors.map(({ pointer }: { pointer: string }) => pointer)
      .toSorted(),
  ).toEqual(['/body/country', '/body/slug', '/body/tier', '/body/website'])
  expect((await patch({})).statusCode).toBe(422)
  const changed = await patch({
    tier: 'premier',
    website: 'entry.example',
    contact_email: 'Ops@Entry.Example',
  })
  expect(changed.json(), changed.body).toMatchObject({
    tier: 'premier',
    website: 'https://entry.example/',
    contact_email: 'ops@entry.example',
    country: 'IE',
    version: 2,
  })
  expect((await patch({ tier: 'standard' })).json().code).toBe('PRECONDITION_FAILED')
  for (const typed of [
    'help',
    'a@b',
    'a b@entry.example',
    '303 555 0100',
    'http://entry.example',
    'javascript:1',
  ])
    expect((await patch({ support_contact: typed }, '"v2"')).json().errors, typed).toMatchObject([
      { pointer: '/body/support_contact', code: 'INVALID_SUPPORT_CONTACT' },
    ])
  const [event] = await world.sql(
    `select changes from audit_event where action = 'partners.update' and resource_label = 'Entry Ltd'`,
  )
  expect(event).toMatchObject({ changes: { tier: { before: 'standard', after: 'premier' } } })
})

test('the end of a partner is asked for by its typed name alone; confirmed, it is for good, and the partner stays readable (C1)', async () => {
  const partner = await world.partner('Gone Ltd')
  const path = `${PATH}/${encodeId('partner', partner)}`
  const end = (name: string) =>
    world.call(admin, 'POST', `${path}/terminate`, { body: { reason: 'Fraud', name } })
  expect((await end('Gone')).json().errors[0]).toMatchObject({ pointer: '/body/name', code: 'NAME_DIFFERS' })
  const asked = await end('Gone Ltd')
  expect(asked.statusCode, asked.body).toBe(202)
  expect((await world.call(admin, 'GET', path)).json().status).toBe('active')
  await confirmRequest(world, asked.json().request_id)
  expect((await world.call(admin, 'GET', path)).json()).toMatchObject({
    status: 'terminated',
    registry_status: 'stopped',
  })
  expect((await world.call(admin, 'POST', `${path}/reactivate`, { body: { reason: 'x' } })).json().code).toBe(
    'PARTNER_STATE_CONFLICT',
  )
  const etag = String((await world.call(admin, 'GET', path)).headers['etag'])
  const change = await world.call(admin, 'PATCH', path, {
    body: { tier: 'premier' },
    headers: { 'if-match': etag },
  })
  expect(change.json().code).toBe('PARTNER_STATE_CONFLICT')
})

test('a partner reads its own entry and keeps its contact and website, and an owner alone changes them (C1)', async () => {
  const [partner, other] = [await world.partner('Self Ltd'), await world.partner('Other Ltd')]
  const [person, colleague] = [await world.person(), await world.person()]
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  await world.partnerMember(partner, colleague.id)
  const [owner, staff] = [await world.signIn(person.id), await world.signIn(colleague.id)]
  const read = await world.call(staff, 'GET', '/api/v1/partner/profile')
  expect(read.json(), read.body).toMatchObject({ name: 'Self Ltd', tier: 'standard' })
  const put = (caller: Caller, body: object) =>
    world.call(caller, 'PUT', '/api/v1/partner/profile/contact', {
      body,
      headers: { 'if-match': String(read.headers['etag']) },
    })
  const contact = { contact_email: 'Desk@Self.Example', website: 'self.example' }
  expect((await put(staff, contact)).json().code).toBe('PERMISSION_DENIED')
  expect((await put(owner, { ...contact, tier: 'premier' })).statusCode).toBe(422)
  expect((await put(owner, contact)).json()).toMatchObject({ contact_email: 'desk@self.example' })
  expect((await put(owner, contact)).json().code).toBe('PRECONDITION_FAILED')
  const rows = await world.sql('select contact_email from partner where id = $1', [other])
  expect(rows).toEqual([{ contact_email: null }])
})

test('a suspended partner is refused everywhere at once and works again when reactivated', async () => {
  const [partner, tenant, person] = [
    await world.partner('Contoso'),
    await world.tenant('Acme'),
    await world.person('Lee Park'),
  ]
  const member = await world.partnerMember(partner, person.id)
  await world.assign(await world.link(partner, tenant), member)
  const path = `${PATH}/${encodeId('partner', partner)}`
  const detail = await world.call(admin, 'GET', path)
  expect(detail.json(), detail.body).toMatchObject({
    active_links: 1,
    members_count: 1,
    members: [{ name: 'Lee Park', role: 'PARTNER_STAFF' }],
  })
  const inForce = async () =>
    (
      await world.sql<{ holds: boolean }>(
        'select access.in_force(d) as holds from delegation d where partner_id = $1',
        [partner],
      )
    )[0]?.holds
  expect(await inForce()).toBe(true)
  const suspended = await world.call(admin, 'POST', `${path}/suspend`, { body: { reason: 'Unpaid' } })
  expect(suspended.json()).toMatchObject({ status: 'suspended', status_reason: 'Unpaid' })
  expect(await inForce()).toBe(false)
  expect(
    (await world.call(admin, 'POST', `${path}/suspend`, { body: { reason: 'Again' } })).json().code,
  ).toBe('PARTNER_STATE_CONFLICT')
  const back = await world.call(admin, 'POST', `${path}/reactivate`, { body: { reason: 'Paid' } })
  expect(back.json()).toMatchObject({ status: 'active', status_reason: null })
  expect(await inForce()).toBe(true)
})

test('nobody but the provider reads or changes the registry, and changing it takes a fresh factor', async () => {
  const [partner, person] = [await world.partner('Fabrikam'), await world.person()]
  await world.partnerMember(partner, person.id, 'PARTNER_OWNER')
  const owner = await world.signIn(person.id)
  const path = `${PATH}/${encodeId('partner', partner)}`
  expect((await world.call(owner, 'GET', PATH)).statusCode).toBe(403)
  expect((await world.call(owner, 'POST', `${path}/suspend`, { body: { reason: 'x' } })).statusCode).toBe(403)
  const nobody = { cookie: null }
  expect((await world.call(nobody, 'GET', PATH)).statusCode).toBe(401)
  const staff = await world.person()
  await world.platformAdmin(staff.id)
  const tired = await world.signIn(staff.id, { factorAgeSeconds: 3600 })
  expect((await world.call(tired, 'GET', path)).statusCode).toBe(200)
  expect((await world.call(tired, 'POST', `${path}/suspend`, { body: { reason: 'x' } })).json().code).toBe(
    'STEP_UP_REQUIRED',
  )
})

test('which tenant is the own one of a partner is named by no login, since its clients use all accounts there without a consent', async () => {
  const scene = await openScene(world)
  const clients = new ApiClients(world, new TestTokens())
  const [client] = [
    await clients.client({ partner: scene.partner }),
    await clients.account(scene.tenant, 'V-1'),
  ]
  const opened = async () => {
    const [row] = await world.sql(`select access.own_accounts($1::uuid) as own`, [client])
    return row?.['own']
  }
  expect(await opened()).toBeNull()
  const name = 'update partner set home_tenant_id = $2 where id = $1'
  await world.seed(name, [scene.partner, scene.tenant])
  expect(await opened()).toMatchObject({ bans: ['V-1'] })
  await world.seed(name, [scene.partner, null])
  const tries = await asSide({ world, side: 'provider', scene }, async (raw) => [
    await attempt(raw, name, [scene.partner, scene.tenant]),
    await attempt(
      raw,
      `insert into partner (name, slug, kinds, home_tenant_id) values ('Own', 'own-tenant', '{wholesaler}', $1)`,
      [scene.tenant],
    ),
    await attempt(raw, `update partner set tier = 'premier' where id = $1`, [scene.partner]),
  ])
  expect(tries).toEqual(['partner_home_tenant_kept', 'partner_home_tenant_kept', 'done'])
})
