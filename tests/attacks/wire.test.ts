import { connect as connectHttp2 } from 'node:http2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OAuthCast } from '../../server/testing/oauth-world.ts'
import { sendBytes, sendRequest } from '../gateway/support/raw-http.ts'
import type { RawAnswer } from '../gateway/support/raw-http.ts'
import { Market, ORDER, ordersOf } from './support/market.ts'
import type { Consented } from './support/market.ts'

let market: Market
let cast: OAuthCast
let given: Consented
let port = 0
beforeAll(async () => {
  market = await Market.open()
  cast = await market.cast({ accounts: 2 })
  given = await market.consent(cast)
  const { http } = market.world.app
  await http.listen({ port: 0, host: '127.0.0.1' })
  const address = http.server.address()
  port = address !== null && typeof address === 'object' ? address.port : 0
})
afterAll(() => market[Symbol.asyncDispose]())

const PATH = ordersOf('BAN-1001')
const HOST = ['Host', 'localhost:3000'] as const
/** Long enough for a server to take a second request from the same connection. */
const QUIET_MS = 300

interface Wire {
  readonly method?: string
  readonly target?: string
  /** What the proof is for, when it is not for the target. */
  readonly proved?: string
  readonly fields?: readonly (readonly [string, string])[]
}

/** Sends a request byte by byte as it is written here, with token and proof. */
async function send({
  method = 'GET',
  target = PATH,
  proved = target,
  fields = [],
}: Wire): Promise<RawAnswer> {
  const { authorization = '', dpop = '' } = await market.evidence(cast, given.accessToken, {
    method,
    path: proved.split('?')[0] ?? proved,
  })
  const evidence = [['Authorization', authorization] as const, ['DPoP', dpop] as const]
  return sendRequest(port, { method, target, fields: [HOST, ...evidence, ...fields] })
}

test('a request over the wire that is in order is answered', async () => {
  expect((await send({})).status).toBe(200)
})

describe('a target that two programs may read differently', () => {
  test.each([
    ['dot segments', '/api/v1/customers/BAN-1001/../BAN-1002/orders'],
    ['dot segments back to the account', '/api/v1/customers/BAN-1002/../BAN-1001/orders'],
    ['encoded dot segments', '/api/v1/customers/BAN-1001/%2e%2e/BAN-1002/orders'],
    ['an encoded slash', '/api/v1/customers/BAN-1001%2f..%2fBAN-1002/orders'],
    ['a doubly encoded slash', '/api/v1/customers/BAN-1001%252f..%252fBAN-1002/orders'],
    ['a double slash', '//api/v1/customers/BAN-1001/orders'],
    ['a path parameter', '/api/v1/customers/BAN-1001;x=/orders'],
    ['a backslash', '/api/v1/customers/BAN-1001\\..\\BAN-1002/orders'],
    ['an encoded NUL', '/api/v1/customers/BAN-1001%00/orders'],
    ['other letters', '/API/v1/customers/BAN-1001/orders'],
    ['a foreign origin', 'http://other.example/api/v1/customers/BAN-1002/orders'],
  ])('attack 65: with %s opens nothing, whatever the proof is for', async (_what, target) => {
    for (const proved of [target, PATH]) {
      const { status, body } = await send({ target, proved })
      expect([400, 401, 403, 404, 421, 422], `${status} ${body}`).toContain(status)
      expect(body).not.toContain('"items"')
    }
  })
})

describe('fields that say something else than the request', () => {
  test('attack 67: name another address, method or host, and change nothing', async () => {
    const fields = [
      ['X-Forwarded-Uri', PATH],
      ['X-Original-URI', PATH],
      ['X-Original-URL', PATH],
      ['X-Rewrite-URL', PATH],
      ['X-Forwarded-Method', 'GET'],
      ['X-HTTP-Method-Override', 'GET'],
    ] as const
    const foreign = await send({ target: ordersOf('BAN-1002'), fields })
    expect([foreign.status, foreign.body.includes('CUSTOMER_MISMATCH')]).toEqual([403, true])
    expect(
      (await send({ fields: fields.map(([name]) => [name, ordersOf('BAN-1002')] as const) })).status,
    ).toBe(200)
    const before = await market.orders()
    await send({ fields: [['X-HTTP-Method-Override', 'POST']] })
    await send({ target: `${PATH}?_method=POST` })
    expect(await market.orders()).toBe(before)
  })

  test('attack 66: name the caller, the customer or the payer, and change nothing', async () => {
    const plain = await send({})
    const named = await send({
      fields: [
        'X-Access-Context',
        'X-Partner-Id',
        'X_Partner_Id',
        'X-Customer-Ban',
        'X-Billing-Party',
        'X-Actor',
      ].map((name) => [name, 'BAN-1002'] as const),
    })
    expect([named.status, named.body]).toEqual([plain.status, plain.body])
    const foreign = await send({ target: ordersOf('BAN-1002'), fields: [['X-Customer-Ban', 'BAN-1002']] })
    expect(foreign.status).toBe(403)
  })

  test('attack 37: two proofs are none', async () => {
    const { authorization = '', dpop = '' } = await market.evidence(cast, given.accessToken, { path: PATH })
    const fields = [HOST, ['Authorization', authorization], ['DPoP', dpop], ['DPoP', dpop]] as const
    expect((await sendRequest(port, { target: PATH, fields })).status).toBe(401)
  })
})

