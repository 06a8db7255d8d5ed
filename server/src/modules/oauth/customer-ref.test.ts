import { createHash } from 'node:crypto'
import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { createGatewayGuard, createGuard } from '@liaison/guard'
import { decodeJwt, exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayRoutes } from '#modules/gateway/index.ts'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import { randomText, TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { Granted, OAuthCast } from '#testing/oauth-world.ts'
import { people, stockShop } from '#testing/shop.ts'

const ORIGIN = 'https://orders.carrier.example'
const REF = /^crf_[0-9a-f]{32}$/
/** A number that stands in no other text, so that any answer can be searched for it. */
const BAN = 'BAN-CANARY-7301'
const SECOND = 'BAN-CANARY-7302'

let oauth: OAuthWorld
let credential: string

beforeAll(async () => {
  oauth = await OAuthWorld.start((services) => [...gatewayRoutes, ...makeOrderRoutes(services)])
  await stockShop(oauth.world)
  const admin = await people.provider(oauth.world)
  const routes = [
    { method: 'GET', path_template: '/v1/{customer_ban}/orders', permission: 'api.orders.read' },
    { method: 'GET', path_template: '/v1/me', permission: 'api.orders.read' },
  ]
  const upstream = { audience: 'upstream:orders', origin: ORIGIN, routes }
  await oauth.world.call(admin, 'PUT', '/api/v1/admin/upstreams/orders', { body: upstream })
  const made = await oauth.world.call(admin, 'POST', '/api/v1/admin/gateways', {
    body: { name: 'Edge', upstreams: ['orders'] },
  })
  credential = made.json<{ credential: string }>().credential
})
afterAll(() => oauth[Symbol.asyncDispose]())

function refer(partner: PartnerId, isOn = true) {
  return oauth.world.seed('update partner set uses_account_refs = $2 where id = $1', [partner, isOn])
}

/** A partner that is given references, and a customer with accounts of telling numbers. */
async function castByRef(numbers: readonly string[] = [BAN]): Promise<OAuthCast> {
  const cast = await oauth.cast({ accounts: 0 })
  await refer(cast.partner)
  return shared(cast, cast, numbers)
}

/** The same customer before a client, which may be another partner's. */
async function shared(cast: OAuthCast, owner: OAuthCast, numbers: readonly string[]): Promise<OAuthCast> {
  const accounts = [...owner.accounts]
  for (const number of numbers) {
    const account = await oauth.clients.account(owner.tenant, number)
    await oauth.clients.paidBy(account)
    accounts.push(account)
  }
  oauth.desk.decide(cast.client, { state: 'approved', partner: cast.partner, accounts })
  return { ...cast, accounts, tenant: owner.tenant, customerId: owner.customerId, admin: owner.admin }
}

const detailOf = (detail: object) => JSON.stringify([{ type: 'partner_access', ...detail }])
const orders = (name: string) => `/api/v1/customers/${name}/orders`
const refOf = ({ claims }: Granted) => String(claims['customer_ref'])

async function prove({ app }: OAuthCast, token: string, url: string): Promise<string> {
  const { privateKey, publicKey } = await app.proofKey
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const ath = createHash('sha256').update(token).digest('base64url')
  const claims = { jti: randomText(), htm: 'GET', htu: url, iat: Math.floor(Date.now() / 1000), ath }
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: String(kty), crv, x, y } }
  return new SignJWT(claims).setProtectedHeader(header as never).sign(privateKey)
}

/** What the decision point says of one call of a gateway. */
async function decide(cast: OAuthCast, token: string, path: string) {
  const response = await oauth.world.app.http.inject({
    method: 'GET',
    url: '/gateway/v1/authorize',
    headers: {
      host: 'localhost:3000',
      'x-gateway-authorization': `Bearer ${credential}`,
      authorization: `DPoP ${token}`,
      dpop: await prove(cast, token, `${ORIGIN}${path.split('?', 1)[0]}`),
      'x-forwarded-method': 'GET',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': new URL(ORIGIN).host,
      'x-forwarded-uri': path,
      'x-forwarded-for': '198.51.100.7',
      'x-request-id': randomText(),
    },
  })
  return { status: response.statusCode, headers: response.headers, body: response.body }
}

