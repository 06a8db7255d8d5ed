import { decodeProtectedHeader } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { Caller } from '#testing/world.ts'

const probe = route({
  method: 'GET',
  path: '/api/v1/customers/:customer_ban/orders',
  summary: 'A protected operation',
  input: { params: z.strictObject({ customer_ban: z.string() }) },
  access: { api: 'api.orders.read', account: ({ params }) => params.customer_ban },
  limit: 'list',
  responses: { 200: z.strictObject({ tenant_id: z.string() }) },
  handle: ({ mandate }) => Promise.resolve({ tenant_id: mandate.tenant.id }),
})

let oauth: OAuthWorld
let admin: Caller
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [probe])
  const person = await oauth.world.person()
  await oauth.world.platformAdmin(person.id)
  admin = await oauth.world.signIn(person.id)
})
afterAll(() => oauth[Symbol.asyncDispose]())

const rotate = (body: object = { reason: 'A test' }) =>
  oauth.world.call(admin, 'POST', '/api/v1/admin/signing-keys/rotate', { body })

const age = () => oauth.world.seed(`update signing_key set created_at = now() - interval '2 minutes'`, [])

async function publishedIds(): Promise<string[]> {
  const { app } = await oauth.cast()
  const answer = await readAnswer(await app.fetch(`${TEST_ISSUER}/jwks`))
  expect(JSON.stringify(answer.body)).not.toMatch(/"d":/)
  return z
    .object({ keys: z.array(z.object({ kid: z.string() })) })
    .parse(answer.body)
    .keys.map(({ kid }) => kid)
}

test('the next key is published before it signs, and a retired one while its tokens run (A13)', async () => {
  const before = await publishedIds()
  expect(before).toHaveLength(2)
  await age()
  const answer = await rotate()
  expect(answer.statusCode, answer.body).toBe(200)
  const states = z
    .object({ items: z.array(z.object({ kid: z.string(), state: z.string() })) })
    .parse(answer.json())
  const stateOf = (kid: string | undefined) => states.items.find((key) => key.kid === kid)?.state
  expect([stateOf(before[0]), stateOf(before[1])]).toEqual(['retired', 'active'])
  const listed = await oauth.world.call(admin, 'GET', '/api/v1/admin/signing-keys')
  expect(listed.json()).toEqual(answer.json())
  expect(await oauth.events('platform.signing_keys.rotate')).toHaveLength(1)
})

test('a key that was published just now does not sign, unless the one that signs is no longer safe', async () => {
  const refused = await rotate()
  expect([refused.statusCode, refused.json()]).toMatchObject([409, { code: 'SIGNING_KEYS_FRESH' }])
  const forced = await rotate({ reason: 'The key is no longer safe', at_once: true })
  expect(forced.statusCode).toBe(200)
})

test('keys rotate under load, while tokens are issued and used, without one refusal (A13)', async () => {
  const cast = await oauth.cast()
  const { refreshToken, accessToken } = await oauth.grant(cast)
  const used = new Set<string>()
  const state = { isRotating: true }
  const use = async (token: string) => {
    const answer = await cast.app.call(token, 'GET', '/api/v1/customers/BAN-1001/orders')
    return answer.status
  }
  const work = async () => {
    const statuses: number[] = []
    while (state.isRotating || statuses.length < 6) {
      const answer = await cast.app.refresh(refreshToken)
      const token = String(answer.body['access_token'])
      used.add(decodeProtectedHeader(token).kid ?? '')
      statuses.push(answer.status, await use(token), await use(accessToken))
    }
    return statuses
  }
  const turn = async () => {
    for (let count = 0; count < 3; count += 1) {
      await age()
      const answer = await rotate()
      expect(answer.statusCode, answer.body).toBe(200)
      const { active } = z
        .object({ active: z.string() })
        .parse((await oauth.world.sql(`select kid as active from signing_key where state = 'active'`))[0])
      // Until a token under the new key was seen.
      while (!used.has(active)) {
        const fresh = await cast.app.refresh(refreshToken)
        used.add(decodeProtectedHeader(String(fresh.body['access_token'])).kid ?? '')
      }
    }
    state.isRotating = false
  }
  const [first, second] = await Promise.all([work(), work(), turn()])
  expect(new Set([...first, ...second])).toEqual(new Set([200]))
  expect(used.size).toBeGreaterThanOrEqual(4)
}, 60_000)

test('the private half of a key is stored sealed, and the platform plane cannot read it', async () => {
  const rows = await oauth.world.sql<{ sealed: string }>(
    `select encode(private_key, 'escape') as sealed from signing_key`,
  )
  for (const { sealed } of rows) expect(sealed).not.toMatch(/"d"|"kty"/)
  await expect(oauth.world.sqlAs('liaison_platform', 'select private_key from signing_key')).rejects.toThrow(
    /permission denied/,
  )
})

test('only the administrators of the platform rotate keys', async () => {
  const person = await oauth.world.person()
  const answer = await oauth.world.call(
    await oauth.world.signIn(person.id),
    'POST',
    '/api/v1/admin/signing-keys/rotate',
    { body: { reason: 'x' } },
  )
  expect(answer.statusCode).toBe(403)
})
