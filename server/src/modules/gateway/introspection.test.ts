import { createHash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import { createGuard, createIntrospection, followChanges, keepIntrospection } from '@liaison/guard'
import { createLocalJWKSet, exportJWK, jwtVerify, SignJWT } from 'jose'
import type { JSONWebKeySet } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayRoutes } from './index.ts'
import { randomText, TEST_ISSUER, TEST_RESOURCE } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'
import { SOON } from '#testing/patience.ts'
import { people } from '#testing/shop.ts'
import type { Caller } from '#testing/world.ts'

let oauth: OAuthWorld
let admin: Caller
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => gatewayRoutes)
  admin = await people.provider(oauth.world)
  await upstream('orders', 'api.orders.read')
  await upstream('invoices', 'api.invoices.read')
})
afterAll(() => oauth[Symbol.asyncDispose]())

async function upstream(name: string, permission: string): Promise<void> {
  const answer = await oauth.world.call(admin, 'PUT', `/api/v1/admin/upstreams/${name}`, {
    body: {
      audience: `upstream:${name}`,
      origin: `https://${name}.carrier.example`,
      routes: [{ method: 'GET', path_template: `/v1/{customer_ban}/${name}`, permission }],
    },
  })
  expect(answer.statusCode, answer.body).toBe(200)
}

let gateways = 0
async function gateway(upstreams: readonly string[], more: object = {}) {
  gateways += 1
  const answer = await oauth.world.call(admin, 'POST', '/api/v1/admin/gateways', {
    body: { name: `Gateway ${gateways}`, upstreams, ...more },
  })
  expect(answer.statusCode, answer.body).toBe(201)
  return answer.json<{ credential: string; gateway_id: string }>()
}

const FORM = 'application/x-www-form-urlencoded'

async function ask(credential: string, body: string, type = FORM) {
  const response = await oauth.world.app.http.inject({
    method: 'POST',
    url: '/oauth/introspect',
    headers: { authorization: `Bearer ${credential}`, 'content-type': type, host: 'localhost:3000' },
    payload: body,
  })
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.json<Record<string, unknown>>(),
  }
}

const ORDERS = `${TEST_RESOURCE}/v1/orders`

/** A fresh proof of the key of a client's tokens for one call. */
async function proveOrder(cast: OAuthCast, accessToken: string): Promise<string> {
  const { privateKey, publicKey } = await cast.app.proofKey
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const claims = {
    jti: randomText(),
    htm: 'GET',
    htu: ORDERS,
    iat: Math.floor(Date.now() / 1000),
    ath: createHash('sha256').update(accessToken).digest('base64url'),
  }
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: String(kty), crv, x, y } }
  return new SignJWT(claims).setProtectedHeader(header as never).sign(privateKey)
}

const about = (token: string) => new URLSearchParams({ token }).toString()

