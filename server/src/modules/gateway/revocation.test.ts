import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GatewayWorld } from '#testing/gateway.ts'

let gateway: GatewayWorld
beforeEach(async () => {
  gateway = await GatewayWorld.start()
})
afterEach(() => gateway[Symbol.asyncDispose]())

const codeOf = (response: { body: string }): string => String(JSON.parse(response.body).code)

/** What somebody may change between two calls, and what the next call of the same token is told. */
const CHANGES: readonly (readonly [
  what: string,
  sql: string,
  of: 'consent' | 'partner' | 'tenant' | 'client',
  status: number,
  code: string,
])[] = [
  [
    'the consent is revoked',
    `update delegation set status = 'revoked' where id = $1`,
    'consent',
    401,
    'DELEGATION_REVOKED',
  ],
  [
    'the consent is suspended',
    `update delegation set status = 'suspended' where id = $1`,
    'consent',
    403,
    'DELEGATION_SUSPENDED',
  ],
  [
    'the consent is narrowed',
    `update delegation set epoch = epoch + 1, mask = '0'::bit(256) where id = $1`,
    'consent',
    401,
    'TOKEN_STALE',
  ],
  [
    'the consent has ended',
    `update delegation set ends_at = now() - interval '1 second', starts_at = now() - interval '1 day' where id = $1`,
    'consent',
    403,
    'DELEGATION_EXPIRED',
  ],
  [
    'the account is taken out',
    `delete from delegation_account where delegation_id = $1`,
    'consent',
    401,
    'TOKEN_STALE',
  ],
  [
    'the partner is suspended',
    `update partner set status = 'suspended' where id = $1`,
    'partner',
    403,
    'PARTNER_INACTIVE',
  ],
  [
    'the customer is suspended',
    `update tenant set status = 'suspended' where id = $1`,
    'tenant',
    403,
    'TENANT_INACTIVE',
  ],
  [
    'the client is suspended',
    `update api_client set status = 'suspended' where id = $1`,
    'client',
    403,
    'CLIENT_INACTIVE',
  ],
  [
    'the partner is frozen',
    `insert into access_freeze (scope, partner_id, reason, set_by, set_by_name, set_by_side) values ('partner', $1, 'Leak', uuidv7(), 'Somebody', 'provider')`,
    'partner',
    403,
    'ACCESS_FROZEN',
  ],
  [
    'calls are allowed from elsewhere only',
    `update api_client set ip_allow = '{192.0.2.0/24}' where id = $1`,
    'client',
    403,
    'IP_NOT_ALLOWED',
  ],
]

describe('between two calls of the same token', () => {
  test.each(CHANGES)('when %s, the next one is refused (attack 72, A9)', async (_, sql, of, status, code) => {
    const token = await gateway.token()
    expect((await gateway.ask({ token })).statusCode).toBe(200)
    await gateway.world.seed(sql, [gateway.scene[of]], gateway.scene.tenant)
    const response = await gateway.ask({ token })
    expect([response.statusCode, codeOf(response)]).toEqual([status, code])
  })

  test('when the token itself is revoked, the next one is refused (attack 79)', async () => {
    const claims = await gateway.claims()
    expect((await gateway.ask({ claims })).statusCode).toBe(200)
    await gateway.world.seed(
      `insert into revoked_token (jti_hash, client_id, ends_at) values (sha256(convert_to($1, 'UTF8')), $2, now() + interval '1 hour')`,
      [claims.jti, gateway.scene.client],
    )
    expect((await gateway.ask({ claims })).statusCode).toBe(401)
  })

  test('a token that the signing key signed, but that was never issued, is refused for reads and writes, and the same claims pass once their id is noted (attack 61)', async () => {
    const claims = { ...(await gateway.claims()), jti: randomUUID() }
    const token = await gateway.sign(claims)
    for (const method of ['GET', 'POST']) {
      const forged = await gateway.ask({ token, method })
      expect([forged.statusCode, codeOf(forged)]).toEqual([401, 'UNAUTHORIZED'])
    }
    // An id that was noted for another client is no better.
    const rival = await gateway.claimsFor(await gateway.rival())
    const borrowed = await gateway.sign({ ...claims, jti: String(rival.jti) })
    expect((await gateway.ask({ token: borrowed })).statusCode).toBe(401)
    await gateway.note(claims)
    for (const method of ['GET', 'POST'])
      expect((await gateway.ask({ token, method })).statusCode, method).toBe(200)
  })

  test('a revoked token does not come back in the seconds that are granted after its end', async () => {
    const claims = await gateway.claims({ exp: Math.floor(Date.now() / 1000) - 3 })
    expect((await gateway.ask({ claims })).statusCode).toBe(200)
    await gateway.world.seed(
      `insert into revoked_token (jti_hash, client_id, ends_at) values (sha256(convert_to($1, 'UTF8')), $2, now() - interval '3 seconds')`,
      [claims.jti, gateway.scene.client],
    )
    expect((await gateway.ask({ claims })).statusCode).toBe(401)
  })

  test('when the gateway is disabled, or its credential replaced, it gets no decision', async () => {
    const { world, admin, gatewayId } = gateway
    const path = `/api/v1/admin/gateways/${gatewayId}`
    const rotated = await world.call(admin, 'POST', `${path}/rotate`, { body: { overlap_minutes: 5 } })
    const next = { 'x-gateway-authorization': `Bearer ${rotated.json<{ credential: string }>().credential}` }
    expect([(await gateway.ask()).statusCode, (await gateway.ask({}, next)).statusCode]).toEqual([200, 200])
    await world.seed(`update gateway set previous_ends_at = now()`, [])
    expect([(await gateway.ask()).statusCode, (await gateway.ask({}, next)).statusCode]).toEqual([401, 200])
    await world.call(admin, 'POST', `${path}/disable`)
    expect((await gateway.ask({}, next)).statusCode).toBe(401)
    await world.call(admin, 'POST', `${path}/enable`)
    expect((await gateway.ask({}, next)).statusCode).toBe(200)
  })

  test('when the route is taken away, the next one is refused', async () => {
    await gateway.world.call(gateway.admin, 'PUT', '/api/v1/admin/upstreams/orders', {
      body: { audience: 'upstream:orders', origin: 'https://api.carrier.example', routes: [] },
      headers: { 'if-match': '"v1"' },
    })
    expect(codeOf(await gateway.ask())).toBe('ROUTE_NOT_REGISTERED')
  })
})