async function introspectAsApi(token: string) {
  const response = await oauth.world.app.http.inject({
    method: 'POST',
    url: '/oauth/introspect',
    headers: {
      authorization: `Bearer ${credential}`,
      'content-type': 'application/x-www-form-urlencoded',
      host: 'localhost:3000',
    },
    payload: new URLSearchParams({ token }).toString(),
  })
  return response.json<Record<string, unknown>>()
}

describe('a partner that is given references (A3, A4)', () => {
  test('reads one in the place of the account number in the token, the response and its own introspection', async () => {
    const cast = await castByRef([BAN, SECOND])
    const granted = await oauth.grant(cast)
    const ref = refOf(granted)
    expect(ref).toMatch(REF)
    expect(granted.claims).toMatchObject({
      customer_id: cast.customerId,
      billing: { party: cast.customerId, ref, mode: 'direct' },
      authorization_details: [{ customer_ref: ref, customer_id: cast.customerId }],
    })
    const again = await cast.app.refresh(granted.refreshToken)
    expect(decodeJwt(String(again.body['access_token']))).toMatchObject({ customer_ref: ref })
    const details = granted.answer.body['authorization_details'] as { customer_ref: string }[]
    expect(new Set(details.map((detail) => detail.customer_ref)).size).toBe(2)
    const own = await cast.app.introspect(granted.accessToken)
    expect(own.body).toMatchObject({ active: true, customer_ref: ref })
    const refresh = await cast.app.introspect(granted.refreshToken)
    expect(refresh.body).toMatchObject({ active: true })
    const seen = [JSON.stringify(granted), again.text, own.text, refresh.text].join('\n')
    expect(seen).not.toContain('CANARY')
  })

  test('shares no reference with another partner of the same customer, and keeps its own through a new consent', async () => {
    const one = await castByRef()
    const stranger = await oauth.cast({ accounts: 0 })
    await refer(stranger.partner)
    const other = await shared(stranger, one, [])
    const [first, second, later] = [await oauth.grant(one), await oauth.grant(other), await oauth.grant(one)]
    expect(refOf(second)).toMatch(REF)
    expect(refOf(second)).not.toBe(refOf(first))
    expect(refOf(later)).toBe(refOf(first))
    // What one partner has is of no use to the other, and tells it nothing.
    const answers = await Promise.all(
      [refOf(first), `crf_${'0'.repeat(32)}`].map((name) =>
        other.app.refresh(second.refreshToken, { authorization_details: detailOf({ customer_ref: name }) }),
      ),
    )
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [400, answers[1]?.body],
      [400, answers[1]?.body],
    ])
    expect(answers[1]?.body).toMatchObject({ error: 'invalid_authorization_details' })
  })

  test('names an account by its reference, and the number itself is as unknown as any (A4, attack 64)', async () => {
    const cast = await castByRef([BAN, SECOND])
    const granted = await oauth.grant(cast)
    const told = granted.answer.body['authorization_details'] as { customer_ref: string }[]
    const second = String(told[1]?.customer_ref)
    const ask = (detail: object) =>
      cast.app.refresh(granted.refreshToken, { authorization_details: detailOf(detail) })
    const chosen = await ask({ customer_ref: second })
    expect(chosen.body['authorization_details'], chosen.text).toMatchObject([{ customer_ref: second }])
    const [known, unknown] = [await ask({ customer_ban: SECOND }), await ask({ customer_ban: 'BAN-NOWHERE' })]
    expect([known.status, known.body]).toEqual([unknown.status, unknown.body])
    expect(known.body['error']).toBe('invalid_authorization_details')
    const both = await ask({ customer_ref: second, customer_ban: SECOND })
    expect(both.body['error']).toBe('invalid_authorization_details')
    const call = (path: string) => cast.app.call(granted.accessToken, 'GET', path)
    const opened = await call(orders(refOf(granted)))
    expect([opened.status, opened.body['items']], opened.text).toEqual([200, []])
    const refused = await Promise.all([orders(BAN), orders('BAN-NOWHERE'), orders(second)].map(call))
    expect(refused.map(({ status, body }) => [status, body['code'], body['detail']])).toEqual(
      refused.map(() => [403, 'CUSTOMER_MISMATCH', refused[1]?.body['detail']]),
    )
    const query = await call(`${orders(refOf(granted))}?customer_ban=${BAN}`)
    expect([query.status, query.body['code']]).toEqual([403, 'CUSTOMER_MISMATCH'])
    expect((await call(`${orders(refOf(granted))}?customer_ref=${refOf(granted)}`)).status).toBe(200)
  })

  test('finds no number in its grants, its refusals, its orders and its audit log', async () => {
    const cast = await castByRef()
    const granted = await oauth.grant(cast, {
      authorization_details: detailOf({ actions: ['order.create', 'order.read', 'service.read'] }),
    })
    const ref = refOf(granted)
    const call = (method: string, path: string, body?: object) =>
      cast.app.call(granted.accessToken, method, path, body)
    const placed = await call('POST', orders(ref), { items: [{ product_code: 'FIBRE-1G', quantity: 1 }] })
    const seen = [
      placed.text,
      (await call('GET', orders(ref))).text,
      (await call('GET', `/api/v1/customers/${ref}/services`)).text,
      (await call('GET', `/api/v1/customers/${ref}/account`)).text,
      (await call('GET', `/api/v1/customers/${ref}/invoices`)).text,
      (await call('GET', `/api/v1/customers/${ref}/products`)).text,
    ]
    expect(placed.body, placed.text).toMatchObject({ customer_ban: ref, billing: { ban: ref } })
    expect(seen.join('\n')).not.toContain('CANARY')
    const narrow = await oauth.grant(cast, { authorization_details: detailOf({ actions: ['order.read'] }) })
    const asked = await cast.app.call(narrow.accessToken, 'POST', orders(ref), { items: [] })
    expect(asked.text).not.toContain('CANARY')
    const rows = await oauth.world.sql<{ text: string }>(
      `select to_jsonb(e)::text as text from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'partner' and s.scope_id = $1`,
      [cast.partner],
    )
    expect(rows.length).toBeGreaterThan(3)
    expect(rows.map(({ text }) => text).join('\n')).not.toContain('CANARY')
  })

  test('is answered by tokens that say so for as long as they run when references are turned on or off', async () => {
    const cast = await castByRef()
    await refer(cast.partner, false)
    const before = await oauth.grant(cast)
    expect(before.claims).toMatchObject({ customer_ban: BAN, billing: { ban: BAN } })
    await refer(cast.partner)
    const call = (token: string, name: string) => cast.app.call(token, 'GET', orders(name))
    expect((await call(before.accessToken, BAN)).status).toBe(200)
    const after = await cast.app.refresh(before.refreshToken)
    const token = String(after.body['access_token'])
    const ref = String(decodeJwt(token)['customer_ref'])
    expect(ref).toMatch(REF)
    await refer(cast.partner, false)
    expect((await call(token, ref)).status).toBe(200)
    expect((await cast.app.introspect(token)).body).toMatchObject({ active: true, customer_ref: ref })
    const back = await cast.app.refresh(before.refreshToken)
    expect(decodeJwt(String(back.body['access_token']))).toMatchObject({ customer_ban: BAN })
    const asked = await cast.app.refresh(before.refreshToken, {
      authorization_details: detailOf({ customer_ref: ref }),
    })
    expect(asked.body['error']).toBe('invalid_authorization_details')
  })

  test('whose payer changes is told so, as with numbers (A5)', async () => {
    const cast = await castByRef()
    const granted = await oauth.grant(cast)
    const other = await oauth.clients.account(cast.tenant, SECOND)
    await oauth.world.seed(
      `update commercial_relationship set payer_account_id = $2 where account_id = $1`,
      [cast.accounts[0]?.id, other.id],
      cast.tenant,
    )
    const order = { items: [{ product_code: 'FIBRE-1G', quantity: 1 }] }
    const refused = await cast.app.call(granted.accessToken, 'POST', orders(refOf(granted)), order)
    expect([refused.status, refused.body['code']], refused.text).toEqual([403, 'BILLING_CHANGED'])
    const renewed = await cast.app.refresh(granted.refreshToken)
    const { billing } = decodeJwt<{ billing: { ref: string } }>(String(renewed.body['access_token']))
    expect(billing.ref).toMatch(REF)
    expect(billing.ref).not.toBe(refOf(granted))
    expect(renewed.text + refused.text).not.toContain('CANARY')
  })
})

