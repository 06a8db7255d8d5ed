import { request } from 'node:http'
import { decodeJwt } from 'jose'
import * as lib from 'openid-client'
import { z } from 'zod'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { route } from '#platform/route.ts'
import { fetchWith, makeTestCertificate, TlsFront } from '#testing/client-certificates.ts'
import type { TestCertificate } from '#testing/client-certificates.ts'
import { TEST_CALLBACK, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'
import { TEST_ORIGIN } from '#testing/world.ts'
import { readCertificates } from './certificates.ts'

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

const HEADER = 'Client-Cert'
const ORDERS = '/api/v1/customers/BAN-1001/orders'
const [first, second, stranger, ended] = [
  makeTestCertificate('one.northwind.example'),
  makeTestCertificate('two.northwind.example'),
  makeTestCertificate('evil.example'),
  makeTestCertificate('old.northwind.example', -2),
]

let oauth: OAuthWorld
let front: TlsFront
let origin: string
beforeAll(async () => {
  oauth = await OAuthWorld.start(() => [probe], {
    clientCertificates: { header: HEADER, proxies: ['127.0.0.1'] },
    places: {
      authOrigin: () => TEST_ORIGIN,
      apiResource: () => `${TEST_ORIGIN}/api`,
      mtlsOrigin: () => front.origin,
    },
  })
  origin = await oauth.world.app.http.listen({ port: 0, host: '127.0.0.1' })
  front = await TlsFront.start(Number(new URL(origin).port), HEADER)
})
afterAll(async () => {
  await front[Symbol.asyncDispose]()
  await oauth[Symbol.asyncDispose]()
})

/** Registers certificates of a client as the portal would have done it. */
async function bind(cast: OAuthCast, ...certificates: readonly TestCertificate[]): Promise<void> {
  const read = readCertificates(certificates.map(({ pem }) => pem))
  expect(read.faults).toEqual([])
  await oauth.world.seed(`update api_client set token_binding = 'mtls', certificates = $2 where id = $1`, [
    cast.client,
    JSON.stringify(read.certificates),
  ])
}

/** A client library of somebody else, on a connection with a certificate or without; pages and metadata are fetched without TLS. */
async function libraryOf({ app }: OAuthCast, certificate: TestCertificate | null) {
  const config = await lib.discovery(
    new URL(TEST_ISSUER),
    app.clientId,
    { use_mtls_endpoint_aliases: true },
    lib.PrivateKeyJwt(
      { key: app.key.privateKey, kid: app.key.jwk.kid },
      { [lib.modifyAssertion]: (_header, claims) => void (claims['aud'] = TEST_ISSUER) },
    ),
    {
      algorithm: 'oauth2',
      execute: [lib.allowInsecureRequests],
      [lib.customFetch]: (url, options) =>
        (url.startsWith(front.origin) ? fetchWith(certificate) : app.fetch)(url, options as RequestInit),
    },
  )
  return config
}

async function grant(cast: OAuthCast, config: lib.Configuration) {
  const [verifier, state] = [lib.randomPKCECodeVerifier(), lib.randomState()]
  const start = await lib.buildAuthorizationUrlWithPAR(config, {
    redirect_uri: TEST_CALLBACK,
    scope: 'orders.read',
    state,
    code_challenge: await lib.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    authorization_details: JSON.stringify([{ type: 'partner_access', actions: ['order.read'] }]),
  })
  const { url } = await cast.app.browse(start.href, oauth.browser(cast))
  return lib.authorizationCodeGrant(config, url, { pkceCodeVerifier: verifier, expectedState: state })
}

/** Calls the API with a token as Bearer, over the front with a certificate. */
async function call(
  token: string,
  certificate: TestCertificate | null,
  headers: Record<string, string> = {},
) {
  const answer = await fetchWith(certificate)(`${front.origin}${ORDERS}`, {
    headers: { authorization: `Bearer ${token}`, ...headers },
  })
  return answer.status
}

const errorOf = (failed: unknown): string =>
  failed instanceof lib.ResponseBodyError ? failed.error : String(failed)

describe('a client whose tokens are bound to its certificate (A16)', () => {
  test('gets a token for that certificate by the published metadata alone, and opens the API with it', async () => {
    const cast = await oauth.cast()
    await bind(cast, first)
    const config = await libraryOf(cast, first)
    const tokens = await grant(cast, config)
    expect(tokens.token_type).toBe('bearer')
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      cnf: { 'x5t#S256': first.thumbprint },
      access: 'delegated',
    })
    expect(Object.keys(decodeJwt(tokens.access_token)['cnf'] as object)).toEqual(['x5t#S256'])
    const answer = await lib.fetchProtectedResource(
      config,
      tokens.access_token,
      new URL(`${front.origin}${ORDERS}`),
      'GET',
    )
    expect(await answer.json()).toEqual({ tenant_id: cast.tenant })
    const refreshed = await lib.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(await call(refreshed.access_token, first)).toBe(200)
    expect(await lib.tokenIntrospection(config, refreshed.access_token)).toMatchObject({
      active: true,
      token_type: 'Bearer',
    })
  })

  test('a stolen token opens nothing without the certificate, with another one, or with the field from outside', async () => {
    const cast = await oauth.cast()
    await bind(cast, first)
    const { access_token: token } = await grant(cast, await libraryOf(cast, first))
    const field = `:${first.der.toString('base64')}:`
    expect(await call(token, null)).toBe(401)
    expect(await call(token, stranger)).toBe(401)
    expect(await call(token, null, { [HEADER]: field })).toBe(401)
    expect(await call(token, stranger, { [HEADER]: field })).toBe(401)
    // Around the proxy: from an address that is none of a proxy, the field is as if it were not there.
    const around = await oauth.world.app.http.inject({
      method: 'GET',
      url: ORDERS,
      headers: { authorization: `Bearer ${token}`, [HEADER.toLowerCase()]: field },
      remoteAddress: '198.51.100.7',
    })
    expect(around.statusCode).toBe(401)
    expect(around.headers['www-authenticate']).toMatch(/^DPoP .*, Bearer error="invalid_token"/)
    expect(await call(token, first)).toBe(200)
  })

  test('no token comes without its certificate, with a stranger’s, or with a proof instead', async () => {
    const cast = await oauth.cast()
    await bind(cast, first)
    const { refresh_token: refresh = '' } = await grant(cast, await libraryOf(cast, first))
    const attempt = async (certificate: TestCertificate | null, options: { proves?: boolean } = {}) => {
      const config = await libraryOf(cast, certificate)
      const DPoP = lib.getDPoPHandle(config, await lib.randomDPoPKeyPair())
      return lib.refreshTokenGrant(config, refresh, undefined, options.proves ? { DPoP } : {}).catch(errorOf)
    }
    expect(await attempt(null)).toBe('invalid_grant')
    expect(await attempt(stranger)).toBe('invalid_request')
    expect((await cast.app.refresh(refresh)).body['error']).toBe('invalid_grant')
    expect(await attempt(first, { proves: true })).toBe('invalid_dpop_proof')
    expect(await attempt(first)).toMatchObject({ token_type: 'bearer' })
    const refused = await oauth.events('oauth.token.refused')
    expect(refused.filter(({ actor_id: id }) => id === cast.client)).toHaveLength(4)
  })

  test('two certificates count at a time, so that one follows the other without a break; one that has ended counts no more', async () => {
    const cast = await oauth.cast()
    await bind(cast, first, second)
    const { refresh_token: refresh = '' } = await grant(cast, await libraryOf(cast, first))
    const renewed = await lib.refreshTokenGrant(await libraryOf(cast, second), refresh)
    expect(await call(renewed.access_token, second)).toBe(200)
    expect(await call(renewed.access_token, first)).toBe(401)
    expect(await oauth.events('oauth.proof_key.change')).toContainEqual(
      expect.objectContaining({ actor_id: cast.client }),
    )
    await bind(cast, second, ended)
    for (const gone of [first, ended])
      expect(await lib.refreshTokenGrant(await libraryOf(cast, gone), refresh).catch(errorOf)).toBe(
        'invalid_request',
      )
  })

  test('a certificate that is taken away takes its tokens along at once, and leaves those of the other', async () => {
    const cast = await oauth.cast()
    await bind(cast, first, second)
    const [one, two] = [await libraryOf(cast, first), await libraryOf(cast, second)]
    const { access_token: gone } = await grant(cast, one)
    const { access_token: kept } = await grant(cast, two)
    expect([await call(gone, first), await call(kept, second)]).toEqual([200, 200])
    await bind(cast, second)
    expect([await call(gone, first), await call(kept, second)]).toEqual([401, 200])
    expect(await lib.tokenIntrospection(two, gone)).toEqual({ active: false })
    await oauth.world.seed(`update api_client set token_binding = 'dpop' where id = $1`, [cast.client])
    expect(await call(kept, second)).toBe(401)
  })

  test('a token that is issued while its certificate is taken away is born revoked', async () => {
    const cast = await oauth.cast()
    await bind(cast, first)
    await oauth.world.sql(
      `insert into issued_token (jti_hash, client_id, ends_at, certificate) values (sha256('late'), $1, now() + interval '1 minute', $2)`,
      [cast.client, second.thumbprint],
    )
    expect(await oauth.world.sql(`select from revoked_token where jti_hash = sha256('late')`)).toHaveLength(1)
  })

  test('a token never outlives its certificate', async () => {
    const cast = await oauth.cast()
    const brief = makeTestCertificate('brief.northwind.example', 60 / 86_400)
    await bind(cast, brief)
    const { access_token: token } = await grant(cast, await libraryOf(cast, brief))
    const { iat = 0, exp = 0 } = decodeJwt(token)
    expect(exp - iat).toBeLessThanOrEqual(60)
  })

  test('a wholesaler’s exchange and the tokens of grant management are bound in the same way', async () => {
    const cast = await oauth.cast()
    await oauth.world.seed('update partner set home_tenant_id = $2 where id = $1', [
      cast.partner,
      cast.tenant,
    ])
    await bind(cast, first)
    const config = await libraryOf(cast, first)
    const resource = `${TEST_ISSUER}/grants`
    const { access_token: token } = await lib.clientCredentialsGrant(config, {
      resource,
      scope: 'grant_management_query',
    })
    const grants = `${front.origin}/oauth/grants/con_00000000000000000000000000`
    const ask = async (certificate: TestCertificate | null) =>
      (await fetchWith(certificate)(grants, { headers: { authorization: `Bearer ${token}` } })).status
    expect(await Promise.all([ask(first), ask(second), ask(null)])).toEqual([404, 401, 401])
    const own = await lib.clientCredentialsGrant(config, { scope: 'orders.read' })
    const exchange = (using: TestCertificate | null) =>
      libraryOf(cast, using).then((client) =>
        lib
          .genericGrantRequest(client, 'urn:ietf:params:oauth:grant-type:token-exchange', {
            subject_token: own.access_token,
            subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
            authorization_details: JSON.stringify([{ type: 'partner_access', customer_ban: 'BAN-9999' }]),
          })
          .catch(errorOf),
      )
    expect(await exchange(null)).toBe('invalid_grant')
    // With the certificate the refusal is about the account, which is nobody's.
    expect(await exchange(first)).toBe('invalid_target')
  })
})

