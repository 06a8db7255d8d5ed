import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { JWK } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { attempts, patience, tellFigures } from '#testing/figures.ts'
import { makeTestKey, PartnerApp, randomText, readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
beforeAll(async () => {
  oauth = await OAuthWorld.start()
})
afterAll(() => oauth[Symbol.asyncDispose]())

describe('a proof of possession', () => {
  async function tryProof(
    cast: OAuthCast,
    bend: {
      header?: Record<string, unknown>
      claims?: Record<string, unknown>
      proof?: string
      key?: JWK
    } = {},
  ) {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const now = Math.floor(Date.now() / 1000)
    const { kty, crv, x, y } = await exportJWK(publicKey)
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: bend.key ?? { kty, crv, x, y }, ...bend.header }
    const claims = { jti: randomText(), htm: 'POST', htu: `${TEST_ISSUER}/token`, iat: now, ...bend.claims }
    const proof =
      bend.proof ?? (await new SignJWT(claims).setProtectedHeader(header as never).sign(privateKey))
    return { proof, send: (headers: Record<string, string>) => sendRaw(cast, headers) }
  }

  async function sendRaw(cast: OAuthCast, headers: Record<string, string>) {
    const { app } = cast
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: app.clientId,
      sub: app.clientId,
      aud: TEST_ISSUER,
      jti: randomText(),
      iat: now,
      exp: now + 60,
    }
    const assertion = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', kid: app.key.jwk.kid })
      .sign(app.key.privateKey)
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    })
    const response = await app.fetch(`${TEST_ISSUER}/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: body.toString(),
    })
    const answer = await readAnswer(response)
    return [answer.status, answer.body['error']]
  }

  async function ownCast() {
    const cast = await oauth.cast()
    await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [
      cast.partner,
      cast.tenant,
    ])
    return cast
  }

  test('attack 37: that is wrong in any way is refused, with the code that says so', async () => {
    const cast = await ownCast()
    const now = Math.floor(Date.now() / 1000)
    const { privateKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(privateKey)
    const bends: Record<string, Parameters<typeof tryProof>[1]> = {
      'no algorithm': {
        proof: `${Buffer.from('{"alg":"none","typ":"dpop+jwt"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`,
      },
      'a private key': { key: jwk },
      'another type': { header: { typ: 'JWT' } },
      'another method': { claims: { htm: 'GET' } },
      'another host': { claims: { htu: 'http://evil.example/oauth/token' } },
      'another path': { claims: { htu: `${TEST_ISSUER}/par` } },
      'the far future': { claims: { iat: now + 61 + 5 } },
      'no id': { claims: { jti: undefined } },
      'no time': { claims: { iat: undefined } },
      garbage: { proof: 'garbage' },
    }
    for (const [name, bend] of Object.entries(bends)) {
      const { proof, send } = await tryProof(cast, bend)
      expect([name, ...(await send({ dpop: proof }))]).toEqual([name, 400, 'invalid_dpop_proof'])
    }
    const symmetric = await new SignJWT({ jti: 'a', htm: 'POST', htu: `${TEST_ISSUER}/token`, iat: now })
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt', jwk: { kty: 'oct', k: 'AAAA' } } as never)
      .sign(new Uint8Array(32))
    expect(await sendRaw(cast, { dpop: symmetric })).toEqual([400, 'invalid_dpop_proof'])
  })

  test('attack 37: that is old, or carries a nonce of another server, is sent back for a nonce of ours', async () => {
    const cast = await ownCast()
    const old = await tryProof(cast, { claims: { iat: Math.floor(Date.now() / 1000) - 301 } })
    expect(await old.send({ dpop: old.proof })).toEqual([400, 'use_dpop_nonce'])
    const foreign = await tryProof(cast, { claims: { nonce: 'from-elsewhere' } })
    expect(await foreign.send({ dpop: foreign.proof })).toEqual([400, 'use_dpop_nonce'])
  })

  test(
    'attack 37: that comes twice is taken once, also at the same moment, and two at once are none',
    async () => {
      const rounds = attempts(1, 50)
      const cast = await ownCast()
      for (let round = 0; round < rounds; round += 1) {
        const { proof, send } = await tryProof(cast)
        const answers = await Promise.all(Array.from({ length: 20 }, () => send({ dpop: proof })))
        expect(answers.filter(([status]) => status === 200)).toHaveLength(1)
        expect(new Set(answers.filter(([status]) => status !== 200).map(([, error]) => error))).toEqual(
          new Set(['invalid_dpop_proof']),
        )
      }
      const [one, two] = [await tryProof(cast), await tryProof(cast)]
      expect(await sendRaw(cast, { dpop: `${one.proof}, ${two.proof}` })).toEqual([400, 'invalid_dpop_proof'])
      tellFigures([{ name: 'uses of one proof', count: rounds * 20 }])
    },
    patience(20_000),
  )
})

test('attack 46: wrong authentication is throttled, the same for a client that exists and for one that does not', async () => {
  await using strict = await OAuthWorld.start(() => [], { limitScale: 1 })
  const cast = await strict.cast()
  const stranger = await makeTestKey()
  const known = new PartnerApp(
    strict.world,
    { id: cast.client, key: { ...stranger, jwk: { ...stranger.jwk, kid: cast.key.jwk.kid } } },
    '198.51.100.8',
  )
  const [row] = await strict.world.sql<{ id: string }>('select uuidv7() as id')
  const unknown = new PartnerApp(strict.world, { id: row?.id as never, key: stranger }, '198.51.100.9')
  const tries = async (app: PartnerApp) => {
    const bodies = new Set<string>()
    for (let count = 0; count < 62; count += 1) {
      const answer = await app.token('client_credentials', {})
      bodies.add(`${answer.status} ${answer.text}`)
    }
    return [...bodies]
  }
  const told = await tries(known)
  expect(told).toEqual([
    expect.stringMatching(/^401 .*invalid_client/),
    expect.stringMatching(/^429 .*temporarily_unavailable/),
  ])
  expect(await tries(unknown)).toEqual(told)
  // Its owner, on another network, is not locked out.
  expect((await cast.app.push()).status).toBe(201)
  // Nobody fills the log by guessing.
  expect((await strict.events('oauth.token.refused')).length).toBe(2)
}, 60_000)
