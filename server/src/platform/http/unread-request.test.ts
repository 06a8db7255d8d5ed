import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener, Server, ServerOptions } from 'node:http'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { TestWorld } from '#testing/world.ts'
import { Problem } from '../problem.ts'
import { makeUnreadHandler } from './unread-request.ts'

/** A public operation that takes a body. */
const probe = route({
  method: 'POST',
  path: '/api/v1/probe/bodies',
  summary: 'Take a body',
  input: { body: z.strictObject({ subject: z.string() }) },
  access: { public: 'A probe.' },
  limit: 'stranger',
  responses: { 200: z.strictObject({ subject: z.string() }) },
  handle: async ({ body }) => body,
})

const refused: number[] = []
let world: TestWorld
let port: number
beforeAll(async () => {
  world = await TestWorld.start(() => [probe], { onUnread: (status) => refused.push(status) })
  port = Number(new URL(await world.app.http.listen({ port: 0, host: '127.0.0.1' })).port)
})
beforeEach(() => refused.splice(0))
afterAll(() => world[Symbol.asyncDispose]())

/** Sends text to a port, and the rest `after` something; what came back until the other side closed. */
async function say(to: number, text: string, rest: { after: Promise<unknown>; text: string } | null = null) {
  const socket = connect(to, '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  const closed = once(socket, 'close')
  socket.write(text)
  if (rest) {
    await rest.after
    socket.write(rest.text)
  }
  await closed
  return Buffer.concat(parts).toString()
}

function read(answer: string) {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  const [line = '', ...fields] = head.split('\r\n')
  const headers = Object.fromEntries(
    fields.map((field) => [
      field.slice(0, field.indexOf(':')).toLowerCase(),
      field.slice(field.indexOf(':') + 2),
    ]),
  )
  return { status: Number(line.split(' ')[1]), headers, body }
}

const HOST = 'Host: localhost\r\n'
const POST = `POST /api/v1/probe/bodies HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`

describe('what cannot be read as a request is refused with a problem like every other, and the connection is closed:', () => {
  test.each([
    [
      'header fields without end',
      `GET / HTTP/1.1\r\n${HOST}X-Canary: ${'canary'.repeat(3000)}`,
      431,
      'HEADERS_TOO_LARGE',
    ],
    ['an address without end', `GET /${'canary'.repeat(3000)}`, 431, 'HEADERS_TOO_LARGE'],
    ['a line that is none', 'canary\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    ['the first bytes of TLS', '\u0016\u0003\u0001canary', 400, 'MALFORMED_REQUEST'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ncanary', 400, 'MALFORMED_REQUEST'],
    [
      'a header field that is none',
      `GET / HTTP/1.1\r\n${HOST}canary canary: 1\r\n\r\n`,
      400,
      'MALFORMED_REQUEST',
    ],
    [
      'two lengths of a body',
      `${POST}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\ncanary`,
      400,
      'MALFORMED_REQUEST',
    ],
    ['a chunk that is none', `${POST}Transfer-Encoding: chunked\r\n\r\ncanary\r\n`, 400, 'MALFORMED_REQUEST'],
    [
      'extensions of chunks without end',
      `${POST}Transfer-Encoding: chunked\r\n\r\n1;${'canary'.repeat(3000)}`,
      413,
      'PAYLOAD_TOO_LARGE',
    ],
    ['no host', 'GET /canary HTTP/1.1\r\nX-Canary: canary\r\n\r\n', 400, 'MALFORMED_REQUEST'],
    [
      'an expectation that nobody meets',
      `GET /canary HTTP/1.1\r\n${HOST}Expect: canary\r\n\r\n`,
      417,
      'EXPECTATION_FAILED',
    ],
  ])('%s', async (_name, text, status, code) => {
    const answer = read(await say(port, text))
    const problem = Problem.parse(JSON.parse(answer.body))
    expect([answer.status, problem.status, problem.code]).toEqual([status, status, code])
    expect(answer.body).not.toContain('canary')
    const { headers: ordinary } = await world.app.http.inject({ method: 'GET', url: '/nothing-here' })
    expect(ordinary['content-security-policy']).toBeDefined()
    expect(answer.headers).toEqual({
      ...ordinary,
      date: expect.any(String),
      connection: 'close',
      'content-length': String(Buffer.byteLength(answer.body)),
      'content-type': 'application/problem+json; charset=utf-8',
      'x-request-id': problem.request_id,
    })
  })

  test('each is counted, and the server goes on', async () => {
    await say(port, 'canary\r\n\r\n')
    await say(port, `GET /${'canary'.repeat(3000)}`)
    expect(refused).toEqual([400, 431])
    const body = '{"subject":"x"}'
    const answer = await say(
      port,
      `${POST}Expect: 100-continue\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
    expect(refused).toEqual([400, 431])
  })
})

describe('on a server of its own', () => {
  let server: Server | undefined
  afterEach(() => server?.closeAllConnections())
  afterEach(() => server?.close())

  async function listen(answer: RequestListener, options: ServerOptions = {}): Promise<number> {
    server = createServer(options, answer)
    server.on(
      'clientError',
      makeUnreadHandler({
        headersOf: () => ({}),
        now: () => new Date(0),
        onUnread: (status) => refused.push(status),
      }),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  test.each([
    ['a head', `GET / HTTP/1.1\r\n${HOST}`],
    ['a body', `POST / HTTP/1.1\r\n${HOST}Content-Length: 9\r\n\r\nhalf`],
    ['nothing at all', ''],
  ])('%s that does not come whole in time is refused with 408', async (_name, text) => {
    const limits = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 20 }
    const answer = read(await say(await listen((request) => request.resume(), limits), text))
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([408, 'REQUEST_TIMEOUT'])
    expect(answer.headers['connection']).toBe('close')
    expect(refused).toEqual([408])
  })

  test('a request that came whole is not said to be refused for what came after it', async () => {
    const begun = Promise.withResolvers<undefined>()
    const to = await listen(() => begun.resolve(undefined))
    const said = await say(to, `GET / HTTP/1.1\r\n${HOST}\r\n`, {
      after: begun.promise,
      text: 'canary\r\n\r\n',
    })
    expect(said).toBe('')
    expect(refused).toEqual([])
  })

  test('nothing is said in the midst of another answer', async () => {
    const begun = Promise.withResolvers<undefined>()
    const to = await listen((_request, response) => response.write('half', () => begun.resolve(undefined)))
    const said = await say(to, `GET / HTTP/1.1\r\n${HOST}\r\n`, {
      after: begun.promise,
      text: 'canary\r\n\r\n',
    })
    expect(said.match(/HTTP\/1\.1/g)).toEqual(['HTTP/1.1'])
    expect(said).toMatch(/half\r\n$/)
  })
})
