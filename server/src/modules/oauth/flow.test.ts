import { encodeId, maskOfScopes, toBits } from '@liaison/access'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import {
  customFetch,
  Configuration,
  PrivateKeyJwt,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrlWithPAR,
  calculatePKCECodeChallenge,
  discovery,
  getDPoPHandle,
  modifyAssertion,
  randomDPoPKeyPair,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { route } from '#platform/route.ts'
import { CookieJar, TEST_CALLBACK, TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import { GRANTED_UNTIL, OAuthWorld } from '#testing/oauth-world.ts'

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
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [probe])
})
afterAll(() => oauth[Symbol.asyncDispose]())

describe('an authorization', () => {
  test('leads by redirects of the right kind to a code with state and issuer, and nothing else (A1)', async () => {
    const cast = await oauth.cast()
    const { url, hops } = await oauth.authorize(cast)
    expect(hops).toEqual(['303 /oauth/authorize', '200 /oauth/interaction/:id', '303 /oauth/authorize/:id'])
    expect(`${url.origin}${url.pathname}`).toBe(TEST_CALLBACK)
    expect([...url.searchParams.keys()].toSorted()).toEqual(['code', 'iss', 'state'])
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ state: 'a-state', iss: TEST_ISSUER })
  })

  test('gives a bound token that names both parties, for exactly what was allowed (A1, A3, A4)', async () => {
    const cast = await oauth.cast({ accounts: 2 })
    const { client, partner, customerId, accounts } = cast
    const { answer, accessToken, claims, consentId } = await oauth.grant(cast)
    expect(decodeProtectedHeader(accessToken)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: expect.any(String),
    })
    const clientId = encodeId('api_client', client)
    const detail = {
      type: 'partner_access',
      customer_id: customerId,
      customer_ban: 'BAN-1001',
      actions: ['order.create', 'order.read', 'service.read'],
      locations: [TEST_RESOURCE],
      expires_at: GRANTED_UNTIL.toISOString(),
    }
    expect(claims).toEqual({
      iss: TEST_ISSUER,
      aud: TEST_RESOURCE,
      sub: customerId,
      client_id: clientId,
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: Number(claims['iat']) + 300,
      scope: 'orders.read orders.write services.read',
      access: 'delegated',
      partner_id: encodeId('partner', partner),
      partner_kind: 'partner',
      customer_id: customerId,
      customer_ban: 'BAN-1001',
      delegation_id: encodeId('consent', consentId),
      delegation_ver: expect.any(Number),
      authorized_by: expect.stringMatching(/^apr_[\w-]{22}$/),
      act: { sub: `client:${clientId}`, partner_id: encodeId('partner', partner) },
      may_act: { client_id: clientId, partner_id: encodeId('partner', partner) },
      billing: { party: customerId, ban: 'BAN-1001', mode: 'direct' },
      authorization_details: [detail],
      cnf: { jkt: expect.any(String) },
    })
    expect(answer.body).toMatchObject({
      token_type: 'DPoP',
      expires_in: 300,
      scope: 'orders.read orders.write services.read',
      refresh_token: expect.any(String),
      authorization_details: accounts.map(({ ban }) => ({ ...detail, customer_ban: ban })),
    })
    expect(answer.body['id_token']).toBeUndefined()
    expect(answer.headers.get('cache-control')).toBe('no-store')
    // The id under which the client reads and gives back what it was granted, with the first token and with each that follows.
    const grantId = encodeId('consent', consentId)
    expect(answer.body['grant_id']).toBe(grantId)
    expect((await cast.app.refresh(String(answer.body['refresh_token']))).body['grant_id']).toBe(grantId)
  })

  test('with several accounts a refresh gives a token for another of them (A4)', async () => {
    const cast = await oauth.cast({ accounts: 2 })
    const { refreshToken } = await oauth.grant(cast)
    const answer = await cast.app.refresh(refreshToken, {
      authorization_details: JSON.stringify([{ type: 'partner_access', customer_ban: 'BAN-1002' }]),
    })
    expect(answer.status, answer.text).toBe(200)
    const claims = decodeJwt(String(answer.body['access_token']))
    expect(claims).toMatchObject({ customer_ban: 'BAN-1002', billing: { ban: 'BAN-1002' } })
    expect(claims['authorization_details']).toEqual(answer.body['authorization_details'])
    expect(answer.body['authorization_details']).toHaveLength(1)
  })

  test('the token opens our own API for its account, and for no other (A3, attack 64)', async () => {
    const cast = await oauth.cast({ accounts: 2 })
    const { accessToken } = await oauth.grant(cast)
    const own = await cast.app.call(accessToken, 'GET', '/api/v1/customers/BAN-1001/orders')
    expect([own.status, own.body], own.text).toEqual([200, { tenant_id: cast.tenant }])
    const other = await cast.app.call(accessToken, 'GET', '/api/v1/customers/BAN-1002/orders')
    expect([other.status, other.body['code']]).toEqual([403, 'CUSTOMER_MISMATCH'])
  })

  test('what the tenant narrowed never reaches the token, and is not asked for again (A4, trap 4)', async () => {
    const cast = await oauth.cast()
    oauth.desk.decide(cast.client, {
      state: 'approved',
      partner: cast.partner,
      accounts: cast.accounts,
      actions: ['service.read'],
    })
    const { claims, answer } = await oauth.grant(cast)
    expect(claims['scope']).toBe('services.read')
    expect(answer.body['authorization_details']).toMatchObject([{ actions: ['service.read'] }])
  })

  test('a scope that does not exist, or that the client is not registered for, never reaches the token (trap 10)', async () => {
    const cast = await oauth.cast()
    await oauth.world.seed(
      `update api_client set scopes = array['orders.read', 'orders.write', 'services.read'] where id = $1`,
      [cast.client],
    )
    const { claims } = await oauth.grant(cast, {
      scope: 'orders.read orders.write services.read invoices.read admin.all openid offline_access',
    })
    expect(claims['scope']).toBe('orders.read orders.write services.read')
  })

  test('works for a second client library, and for keys of every kind the profile takes (A1)', async () => {
    for (const keyAlgorithm of ['ES256', 'PS256', 'EdDSA']) {
      const cast = await oauth.cast({ keyAlgorithm })
      const { app, key } = cast
      const auth = PrivateKeyJwt(
        { key: key.privateKey, kid: key.jwk.kid },
        {
          [modifyAssertion]: (_header, claims) => {
            claims['aud'] = TEST_ISSUER
          },
        },
      )
      const config = await discovery(new URL(TEST_ISSUER), app.clientId, {}, auth, {
        algorithm: 'oauth2',
        execute: [allowInsecureRequests],
        [customFetch]: app.fetch as never,
      })
      expect(config).toBeInstanceOf(Configuration)
      const handle = getDPoPHandle(config, await randomDPoPKeyPair())
      const [verifier, state] = [randomPKCECodeVerifier(), randomState()]
      const start = await buildAuthorizationUrlWithPAR(
        config,
        {
          redirect_uri: TEST_CALLBACK,
          scope: 'orders.read',
          state,
          code_challenge: await calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          authorization_details: JSON.stringify([{ type: 'partner_access', actions: ['order.read'] }]),
        },
        { DPoP: handle },
      )
      const { url } = await app.browse(start.href, oauth.browser(cast))
      const tokens = await authorizationCodeGrant(
        config,
        url,
        { pkceCodeVerifier: verifier, expectedState: state },
        undefined,
        { DPoP: handle },
      )
      expect(tokens).toMatchObject({ token_type: 'dpop', scope: 'orders.read' })
    }
  })

  test('somebody who is not signed in is sent to sign in, and comes back', async () => {
    const cast = await oauth.cast()
    const pushed = await cast.app.push()
    const { url } = await cast.app.browse(
      cast.app.authorizePath(String(pushed.body['request_uri'])),
      new CookieJar(),
    )
    expect(url.pathname).toBe('/signin')
    expect(url.searchParams.get('return_to')).toMatch(/^\/oauth\/interaction\/[\w-]+$/)
  })

  test('both sides read that a grant began and a token was issued, and when a client was first used (A9, attack 82)', async () => {
    const cast = await oauth.cast()
    const { consentId } = await oauth.grant(cast)
    const issued = await oauth.events('oauth.token.issue')
    expect(issued.findLast((event) => event.actor_id === cast.client)).toMatchObject({
      outcome: 'allowed',
      delegation_id: consentId,
      readers: [`partner ${cast.partner}`, `tenant ${cast.tenant}`],
    })
    expect(
      await oauth.world.sql(
        'select first_token_at is not null as used from api_client_use where client_id = $1',
        [cast.client],
      ),
    ).toEqual([{ used: true }])
  })
})

