import { encodeId } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { ApiClients, TestTokens } from '#testing/api-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { TestWorld } from '#testing/world.ts'
import { makeConfigurationRoutes } from './index.ts'

async function configure(world: TestWorld, partner: PartnerId, document: unknown): Promise<void> {
  const person = await world.person()
  await world.platformAdmin(person.id)
  const admin = await world.signIn(person.id)
  const base = `/api/v1/admin/partners/${encodeId('partner', partner)}/configuration`
  const saved = await world.call(admin, 'POST', `${base}/versions`, { body: { document } })
  const read = await world.call(admin, 'GET', base)
  const answer = await world.call(admin, 'POST', `${base}/activate`, {
    body: { version: saved.json<{ version: number }>().version, reason: 'Agreed' },
    headers: { 'if-match': String(read.headers['etag']) },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

const probe = route({
  method: 'GET',
  path: '/api/v1/customers/:ban/probe',
  summary: 'Say that the client is in',
  input: { params: z.strictObject({ ban: z.string() }) },
  access: { api: 'api.orders.read', account: ({ params }) => params.ban },
  limit: 'detail',
  responses: { 200: z.strictObject({ ok: z.boolean() }) },
  handle: () => Promise.resolve({ ok: true }),
})

let world: TestWorld
let clients: ApiClients
const tokens = new TestTokens()
beforeAll(async () => {
  world = await TestWorld.start((services) => [probe, ...makeConfigurationRoutes(services)], { tokens })
  clients = new ApiClients(world, tokens)
})
afterAll(() => world[Symbol.asyncDispose]())

test("closing the API to a partner's clients refuses the next call of every token, and opening it lets the same token in (C2)", async () => {
  const partner = await world.partner('Closing')
  const tenant = await world.tenant('Globex')
  const account = await clients.account(tenant, 'BAN-7001')
  await clients.paidBy(account)
  const client = await clients.client({ partner })
  const delegation = await clients.consent({ client, partner, accounts: [account] })
  const token = await clients.token({ client, account, delegation, access: 'delegated' })
  const call = () => clients.call(token, 'GET', '/api/v1/customers/BAN-7001/probe')
  expect((await call()).statusCode).toBe(200)
  for (const level of ['none', 'sandbox']) {
    await configure(world, partner, { api: { access_level: level } })
    const refused = await call()
    expect([refused.statusCode, refused.json<{ code: string }>().code]).toEqual([403, 'API_ACCESS_CLOSED'])
  }
  await configure(world, partner, {})
  expect((await call()).statusCode).toBe(200)
  // Every limit of this world is a thousand times wider.
  await configure(world, partner, { api: { 'rate.per_min': 2 } })
  expect((await call()).headers['ratelimit-policy']).toContain('q=2000')
})

test('the authorization server does not know a client to which the API is closed (C2)', async () => {
  await using oauth = await OAuthWorld.start(makeConfigurationRoutes)
  const cast = await oauth.cast()
  expect((await cast.app.push()).status).toBe(201)
  await configure(oauth.world, cast.partner, { api: { access_level: 'sandbox' } })
  expect((await cast.app.push()).status).toBe(401)
  await configure(oauth.world, cast.partner, { api: { access_level: 'live' } })
  expect((await cast.app.push()).status).toBe(201)
})
