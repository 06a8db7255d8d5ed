import { encodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeConsentRoutes } from '#modules/consents/index.ts'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import { makePartnerRoutes } from '#modules/partners/index.ts'
import { TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { Granted, OAuthCast } from '#testing/oauth-world.ts'
import { people, stockShop } from '#testing/shop.ts'
import type { Caller } from '#testing/world.ts'

const REF = /^crf_[0-9a-f]{32}$/
const BAN = 'BAN-CANARY-8801'

let oauth: OAuthWorld
let cast: OAuthCast
let provider: Caller
let owner: Caller
let staff: Caller
let granted: Granted
let ref: string

const partnerPath = () => `/api/v1/admin/partners/${encodeId('partner', cast.partner)}`

async function set(isOn: boolean, etag?: string) {
  const read = await oauth.world.call(provider, 'GET', partnerPath())
  return oauth.world.call(provider, 'PATCH', partnerPath(), {
    body: { uses_account_refs: isOn },
    headers: { 'if-match': etag ?? String(read.headers['etag']) },
  })
}

beforeAll(async () => {
  oauth = await OAuthWorld.start((services) => [
    ...makeOrderRoutes(services),
    ...makeConsentRoutes(services),
    ...makePartnerRoutes(services),
  ])
  const { world, clients } = oauth
  await stockShop(world)
  cast = await oauth.cast({ accounts: 0 })
  const account = await clients.account(cast.tenant, BAN)
  await clients.paidBy(account)
  cast = { ...cast, accounts: [account] }
  oauth.desk.decide(cast.client, { state: 'approved', partner: cast.partner, accounts: [account] })
  provider = await people.provider(world)
  owner = await people.partner(world, cast.partner)
  const wilma = await world.person('Wilma')
  const member = await world.partnerMember(cast.partner, wilma.id, 'PARTNER_STAFF')
  const link = await world.link(cast.partner, cast.tenant, { role: 'reseller', type: 'reseller_channel' })
  await world.assign(link, member)
  staff = await world.signIn(wilma.id)
  await set(true)
  granted = await oauth.grant(cast)
  ref = String(granted.claims['customer_ref'])
})
afterAll(() => oauth[Symbol.asyncDispose]())

const read = async (caller: Caller, path: string) => {
  const answer = await oauth.world.call(caller, 'GET', path)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer
}

test('the provider sets it in the version that was read, the partner reads it and cannot set it, and both sides are told (C1)', async () => {
  expect((await set(false, '"v1"')).statusCode).toBe(412)
  const profile = await read(owner, '/api/v1/partner/profile')
  expect(profile.json()).toMatchObject({ uses_account_refs: true })
  const own = await oauth.world.call(owner, 'PATCH', partnerPath(), {
    body: { uses_account_refs: false },
    headers: { 'if-match': String(profile.headers['etag']) },
  })
  expect(own.statusCode).toBe(403)
  const contact = await oauth.world.call(owner, 'PUT', '/api/v1/partner/profile/contact', {
    body: { contact_email: null, website: null, uses_account_refs: false },
    headers: { 'if-match': String(profile.headers['etag']) },
  })
  expect(contact.statusCode).toBe(422)
  const [event] = await oauth.world.sql<{ changes: object; readers: string[] }>(
    `select e.changes, array(select s.kind from audit_scope s where s.event_id = e.id) as readers
     from audit_event e where e.action = 'partners.update' and e.partner_id = $1 order by e.id limit 1`,
    [cast.partner],
  )
  expect(event?.changes).toMatchObject({ uses_account_refs: { before: false, after: true } })
  expect(event?.readers).toContain('partner')
})

test('the partner finds its references and no number on its pages of consents, orders and services (A3, A10)', async () => {
  const placed = await cast.app.call(granted.accessToken, 'POST', `/api/v1/customers/${ref}/orders`, {
    items: [{ product_code: 'FIBRE-1G', quantity: 1 }],
  })
  expect(placed.status, placed.text).toBe(201)
  const listed = await read(owner, '/api/v1/partner/consents')
  expect(listed.json()).toMatchObject({ items: [{ accounts: [{ ban: ref, customer_ref: ref }] }] })
  const consent = await read(owner, `/api/v1/partner/consents/${encodeId('consent', granted.consentId)}`)
  const orders = await read(staff, '/api/v1/partner/orders')
  expect(orders.json()).toMatchObject({ items: [{ customer_ban: ref, billing: { ban: ref } }] })
  const order = await read(staff, `/api/v1/partner/orders/${String(placed.body['order_id'])}`)
  const services = await read(staff, '/api/v1/partner/services')
  const seen = [listed, consent, orders, order, services].map(({ body }) => body)
  expect(seen.join('\n')).not.toContain('CANARY')
})

test('the customer and the provider go on reading the number, and which reference stands for it', async () => {
  const admin = await oauth.world.signIn(cast.admin.id, { tenantId: cast.tenant })
  const id = encodeId('consent', granted.consentId)
  for (const [caller, path] of [
    [admin, `/api/v1/tenant/consents/${id}`],
    [provider, `/api/v1/admin/consents/${id}`],
  ] as const)
    expect((await read(caller, path)).json()).toMatchObject({
      accounts: [{ ban: BAN, customer_ref: ref }],
    })
})

test('grants and access requests know an account by its reference, and its number as little as any (A9, A16)', async () => {
  const { body } = await cast.app.token('client_credentials', {
    scope: 'grant_management_query access_request',
    resource: `${TEST_ISSUER}/grants`,
  })
  const managing = String(body['access_token'])
  const grantId = encodeId('consent', granted.consentId)
  const grant = await cast.app.call(managing, 'GET', `/oauth/grants/${grantId}`)
  expect(grant.body, grant.text).toMatchObject({ authorization_details: [{ customer_ref: ref }] })
  const ask = (hint: string, action: string) =>
    cast.app.call(managing, 'POST', '/oauth/access-requests', {
      grant_id: grantId,
      authorization_details: [{ type: 'partner_access', actions: [action], customer_hint: hint }],
    })
  const held = await ask(ref, 'order.read')
  expect([held.status, held.body['error']], held.text).toEqual([409, 'already_granted'])
  const more = await ask(ref, 'order.cancel')
  expect(more.status, more.text).toBe(201)
  expect(more.body).toMatchObject({ authorization_details: [{ customer_hint: ref }] })
  // The number of an account that is shared is answered as one that nobody has.
  const [number, unknown] = [await ask(BAN, 'order.read'), await ask('BAN-NOWHERE', 'order.read')]
  expect([number.status, number.body]).toEqual([unknown.status, unknown.body])
  expect(number.body['error']).toBe('request_pending')
  expect([grant, held, more, number].map(({ text }) => text).join('\n')).not.toContain('CANARY')
  // The customer knows its account by the number alone, and reads that.
  const path = `/access-requests/${String(more.body['access_request_id'])}`
  const shown = await cast.app.open(path, oauth.browser(cast))
  expect(shown.status, shown.text).toBe(200)
  expect(shown.text).toContain(BAN)
  expect(shown.text).not.toContain(ref)
})

test('the number behind a hint is told in the name of a customer alone (A16)', async () => {
  expect(ref).toMatch(REF)
  for (const login of ['liaison_tenant', 'liaison_auth'] as const)
    expect(
      await oauth.world.sqlAs(
        login,
        `select access.number_of_hint('${cast.partner}', '${cast.tenant}', '${ref}') as ban`,
      ),
    ).toEqual([{ ban: null }])
})
