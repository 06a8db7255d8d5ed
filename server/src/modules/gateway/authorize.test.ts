import { encodeId } from '@liaison/access'
import { createGatewayGuard } from '@liaison/guard'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { API_ORIGIN, GatewayWorld } from '#testing/gateway.ts'
import { DECISION_FIELDS } from './answer.ts'

let gateway: GatewayWorld
beforeAll(async () => {
  gateway = await GatewayWorld.start()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const codeOf = (response: { body: string }): string => String(JSON.parse(response.body).code)

async function lastEvent(): Promise<Record<string, unknown>> {
  const [row] = await gateway.world.sql(
    `select action, outcome, code, source, route, method, host(ip) as ip, actor_type, actor_id, partner_id, tenant_id, delegation_id, explain_id from audit_event order by id desc limit 1`,
  )
  return row ?? {}
}

describe('a call that may be made', () => {
  test('is answered 200 with every contracted field and a context that the guard accepts (A8)', async () => {
    const response = await gateway.ask()
    expect(response.statusCode, response.body).toBe(200)
    const { partner, tenant, consent, account, client } = gateway.scene
    expect(response.headers).toMatchObject({
      'x-partner-id': encodeId('partner', partner),
      'x-customer-id': encodeId('tenant', tenant),
      'x-customer-ban': account.ban,
      'x-actor': `client:${encodeId('api_client', client)}`,
      'x-access-mode': 'delegated',
      'x-delegation-id': encodeId('consent', consent),
      'x-billing-party': encodeId('tenant', tenant),
      'x-billing-ban': account.ban,
    })
    const keys = (await gateway.world.app.http.inject('/gateway/v1/jwks')).json<JSONWebKeySet>()
    const guard = createGatewayGuard({
      issuer: 'http://localhost:3000',
      audience: 'upstream:orders',
      jwks: keys,
      origin: API_ORIGIN,
    })
    const headers = { 'x-access-context': String(response.headers['x-access-context']) }
    const context = await guard.verify({ method: 'GET', url: `${API_ORIGIN}${gateway.ordersPath}`, headers })
    expect(context).toMatchObject({ access: 'delegated', customerBan: account.ban })
    await expect(
      guard.verify({ method: 'POST', url: `${API_ORIGIN}${gateway.ordersPath}`, headers }),
    ).rejects.toMatchObject({ status: 401 })
  })

  test('gets a context of 30 seconds at most, with a type and key of its own', async () => {
    const context = String((await gateway.ask()).headers['x-access-context'])
    const { exp = 0, iat = 0 } = decodeJwt(context)
    expect(exp - iat).toBeLessThanOrEqual(30)
    expect(decodeProtectedHeader(context)).toMatchObject({ typ: 'access-context+jwt', alg: 'ES256' })
    expect(decodeProtectedHeader(context).kid).toMatch(/^ctx-/)
  })

  test('may carry a query, and any method asks about any method', async () => {
    expect((await gateway.ask({ path: `${gateway.ordersPath}?limit=5&filter=a%2Fb` })).statusCode).toBe(200)
    expect((await gateway.ask({ method: 'POST' })).statusCode).toBe(200)
    const headers = await gateway.asked()
    const response = await gateway.world.app.http.inject({
      method: 'DELETE',
      url: '/gateway/v1/authorize/whatever/path',
      headers: { ...headers, 'content-type': 'text/plain' },
      payload: 'a body that nobody reads',
    })
    expect(response.statusCode).toBe(200)
  })

  test('is an event from the gateway that names the client, the partner, the tenant and the address of the caller (attack 82)', async () => {
    await gateway.ask({ method: 'POST' })
    const { client, partner, tenant, consent } = gateway.scene
    expect(await lastEvent()).toMatchObject({
      action: 'gateway.decide',
      outcome: 'allowed',
      source: 'gateway',
      method: 'POST',
      ip: '203.0.113.7',
      route: 'orders /v1/customers/{customer_ban}/orders',
      actor_type: 'client',
      actor_id: client,
      partner_id: partner,
      tenant_id: tenant,
      delegation_id: consent,
    })
  })
})

describe('a call that may not be made', () => {
  test.each([
    ['no token', { authorization: undefined }, 401, 'UNAUTHORIZED'],
    ['no proof', { dpop: undefined }, 401, 'UNAUTHORIZED'],
    ['a token that is none', { authorization: 'DPoP abc' }, 401, 'UNAUTHORIZED'],
  ])(
    '%s is answered with a challenge, and every contracted field is empty (attack 59)',
    async (_, change, status, code) => {
      const response = await gateway.ask({}, change)
      expect([response.statusCode, codeOf(response)]).toEqual([status, code])
      expect(response.headers['www-authenticate']).toContain('resource_metadata=')
      const identity = DECISION_FIELDS.filter((name) => !name.startsWith('X-Decision'))
      expect(identity.map((name) => response.headers[name.toLowerCase()])).toEqual(identity.map(() => ''))
      expect(await lastEvent()).toMatchObject({ action: 'access.refused', outcome: 'denied' })
    },
  )

  test('a bound token as Bearer, a replayed proof and a proof of another key are answered 401 (attacks 37, 60)', async () => {
    const evidence = await gateway.asked()
    const bearer = { authorization: evidence['authorization']?.replace('DPoP', 'Bearer') }
    expect((await gateway.ask({}, bearer)).statusCode).toBe(401)
    const again = () =>
      gateway.world.app.http.inject({ method: 'GET', url: '/gateway/v1/authorize', headers: evidence })
    expect([(await again()).statusCode, (await again()).statusCode]).toEqual([200, 401])
    expect((await gateway.ask({ key: gateway.keys.issuer })).statusCode).toBe(401)
  })

  test('a query in the words of browsers passes, and so does one that names the account of the token', async () => {
    for (const query of ['filter[state]=open&q={a|b}^c', 'customer_ban[]=BAN-1', 'method=card', 'a;b=c'])
      expect([query, (await gateway.ask({ path: `${gateway.ordersPath}?${query}` })).statusCode]).toEqual([
        query,
        200,
      ])
  })

  test.each([
    ['another account', '/v1/customers/BAN-9/orders', 'CUSTOMER_MISMATCH'],
    ['another account of the same customer', '/v1/customers/BAN-2/orders', 'CUSTOMER_MISMATCH'],
    ['another account in the query', '/v1/customers/BAN-1/orders?customer_ban=BAN-2', 'CUSTOMER_MISMATCH'],
    [
      'two accounts in the query',
      '/v1/customers/BAN-1/orders?customer_ban=BAN-1&customer_ban=BAN-2',
      'CUSTOMER_MISMATCH',
    ],
    ['another account in an array', '/v1/customers/BAN-1/orders?customer_ban[]=BAN-2', 'CUSTOMER_MISMATCH'],
    [
      'another account in an encoded array',
      '/v1/customers/BAN-1/orders?customer_ban%5B0%5D=BAN-2',
      'CUSTOMER_MISMATCH',
    ],
    ['another account in a filter', '/v1/customers/BAN-1/orders?f[customer_ban]=BAN-2', 'CUSTOMER_MISMATCH'],
    [
      'another account in a nested filter',
      '/v1/customers/BAN-1/orders?f[customer][ban]=BAN-2',
      'CUSTOMER_MISMATCH',
    ],
    ['another account behind dots', '/v1/customers/BAN-1/orders?f.customer.ban=BAN-2', 'CUSTOMER_MISMATCH'],
    ['another account in other letters', '/v1/customers/BAN-1/orders?customerBan=BAN-2', 'CUSTOMER_MISMATCH'],
    [
      'another account after a semicolon',
      '/v1/customers/BAN-1/orders?a=1;customer_ban=BAN-2',
      'CUSTOMER_MISMATCH',
    ],
    ['another method in the query', '/v1/customers/BAN-1/orders?_method=DELETE', 'PATH_REFUSED'],
    [
      'another method after a semicolon',
      '/v1/customers/BAN-1/orders?a=1;X-HTTP-Method-Override=DELETE',
      'PATH_REFUSED',
    ],
    ['a route that is not registered', '/v1/customers/BAN-1/secrets', 'ROUTE_NOT_REGISTERED'],
    ['a route in other letters', '/v1/Customers/BAN-1/orders', 'ROUTE_NOT_REGISTERED'],
    ['a route with a slash more', '/v1/customers/BAN-1/orders/', 'ROUTE_NOT_REGISTERED'],
    ['a path that climbs', '/v1/customers/BAN-1/../BAN-2/orders', 'PATH_REFUSED'],
    ['an encoded climb', '/v1/customers/BAN-1/%2e%2e/BAN-2/orders', 'PATH_REFUSED'],
    ['an encoded slash', '/v1/customers/BAN-1%2f..%2fBAN-2/orders', 'PATH_REFUSED'],
    ['a doubly encoded slash', '/v1/customers/BAN-1%252f/orders', 'PATH_REFUSED'],
    ['a double slash', '//v1/customers/BAN-1/orders', 'PATH_REFUSED'],
    ['a path parameter', '/v1/customers/BAN-1;x=1/orders', 'PATH_REFUSED'],
    ['a backslash', '/v1/customers/BAN-1\\..\\BAN-2/orders', 'PATH_REFUSED'],
    ['a NUL', '/v1/customers/BAN-1%00/orders', 'PATH_REFUSED'],
    ['a letter that needs no encoding', '/v1/customers/BAN%2d1/orders', 'PATH_REFUSED'],
    ['broken UTF-8', '/v1/customers/%ff%fe/orders', 'PATH_REFUSED'],
    ['an absolute target', 'https://api.carrier.example/v1/customers/BAN-1/orders', 'PATH_REFUSED'],
  ])('%s is answered 403 (attacks 64, 65, 67)', async (_, path, code) => {
    const response = await gateway.ask({ path })
    expect([response.statusCode, codeOf(response)]).toEqual([403, code])
  })

  test.each(['HEAD', 'OPTIONS', 'PURGE', 'DELETE'])(
    '%s on a route that is registered for other methods is answered 403 (attack 69)',
    async (method) => {
      expect(codeOf(await gateway.ask({ method }))).toBe('ROUTE_NOT_REGISTERED')
    },
  )

  test.each([
    ['without the scope', { scope: 'invoices.read' }, 403, 'INSUFFICIENT_SCOPE'],
    ['without the action', { authorization_details: [] }, 403, 'INSUFFICIENT_AUTHORIZATION_DETAILS'],
    ['without a partner', { partner_id: undefined }, 403, 'CUSTOMER_MISMATCH'],
    ['without an account', { customer_ban: undefined }, 403, 'CUSTOMER_MISMATCH'],
    ['without an actor', { act: undefined }, 403, 'CUSTOMER_MISMATCH'],
    ['of another audience', { aud: 'https://other.example' }, 401, 'UNAUTHORIZED'],
    ['of an older state of the delegation', { delegation_ver: 0 }, 401, 'TOKEN_STALE'],
    ['that has ended', { exp: 1 }, 401, 'UNAUTHORIZED'],
  ])('a token %s is refused (attacks 61, 63, 72)', async (_, claims, status, code) => {
    const response = await gateway.ask({ claims: Object.fromEntries(Object.entries(claims)) })
    expect([response.statusCode, codeOf(response)]).toEqual([status, code])
  })

  test("another client's token does not open the consent, nor another customer's token this account", async () => {
    const rival = await gateway.rival()
    const stolen = await gateway.claimsFor({
      ...rival,
      consent: gateway.scene.consent,
      account: gateway.scene.account,
    })
    expect((await gateway.ask({ claims: stolen })).statusCode).toBe(403)
    const own = await gateway.claimsFor(rival)
    expect(
      (await gateway.ask({ claims: own, path: `/v1/customers/${rival.account.ban}/orders` })).statusCode,
    ).toBe(200)
  })

  test('a call of an unknown payer in the token is refused when it would spend, and passes when it reads (A5)', async () => {
    const { tenant } = gateway.scene
    const billing = { party: encodeId('tenant', tenant), ban: 'BAN-OTHER', mode: 'direct' }
    expect(codeOf(await gateway.ask({ method: 'POST', claims: { billing } }))).toBe('BILLING_CHANGED')
    const read = await gateway.ask({ claims: { billing } })
    expect([read.statusCode, read.headers['x-billing-ban']]).toEqual([200, 'BAN-1'])
  })

  test('gateways that know 401 and 403 only are told those, with the real status beside', async () => {
    const limited = { 'x-gateway-statuses': '401,403' }
    const response = await gateway.ask({}, { ...limited, 'x-forwarded-uri': undefined })
    expect([response.statusCode, response.headers['x-decision-status']]).toEqual([403, '400'])
    expect((await gateway.ask({}, { ...limited, authorization: undefined })).statusCode).toBe(401)
  })
})

describe('a gateway', () => {
  test.each([
    ['without a credential', { 'x-gateway-authorization': undefined }],
    [
      'with a credential that nobody issued',
      { 'x-gateway-authorization': `Bearer lsn_gtw_${'a'.repeat(43)}` },
    ],
    ['with a text', { 'x-gateway-authorization': 'Bearer hello' }],
  ])('%s gets no decision (attack 77)', async (_, change) => {
    const response = await gateway.ask({}, change)
    expect([response.statusCode, codeOf(response)]).toEqual([401, 'GATEWAY_UNAUTHORIZED'])
  })

  test.each([
    ['a contradicting older field', { 'x-original-uri': '/v1/customers/BAN-9/orders' }, 400],
    ['a contradicting older method', { 'x-original-method': 'POST' }, 400],
    ['an agreeing older field', { 'x-original-method': 'GET' }, 200],
    ['no method', { 'x-forwarded-method': undefined }, 400],
    ['no address', { 'x-forwarded-for': undefined }, 400],
    ['an address that is none', { 'x-forwarded-for': '203.0.113.7, unknown' }, 400],
    ['two hosts', { 'x-forwarded-host': 'a.example, b.example' }, 400],
    ['another host', { 'x-forwarded-host': 'other.example' }, 403],
    ['a port that is none', { 'x-forwarded-host': 'api.example:99999' }, 400],
    ['an address that is none', { 'x-forwarded-host': '999.999.999.999' }, 400],
    ['another scheme', { 'x-forwarded-proto': 'http' }, 403],
  ])('that says %s is answered accordingly (attack 67)', async (_, change, status) => {
    expect((await gateway.ask({}, change)).statusCode).toBe(status)
  })

  test('that sends a field twice is answered 400', async () => {
    const headers = await gateway.asked()
    const response = await gateway.world.app.http.inject({
      method: 'GET',
      url: '/gateway/v1/authorize',
      headers: { ...headers, 'x-forwarded-uri': [gateway.ordersPath, '/v1/customers/BAN-2/orders'] as never },
    })
    expect(response.statusCode).toBe(400)
  })

  test('is not believed about addresses that the caller wrote before its own', async () => {
    await gateway.ask({ method: 'POST' }, { 'x-forwarded-for': '10.0.0.1, 198.51.100.9' })
    expect(await lastEvent()).toMatchObject({ ip: '198.51.100.9' })
  })
})