/** Calls the API as a proxy that is believed would, with exactly these fields. */
function callWith(token: string, fields: readonly (readonly [string, string])[]): Promise<number> {
  const { hostname: host, port } = new URL(origin)
  const all = [['Host', new URL(TEST_ORIGIN).host], ['Authorization', `Bearer ${token}`], ...fields]
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, path: ORDERS, agent: false, headers: all.flat() }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end()
  })
}

describe('the field of a certificate, also from the proxy that is believed', () => {
  const fieldOf = ({ der }: TestCertificate) => `:${der.toString('base64')}:`
  const pemOf = ({ pem }: TestCertificate) => encodeURIComponent(`${pem}\n`)
  let token: string
  beforeAll(async () => {
    const cast = await oauth.cast()
    await bind(cast, first)
    token = (await grant(cast, await libraryOf(cast, first))).access_token
  })

  test.each([
    ['as a byte sequence', HEADER, fieldOf(first)],
    ['as base64', HEADER, first.der.toString('base64')],
    ['as PEM', HEADER, pemOf(first)],
    ['in other letters', 'CLIENT-cert', fieldOf(first)],
  ])('counts %s: the control of what follows', async (_, name, value) => {
    expect(await callWith(token, [[name, value]])).toBe(200)
  })

  test.each<[string, readonly (readonly [string, string])[]]>([
    [
      'twice',
      [
        [HEADER, fieldOf(first)],
        [HEADER, fieldOf(first)],
      ],
    ],
    [
      'after that of the proxy',
      [
        [HEADER, ''],
        [HEADER, fieldOf(first)],
      ],
    ],
    [
      'before that of the proxy',
      [
        [HEADER.toUpperCase(), fieldOf(first)],
        [HEADER, fieldOf(stranger)],
      ],
    ],
    ['with an underscore', [['Client_Cert', fieldOf(first)]]],
    ['under the name for gateways', [['X-Client-Certificate', fieldOf(first)]]],
    [
      'under names of other proxies',
      [
        ['X-Forwarded-Client-Cert', fieldOf(first)],
        ['X-SSL-Client-Cert', pemOf(first)],
      ],
    ],
    ['in a list', [[HEADER, `${fieldOf(first)}, ${fieldOf(stranger)}`]]],
    ['as the first of two in PEM', [[HEADER, pemOf(first) + pemOf(stranger)]]],
    ['as the second of two in PEM', [[HEADER, pemOf(stranger) + pemOf(first)]]],
    ['with an encoded line after it', [[HEADER, `${first.der.toString('base64')}%0D%0A${HEADER}:%20x`]]],
    ['with an encoded NUL', [[HEADER, `${first.der.toString('base64')}%00`]]],
    ['with a byte more', [[HEADER, `:${Buffer.concat([first.der, Buffer.from([0])]).toString('base64')}:`]]],
    ['with a byte less', [[HEADER, `:${first.der.subarray(0, -1).toString('base64')}:`]]],
    ['as its thumbprint', [[HEADER, first.thumbprint]]],
    ['as its key alone', [[HEADER, encodeURIComponent(first.key)]]],
    ['of another key and the same name', [[HEADER, fieldOf(makeTestCertificate('one.northwind.example'))]]],
  ])('attack 84: is none %s', async (_, fields) => {
    expect(await callWith(token, fields)).toBe(401)
  })
})

