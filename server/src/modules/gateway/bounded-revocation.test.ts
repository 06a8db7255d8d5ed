import { encodeId } from '@liaison/access'
import { createGatewayGuard } from '@liaison/guard'
import type { GuardError } from '@liaison/guard'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomText, TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import type { OAuthWorld, Granted, OAuthCast } from '#testing/oauth-world.ts'
import { TokenModes } from '#testing/token-modes.ts'
import type { HeldToken } from '#testing/token-modes.ts'

const LIVE = `${TEST_ISSUER}/decision-point`
let modes: TokenModes
let oauth: OAuthWorld

beforeAll(async () => {
  modes = await TokenModes.start()
  ;({ oauth } = modes)
})
afterAll(() => modes[Symbol.asyncDispose]())

/** Bounds a consent that is there, and takes a token under it as it is now. */
async function bound(cast: OAuthCast, granted: Granted, seconds: number | null): Promise<HeldToken> {
  await oauth.world.seed(
    'update consent set max_revocation_seconds = $2 where id = $1',
    [granted.consentId, seconds],
    cast.tenant,
  )
  return modes.refresh(cast, granted)
}

async function boundedBy(seconds: number | null): Promise<HeldToken> {
  const cast = await oauth.cast()
  return bound(cast, await oauth.grant(cast), seconds)
}

const DECIDED_ELSEWHERE = /^401 .*only the decision point takes the token/

describe('a consent that bounds how long a revocation may take (A8, A9)', () => {
  test('gives tokens for the decision point alone, which say so and end sooner', async () => {
    const { claims } = await boundedBy(90)
    expect(claims).toMatchObject({ aud: LIVE, max_revocation_seconds: 90 })
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(90)
    const { claims: soon } = await boundedBy(5)
    expect(Number(soon['exp']) - Number(soon['iat'])).toBe(60)
    const { claims: usual } = await boundedBy(null)
    expect(usual).toMatchObject({ aud: TEST_RESOURCE })
    expect(usual).not.toHaveProperty('max_revocation_seconds')
  })

  test('is decided for each call by the decision point, and refused at the next one after a revocation, here and behind a gateway (mode A)', async () => {
    const held = await boundedBy(5)
    const ban = held.cast.accounts[0]?.ban
    const callHere = () => held.cast.app.call(held.accessToken, 'GET', `/api/v1/customers/${ban}/orders`)
    expect([(await modes.decide(held)).status, (await callHere()).status]).toEqual([200, 200])
    await oauth.world.seed(
      `update delegation set status = 'revoked' where id = $1`,
      [held.consentId],
      held.cast.tenant,
    )
    expect([(await modes.decide(held)).status, (await callHere()).status]).toEqual([401, 401])
  })

  test('opens nothing to a decision that a gateway kept: it counts once, and for no longer than the bound (mode C)', async () => {
    const held = await boundedBy(5)
    const { headers } = await modes.decide(held)
    expect(headers['cache-control']).toBe('no-store')
    const context = String(headers['x-access-context'])
    const { iat = 0, exp = 0 } = decodeJwt(context)
    expect(exp - iat).toBe(5)
    const issuer = String(decodeJwt(context).iss)
    const guard = createGatewayGuard({
      issuer,
      audience: 'upstream:orders',
      jwks: new URL('http://localhost:3000/gateway/v1/jwks'),
      fetch: held.cast.app.fetch,
    })
    const url = modes.urlOf(held)
    const use = (kept: string) =>
      guard.verify({ method: 'GET', url, headers: { 'x-access-context': kept } }).then(
        ({ maxRevocationSeconds }) => maxRevocationSeconds,
        (error: GuardError) => `${error.status} ${error.message}`,
      )
    expect(await use(context)).toBe(5)
    expect(await use(context)).toMatch(/^401 .*was used before/)
    const usual = String((await modes.decide(await boundedBy(null))).headers['x-access-context'])
    expect(decodeJwt(usual).exp).toBe(Number(decodeJwt(usual).iat) + 30)
  })

  test('is refused by whoever verifies tokens itself, whatever it would notice of a revocation (mode D)', async () => {
    expect(await modes.verifyLocally(await boundedBy(299))).toMatch(DECIDED_ELSEWHERE)
    expect(await modes.verifyLocally(await boundedBy(null))).toBe('opened')
  })

  test('is not told of to an API that asks, which both sides read once (modes B and E)', async () => {
    const held = await boundedBy(5)
    for (const _ of [1, 2]) {
      const { headers, body } = await modes.introspect(held.accessToken)
      expect([headers['cache-control'], body]).toEqual(['no-store', { active: false }])
    }
    expect(await modes.verifyLocally(held, true)).toMatch(DECIDED_ELSEWHERE)
    const told = (await oauth.events('oauth.introspection.withhold')).filter(
      ({ delegation_id: id }) => id === held.consentId,
    )
    expect(told).toMatchObject([{ outcome: 'denied', code: 'decision_point_alone' }])
    expect(told[0]?.readers).toEqual([`partner ${held.cast.partner}`, `tenant ${held.cast.tenant}`])
    // Whoever holds it may still ask about its own, to know whether to refresh.
    const own = await held.cast.app.introspect(held.accessToken)
    expect(own.body).toMatchObject({ active: true, max_revocation_seconds: 5 })
    expect(await modes.introspect((await boundedBy(null)).accessToken)).toMatchObject({
      body: { active: true },
    })
  })

  test('makes tokens from before stale at once, and a wider bound again', async () => {
    const cast = await oauth.cast()
    const granted = await oauth.grant(cast)
    const held = await bound(cast, granted, 60)
    expect((await modes.decide(held, { token: granted.accessToken })).status).toBe(401)
    expect((await modes.decide(held)).status).toBe(200)
    await bound(cast, granted, 30)
    expect((await modes.decide(held)).status).toBe(401)
  })

  test('bounds a token for the member who acts as well, which an exchange makes of it (A6)', async () => {
    const held = await boundedBy(70)
    const { cast, accessToken } = held
    const { id: person } = await oauth.world.person('Lee Park')
    const member = await oauth.world.partnerMember(cast.partner, person, 'PARTNER_STAFF')
    const actor = await new SignJWT({ jti: randomText() })
      .setProtectedHeader({ alg: cast.key.jwk.alg, typ: 'actor+jwt', kid: cast.key.jwk.kid })
      .setIssuer(cast.app.clientId)
      .setAudience(TEST_ISSUER)
      .setSubject(encodeId('member', member))
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(cast.key.privateKey)
    const { status, text, body } = await cast.app.token('urn:ietf:params:oauth:grant-type:token-exchange', {
      subject_token: accessToken,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      actor_token: actor,
      actor_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    })
    expect(status, text).toBe(200)
    const made = decodeJwt(String(body['access_token']))
    expect(made).toMatchObject({ aud: LIVE, max_revocation_seconds: 70 })
    expect(made.exp).toBeLessThanOrEqual(Number(held.claims['exp']))
  })

  test.each([0, 300, -1])('is between one second and the life of a token: %d is refused', async (seconds) => {
    const cast = await oauth.cast()
    const { consentId } = await oauth.grant(cast)
    await expect(
      oauth.world.seed(
        'update consent set max_revocation_seconds = $2 where id = $1',
        [consentId, seconds],
        cast.tenant,
      ),
    ).rejects.toThrow('consent_max_revocation')
  })
})
