import { encodeId } from '@liaison/access'
import { createGatewayGuard } from '@liaison/guard'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OAuthCast } from '../../server/testing/oauth-world.ts'
import { TEST_ORIGIN } from '../../server/testing/world.ts'
import { Market } from './support/market.ts'
import type { Consented } from './support/market.ts'

const API = 'https://api.carrier.example'
const PATH = '/v1/customers/BAN-1001/orders'

let market: Market
let credential = ''
let cast: OAuthCast
let given: Consented
beforeAll(async () => {
  market = await Market.open()
  const { world, provider } = market
  await world.call(provider, 'PUT', '/api/v1/admin/upstreams/orders', {
    body: {
      audience: 'upstream:orders',
      origin: API,
      routes: [
        {
          method: 'GET',
          path_template: '/v1/customers/{customer_ban}/orders',
          permission: 'api.orders.read',
        },
        {
          method: 'POST',
          path_template: '/v1/customers/{customer_ban}/orders',
          permission: 'api.orders.create',
        },
        {
          method: 'GET',
          path_template: '/v1/customers/{customer_ban}/invoices',
          permission: 'api.invoices.read',
        },
      ],
    },
  })
  const registered = await world.call(provider, 'POST', '/api/v1/admin/gateways', {
    body: { name: 'Edge', upstreams: ['orders'] },
  })
  credential = registered.json<{ credential: string }>().credential
  cast = await market.cast({ accounts: 2 })
  given = await market.consent(cast)
})
afterAll(() => market[Symbol.asyncDispose]())

interface Call {
  readonly method?: string
  readonly path?: string
  /** What the gateway says of the call, when that is not what token and proof are for. */
  readonly forwarded?: Readonly<Record<string, string>>
}

/** What a gateway hands on about a call. */
function headersOf(
  token: string,
  { dpop, method = 'GET', path = PATH, forwarded = {} }: Call & { readonly dpop: string },
): Record<string, string> {
  return {
    authorization: `DPoP ${token}`,
    dpop,
    'x-gateway-authorization': `Bearer ${credential}`,
    'x-forwarded-method': method,
    'x-forwarded-proto': 'https',
    'x-forwarded-host': new URL(API).host,
    'x-forwarded-uri': path,
    'x-forwarded-for': '203.0.113.7',
    ...forwarded,
  }
}

/** Asks the decision point of the product about a call with a token of its own authorization server. */
async function ask(
  who: OAuthCast,
  token: string,
  { method = 'GET', path = PATH, forwarded = {} }: Call = {},
) {
  const dpop = await market.proof(who, token, { method, path, origin: API })
  const headers = headersOf(token, { dpop, method, path, forwarded })
  const url = '/gateway/v1/authorize'
  const response = await market.world.app.http.inject({ method: 'GET', url, headers })
  const code = response.statusCode === 200 ? null : response.json<{ code: string }>().code
  return { status: response.statusCode, code, headers: response.headers }
}

test('the decision point takes tokens of the authorization server, and says whose call it is (A8)', async () => {
  const { status, headers } = await ask(cast, given.accessToken)
  expect(status).toBe(200)
  expect(headers).toMatchObject({
    'x-partner-id': encodeId('partner', cast.partner),
    'x-customer-id': cast.customerId,
    'x-customer-ban': 'BAN-1001',
    'x-delegation-id': given.publicId,
  })
  const keys = await market.world.call(null, 'GET', '/gateway/v1/jwks')
  const guard = createGatewayGuard({
    issuer: TEST_ORIGIN,
    audience: 'upstream:orders',
    jwks: keys.json<JSONWebKeySet>(),
    origin: API,
  })
  const context = { 'x-access-context': String(headers['x-access-context']) }
  await expect(
    guard.verify({ method: 'GET', url: `${API}${PATH}`, headers: context }),
  ).resolves.toMatchObject({
    customerBan: 'BAN-1001',
    partnerId: encodeId('partner', cast.partner),
  })
})

