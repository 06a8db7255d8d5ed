import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BackchannelWorld } from '#testing/backchannel-acts.ts'
import { randomText, readAnswer, TEST_ISSUER } from '#testing/oauth-client.ts'
import { OAuthWorld } from '#testing/oauth-world.ts'
import type { OAuthCast } from '#testing/oauth-world.ts'

let oauth: OAuthWorld
let cast: OAuthCast
beforeAll(async () => {
  oauth = await OAuthWorld.start()
  cast = await oauth.cast()
})
afterAll(() => oauth[Symbol.asyncDispose]())

/** Text that a database, a URL or JSON may stumble over. */
const ODD = [
  '',
  '\0',
  'a\0b',
  '\u{d83d}',
  '\u{fffe}',
  '\r\nset-cookie: a=b',
  '[]',
  '[null]',
  '{}',
  '"text"',
  '-1',
  '1e400',
  '99999999999999999999',
  '__proto__',
  'a'.repeat(3000),
  '\u{1f600}'.repeat(500),
  '[{"type":"partner_access","actions":["\\ud83d"]}]',
  '[{"type":"partner_access","actions":["order.read"],"customer_id":"\\u0000"}]',
  '[{"type":"partner_access","actions":{"__proto__":1}}]',
]

async function send(path: string, fields: URLSearchParams, headers: Readonly<Record<string, string>> = {}) {
  const response = await cast.app.fetch(`http://localhost:3000/oauth/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: fields.toString(),
  })
  return readAnswer(response)
}

/** The client's assertion, and what else each request of it says. */
async function authenticated(changes: {
  readonly header?: Readonly<Record<string, unknown>>
  readonly claims?: Readonly<Record<string, unknown>>
}): Promise<URLSearchParams> {
  const { clientId, key } = cast.app
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: TEST_ISSUER,
    jti: randomText(),
    iat: now,
    exp: now + 60,
    ...changes.claims,
  }
  const assertion = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'ES256', kid: key.jwk.kid, ...changes.header })
    .sign(key.privateKey)
  return new URLSearchParams({
    client_id: clientId,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  })
}

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const JWT = 'urn:ietf:params:oauth:token-type:access_token'

/** What each request consists of, and what may be added; each parameter is sent with each odd text in turn. */
const REQUESTS: readonly (readonly [path: string, usual: Readonly<Record<string, string>>, more: string])[] =
  [
    [
      'par',
      {
        response_type: 'code',
        redirect_uri: 'https://partner.example/cb',
        scope: 'orders.read',
        state: 'a-state',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        authorization_details: '[{"type":"partner_access","actions":["order.read"]}]',
      },
      'nonce resource login_hint ui_locales acr_values max_age prompt claims dpop_jkt request request_uri id_token_hint response_mode display grant_id grant_management_action unknown',
    ],
    [
      'token',
      {
        grant_type: 'authorization_code',
        code: 'a-code',
        code_verifier: 'v'.repeat(43),
        redirect_uri: 'https://partner.example/cb',
      },
      'resource scope unknown',
    ],
    [
      'token',
      { grant_type: 'refresh_token', refresh_token: 'a-token' },
      'resource scope authorization_details',
    ],
    [
      'token',
      { grant_type: GRANT, subject_token: 'a.b.c', subject_token_type: JWT },
      'actor_token actor_token_type requested_token_type resource audience scope authorization_details',
    ],
    ['token', { grant_type: 'client_credentials' }, 'resource scope authorization_details'],
    ['introspect', { token: 'a.b.c' }, 'token_type_hint'],
    ['revoke', { token: 'a.b.c' }, 'token_type_hint'],
  ]

describe('the authorization server', () => {
  test.each(REQUESTS)(
    'answers no odd text of any parameter of %s with 5xx: %o (R8)',
    async (path, usual, more) => {
      const failed: string[] = []
      for (const name of ['client_id', ...Object.keys(usual), ...more.split(' ')])
        for (const odd of ODD) {
          const fields = await authenticated({})
          for (const [each, value] of Object.entries(usual)) fields.set(each, value)
          fields.set(name, odd)
          const { status, text } = await send(path, fields)
          if (status >= 500)
            failed.push(`${name}=${JSON.stringify(odd).slice(0, 60)}: ${status} ${text.slice(0, 80)}`)
        }
      expect(failed).toEqual([])
    },
  )

  test.each(['iss', 'sub', 'aud', 'jti', 'iat', 'exp', 'nbf', 'kid', 'typ', 'jku', 'jwk', 'x5c'])(
    'answers no odd %s of an assertion with 5xx (R8)',
    async (name) => {
      const failed: string[] = []
      // Some are refused by the library that signs, before anything is sent.
      let sent = 0
      for (const odd of [...ODD, null, [], ['a', null], {}, { toString: 1 }, -1, 1e300, 0.5, true]) {
        const where = ['kid', 'typ', 'jku', 'jwk', 'x5c'].includes(name) ? 'header' : 'claims'
        const fields = await authenticated({ [where]: { [name]: odd } }).catch(() => null)
        if (fields === null) continue
        sent += 1
        fields.set('token', 'a.b.c')
        const { status, text } = await send('introspect', fields)
        if (status >= 500) failed.push(`${JSON.stringify(odd).slice(0, 60)}: ${status} ${text.slice(0, 80)}`)
      }
      expect(sent).toBeGreaterThan(5)
      expect(failed).toEqual([])
    },
  )

  test.each(['htm', 'htu', 'jti', 'iat', 'ath', 'nonce', 'typ', 'kid', 'jwk'])(
    'answers no odd %s of a proof with 5xx where a request is pushed and where a token is asked for (R8)',
    async (name) => {
      const failed: string[] = []
      // Some are refused by the library that signs, before anything is sent.
      let sent = 0
      const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
      const jwk = await exportJWK(publicKey)
      for (const odd of [
        ...ODD,
        null,
        [],
        ['a', null],
        {},
        { kty: 'EC' },
        { ...jwk, x: '' },
        { ...jwk, d: 'x' },
        -1,
        1e300,
        0.5,
      ]) {
        const isHeader = ['typ', 'kid', 'jwk'].includes(name)
        for (const path of ['par', 'token']) {
          const claims = {
            htm: 'POST',
            htu: `${TEST_ISSUER}/${path}`,
            jti: randomText(),
            iat: Math.floor(Date.now() / 1000),
          }
          const signed = new SignJWT({ ...claims, ...(!isHeader && { [name]: odd }) })
          const header = { alg: 'ES256', typ: 'dpop+jwt', jwk, ...(isHeader && { [name]: odd }) }
          const proof = await signed
            .setProtectedHeader(header as never)
            .sign(privateKey)
            .catch(() => null)
          if (proof === null) continue
          sent += 1
          const fields = await authenticated({})
          const [, usual] = REQUESTS.find(([each]) => each === path) ?? ['', {}]
          for (const [each, value] of Object.entries(usual)) fields.set(each, value)
          const { status, text } = await send(path, fields, { dpop: proof })
          if (status >= 500)
            failed.push(`${path} ${JSON.stringify(odd).slice(0, 60)}: ${status} ${text.slice(0, 80)}`)
        }
      }
      expect(sent).toBeGreaterThan(5)
      expect(failed).toEqual([])
    },
  )

  /** Details whose free words hold an odd text. */
  const detailsWith = (name: string, odd: string, actions: readonly string[]) =>
    JSON.stringify([{ type: 'partner_access', actions, [name]: odd }])
  const WORDS = ['customer_hint', 'purpose', 'reference', 'role', 'access_duration'] as const

  test('answers no odd text that it took from a pushed request with 5xx further on, where people decide (R8)', async () => {
    const failed: string[] = []
    let taken = 0
    const goOn = async (what: string, changes: Readonly<Record<string, string>>) => {
      const pushed = await cast.app.push(changes)
      if (pushed.status >= 500) failed.push(`${what}: pushed ${pushed.status}`)
      if (pushed.status !== 201) return
      taken += 1
      const path = cast.app.authorizePath(String(pushed.body['request_uri']))
      const jar = oauth.browser(cast)
      const page = await cast.app.open(path, jar)
      const next = page.headers.get('location')
      const statuses = [
        page.status,
        next?.startsWith('/') === true && (await cast.app.open(next, jar)).status,
      ]
      if (statuses.some((status) => Number(status) >= 400))
        failed.push(`${what}: ${statuses.join(' ')} ${page.text.slice(0, 80)}`)
    }
    for (const odd of ODD.filter((text) => text !== '')) {
      const told = JSON.stringify(odd).slice(0, 60)
      for (const name of ['state', 'ui_locales', 'login_hint', 'acr_values', 'nonce'])
        await goOn(`${name}=${told}`, { [name]: odd })
      for (const name of WORDS)
        await goOn(`${name}: ${told}`, { authorization_details: detailsWith(name, odd, ['order.read']) })
    }
    expect(failed).toEqual([])
    expect(taken).toBeGreaterThan(20)
  }, 120_000)

  test('refuses text that cannot be kept where it is sent, and names its parameter', async () => {
    for (const [name, odd] of [
      ['state', 'a\0b'],
      ['login_hint', '\u0085'],
    ] as const)
      expect((await cast.app.push({ [name]: odd })).body).toMatchObject({
        error: 'invalid_request',
        error_description: `${name} must be text without control characters`,
      })
    const { body } = await cast.app.push({
      authorization_details: detailsWith('purpose', '\ud83d', ['order.read']),
    })
    expect(body).toMatchObject({ error: 'invalid_authorization_details' })
    // Details on several lines are as good as on one.
    const laidOut = JSON.stringify([{ type: 'partner_access', actions: ['order.read'] }], null, 2)
    expect((await cast.app.push({ authorization_details: laidOut })).status).toBe(201)
  })

  test('answers no odd text of a request without a browser with 5xx (R8)', async () => {
    await using ciba = await BackchannelWorld.start()
    const scene = await ciba.open()
    const failed: string[] = []
    const look = async (what: string, changes: Readonly<Record<string, string>>) => {
      const { status, text } = await ciba.ask(scene, changes)
      if (status >= 500) failed.push(`${what}: ${status} ${text.slice(0, 80)}`)
      await ciba.letExpire(scene)
    }
    for (const odd of ODD) {
      const told = JSON.stringify(odd).slice(0, 60)
      for (const name of [
        'scope',
        'login_hint',
        'binding_message',
        'acr_values',
        'requested_expiry',
        'user_code',
      ])
        await look(`${name}=${told}`, { [name]: odd })
      for (const name of WORDS)
        await look(`${name}: ${told}`, { authorization_details: detailsWith(name, odd, ['order.create']) })
    }
    expect(failed).toEqual([])
  }, 120_000)
})
