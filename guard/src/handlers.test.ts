import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import Fastify from 'fastify'
import type { FastifyRequest } from 'fastify'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  AUDIENCE,
  delegatedClaims,
  ISSUER,
  makeTestKey,
  NOW,
  ownClaims,
  signProof,
  signToken,
  thumbprintOf,
} from '../testing/issuer.ts'
import type { TestKey } from '../testing/issuer.ts'
import { createGuard } from './index.ts'
import type { Guard } from './index.ts'

const base = 'https://api.example'
const path = '/customers/BAN-1001/orders'
let issuerKey: TestKey
let clientKey: TestKey
let guard: Guard
let open: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  issuerKey = await makeTestKey('k1')
  clientKey = await makeTestKey('client')
  guard = createGuard({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { keys: [issuerKey.publicJwk] },
    clock: () => NOW,
  })
})

afterEach(async () => {
  await Promise.all(open.map((close) => close()))
  open = []
})

type Call = (method: string, target: string, headers: Record<string, string>) => Promise<Response>

async function listenTo(server: Server): Promise<Call> {
  const { port } = server.address() as AddressInfo
  return (method, target, headers) => fetch(`http://127.0.0.1:${port}${target}`, { method, headers })
}

const SERVERS: [string, () => Promise<Call>][] = [
  [
    'Fastify',
    async () => {
      const app = Fastify()
      app.get<{ Params: { ban: string } }>(
        '/customers/:ban/orders',
        {
          onRequest: guard.fastify<FastifyRequest<{ Params: { ban: string } }>>({
            scope: 'orders.read',
            action: 'order.read',
            ban: ({ params }) => params.ban,
          }),
        },
        (request) => ({ ban: guard.contextOf(request).customerBan }),
      )
      await app.listen({ port: 0, host: '127.0.0.1' })
      open.push(() => app.close())
      return listenTo(app.server)
    },
  ],
  [
    'Express',
    async () => {
      const app = express()
      app.get(
        '/customers/:ban/orders',
        guard.express<express.Request<{ ban: string }>>({
          scope: 'orders.read',
          action: 'order.read',
          ban: ({ params }) => params.ban,
        }),
        (request, response) => {
          response.json({ ban: guard.contextOf(request).customerBan })
        },
      )
      const server = app.listen(0, '127.0.0.1')
      await new Promise((resolve) => server.once('listening', resolve))
      open.push(() => new Promise((resolve) => server.close(resolve)))
      return listenTo(server)
    },
  ],
  [
    'fetch',
    async () => {
      const handle = guard.fetch(
        {
          scope: 'orders.read',
          action: 'order.read',
          ban: ({ url }) => new URL(url).pathname.split('/')[2] ?? '',
        },
        (_request, context) => Response.json({ ban: context.customerBan }),
      )
      return (method, target, headers) => handle(new Request(`http://internal${target}`, { method, headers }))
    },
  ],
]

async function credentials(claims: object, target = path): Promise<Record<string, string>> {
  const token = await signToken(issuerKey, { ...claims })
  const proof = await signProof(clientKey, { method: 'GET', url: `${base}${target}`, token })
  return { authorization: `DPoP ${token}`, dpop: proof }
}

describe.each(SERVERS)('behind the %s handler', (_, start) => {
  test('a call that holds reaches the route with its context (A15)', async () => {
    const call = await start()
    const response = await call(
      'GET',
      `${path}?limit=1`,
      await credentials(delegatedClaims(await thumbprintOf(clientKey))),
    )
    expect([response.status, await response.json()]).toEqual([200, { ban: 'BAN-1001' }])
  })

  test('a call without a token is answered with a challenge and a problem (attack 59)', async () => {
    const call = await start()
    const response = await call('GET', path, {})
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toMatch(/^DPoP algs="ES256", resource_metadata=/)
    expect(response.headers.get('content-type')).toContain('application/problem+json')
    expect(await response.json()).toMatchObject({ status: 401, code: 'UNAUTHORIZED' })
  })

  test.each([
    ['of another account', '/customers/BAN-2002/orders', {}, 'CUSTOMER_MISMATCH'],
    ['of an account written otherwise', '/customers/BAN-1001%20/orders', {}, 'CUSTOMER_MISMATCH'],
    ['without the scope', path, { scope: 'invoices.read' }, 'INSUFFICIENT_SCOPE'],
    ['without the action', path, { authorization_details: [] }, 'INSUFFICIENT_AUTHORIZATION_DETAILS'],
    ['without any details', path, { authorization_details: undefined }, 'INSUFFICIENT_AUTHORIZATION_DETAILS'],
  ])('a call %s is answered 403 (attack 64)', async (_name, target, change, code) => {
    const call = await start()
    const claims = { ...delegatedClaims(await thumbprintOf(clientKey)), ...change }
    const response = await call('GET', target, await credentials(claims, target))
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code })
    const tells = response.headers.get('www-authenticate')?.includes('error="insufficient_scope"') ?? false
    expect(tells).toBe(code === 'INSUFFICIENT_SCOPE')
  })

  test('a proof for another host is refused whatever Host says', async () => {
    const call = await start()
    const token = await signToken(issuerKey, delegatedClaims(await thumbprintOf(clientKey)))
    const proof = await signProof(clientKey, { method: 'GET', url: `http://evil.example${path}`, token })
    const response = await call('GET', path, {
      authorization: `DPoP ${token}`,
      dpop: proof,
      'x-forwarded-host': 'evil.example',
    })
    expect(response.status).toBe(401)
  })
})

test('an own token without details is limited by its scopes alone, one whose details ran out by them', async () => {
  const [, start] = SERVERS[2] ?? []
  if (!start) throw new Error('no server')
  const call = await start()
  const claims = ownClaims(await thumbprintOf(clientKey))
  const ended = {
    type: 'partner_access',
    customer_id: 'ten_globex',
    customer_ban: 'BAN-1001',
    actions: ['order.read'],
    expires_at: '2020-01-01T00:00:00Z',
  }
  expect((await call('GET', path, await credentials(claims))).status).toBe(200)
  expect(
    (await call('GET', path, await credentials({ ...claims, authorization_details: [ended] }))).status,
  ).toBe(403)
})

test('what goes wrong beside a refusal is handed on as Express 4 takes it, too: a promise that is refused would end the program', async () => {
  const fault = new Error('The route names no account.')
  const middleware = guard.express({
    scope: 'orders.read',
    ban: () => {
      throw fault
    },
  })
  const claims = delegatedClaims(await thumbprintOf(clientKey))
  const request = { method: 'GET', originalUrl: path, headers: await credentials(claims) }
  const response = {
    status: () => response,
    set: () => response,
    send: () => response,
  }
  const handedOn: unknown[] = []
  await middleware(request, response, (error) => handedOn.push(error))
  expect(handedOn).toEqual([fault])
  expect(() => guard.contextOf(request)).toThrow('has not passed')
})

test('a request that has not passed the guard has no context', () => {
  expect(() => guard.contextOf({})).toThrow('has not passed')
})