test('attack 59: a request with two Authorization fields is refused by our own API', async () => {
  const { authorization = '', dpop = '' } = await market.evidence(cast, given.accessToken, { path: PATH })
  const fields = [
    HOST,
    ['Authorization', authorization],
    ['Authorization', 'DPoP other'],
    ['DPoP', dpop],
  ] as const
  expect((await sendRequest(port, { target: PATH, fields })).status).not.toBe(200)
})

test.each(['OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PURGE', 'PROPFIND', 'CONNECT', 'get', 'FOO'])(
  'attack 69: the method %s on a path for other methods gives no data and orders nothing',
  async (method) => {
    const before = await market.orders()
    const { status, body } = await send({ method })
    expect([status >= 400 || status === 204 || status === 0, body.includes('"items"')]).toEqual([true, false])
    expect(await market.orders()).toBe(before)
  },
)

test('attack 69: HEAD is decided like GET', async () => {
  expect((await send({ method: 'HEAD', target: ordersOf('BAN-1002') })).status).not.toBe(200)
})

const SMUGGLED = `GET ${PATH}/smuggled HTTP/1.1\r\nHost: localhost:3000\r\n\r\n`

describe('a request within a request', () => {
  test.each([
    ['a length and chunks', `Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ['two lengths', `Content-Length: 0\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`],
    ['a folded field', `Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ['a bare CR', `X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${SMUGGLED}`],
    ['chunks named twice', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${SMUGGLED}`],
  ])('attack 68: by %s is answered 400, and orders nothing', async (_what, rest) => {
    const before = await market.orders()
    const { authorization = '', dpop = '' } = await market.evidence(cast, given.accessToken, {
      method: 'POST',
      path: PATH,
    })
    const head = `POST ${PATH} HTTP/1.1\r\nHost: localhost:3000\r\nAuthorization: ${authorization}\r\nDPoP: ${dpop}\r\n`
    const { status } = await sendBytes(port, head + rest, QUIET_MS)
    expect(status).toBe(400)
    expect(await market.orders()).toBe(before)
  })
})

describe('another protocol', () => {
  test('attack 70: an upgrade to WebSocket is no way around: the same checks, and nothing is upgraded', async () => {
    const upgrade = [
      ['Connection', 'Upgrade'],
      ['Upgrade', 'websocket'],
      ['Sec-WebSocket-Version', '13'],
      ['Sec-WebSocket-Key', 'AAAAAAAAAAAAAAAAAAAAAA=='],
    ] as const
    const without = await sendRequest(port, { target: PATH, fields: [HOST, ...upgrade] })
    expect(without.status).toBe(401)
    expect((await send({ fields: upgrade })).status).not.toBe(101)
    expect((await send({ target: ordersOf('BAN-1002'), fields: upgrade })).status).toBe(403)
  })

  test('attack 70: HTTP/2 is not spoken', async () => {
    const session = connectHttp2(`http://127.0.0.1:${port}`)
    const ended = await new Promise((resolve) => {
      session.on('error', (error) => resolve(error))
      session.on('close', () => resolve(null))
      const stream = session.request({ ':path': PATH, authorization: `DPoP ${given.accessToken}` })
      stream.on('error', () => undefined)
      stream.on('response', (headers) => resolve(headers[':status']))
    })
    session.destroy()
    expect(ended).not.toBeTypeOf('number')
  })
})

test('an order over the wire needs its own proof: one for a read places none (attack 37)', async () => {
  const before = await market.orders()
  const { authorization = '', dpop = '' } = await market.evidence(cast, given.accessToken, { path: PATH })
  const fields = [
    HOST,
    ['Authorization', authorization],
    ['DPoP', dpop],
    ['Content-Type', 'application/json'],
  ] as const
  const answer = await sendRequest(port, {
    method: 'POST',
    target: PATH,
    fields,
    body: JSON.stringify(ORDER),
  })
  expect(answer.status).toBe(401)
  expect(await market.orders()).toBe(before)
})
