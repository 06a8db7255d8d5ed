import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeTestKey, PartnerApp, randomText, readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'
import type { TestKey } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
})
afterAll(() => oauth[Symbol.asyncDispose]())

interface Bend {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly kid?: string
  readonly key?: TestKey
}

/** An assertion of a client that is in order but for what a test bends. */
function sign({ app }: OAuthCast, { claims = {}, kid = app.key.jwk.kid, key = app.key }: Bend = {}) {
  const now = Math.floor(Date.now() / 1000)
  const { clientId } = app
  const usual = { iss: clientId, sub: clientId, aud: TEST_ISSUER, jti: randomText(), iat: now, exp: now + 60 }
  return new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256', kid }).sign(key.privateKey)
}

async function send({ app }: OAuthCast, assertion: string) {
  const response = await app.fetch(`${TEST_ISSUER}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }).toString(),
  })
  const { status, body } = await readAnswer(response)
  return { status, error: body['error'], words: String(body['error_description']) }
}

/** What the log of the client's own partner has of it. */
const toldToOwner = async ({ client, partner }: OAuthCast) =>
  (
    await oauth.world.sql<{ reason: string }>(
      `select e.reason from audit_event e join audit_scope s on s.event_id = e.id and s.kind = 'partner' and s.scope_id = $2
       where e.action = 'oauth.token.refused' and e.code = 'invalid_client' and e.actor_id = $1 order by e.id`,
      [client, partner],
    )
  ).map(({ reason }) => reason)

const later = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds

describe('a client that signed its assertion with its own key', () => {
  test.each<[string, () => Bend, RegExp]>([
    [
      'aud: the token endpoint',
      () => ({ claims: { aud: `${TEST_ISSUER}/token` } }),
      /aud must be the issuer/,
    ],
    ['aud: a list', () => ({ claims: { aud: [TEST_ISSUER] } }), /aud must be the issuer, .*, as one text/],
    ['aud: with a slash', () => ({ claims: { aud: `${TEST_ISSUER}/` } }), /aud must be the issuer/],
    ['exp: too far', () => ({ claims: { exp: later(3600) } }), /exp must lie within the next ten minutes/],
    ['exp: over', () => ({ claims: { exp: later(-60) } }), /exp is over/],
    ['exp: none', () => ({ claims: { exp: undefined } }), /exp is missing/],
    ['iss: another', () => ({ claims: { iss: 'cli_x' } }), /iss must be the client_id/],
    ['iat: early', () => ({ claims: { iat: later(120) } }), /iat or nbf lies in the future/],
    ['jti: none', () => ({ claims: { jti: undefined } }), /jti is missing/],
    ['kid: unknown', () => ({ kid: 'another' }), /kid names no key of this client/],
  ])('is told what is wrong with it, and its owner reads it: %s', async (_, bend, words) => {
    const cast = await oauth.cast()
    const answer = await send(cast, await sign(cast, bend()))
    expect(answer).toMatchObject({ status: 401, error: 'invalid_client' })
    expect(answer.words).toMatch(words)
    expect(await toldToOwner(cast)).toEqual([expect.stringMatching(words)])
  })

  test('is told so each time, and its log once for each assertion', async () => {
    const cast = await oauth.cast()
    const assertion = await sign(cast, { claims: { jti: undefined } })
    // The same signature can be written in many ways.
    for (const again of [assertion, assertion, `${assertion} `, `${assertion}==`])
      expect((await send(cast, again)).words).toContain('jti')
    expect(await toldToOwner(cast)).toHaveLength(1)
  })

  test('is told that every token is bound, where it sends no proof (RFC 9449)', async () => {
    const cast = await oauth.cast()
    const unproved = await cast.app.token('client_credentials', {}, { withoutProof: true })
    expect([unproved.status, unproved.body]).toMatchObject([
      400,
      { error: 'invalid_dpop_proof', error_description: expect.stringContaining('DPoP header') },
    ])
  })
})

describe('whoever does not hold the key', () => {
  test('learns nothing of the claims, and writes nothing into the log of the client (attack 46)', async () => {
    const cast = await oauth.cast()
    const claims = { aud: `${TEST_ISSUER}/token`, jti: undefined }
    const key = await makeTestKey()
    const forged = await send(cast, await sign(cast, { claims, key }))
    const [row] = await oauth.world.sql<{ id: string }>('select uuidv7() as id')
    const nobody = { ...cast, app: new PartnerApp(oauth.world, { id: row?.id as never, key }) }
    expect(await send(nobody, await sign(nobody, { claims }))).toEqual(forged)
    expect(forged).toEqual({ status: 401, error: 'invalid_client', words: 'client authentication failed' })
    expect(await toldToOwner(cast)).toEqual([])
  })

  test.each([
    ['was meant for another server', { aud: 'https://elsewhere.example' }],
    ['begins like it', { aud: `${TEST_ISSUER.replace(/\/oauth$/, '')}.example/oauth` }],
    ['was found long after', { iat: later(-3600), exp: later(-3540) }],
    ['never ends, and was found long after', { iat: later(-3600), exp: undefined }],
  ])('writes nothing with one that %s', async (_, claims) => {
    const cast = await oauth.cast()
    expect((await send(cast, await sign(cast, { claims }))).status).toBe(401)
    expect(await toldToOwner(cast)).toEqual([])
  })

  test('writes nothing with one that was taken already', async () => {
    const cast = await oauth.cast()
    const assertion = await sign(cast)
    expect((await send(cast, assertion)).error).toBe('invalid_dpop_proof')
    expect((await send(cast, assertion)).words).toContain('used before')
    expect(await toldToOwner(cast)).toEqual([])
  })
})