describe('through the decision point', () => {
  test('attack 64: a consented token opens its account and its actions, and nothing else', async () => {
    const { accessToken: token } = given
    const answers = [
      await ask(cast, token, { path: '/v1/customers/BAN-1002/orders' }),
      await ask(cast, token, { path: '/v1/customers/BAN-NOWHERE/orders' }),
      await ask(cast, token, { path: '/v1/customers/BAN-1001/invoices' }),
      await ask(cast, token, { path: '/v1/customers/BAN-1001/secrets' }),
    ]
    expect(answers.map(({ status, code }) => [status, code])).toEqual([
      [403, 'CUSTOMER_MISMATCH'],
      [403, 'CUSTOMER_MISMATCH'],
      [403, 'INSUFFICIENT_SCOPE'],
      [403, 'ROUTE_NOT_REGISTERED'],
    ])
  })

  test("attack 55: a wholesaler's two tokens each open one organisation", async () => {
    const whole = await market.wholesale()
    const [own, resale] = [await market.ownToken(whole), await market.resaleToken(whole)]
    const end = { path: '/v1/customers/BAN-E-7/orders' }
    expect((await ask(whole, own)).status).toBe(200)
    expect((await ask(whole, resale, end)).status).toBe(200)
    expect((await ask(whole, own, end)).code).toBe('CUSTOMER_MISMATCH')
    expect((await ask(whole, resale)).code).toBe('CUSTOMER_MISMATCH')
  })

  test('attack 74: of twenty uses of one proof at the same moment exactly one passes', async () => {
    const dpop = await market.proof(cast, given.accessToken, { path: PATH, origin: API })
    const uses = Array.from({ length: 20 }, () => ask(cast, given.accessToken, { forwarded: { dpop } }))
    const answers = await Promise.all(uses)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(19)
  })

  test('attack 74: of a thousand uses of one proof at four decision points over one database exactly one passes', async () => {
    const others = await Promise.all([1, 2, 3].map(() => market.another()))
    const dpop = await market.proof(cast, given.accessToken, { path: PATH, origin: API })
    const points = [market.world.app.http, ...others.map(({ app }) => app.http)]
    const headers = headersOf(given.accessToken, { dpop })
    const told = new Map<number, number>()
    for (let turn = 0; turn < 50; turn += 1) {
      const uses = points.flatMap((point) =>
        Array.from({ length: 5 }, () =>
          point.inject({ method: 'GET', url: '/gateway/v1/authorize', headers }),
        ),
      )
      for (const { statusCode } of await Promise.all(uses))
        told.set(statusCode, (told.get(statusCode) ?? 0) + 1)
    }
    // A decision point that cannot decide says 503, which lets nobody through either.
    expect(told.get(200)).toBe(1)
    expect((told.get(401) ?? 0) + (told.get(503) ?? 0)).toBe(999)
    expect(told.get(401)).toBeGreaterThan(900)
    await Promise.all(others.map((other) => other[Symbol.asyncDispose]()))
  })

  test('attack 72: once the customer stopped it, the next call through any gateway is refused', async () => {
    const own = await market.cast()
    const consented = await market.consent(own)
    expect((await ask(own, consented.accessToken, { method: 'POST' })).status).toBe(200)
    const path = `/api/v1/tenant/consents/${consented.publicId}/revoke`
    await market.world.call(market.admin(own), 'POST', path, { body: {} })
    const after = await ask(own, consented.accessToken, { method: 'POST' })
    expect([after.status, after.code]).toEqual([401, 'DELEGATION_REVOKED'])
  })

  test('attack 79: a token that its client revoked is refused at the next call through a gateway', async () => {
    const own = await market.cast()
    const consented = await market.consent(own)
    await own.app.revoke(consented.accessToken)
    expect((await ask(own, consented.accessToken)).status).toBe(401)
  })

  test('attack 77: without the credential of a gateway nothing is decided', async () => {
    for (const sent of ['', 'Bearer evil', `Bearer ${credential}x`]) {
      const { status, headers } = await ask(cast, given.accessToken, {
        forwarded: { 'x-gateway-authorization': sent },
      })
      expect([status, headers['x-access-context'] ?? '']).toEqual([401, ''])
    }
  })
})
