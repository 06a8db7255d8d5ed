import { decodeJwt, decodeProtectedHeader, exportJWK, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTestKey, TEST_ISSUER, TEST_RESOURCE } from '../../server/testing/oauth-client.ts'
import type { OAuthCast } from '../../server/testing/oauth-world.ts'
import { Market, ORDER, ordersOf } from './support/market.ts'
import type { Consented } from './support/market.ts'

let market: Market
let cast: OAuthCast
let given: Consented
beforeAll(async () => {
  market = await Market.open()
  cast = await market.cast({ accounts: 2 })
  given = await market.consent(cast)
})
afterAll(() => market[Symbol.asyncDispose]())

const PATH = ordersOf('BAN-1001')
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const METADATA = `resource_metadata="${new URL(TEST_RESOURCE).origin}/.well-known/oauth-protected-resource/api"`

/** Calls for the orders with this token and a proof that is made for it. */
const callWith = async (token: string) =>
  market.present(cast, { path: PATH }, await market.evidence(cast, token, { path: PATH }))

test('a consented token places an order for the customer and reads it back, with both parties named (A7)', async () => {
  const placed = await cast.app.call(given.accessToken, 'POST', PATH, ORDER)
  expect(placed.status, placed.text).toBe(201)
  expect(placed.body).toMatchObject({ customer_id: cast.customerId, customer_ban: 'BAN-1001' })
  const read = await cast.app.call(given.accessToken, 'GET', `${PATH}/${String(placed.body['order_id'])}`)
  expect([read.status, read.body['order_id']]).toEqual([200, placed.body['order_id']])
})

describe('a call without a usable token', () => {
  test('attack 59: is answered 401 with a challenge that names the metadata', async () => {
    const token = given.accessToken
    const { dpop = '' } = await market.evidence(cast, token, { path: PATH })
    for (const authorization of [null, 'Basic YTpi', token, 'DPoP', 'DPoP ', `DPoP ${token} ${token}`]) {
      const fields = { dpop, ...(authorization !== null && { authorization }) }
      const { status, headers, text } = await market.present(cast, { path: PATH }, fields)
      expect([status, headers.get('www-authenticate')], text).toEqual([
        401,
        expect.stringContaining(METADATA),
      ])
      expect(text).not.toContain(token)
    }
  })

  test('attack 59: with the token in the query or the body is refused, and the answer does not repeat it', async () => {
    const token = given.accessToken
    const { dpop = '' } = await market.evidence(cast, token, { path: PATH })
    const form = { dpop, 'content-type': 'application/x-www-form-urlencoded' }
    const answers = [
      await market.present(cast, { path: `${PATH}?access_token=${token}` }, { dpop }),
      await market.present(cast, { path: PATH, method: 'POST', body: `access_token=${token}` }, form),
    ]
    for (const { status, text } of answers) {
      expect([401, 415, 422], text).toContain(status)
      expect(text).not.toContain(token)
    }
  })

  test('attack 60: a bound token as Bearer, or without its proof, is answered 401', async () => {
    const token = given.accessToken
    const { dpop = '' } = await market.evidence(cast, token, { path: PATH })
    for (const headers of [
      { authorization: `Bearer ${token}`, dpop },
      { authorization: `Bearer ${token}` },
      { authorization: `DPoP ${token}` },
    ])
      expect((await market.present(cast, { path: PATH }, headers)).status).toBe(401)
  })
})