test('attack 84: a certificate of the same name with another key gets no token, and opens nothing', async () => {
  const cast = await oauth.cast()
  await bind(cast, first)
  const { access_token: token, refresh_token: refresh = '' } = await grant(cast, await libraryOf(cast, first))
  const namesake = makeTestCertificate('one.northwind.example')
  expect(await call(token, namesake)).toBe(401)
  const config = await libraryOf(cast, namesake)
  expect(await lib.refreshTokenGrant(config, refresh).catch(errorOf)).toBe('invalid_request')
  expect(await call(token, first)).toBe(200)
})

describe('a client that proves a key', () => {
  test('stays as it was: a certificate changes nothing for it, and its token is no better for one', async () => {
    const cast = await oauth.cast()
    const { accessToken, claims } = await oauth.grant(cast)
    expect(claims['cnf']).toEqual({ jkt: expect.any(String) })
    expect(await call(accessToken, first)).toBe(401)
    expect(await call(accessToken, null)).toBe(401)
    expect((await cast.app.call(accessToken, 'GET', ORDERS)).status).toBe(200)
    const config = await libraryOf(cast, first)
    expect(await lib.clientCredentialsGrant(config, {}).catch(errorOf)).toBe('invalid_dpop_proof')
  })
})

test('the metadata of both servers tells of certificates, with the host at which they are asked for', async () => {
  const read = async (path: string) =>
    (await oauth.world.app.http.inject({ url: path, headers: { host: new URL(TEST_ORIGIN).host } })).json()
  expect(await read('/.well-known/oauth-authorization-server/oauth')).toMatchObject({
    tls_client_certificate_bound_access_tokens: true,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    mtls_endpoint_aliases: { token_endpoint: `${front.origin}/oauth/token` },
  })
  expect(await read('/.well-known/oauth-protected-resource')).toMatchObject({
    tls_client_certificate_bound_access_tokens: true,
    dpop_bound_access_tokens_required: false,
  })
})

test('where no proxy is trusted a client with certificates gets no token of any kind, and none is accepted', async () => {
  await using plain = await OAuthWorld.start(() => [probe])
  const cast = await plain.cast()
  await plain.world.seed('update partner set home_tenant_id = $2 where id = $1', [cast.partner, cast.tenant])
  await plain.world.seed(`update api_client set token_binding = 'mtls', certificates = $2 where id = $1`, [
    cast.client,
    JSON.stringify(readCertificates([first.pem]).certificates),
  ])
  const field = { [HEADER.toLowerCase()]: `:${first.der.toString('base64')}:` }
  for (const options of [{}, { withoutProof: true }])
    expect((await cast.app.token('client_credentials', {}, options)).body['error']).toBe('invalid_request')
  const answer = await plain.world.app.http.inject({
    method: 'GET',
    url: ORDERS,
    headers: { authorization: 'Bearer abc', ...field },
  })
  expect(answer.headers['www-authenticate']).not.toContain('Bearer')
})
