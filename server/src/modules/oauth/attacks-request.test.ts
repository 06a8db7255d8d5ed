import { SignJWT, UnsecuredJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  CookieJar,
  makeTestKey,
  randomText,
  readAnswer,
  TEST_CALLBACK,
  TEST_ISSUER,
  TEST_RESOURCE,
} from '#testing/oauth-client.ts'
import type { TestKey } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
let cast: OAuthCast
beforeAll(async () => {
  oauth = await OAuthWorld.start()
  cast = await oauth.cast()
})
afterAll(() => oauth[Symbol.asyncDispose]())

const push = async (changes: Readonly<Record<string, string | null>> = {}) => {
  const { status, body, text } = await cast.app.push(changes)
  return { status, error: body['error'], uri: body['request_uri'], text }
}

/** Posts a form as it is, without any library. */
async function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}) {
  const response = await cast.app.fetch(`http://localhost:3000${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  })
  return readAnswer(response)
}

/** The form of a pushed request with an assertion, for tests that bend it. */
async function form(claims: Readonly<Record<string, unknown>> = {}): Promise<URLSearchParams> {
  const { app } = cast
  const seconds = Math.floor(Date.now() / 1000)
  const all = {
    iss: app.clientId,
    sub: app.clientId,
    aud: TEST_ISSUER,
    jti: randomText(),
    iat: seconds,
    exp: seconds + 60,
    ...claims,
  }
  const assertion = await new SignJWT(all)
    .setProtectedHeader({ alg: 'ES256', kid: app.key.jwk.kid })
    .sign(app.key.privateKey)
  const fields = await app.parameters()
  fields.set('client_id', app.clientId)
  fields.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer')
  fields.set('client_assertion', assertion)
  return fields
}

const pushForm = async (claims: Readonly<Record<string, unknown>> = {}) => {
  const answer = await post('/oauth/par', (await form(claims)).toString())
  return [answer.status, answer.body['error']]
}

describe('an authorization request', () => {
  test('attack 1: without a pushed request there is no code, only an error at the registered address', async () => {
    const query = await cast.app.parameters()
    query.set('client_id', cast.app.clientId)
    const page = await cast.app.open(`/oauth/authorize?${query.toString()}`, oauth.browser(cast))
    const location = new URL(page.headers.get('location') ?? '')
    expect([page.status, location.origin + location.pathname]).toEqual([303, TEST_CALLBACK])
    expect(Object.fromEntries(location.searchParams)).toMatchObject({
      error: 'invalid_request',
      iss: TEST_ISSUER,
    })
    expect(location.searchParams.has('code')).toBe(false)
  })

  test('attack 2: a push without client authentication is refused', async () => {
    const fields = await cast.app.parameters()
    fields.set('client_id', cast.app.clientId)
    const answer = await post('/oauth/par', fields.toString())
    expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client'])
  })

  test.each(['token', 'revoke', 'introspect'])(
    'attack 2: nothing is answered at /%s without client authentication',
    async (endpoint) => {
      const fields = { client_id: cast.app.clientId, token: 'x', grant_type: 'client_credentials' }
      const answer = await post(`/oauth/${endpoint}`, new URLSearchParams(fields).toString())
      expect([answer.status, answer.body['error']]).toEqual([401, 'invalid_client'])
    },
  )

  test('attack 3: an assertion for the token endpoint, or for several audiences, is refused', async () => {
    expect(await pushForm({ aud: `${TEST_ISSUER}/token` })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ aud: [TEST_ISSUER] })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ aud: `${TEST_ISSUER}/par` })).toEqual([401, 'invalid_client'])
    expect(await pushForm()).toEqual([201, undefined])
  })

  test('attack 4: of twenty uses of one assertion at the same moment exactly one is taken', async () => {
    const body = (await form()).toString()
    const answers = await Promise.all(Array.from({ length: 20 }, () => post('/oauth/par', body)))
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual([
      '201',
      ...Array.from({ length: 19 }, () => '401'),
    ])
  })

  test('attack 5: an assertion that has ended, ends too late or is from the future is refused; a clock may be 8 seconds off', async () => {
    const now = Math.floor(Date.now() / 1000)
    expect(await pushForm({ exp: now - 30 })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ exp: now + 700 })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ nbf: now + 61 })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ iat: now + 61 })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ exp: undefined })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ jti: undefined })).toEqual([401, 'invalid_client'])
    expect(await pushForm({ iat: now + 8, nbf: now + 8 })).toEqual([201, undefined])
  })

  test('attack 6: without S256 and a challenge of the right length nothing goes on', async () => {
    expect(await push({ code_challenge: null, code_challenge_method: null })).toMatchObject({
      status: 400,
      error: 'invalid_request',
    })
    expect(await push({ code_challenge_method: 'plain' })).toMatchObject({
      status: 400,
      error: 'invalid_request',
    })
    expect(await push({ code_challenge: 'a'.repeat(42) })).toMatchObject({
      status: 400,
      error: 'invalid_request',
    })
  })

  test.each([
    ['case', 'https://PARTNER.example/CB'],
    ['a trailing slash', 'https://partner.example/cb/'],
    ['a query', 'https://partner.example/cb?x=1'],
    ['a port', 'https://partner.example:8443/cb'],
    ['a path suffix', 'https://partner.example/cb/evil'],
    ['user information', 'https://partner.example@evil.example/cb'],
    ['dot segments', 'https://partner.example/x/../cb'],
    ['a homoglyph', 'https://pаrtner.example/cb'],
    ['another site', 'https://evil.example/cb'],
  ])(
    'attack 7: a redirect URI that differs by %s is refused, and nothing leads there',
    async (_what, uri) => {
      expect(await push({ redirect_uri: uri })).toMatchObject({
        status: 400,
        error: 'invalid_request',
        uri: undefined,
      })
    },
  )

  test.each(['token', 'id_token', 'code id_token', 'code token', 'none'])(
    'attack 8: the response type %s does not exist',
    async (type) => {
      expect(await push({ response_type: type })).toMatchObject({
        status: 400,
        error: 'unsupported_response_type',
      })
    },
  )

  test('attack 8: no answer is posted, put into a fragment or signed by wish', async () => {
    for (const mode of ['form_post', 'fragment', 'web_message', 'jwt'])
      expect(await push({ response_mode: mode })).toMatchObject({ status: 400 })
  })

  test('attack 9: a pushed request names no other one', async () => {
    expect(await push({ request_uri: 'https://evil.example/request' })).toMatchObject({ status: 400 })
  })

  test.each(['client_id', 'scope', 'redirect_uri', 'authorization_details'])(
    'attack 10: %s sent twice is refused',
    async (name) => {
      const fields = await form()
      fields.append(name, fields.get(name) ?? '')
      expect(await post('/oauth/par', fields.toString())).toMatchObject({
        status: 400,
        body: { error: 'invalid_request' },
      })
    },
  )

  test('attack 11: the pushed request of one client is of no use to another', async () => {
    const { uri } = await push()
    const other = await oauth.cast()
    const page = await cast.app.open(other.app.authorizePath(String(uri)), oauth.browser(cast))
    expect(page.status).toBe(400)
    expect(page.headers.get('location')).toBeNull()
  })

  test('attack 12: a pushed request is of no use after its end, nor after it led to a code', async () => {
    const { requestUri } = await oauth.authorize(cast)
    const again = await cast.app.browse(cast.app.authorizePath(requestUri), oauth.browser(cast))
    expect(again.url.searchParams.get('code')).toBeNull()
    const { uri } = await push()
    await oauth.world.sql(
      `update oauth_artifact set expires_at = now() - interval '1 second' where model = 'PushedAuthorizationRequest'`,
    )
    const late = await cast.app.open(cast.app.authorizePath(String(uri)), oauth.browser(cast))
    expect(late.status).toBe(400)
    expect(late.text).toContain('has run out, or was used before')
  })

  test('attack 13: a proof by another key than the one that is named is refused', async () => {
    expect(await push({ dpop_jkt: 'A'.repeat(43) })).toMatchObject({ status: 400 })
  })

  test.each([
    ['no JSON', '{'],
    ['no array', '{"type":"partner_access"}'],
    ['an unknown type', '[{"type":"root","actions":["order.read"]}]'],
    ['an unknown field', '[{"type":"partner_access","actions":["order.read"],"billing":"me"}]'],
    [
      'a customer of its own choice',
      '[{"type":"partner_access","actions":["order.read"],"customer_ban":"BAN-1001"}]',
    ],
    ['an unknown action', '[{"type":"partner_access","actions":["everything"]}]'],
    ['no action', '[{"type":"partner_access","actions":[]}]'],
    [
      'actions on data that it does not name',
      '[{"type":"partner_access","actions":["order.read"],"datatypes":["services"]}]',
    ],
    [
      'unknown data',
      '[{"type":"partner_access","actions":["order.read"],"datatypes":["orders","passwords"]}]',
    ],
    ['an unknown role', '[{"type":"partner_access","actions":["order.read"],"role":"root"}]'],
    ['an action without its scope', '[{"type":"partner_access","actions":["invoice.read"]}]'],
    [
      'another place',
      '[{"type":"partner_access","actions":["order.read"],"locations":["https://evil.example"]}]',
    ],
    ['a hundred years', '[{"type":"partner_access","actions":["order.read"],"access_duration":"P99Y"}]'],
    ['a hundred levels', `[{"type":"partner_access","actions":${'['.repeat(100)}${']'.repeat(100)}}]`],
    [
      'two details',
      '[{"type":"partner_access","actions":["order.read"]},{"type":"partner_access","actions":["order.read"]}]',
    ],
  ])('attack 14: authorization details with %s are refused', async (_what, details) => {
    expect(await push({ authorization_details: details })).toMatchObject({
      status: 400,
      error: 'invalid_authorization_details',
    })
  })

  test('details that say everything that a detail can say are taken (A4)', async () => {
    const detail = {
      type: 'partner_access',
      locations: [TEST_RESOURCE],
      actions: ['order.create', 'order.read', 'service.read'],
      datatypes: ['orders', 'services'],
      customer_hint: 'BAN-1001',
      role: 'MSP_SUPPORT',
      access_duration: 'P90D',
      purpose: 'Manage broadband orders for Globex',
      reference: 'A-17',
    }
    expect(
      await push({
        scope: 'orders.read orders.write services.read',
        authorization_details: JSON.stringify([detail]),
      }),
    ).toMatchObject({ status: 201 })
  })

  test('attack 14: without authorization details, or with a megabyte of them, nothing goes on', async () => {
    expect(await push({ authorization_details: null })).toMatchObject({
      status: 400,
      error: 'invalid_authorization_details',
    })
    const huge = JSON.stringify([
      { type: 'partner_access', actions: ['order.read'], purpose: 'x'.repeat(1_000_000) },
    ])
    const answer = await push({ authorization_details: huge })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.uri).toBeUndefined()
  })

  test.each([
    ['of somebody else', 'https://other.example/api'],
    ['with a fragment', 'http://localhost:3000/api#x'],
    ['that is relative', '/api'],
    ['for managing grants', `${TEST_ISSUER}/grants`],
  ])('attack 15: a resource %s is refused', async (_what, resource) => {
    expect(await push({ resource })).toMatchObject({ status: 400, error: 'invalid_target' })
  })

  test('attack 15: two resources at once are refused', async () => {
    const fields = await form()
    fields.append('resource', 'http://localhost:3000/api')
    fields.append('resource', 'https://other.example/api')
    expect(await post('/oauth/par', fields.toString())).toMatchObject({
      status: 400,
      body: { error: 'invalid_target' },
    })
  })

  test('attack 16: a request object that is not signed as the profile asks is refused', async () => {
    const { app } = cast
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      ...Object.fromEntries(await app.parameters()),
      client_id: app.clientId,
      iss: app.clientId,
      aud: TEST_ISSUER,
      nbf: now,
      exp: now + 60,
    }
    const secret = new TextEncoder().encode(JSON.stringify(app.key.jwk))
    const rsa = await makeTestKey('RS256')
    const sign = (payload: object, alg: string, key: TestKey['privateKey'] | Uint8Array) =>
      new SignJWT({ ...payload }).setProtectedHeader({ alg, kid: app.key.jwk.kid }).sign(key)
    const { exp: _exp, ...endless } = claims
    const bad = {
      none: new UnsecuredJWT(claims).encode(),
      symmetric: await sign(claims, 'HS256', secret),
      weak: await sign(claims, 'RS256', rsa.privateKey),
      audience: await sign({ ...claims, aud: 'https://evil.example' }, 'ES256', app.key.privateKey),
      endless: await sign(endless, 'ES256', app.key.privateKey),
    }
    for (const [name, request] of Object.entries(bad)) {
      const whole = Object.entries(Object.fromEntries(await form()))
      const fields = new URLSearchParams(whole.filter(([key]) => key.startsWith('client_')))
      fields.set('request', request)
      const answer = await post('/oauth/par', fields.toString())
      expect([name, answer.status, answer.body['error']]).toEqual([name, 400, 'invalid_request_object'])
    }
  })

  test('attack 17: the endpoint takes posted forms only', async () => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
      const response = await cast.app.fetch('http://localhost:3000/oauth/par', { method })
      const answer = await readAnswer(response)
      expect([method, answer.status, answer.body['error']]).toEqual([method, 404, 'invalid_request'])
    }
    const json = await post('/oauth/par', '{}', { 'content-type': 'application/json' })
    expect([json.status, json.body['error']]).toEqual([400, 'invalid_request'])
  })

  test('attack 18: without a page nobody signs in and nobody consents', async () => {
    const wish = { prompt: 'none' }
    const { uri } = await push(wish)
    const stranger = await cast.app.browse(cast.app.authorizePath(String(uri)), new CookieJar())
    expect(stranger.url.searchParams.get('error')).toBe('login_required')
    const { uri: second } = await push(wish)
    const known = await cast.app.browse(cast.app.authorizePath(String(second)), oauth.browser(cast))
    expect(known.url.searchParams.get('error')).toBe('consent_required')
  })

  test('attack 19: a foreign host is refused, and a forwarded one has no effect anywhere', async () => {
    const paths = [
      ['GET', '/oauth/.well-known/oauth-authorization-server'],
      ['GET', '/.well-known/oauth-authorization-server/oauth'],
      ['POST', '/oauth/par'],
      ['GET', '/oauth/authorize'],
    ] as const
    for (const [method, url] of paths) {
      const evil = await oauth.world.app.http.inject({ method, url, headers: { host: 'evil.example' } })
      expect([url, evil.statusCode]).toEqual([url, 400])
      const forwarded = await oauth.world.app.http.inject({
        method,
        url,
        headers: {
          host: 'localhost:3000',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'https',
          forwarded: 'host=evil.example',
        },
      })
      expect(forwarded.body + JSON.stringify(forwarded.headers)).not.toContain('evil.example')
      expect(forwarded.body).not.toContain('https://localhost:3000')
    }
  })
})

describe('a page in a browser', () => {
  const OWN = new URL(TEST_ISSUER).origin
  const asked = async (origin: string) => {
    const { status, body } = await post('/oauth/par', (await form()).toString(), { origin })
    return [status, body['error'] ?? null]
  }

  test('asks for no client but one that is tried out, and from no site but our own', async () => {
    expect(await asked(OWN)).toEqual([400, 'invalid_request'])
    await oauth.world.seed(`update api_client set environment = 'sandbox' where id = $1`, [cast.client])
    expect(await asked('https://evil.example')).toEqual([400, 'invalid_request'])
    expect(await asked('null')).toEqual([400, 'invalid_request'])
    expect(await asked(OWN)).toEqual([201, null])
    await oauth.world.seed(`update api_client set environment = 'live' where id = $1`, [cast.client])
    expect(await asked(OWN)).toEqual([400, 'invalid_request'])
  })
})
