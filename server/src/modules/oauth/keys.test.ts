import { randomUUID } from 'node:crypto'
import { encodeId } from '@liaison/access'
import { CompactSign, compactVerify, decodeJwt, decodeProtectedHeader, importJWK } from 'jose'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { route } from '#platform/route.ts'
import { attempts, patience, tellFigures } from '#testing/figures.ts'
import { noteToken } from '#testing/issued-token.ts'
import { readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import { SOON } from '#testing/patience.ts'
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

test('what a key signed is verified with the list of keys after it left jwks_uri, unless it was withdrawn (RFC 9701)', async () => {
  const cast = await oauth.cast()
  const { accessToken } = await oauth.grant(cast)
  const evidence = (await cast.app.introspect(accessToken, true)).text
  const { kid } = decodeProtectedHeader(evidence)
  await age()
  expect((await rotate()).statusCode).toBe(200)
  await oauth.world.seed(`update signing_key set retired_at = now() - interval '1 hour' where kid = $1`, [
    kid,
  ])
  const Shown = z.object({
    items: z.array(z.object({ kid: z.string(), public_jwk: z.record(z.string(), z.string()).nullable() })),
  })
  const shown = async () => {
    const { items } = Shown.parse((await oauth.world.call(admin, 'GET', '/api/v1/admin/signing-keys')).json())
    return items.find((key) => key.kid === kid)?.public_jwk
  }
  await vi.waitFor(async () => expect(await publishedIds()).not.toContain(kid), SOON)
  const key = await importJWK((await shown()) ?? {}, 'ES256')
  expect((await compactVerify(evidence, key)).payload.length).toBeGreaterThan(0)
  expect(await shown()).not.toHaveProperty('d')
  await oauth.world.seed(`update signing_key set withdrawn_at = now() where kid = $1`, [kid])
  expect(await shown()).toBeNull()
})

test('a key that was published just now does not sign, unless the one that signs is no longer safe', async () => {
  const refused = await rotate()
  expect([refused.statusCode, refused.json()]).toMatchObject([409, { code: 'SIGNING_KEYS_FRESH' }])
  const forced = await rotate({ reason: 'The key is no longer safe', at_once: true })
  expect(forced.statusCode).toBe(200)
  const { items } = z
    .object({ items: z.array(z.object({ kid: z.string(), state: z.string() })) })
    .parse(forced.json())
  const active = items.find(({ state }) => state === 'active')?.kid
  // Within a second: until then a process may sign with a key that is withdrawn, and nothing later may count on that.
  await vi.waitFor(async () => expect(await publishedIds()).toContain(active), SOON)
})

test(
  'keys rotate under load, while tokens are issued and used, without one refusal (A13)',
  async () => {
    const turns = attempts(3, 30)
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
      for (let count = 0; count < turns; count += 1) {
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
    expect(used.size).toBeGreaterThanOrEqual(turns + 1)
    tellFigures([
      { name: 'rotations of the signing key', count: turns },
      { name: 'tokens issued and used meanwhile', count: first.length + second.length },
    ])
  },
  patience(60_000),
)

/** The token, with what is changed in it, signed with each private key that somebody who reads database and memory has. */
async function signWithStolen(token: string, change: object = {}): Promise<string[]> {
  const rows = await oauth.world.sql<{ kid: string; sealed: Buffer }>(
    `select kid, private_key as sealed from signing_key where withdrawn_at is null and state <> 'retired'`,
  )
  const payload = Buffer.from(JSON.stringify({ ...decodeJwt(token), ...change }))
  return Promise.all(
    rows.map(async ({ kid, sealed }) => {
      const opened = oauth.world.app.services.vault.open(sealed, `signing_key.private_key ${kid}`)
      const key = await importJWK(JSON.parse(opened.toString()), 'ES256')
      return new CompactSign(payload)
        .setProtectedHeader({ ...decodeProtectedHeader(token), alg: 'ES256', kid })
        .sign(key)
    }),
  )
}

test('a token that a thief signs with a stolen key is refused by every part that takes tokens unless its id was issued, and the same claims pass with an id that was (A13, R10)', async () => {
  const cast = await oauth.cast()
  const { accessToken } = await oauth.grant(cast)
  const use = async (token: string) =>
    (await cast.app.call(token, 'GET', '/api/v1/customers/BAN-1001/orders')).status
  const introspect = async (token: string) => (await cast.app.introspect(token)).body['active']
  const ids = [randomUUID(), randomUUID()] as const
  const [forged = [], noted = []] = await Promise.all(ids.map((jti) => signWithStolen(accessToken, { jti })))
  const [, id] = ids
  const endsAt = new Date(Date.now() + 300_000)
  await noteToken(oauth.world, {
    tokenId: id,
    clientId: cast.client,
    endsAt,
  })
  expect(await Promise.all(forged.map(use))).toEqual([401, 401])
  expect(await Promise.all(forged.map(introspect))).toEqual([false, false])
  expect(await Promise.all(noted.map(use))).toEqual([200, 200])
  expect(await Promise.all(noted.map(introspect))).toEqual([true, true])
  // An id of one client serves no other.
  const other = await oauth.cast()
  const change = { jti: id, client_id: encodeId('api_client', other.client) }
  expect(await Promise.all((await signWithStolen(accessToken, change)).map(use))).toEqual([401, 401])
})

test(
  'after an emergency rotation no token that an earlier key signed is accepted, not even one that a thief signs with the next key, and applications go on with their refresh tokens (A13, R10)',
  async () => {
    const rounds = attempts(1, 30)
    let [asked, slowestMs] = [0, 0]
    for (let round = 0; round < rounds; round += 1) {
      const cast = await oauth.cast()
      const { refreshToken, accessToken } = await oauth.grant(cast)
      const use = async (token: string) =>
        (await cast.app.call(token, 'GET', '/api/v1/customers/BAN-1001/orders')).status
      const tokens = [accessToken, ...(await signWithStolen(accessToken))]
      // Whoever has the keys is let in, or their refusal afterwards would say nothing.
      expect(await Promise.all(tokens.map(use))).toEqual([200, 200, 200])
      const answer = await rotate({ reason: 'The keys are no longer safe', at_once: true })
      expect(answer.statusCode, answer.body).toBe(200)
      const returnedMs = performance.now()
      await vi.waitFor(async () => expect(await use(accessToken)).toBe(401), { ...SOON, interval: 20 })
      slowestMs = Math.max(slowestMs, performance.now() - returnedMs)
      const again = await Promise.all(Array.from({ length: 5 }, () => Promise.all(tokens.map(use))))
      expect(new Set(again.flat())).toEqual(new Set([401]))
      asked += again.flat().length
      const fresh = await cast.app.refresh(refreshToken)
      expect([fresh.status, await use(String(fresh.body['access_token']))]).toEqual([200, 200])
    }
    tellFigures([
      { name: 'emergency rotations', count: rounds },
      { name: 'tokens of withdrawn keys', count: asked },
      { name: 'milliseconds until the slowest was followed', count: Math.ceil(slowestMs) },
    ])
  },
  patience(60_000),
)

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