describe("a client's own organisation", () => {
  test('gives a token of its own by client credentials, without a delegation (A5)', async () => {
    const cast = await oauth.cast()
    await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [
      cast.partner,
      cast.tenant,
    ])
    const answer = await cast.app.token('client_credentials', { scope: 'orders.read' })
    expect(answer.status, answer.text).toBe(200)
    const claims = decodeJwt(String(answer.body['access_token']))
    expect(claims).toMatchObject({
      access: 'own',
      sub: `client:${cast.app.clientId}`,
      customer_id: cast.customerId,
      customer_ban: 'BAN-1001',
      scope: 'orders.read',
    })
    for (const name of ['delegation_id', 'delegation_ver', 'act', 'authorized_by'])
      expect(claims).not.toHaveProperty(name)
    expect(answer.body['refresh_token']).toBeUndefined()
  })

  test.each([
    ['order.read', 'order.read'],
    ['invoices.read', 'invoices.read'],
    ['orders.read nope also.nope', 'nope also.nope'],
  ])(
    'a scope that it is not registered for is refused by its name, never taken for none: %s',
    async (scope, named) => {
      const cast = await oauth.cast()
      await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [
        cast.partner,
        cast.tenant,
      ])
      await oauth.world.seed(`update api_client set scopes = array['orders.read'], mask = $2 where id = $1`, [
        cast.client,
        toBits(maskOfScopes(['orders.read'])),
      ])
      const answer = await cast.app.token('client_credentials', { scope })
      expect([answer.status, answer.body]).toMatchObject([400, { error: 'invalid_scope', scope: named }])
      expect(answer.body['error_description']).toContain(named.replace(' ', ', '))
      const whole = await cast.app.token('client_credentials', {})
      expect(whole.body['scope'], whole.text).toBe('orders.read')
    },
  )

  test('with several accounts the one that is meant must be named', async () => {
    const cast = await oauth.cast({ accounts: 2 })
    await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [
      cast.partner,
      cast.tenant,
    ])
    const blank = await cast.app.token('client_credentials', {})
    expect([blank.status, blank.body['error']]).toEqual([400, 'invalid_request'])
    const named = await cast.app.token('client_credentials', {
      authorization_details: JSON.stringify([
        { type: 'partner_access', customer_ban: 'BAN-1002', actions: ['order.read'] },
      ]),
    })
    expect(named.status, named.text).toBe(200)
    expect(decodeJwt(String(named.body['access_token']))).toMatchObject({
      customer_ban: 'BAN-1002',
      authorization_details: [{ actions: ['order.read'] }],
      scope: 'orders.read',
    })
  })

  test('gives what is for its own use alone, such as the audit log, by its scope; no access of a customer ever does (R4)', async () => {
    const cast = await oauth.cast({ accounts: 2 })
    await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [
      cast.partner,
      cast.tenant,
    ])
    const ask = async (ban: string, scope: string) => {
      const choice = [{ type: 'partner_access', customer_ban: ban }]
      const answer = await cast.app.token('client_credentials', {
        scope,
        authorization_details: JSON.stringify(choice),
      })
      return answer.status === 200
        ? decodeJwt(String(answer.body['access_token']))['scope']
        : answer.body['error']
    }
    expect(await ask('BAN-1002', 'audit.read')).not.toContain('audit')
    await oauth.world.seed(
      `update api_client set scopes = scopes || 'audit.read'::text, mask = mask | $2 where id = $1`,
      [cast.client, toBits(maskOfScopes(['audit.read']))],
    )
    expect(await ask('BAN-1002', 'audit.read')).toBe('audit.read')
    expect(await ask('BAN-1001', 'orders.read audit.read')).toBe('orders.read audit.read')
    // With actions the token is for these alone.
    const narrow = await cast.app.token('client_credentials', {
      scope: 'orders.read audit.read',
      authorization_details: JSON.stringify([
        { type: 'partner_access', customer_ban: 'BAN-1001', actions: ['order.read'] },
      ]),
    })
    expect(decodeJwt(String(narrow.body['access_token']))['scope']).toBe('orders.read')
    const { claims } = await oauth.grant(cast, { scope: 'orders.read orders.write services.read audit.read' })
    expect(claims['access']).toBe('delegated')
    expect(String(claims['scope'])).not.toContain('audit')
  })
})