describe('introspection by registered APIs (A9, attack 78)', () => {
  test('an API learns of a token what the token says, and that it no longer counts at the next question after it was stopped', async () => {
    const { credential } = await gateway(['orders'])
    const cast = await oauth.cast()
    const { accessToken, consentId, claims } = await oauth.grant(cast)
    const told = await ask(credential, about(accessToken))
    expect([told.status, told.headers['cache-control']]).toEqual([200, 'no-store'])
    expect(told.body).toEqual({ active: true, token_type: 'DPoP', ...claims })
    await oauth.world.seed(`update delegation set status = 'revoked' where id = $1`, [consentId], cast.tenant)
    expect((await ask(credential, about(accessToken))).body).toEqual({ active: false })
  })

  test('is answered with a signature where that is asked for by name, to keep as evidence (RFC 9701)', async () => {
    const { credential, gateway_id: audience } = await gateway(['orders'])
    const { accessToken, claims } = await oauth.grant(await oauth.cast())
    const { http } = oauth.world.app
    const host = { host: 'localhost:3000' }
    const keys = await http.inject({ url: '/oauth/jwks', headers: host })
    const told = async (token: string, accept: string) => {
      const form = { ...host, authorization: `Bearer ${credential}`, 'content-type': FORM, accept }
      return (
        await http.inject({ method: 'POST', url: '/oauth/introspect', headers: form, payload: about(token) })
      ).body
    }
    const signed = await told(accessToken, 'application/json;q=0.5, application/token-introspection+jwt')
    const terms = { issuer: TEST_ISSUER, audience, typ: 'token-introspection+jwt' }
    const { payload } = await jwtVerify(signed, createLocalJWKSet(keys.json<JSONWebKeySet>()), terms)
    const answer = { active: true, token_type: 'DPoP', ...claims }
    const { iat } = payload
    expect(payload).toEqual({ iss: TEST_ISSUER, aud: audience, iat, token_introspection: answer })
    // It opens nothing itself, and whoever takes anything gets what everybody gets.
    expect((await ask(credential, about(signed))).body).toEqual({ active: false })
    expect(JSON.parse(await told(accessToken, '*/*'))).toEqual(answer)
  })

  test('the guard in an API asks about each token and believes a clear yes only', async () => {
    const { credential } = await gateway(['orders'])
    const cast = await oauth.cast()
    const { accessToken } = await oauth.grant(cast)
    const endpoint = new URL('http://localhost:3000/oauth/introspect')
    const { fetch } = cast.app
    const ask = createIntrospection({ endpoint, credential, fetch })
    expect([await ask(accessToken), await ask('garbage')]).toEqual([true, false])
    const stranger = createIntrospection({ endpoint, credential: `lsn_gtw_${'A'.repeat(43)}`, fetch })
    await expect(stranger(accessToken)).rejects.toThrow('401')
  })

  test('a guard that keeps answers asks again once it is told of a change or five seconds are over, and checks every proof (mode B)', async () => {
    const { credential } = await gateway(['orders'])
    const [told, aged] = [await oauth.cast(), await oauth.cast()]
    const { fetch } = told.app
    let [laterMs, asked] = [0, 0]
    const endpoint = new URL('http://localhost:3000/oauth/introspect')
    const introspect = createIntrospection({ endpoint, credential, fetch })
    const kept = keepIntrospection(
      (token) => {
        asked += 1
        return introspect(token)
      },
      { clock: () => new Date(Date.now() + laterMs) },
    )
    const jwks = new URL(`${TEST_ISSUER}/jwks`)
    const { introspection } = kept
    const guard = createGuard({ issuer: TEST_ISSUER, audience: TEST_RESOURCE, jwks, fetch, introspection })
    const open = async (cast: OAuthCast) => {
      const granted = await oauth.grant(cast)
      const prove = () => proveOrder(cast, granted.accessToken)
      const call = async (dpop: string) => {
        const headers = { authorization: `DPoP ${granted.accessToken}`, dpop }
        return guard.verify({ method: 'GET', url: ORDERS, headers }).then(
          () => 'opened',
          (error: unknown) => String(error),
        )
      }
      const revoke = () =>
        oauth.world.seed(
          `update delegation set status = 'revoked' where id = $1`,
          [granted.consentId],
          cast.tenant,
        )
      return { ...granted, prove, revoke, call, callAnew: async () => call(await prove()) }
    }
    const first = await open(told)
    const used = await first.prove()
    expect([await first.call(used), await first.callAnew(), asked]).toEqual(['opened', 'opened', 1])
    // What is kept is the state alone: a proof counts once.
    expect(await first.call(used)).toContain('used before')
    await first.revoke()
    expect(await first.callAnew()).toBe('opened')
    kept.forget({ delegation_id: String(first.claims['delegation_id']) })
    expect(await first.callAnew()).toContain('no longer counts')
    const second = await open(aged)
    expect(await second.callAnew()).toBe('opened')
    await second.revoke()
    laterMs = 5000
    expect(await second.callAnew()).toContain('no longer counts')
  })

  test('a token that could open nothing of the API is to it as one that never was', async () => {
    const { credential } = await gateway(['invoices'])
    const { credential: none } = await gateway([])
    const { accessToken, refreshToken } = await oauth.grant(await oauth.cast())
    for (const asking of [credential, none])
      for (const token of [accessToken, refreshToken, 'garbage'])
        expect((await ask(asking, about(token))).body).toEqual({ active: false })
  })

  test('an unknown, replaced or disabled credential, and one from elsewhere, is told nothing', async () => {
    const { accessToken } = await oauth.grant(await oauth.cast())
    const disabled = await gateway(['orders'])
    await oauth.world.call(admin, 'POST', `/api/v1/admin/gateways/${disabled.gateway_id}/disable`, {
      body: {},
    })
    const elsewhere = await gateway(['orders'], { ip_allow: ['203.0.113.0/24'] })
    for (const credential of [
      `lsn_gtw_${'A'.repeat(43)}`,
      'anything',
      disabled.credential,
      elsewhere.credential,
      accessToken,
    ]) {
      const { status, headers, body } = await ask(credential, about(accessToken))
      expect([status, body['error'], headers['www-authenticate']]).toEqual([
        401,
        'invalid_client',
        'Bearer realm="introspection"',
      ])
    }
  })

  test('a question that names no token, two, or comes in another form is refused', async () => {
    const { credential } = await gateway(['orders'])
    for (const [body, type] of [
      ['', FORM],
      ['token=', FORM],
      ['token=a&token=b', FORM],
      ['{"token":"a"}', 'application/json'],
      [`token=${'a'.repeat(70_000)}`, FORM],
    ] as const) {
      const { status, body: told } = await ask(credential, body, type)
      expect([status, told['error']], body.slice(0, 20)).toEqual([400, 'invalid_request'])
    }
  })
})

