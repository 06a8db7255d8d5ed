import { afterAll, beforeAll, expect, test } from 'vitest'
import * as oauth4webapi from 'oauth4webapi'
import { z } from 'zod'
import { html } from '#platform/html.ts'
import { showPage } from '#platform/pages/index.ts'
import { page, route } from '#platform/route.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { TEST_ORIGIN, TestWorld } from '#testing/world.ts'

const open = { public: 'A probe.' }
const probes = [
  page({
    method: 'GET',
    path: '/probe-page',
    summary: 'A page',
    input: {},
    access: open,
    limit: 'page',
    handle: () => Promise.resolve(showPage('A page', html`<p>Words.</p>`)),
  }),
  route({
    method: 'POST',
    path: '/api/v1/probe/changes',
    summary: 'Change something',
    input: {},
    access: open,
    limit: 'stranger',
    responses: { 200: z.strictObject({}) },
    handle: () => Promise.resolve({}),
  }),
  route({
    method: 'GET',
    path: '/api/v1/probe/mine',
    summary: 'Read something of ones own',
    input: {},
    access: { permission: 'partner_org.profile.read' },
    limit: 'detail',
    responses: { 200: z.strictObject({}) },
    handle: () => Promise.resolve({}),
  }),
]

let world: TestWorld
let address = ''
beforeAll(async () => {
  world = await TestWorld.start(() => probes)
  world.app.http.route({
    method: ['GET', 'HEAD'],
    url: '/probe-own/:name',
    config: { access: open, counting: 'fixed' },
    handler: (request, reply) => reply.header('x-method', request.method).send(''),
  })
  address = await world.app.http.listen({ port: 0, host: '127.0.0.1' })
})
afterAll(() => world[Symbol.asyncDispose]())

const ask = (method: string, path: string, headers = {}) => fetch(`${address}${path}`, { method, headers })

test('HEAD is answered as GET, without the body: a probe that asks so is not told that there is nothing (RFC 9110 section 9.3.2)', async () => {
  for (const [path, status] of [
    ['/probe-page', 200],
    ['/api/v1/probe/mine', 401],
    ['/no-such-page', 404],
  ] as const) {
    const [got, head] = [await ask('GET', path), await ask('HEAD', path)]
    expect([got.status, head.status], path).toEqual([status, status])
    expect(head.headers.get('content-type'), path).toBe(got.headers.get('content-type'))
    expect(Number(head.headers.get('content-length')), path).toBeGreaterThan(0)
    expect([(await got.text()).length > 0, await head.text()], path).toEqual([true, ''])
  }
})

test('HEAD changes nothing, follows nothing, and stays what it is where a route knows it', async () => {
  expect((await ask('HEAD', '/api/v1/probe/changes')).status).toBe(404)
  expect((await ask('HEAD', '/probe-page', { accept: 'text/event-stream' })).status).toBe(404)
  expect((await ask('HEAD', '/probe-own/a')).headers.get('x-method')).toBe('HEAD')
  expect((await ask('GET', '/probe-own/a')).headers.get('x-method')).toBe('GET')
})

const orders = route({
  method: 'GET',
  path: '/api/v1/customers/:customer_ban/probe',
  summary: 'Read something with a token',
  input: { params: z.strictObject({ customer_ban: z.string() }) },
  access: { api: 'api.orders.read', account: ({ params }) => params.customer_ban },
  limit: 'list',
  responses: { 200: z.strictObject({}) },
  handle: () => Promise.resolve({}),
})

test('a proof of possession is about the method that was sent: HEAD is proved as HEAD, and a proof of GET is none for it (RFC 9449 section 4.3)', async () => {
  await using oauth = await OAuthWorld.start(() => [orders])
  const base = await oauth.world.app.http.listen({ port: 0, host: '127.0.0.1' })
  const cast = await oauth.cast()
  const { accessToken } = await oauth.grant(cast)
  const url = new URL('/api/v1/customers/BAN-1001/probe', TEST_ORIGIN)
  /** Proves one method and sends another, over a connection of its own: HEAD is made GET where a connection comes in. */
  const send = async (proved: string, method: string) => {
    const { privateKey, publicKey } = await cast.app.proofKey
    try {
      const answer = await oauth4webapi.protectedResourceRequest(accessToken, proved, url, undefined, null, {
        ...cast.app.options,
        DPoP: oauth4webapi.DPoP(cast.app.client, { privateKey, publicKey }),
        [oauth4webapi.customFetch]: (_url: string, { headers }: { headers: Record<string, string> }) =>
          fetch(`${base}${url.pathname}`, { method, headers }),
      })
      return answer.status
    } catch (error) {
      if (error instanceof oauth4webapi.WWWAuthenticateChallengeError) return error.response.status
      throw error
    }
  }
  expect([await send('GET', 'GET'), await send('HEAD', 'HEAD')]).toEqual([200, 200])
  expect([await send('GET', 'HEAD'), await send('HEAD', 'GET')]).toEqual([401, 401])
})