describe('a token that this server did not issue for this API', () => {
  test('attack 61: of another key, type, audience or issuer is answered 401, whatever its header names', async () => {
    const stranger = await makeTestKey()
    const claims = decodeJwt(given.accessToken)
    const header = { ...decodeProtectedHeader(given.accessToken), alg: 'ES256' }
    const forge = (head: object, change: object = {}) =>
      new SignJWT({ ...claims, ...change })
        .setProtectedHeader({ ...header, ...head })
        .sign(stranger.privateKey)
    const management = await cast.app.token('client_credentials', {
      scope: 'grant_management_query',
      resource: `${TEST_ISSUER}/grants`,
    })
    const tokens = [
      await forge({}),
      await forge({ typ: 'JWT' }),
      await forge({ kid: '../../../../etc/passwd' }),
      await forge({ kid: "x' or '1'='1" }),
      await forge({ kid: 'https://evil.example/keys' }),
      await forge({ jku: 'https://evil.example/keys' }),
      await forge({ x5u: 'https://evil.example/chain' }),
      await forge({ jwk: await exportJWK((await cast.app.proofKey).publicKey) }),
      await forge({}, { iss: 'https://evil.example' }),
      await forge({}, { aud: 'https://other.example' }),
      String(management.body['access_token']),
      given.refreshToken,
    ]
    for (const token of tokens) expect((await callWith(token)).status).toBe(401)
  })

  test('attack 62: unsigned, signed with a public key, cut short or altered is answered 401', async () => {
    const [head = '', body = '', signature = ''] = given.accessToken.split('.')
    const published = await market.world.call(null, 'GET', '/oauth/jwks')
    const symmetric = await new SignJWT(decodeJwt(given.accessToken))
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' })
      .sign(Buffer.from(published.body))
    const tokens = [
      `${encode({ ...decodeProtectedHeader(given.accessToken), alg: 'none' })}.${body}.`,
      symmetric,
      `${head}.${body}.${signature.slice(0, -4)}`,
      `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
      `${head}.${encode({ ...decodeJwt(given.accessToken), customer_ban: 'BAN-1002' })}.${signature}`,
      `${head}.${encode({ ...decodeJwt(given.accessToken), scope: 'invoices.read' })}.${signature}`,
    ]
    for (const token of tokens) expect((await callWith(token)).status).toBe(401)
  })
})

describe('a call for somebody else', () => {
  test('attack 64: in path, body or query is answered 403, alike for accounts of others and of nobody, and orders nothing', async () => {
    const other = await market.cast()
    await market.oauth.clients.account(other.tenant, 'BAN-OTHER')
    const before = await market.orders()
    const { accessToken: token } = given
    const call = (method: string, path: string, body?: object) => cast.app.call(token, method, path, body)
    const answers = [
      await call('GET', ordersOf('BAN-1002')),
      await call('GET', ordersOf('BAN-OTHER')),
      await call('GET', ordersOf('BAN-NOWHERE')),
      await call('POST', ordersOf('BAN-1002'), ORDER),
      await call('POST', PATH, { ...ORDER, customer_ban: 'BAN-1002' }),
      await call('POST', PATH, { ...ORDER, customer_id: other.customerId }),
      await call('POST', PATH, { ...ORDER, customer_ban: ['BAN-1001', 'BAN-1002'] }),
      await call('POST', `${PATH}?customer_ban=BAN-1002`, ORDER),
    ]
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
      answers.map(() => [403, 'CUSTOMER_MISMATCH']),
    )
    expect(new Set(answers.slice(0, 3).map(({ body }) => body['detail'])).size).toBe(1)
    expect(await market.orders()).toBe(before)
  })

  test('attack 64: of two customers whose accounts have the same number each application sees its own orders only', async () => {
    const other = await market.cast()
    const theirs = await market.consent(other)
    const placed = await other.app.call(theirs.accessToken, 'POST', PATH, ORDER)
    const id = String(placed.body['order_id'])
    expect((await other.app.call(theirs.accessToken, 'GET', `${PATH}/${id}`)).status).toBe(200)
    expect((await cast.app.call(given.accessToken, 'GET', `${PATH}/${id}`)).status).toBe(404)
    const list = await cast.app.call(given.accessToken, 'GET', PATH)
    expect([list.status, list.text.includes(id)]).toEqual([200, false])
    const borrowed = await other.app.call(given.accessToken, 'GET', PATH)
    expect(borrowed.status).toBe(401)
  })

  test("attack 55: a wholesaler's two tokens each open one organisation, and never the other's", async () => {
    const whole = await market.wholesale()
    const [own, resale] = [await market.ownToken(whole), await market.resaleToken(whole)]
    const open = async (token: string, ban: string) => {
      const { status, body } = await whole.app.call(token, 'GET', ordersOf(ban))
      return [status, body['code']]
    }
    expect([await open(own, 'BAN-1001'), await open(resale, 'BAN-E-7')]).toEqual([
      [200, undefined],
      [200, undefined],
    ])
    expect([await open(own, 'BAN-E-7'), await open(resale, 'BAN-1001')]).toEqual([
      [403, 'CUSTOMER_MISMATCH'],
      [403, 'CUSTOMER_MISMATCH'],
    ])
  })

  test('attack 57: an order that says who pays is refused with 422, and a field of the caller changes nothing', async () => {
    const before = await market.orders()
    const wish = { ...ORDER, billing_party: cast.customerId }
    const answer = await cast.app.call(given.accessToken, 'POST', PATH, wish)
    expect([answer.status, answer.body['code']]).toEqual([422, 'BILLING_PARTY_MISMATCH'])
    expect(await market.orders()).toBe(before)
  })
})

describe('a call that was cut short', () => {
  test('attack 73: a list that was begun is not read to its end: the next page is refused', async () => {
    const own = await market.cast()
    const { accessToken, publicId } = await market.consent(own)
    for (let count = 0; count < 3; count += 1) await own.app.call(accessToken, 'POST', PATH, ORDER)
    const first = await own.app.call(accessToken, 'GET', `${PATH}?limit=1`)
    expect([first.status, typeof first.body['next_cursor']], first.text).toEqual([200, 'string'])
    await market.world.call(market.admin(own), 'POST', `/api/v1/tenant/consents/${publicId}/revoke`, {
      body: {},
    })
    const next = `${PATH}?limit=1&cursor=${encodeURIComponent(String(first.body['next_cursor']))}`
    const answer = await own.app.call(accessToken, 'GET', next)
    expect([answer.status, answer.body['code']]).toEqual([401, 'DELEGATION_REVOKED'])
  })

  test('attack 73: no operation for API clients streams, so none runs on after a revocation', () => {
    const ours = market.world.app.routes.filter(({ access }) => 'api' in access)
    expect(ours.length).toBeGreaterThan(5)
    expect(ours.filter((route) => 'stream' in route || 'download' in route)).toEqual([])
  })
})