describe('the stream of changes (mode B)', () => {
  const open = async (credential: string) => {
    const { http } = oauth.world.app
    const origin = http.server.listening
      ? `http://127.0.0.1:${(http.server.address() as AddressInfo).port}`
      : await http.listen({ port: 0, host: '127.0.0.1' })
    return { endpoint: new URL('/gateway/v1/changes', origin), credential }
  }

  test('drops what an API keeps at the change itself: of a delegation, a partner or a client, and of nobody else', async () => {
    const { credential } = await gateway(['orders'])
    const [cast, other] = [await oauth.cast(), await oauth.cast()]
    const [granted, stranger] = [await oauth.grant(cast), await oauth.grant(other)]
    const { fetch } = cast.app
    const endpoint = new URL('http://localhost:3000/oauth/introspect')
    // Time stands still, so nothing goes by its age.
    const kept = keepIntrospection(createIntrospection({ endpoint, credential, fetch }), {
      clock: () => new Date(1_000_000),
    })
    const states: boolean[] = []
    const following = followChanges({
      ...(await open(credential)),
      kept,
      onState: (isOpen) => states.push(isOpen),
    })
    await expect.poll(() => states, SOON).toEqual([true])
    const keepBoth = async () => {
      for (const { accessToken } of [granted, stranger]) await kept.introspection(accessToken)
      await expect.poll(() => kept.size, SOON).toBe(2)
    }
    const { tenant, partner, client } = cast
    const changes: [string, unknown[]][] = [
      [`update delegation set status = 'suspended' where id = $1`, [granted.consentId]],
      [`update delegation set status = 'active' where id = $1`, [granted.consentId]],
      [`update partner set status = 'suspended' where id = $1`, [partner]],
      [`update partner set status = 'active' where id = $1`, [partner]],
      [`update api_client set status = 'suspended' where id = $1`, [client]],
      [`update api_client set status = 'active' where id = $1`, [client]],
    ]
    await keepBoth()
    for (const [text, values] of changes) {
      await oauth.world.seed(text, values, tenant)
      const isRestored = text.includes("'active'")
      await expect.poll(() => kept.size, SOON).toBe(1)
      expect(await kept.introspection(stranger.accessToken)).toBe(true)
      expect(await kept.introspection(granted.accessToken)).toBe(isRestored)
    }
    following.stop()
  })

  /** A guard that keeps what it was told while time stands still, on a real stream, with what it asked. */
  const guardOn = async ({ app }: OAuthCast) => {
    const { credential } = await gateway(['orders'])
    const asked: string[] = []
    const endpoint = new URL('http://localhost:3000/oauth/introspect')
    const introspect = createIntrospection({ endpoint, credential, fetch: app.fetch })
    const kept = keepIntrospection(
      (token) => {
        asked.push(token)
        return introspect(token)
      },
      { clock: () => new Date(1_000_000) },
    )
    const states: boolean[] = []
    const onState = (isOpen: boolean) => states.push(isOpen)
    const following = followChanges({ ...(await open(credential)), kept, onState })
    await expect.poll(() => states, SOON).toEqual([true])
    const [jwks, { introspection }] = [new URL(`${TEST_ISSUER}/jwks`), kept]
    const guard = createGuard({
      issuer: TEST_ISSUER,
      audience: TEST_RESOURCE,
      jwks,
      fetch: app.fetch,
      introspection,
    })
    const call = async (cast: OAuthCast, token: string) => {
      const headers = { authorization: `DPoP ${token}`, dpop: await proveOrder(cast, token) }
      return guard.verify({ method: 'GET', url: ORDERS, headers }).then(
        () => 'opened',
        (error: unknown) => (String(error).includes('no longer counts') ? 'refused' : String(error)),
      )
    }
    return { asked, kept, following, call }
  }

  const FREEZE = `insert into access_freeze (scope, partner_id, tenant_id, delegation_id, person_id, reason, set_by, set_by_name, set_by_side)`
  const LIFT = `update access_freeze set lift_asked_by = uuidv7(), lift_asked_at = now(), lifted_by = uuidv7(), lifted_at = now(), lift_reason = 'Over' where lifted_at is null`
  const frozen = (values: string) => `${FREEZE} values (${values}, 'Leak', uuidv7(), 'Somebody', 'provider')`

  /** What stops a token, what lets it count again, and of whom both are. */
  const STOPS: readonly (readonly [
    what: string,
    stop: string,
    restore: string | null,
    of: 'partner' | 'tenant' | 'consent',
  ])[] = [
    ['a freeze of everything', frozen(`'platform', null, null, null, null`), LIFT, 'tenant'],
    ['a freeze of the partner', frozen(`'partner', $1, null, null, null`), LIFT, 'partner'],
    ['a freeze of the customer', frozen(`'tenant', null, $1, null, null`), LIFT, 'tenant'],
    [
      'a freeze of the delegation',
      `${FREEZE} select 'delegation', partner_id, tenant_id, id, null, 'Leak', uuidv7(), 'Somebody', 'provider' from delegation where id = $1`,
      LIFT,
      'consent',
    ],
    [
      'a suspended customer',
      `update tenant set status = 'suspended' where id = $1`,
      `update tenant set status = 'active' where id = $1`,
      'tenant',
    ],
    [
      'a suspended partner',
      `update partner set status = 'suspended' where id = $1`,
      `update partner set status = 'active' where id = $1`,
      'partner',
    ],
    [
      'an API that is closed to the partner',
      `insert into configuration_in_force (partner_id, version, document) select $1, 1, jsonb_set(document, '{api,access_level}', '"none"') from configuration_in_force where partner_id is null`,
      `update configuration_in_force set document = jsonb_set(document, '{api,access_level}', '"live"') where partner_id = $1`,
      'partner',
    ],
    ['a closed customer', `update tenant set status = 'closed' where id = $1`, null, 'tenant'],
    ['a terminated partner', `update partner set status = 'terminated' where id = $1`, null, 'partner'],
  ]

  test.each(STOPS)(
    '%s stops a guard that keeps answers at the next call, by what it hears alone, and its end opens it again at the next (A13, attack 72)',
    async (_, stop, restore, of) => {
      const cast = await oauth.cast()
      const { accessToken, consentId } = await oauth.grant(cast)
      const { asked, kept, following, call } = await guardOn(cast)
      const id = { partner: cast.partner, tenant: cast.tenant, consent: consentId }[of]
      const change = (text: string) => oauth.world.seed(text, text.includes('$1') ? [id] : [], cast.tenant)
      const results: string[] = []
      const calls = async () => results.push(await call(cast, accessToken), await call(cast, accessToken))
      await calls()
      expect([results, asked.length, kept.size]).toEqual([['opened', 'opened'], 1, 1])
      await change(stop)
      await expect.poll(() => kept.size, SOON).toBe(0)
      const told = [await call(cast, accessToken)]
      if (restore !== null) {
        await change(restore)
        told.push(await call(cast, accessToken))
      }
      expect(told).toEqual(restore === null ? ['refused'] : ['refused', 'opened'])
      following.stop()
    },
  )

  test('is opened to registered gateways alone, and again after it was lost', async () => {
    const { credential, gateway_id: id } = await gateway(['orders'])
    const { endpoint } = await open(credential)
    for (const authorization of ['', 'Bearer nonsense', `Bearer lsn_gtw_${'A'.repeat(43)}`]) {
      const response = await fetch(endpoint, { headers: { authorization } })
      expect(response.status).toBe(401)
    }
    const states: boolean[] = []
    let tries = 0
    const following = followChanges({
      endpoint,
      credential,
      kept: { forget: () => undefined },
      retryMs: 5,
      fetch: (input, init) => {
        tries += 1
        return tries === 1 ? Promise.reject(new Error('away')) : fetch(input, init)
      },
      onState: (isOpen) => states.push(isOpen),
    })
    await expect.poll(() => states, SOON).toEqual([false, true])
    following.stop()
    await oauth.world.call(admin, 'POST', `/api/v1/admin/gateways/${id}/disable`, { body: {} })
    const refused = await fetch(endpoint, { headers: { authorization: `Bearer ${credential}` } })
    expect(refused.status).toBe(401)
  })
})