describe("the provider's own side (A8)", () => {
  test('an upstream is told the number, in the field and in the signed context, and the path keeps the reference', async () => {
    const cast = await castByRef()
    const granted = await oauth.grant(cast)
    const ref = refOf(granted)
    const path = `/v1/${ref}/orders`
    const decided = await decide(cast, granted.accessToken, path)
    expect([decided.status, decided.headers['x-customer-ban']], decided.body).toEqual([200, BAN])
    expect(decided.headers['x-billing-ban']).toBe(BAN)
    const guard = createGatewayGuard({
      issuer: 'http://localhost:3000',
      audience: 'upstream:orders',
      jwks: new URL('http://localhost:3000/gateway/v1/jwks'),
      fetch: cast.app.fetch,
    })
    const headers = { 'x-access-context': String(decided.headers['x-access-context']) }
    const context = await guard.verify({ method: 'GET', url: `${ORIGIN}${path}`, headers })
    expect(context).toMatchObject({
      customerBan: BAN,
      customerRef: ref,
      billing: { ban: BAN, ref },
      details: [{ customerBan: BAN, customerRef: ref }],
    })
    for (const other of [`/v1/${BAN}/orders`, '/v1/BAN-NOWHERE/orders', `/v1/me?customer_ban=${BAN}`]) {
      const refused = await decide(cast, granted.accessToken, other)
      expect([refused.status, refused.headers['x-customer-ban']], other).toEqual([403, ''])
      expect(refused.body).toContain('CUSTOMER_MISMATCH')
    }
    expect((await decide(cast, granted.accessToken, `/v1/me?customer_ref=${ref}`)).status).toBe(200)
  })

  test('an API that asks is told the number, and one that verifies by itself has the reference alone', async () => {
    const cast = await castByRef()
    const granted = await oauth.grant(cast)
    const ref = refOf(granted)
    expect(await introspectAsApi(granted.accessToken)).toMatchObject({
      active: true,
      customer_ban: BAN,
      customer_ref: ref,
      billing: { ban: BAN, ref },
      authorization_details: [{ customer_ban: BAN, customer_ref: ref }],
    })
    const url = `${TEST_RESOURCE}/v1/orders`
    const guard = createGuard({
      issuer: TEST_ISSUER,
      audience: TEST_RESOURCE,
      jwks: new URL(`${TEST_ISSUER}/jwks`),
      fetch: cast.app.fetch,
    })
    const dpop = await prove(cast, granted.accessToken, url)
    const headers = { authorization: `DPoP ${granted.accessToken}`, dpop }
    const context = await guard.verify({ method: 'GET', url, headers })
    expect(context).toMatchObject({ customerBan: null, customerRef: ref })
    expect(encodeId('tenant', cast.tenant)).toBe(context.customerId)
  })
})