test('a gateway that calls from another address than it is registered for gets no decision (attack 77)', async () => {
  const { world, admin } = gateway
  const registered = await world.call(admin, 'POST', '/api/v1/admin/gateways', {
    body: { name: 'Elsewhere', ip_allow: ['192.0.2.0/24'], upstreams: ['orders'] },
  })
  const credential = registered.json<{ credential: string }>().credential
  expect((await gateway.ask({}, { 'x-gateway-authorization': `Bearer ${credential}` })).statusCode).toBe(401)
})

test('what a trusted proxy says of where a gateway calls from is no address that it is registered for (attack 77)', async () => {
  await using proxied = await GatewayWorld.start({}, { trustedProxies: ['127.0.0.1'] })
  const register = async (name: string, network: string) => {
    const made = await proxied.world.call(proxied.admin, 'POST', '/api/v1/admin/gateways', {
      body: { name, ip_allow: [network], upstreams: ['orders'] },
    })
    return `Bearer ${made.json<{ credential: string }>().credential}`
  }
  const statusOf = async (credential: string) => {
    const told = { 'x-gateway-authorization': credential, 'x-forwarded-for': '192.0.2.9' }
    return (await proxied.ask({}, told)).statusCode
  }
  expect(await statusOf(await register('Far', '192.0.2.0/24'))).toBe(401)
  expect(await statusOf(await register('Near', '127.0.0.0/8'))).toBe(200)
})

test('a gateway gets no decision about an upstream that it does not stand before', async () => {
  const registered = await gateway.world.call(gateway.admin, 'POST', '/api/v1/admin/gateways', {
    body: { name: 'Bare' },
  })
  const credential = registered.json<{ credential: string }>().credential
  expect(codeOf(await gateway.ask({}, { 'x-gateway-authorization': `Bearer ${credential}` }))).toBe(
    'ROUTE_NOT_REGISTERED',
  )
})

test('when the database refuses to answer the answer is 503 and no allowance (attack 71)', async () => {
  const headers = await gateway.asked()
  await gateway.world.sql(`revoke execute on function access.enter_client(jsonb) from liaison_delegate`)
  const response = await gateway.world.app.http.inject({
    method: 'GET',
    url: '/gateway/v1/authorize',
    headers,
  })
  expect(response.statusCode).toBe(503)
  expect(response.headers['x-access-context']).toBe('')
})

test('the limits of the server hold through a gateway, too (attack 71)', async () => {
  await using limited = await GatewayWorld.start({}, { limitScale: 0.06 })
  const token = await limited.token()
  const answers: [status: number, tellsWhen: boolean][] = []
  for (let call = 0; call < 4; call += 1) {
    const { statusCode, headers } = await limited.ask({ token, method: 'POST' })
    answers.push([statusCode, headers['retry-after'] !== undefined])
  }
  expect(answers).toEqual([
    [200, false],
    [200, false],
    [200, false],
    [429, true],
  ])
})
