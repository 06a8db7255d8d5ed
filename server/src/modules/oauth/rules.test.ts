import { ACTION_NAMES, SCOPE_NAMES, scopeOfAction } from '@liaison/access'
import fc from 'fast-check'
import { exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { requireInvariants } from './claims-schema.ts'
import type { TokenClaims } from './claims-schema.ts'
import { grantTypesOf, toClientMetadata } from './client-metadata.ts'
import type { RegisteredClient } from './client-metadata.ts'
import { actionsOutside, actionsWithin, parseChoice, parseRequested, secondsOfDuration } from './details.ts'
import { findRedirectUriFault, parseClientRegistration } from './registration.ts'
import { findWeakClient } from './self-check.ts'
import { cookieNamesOf } from './settings.ts'

const keys: Record<'ec' | 'rsa' | 'weak' | 'okp', Record<string, unknown>> = {
  ec: {},
  rsa: {},
  weak: {},
  okp: {},
}
beforeAll(async () => {
  const make = async (alg: string, modulusLength = 2048) => {
    const { publicKey } = await generateKeyPair(alg, { extractable: true, modulusLength })
    return { ...(await exportJWK(publicKey)), kid: alg }
  }
  keys.ec = await make('ES256')
  keys.rsa = await make('PS256')
  keys.weak = { ...keys.rsa, n: Buffer.alloc(128, 255).toString('base64url') }
  keys.okp = await make('EdDSA')
})

const register = (changes: Partial<Parameters<typeof parseClientRegistration>[0]> = {}) =>
  parseClientRegistration({
    environment: 'live',
    redirectUris: ['https://partner.example/cb'],
    scopes: ['orders.read'],
    jwks: { keys: [keys.ec] },
    ...changes,
  })

const codes = (changes: Parameters<typeof register>[0]) => {
  const result = register(changes)
  return 'faults' in result ? result.faults.map(({ code }) => code) : []
}

describe('the registration of a client (attack 81)', () => {
  test('takes public keys of every kind the profile has, and keeps nothing but them', () => {
    const result = register({
      jwks: { keys: [{ ...keys.ec, x5u: 'http://169.254.169.254/' }, keys.rsa, keys.okp], other: 1 },
    })
    if ('faults' in result) throw new Error(JSON.stringify(result.faults))
    expect(result.registration.jwks.keys.map((key) => [key['kty'], key['alg'], key['x5u']])).toEqual([
      ['EC', 'ES256', undefined],
      ['RSA', 'PS256', undefined],
      ['OKP', undefined, undefined],
    ])
    expect(Object.keys(result.registration.jwks)).toEqual(['keys'])
  })

  test.each([
    ['http', 'http://partner.example/cb'],
    ['loopback', 'http://localhost:8080/cb'],
    ['a scheme of its own', 'partner:/cb'],
    ['a fragment', 'https://partner.example/cb#x'],
    ['an empty fragment', 'https://partner.example/cb#'],
    ['a wildcard', 'https://*.partner.example/cb'],
    ['a user name', 'https://partner.example@evil.example/cb'],
    ['an empty user name', 'https://@evil.example/cb'],
    ['dot segments', 'https://partner.example/a/../cb'],
    ['encoded dot segments', 'https://partner.example/%2e%2e/cb'],
    ['a backslash', 'https://partner.example\\@evil.example/cb'],
    ['other letters', 'https://pаrtner.example/cb'],
    ['capital letters in the host', 'https://Partner.example/cb'],
    ['no host', 'https:///cb'],
    ['a script', 'javascript:alert(1)'],
    ['nothing', ''],
    ['a relative path', '/cb'],
  ])('refuses a redirect URI with %s', (_what, uri) => {
    expect(codes({ redirectUris: [uri] })).toEqual(['INVALID_REDIRECT_URI'])
  })

  test('lets a sandbox client use http on the loopback interface, and nowhere else', () => {
    for (const uri of ['http://localhost:8080/cb', 'http://127.0.0.1/cb', 'http://[::1]:9/cb'])
      expect(findRedirectUriFault(uri, 'sandbox')).toBeNull()
    for (const uri of ['http://partner.example/cb', 'http://127.0.0.1.evil.example/cb', 'http://10.0.0.1/cb'])
      expect(findRedirectUriFault(uri, 'sandbox')).not.toBeNull()
  })

  test('never takes an address that a browser would read differently', () => {
    fc.assert(
      fc.property(
        fc.webUrl({ validSchemes: ['https'], withFragments: true, withQueryParameters: true }),
        (uri) => {
          if (findRedirectUriFault(uri, 'live') !== null) return
          const { protocol, username, password, hash, host } = new URL(uri)
          expect([protocol, username, password, hash]).toEqual(['https:', '', '', ''])
          expect(uri.startsWith(`https://${host}`)).toBe(true)
        },
      ),
    )
  })

  test('refuses key sets that prove nothing or give something away, and tells every fault at once', () => {
    expect(codes({ jwks: { keys: [] } })).toEqual(['KEY_REQUIRED'])
    expect(codes({ jwks: null })).toEqual(['KEY_REQUIRED'])
    expect(codes({ jwks: { keys: [{ kty: 'oct', k: 'AAAA', kid: 'a' }] } })).toEqual(['SYMMETRIC_KEY'])
    expect(codes({ jwks: { keys: [{ ...keys.ec, d: 'AAAA' }] } })).toEqual(['PRIVATE_KEY'])
    expect(codes({ jwks: { keys: [{ ...keys.rsa, p: 'AAAA' }] } })).toEqual(['PRIVATE_KEY'])
    expect(codes({ jwks: { keys: [keys.ec, keys.ec] } })).toEqual(['DUPLICATE'])
    expect(codes({ jwks: { keys: [keys.weak] } })).toEqual(['WEAK_KEY'])
    for (const bad of [
      { ...keys.ec, kid: undefined },
      { ...keys.ec, crv: 'P-521' },
      { ...keys.rsa, alg: 'RS256' },
      { ...keys.ec, use: 'enc' },
      'text',
      7,
    ])
      expect(codes({ jwks: { keys: [bad] } })).toContain('INVALID_KEY')
    expect(
      codes({ jwks: { keys: [] }, scopes: ['admin.all'], redirectUris: ['http://x'] }).toSorted(),
    ).toEqual(['INVALID_REDIRECT_URI', 'KEY_REQUIRED', 'UNKNOWN_SCOPE'])
    expect(codes({ scopes: [] })).toEqual(['REQUIRED'])
  })
})

const client = (changes: Partial<RegisteredClient> = {}): RegisteredClient => ({
  clientId: 'cli_x',
  name: 'A client',
  environment: 'live',
  redirectUris: ['https://partner.example/cb'],
  scopes: ['orders.read'],
  tokenBinding: 'dpop',
  certificates: [],
  networks: [],
  pinsProofKey: false,
  jwks: { keys: [] },
  partnerKinds: ['msp'],
  hasOwnAccounts: false,
  asksWithoutBrowser: false,
  ...changes,
})

describe('what a client may do', () => {
  test('follows from who owns it; a partner that only refers may do nothing (attack 56)', () => {
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
    expect(grantTypesOf(client())).toEqual([
      'authorization_code',
      'refresh_token',
      'client_credentials',
      exchange,
    ])
    expect(grantTypesOf(client({ partnerKinds: ['wholesaler'] }))).toContain(exchange)
    expect(grantTypesOf(client({ partnerKinds: ['referral'] }))).toEqual([])
    expect(grantTypesOf(client({ partnerKinds: null, hasOwnAccounts: true, redirectUris: [] }))).toEqual([
      'client_credentials',
    ])
  })

  test('is never weaker than the profile, whatever the record says (trap 1)', () => {
    fc.assert(
      fc.property(
        fc.record({
          partnerKinds: fc.option(fc.array(fc.constantFrom('msp', 'wholesaler', 'referral'))),
          hasOwnAccounts: fc.boolean(),
          redirectUris: fc.array(fc.webUrl()),
          environment: fc.constantFrom('live' as const, 'sandbox' as const),
        }),
        (changes) => {
          expect(toClientMetadata(client(changes))).toMatchObject({
            token_endpoint_auth_method: 'private_key_jwt',
            dpop_bound_access_tokens: true,
            require_pushed_authorization_requests: true,
          })
        },
      ),
    )
  })

  test('a registered client that is weaker stops the server at its start', () => {
    expect(findWeakClient(client({ jwks: { keys: [{ ...keys.ec, kid: 'a', kty: 'EC' }] } }))).toEqual([])
    expect(findWeakClient(client())).toEqual([expect.stringContaining('cli_x: /jwks')])
    expect(findWeakClient(client({ redirectUris: ['http://partner.example/cb'] }))).toHaveLength(2)
  })
})

describe('authorization details', () => {
  test('that are asked for keep to the published form', () => {
    expect(
      parseRequested({ type: 'partner_access', actions: ['order.read'], access_duration: 'P90D' }),
    ).toMatchObject({ detail: {} })
    for (const bad of [
      null,
      7,
      [],
      {},
      { type: 'x' },
      { type: 'partner_access' },
      { type: 'partner_access', actions: ['order.read'], extra: 1 },
    ])
      expect(parseRequested(bad)).toHaveProperty('fault')
  })

  test('that name kinds of data are about those kinds, all of them and no other (A4)', () => {
    const ask = (more: object) =>
      parseRequested({
        type: 'partner_access',
        actions: ['order.read', 'order.create', 'service.read'],
        ...more,
      })
    for (const good of [
      {},
      { datatypes: ['orders', 'services'] },
      { datatypes: ['services', 'orders'], role: 'MSP_SUPPORT' },
      { role: 'partner_msp_full' },
    ])
      expect(ask(good), JSON.stringify(good)).toHaveProperty('detail')
    expect(ask({ datatypes: ['orders'] })).toEqual({
      fault: 'datatypes: service.read concern what is not named here',
    })
    expect(ask({ datatypes: ['orders', 'services', 'invoices'] })).toEqual({
      fault: 'datatypes: no action concerns invoices',
    })
    for (const bad of [{ datatypes: [] }, { datatypes: ['passwords'] }, { role: 'root' }, { role: '' }])
      expect(ask(bad), JSON.stringify(bad)).toHaveProperty('fault')
  })

  test('that are chosen are one, and of the published form', () => {
    expect(parseChoice(undefined)).toBeNull()
    expect(parseChoice('[{"type":"partner_access","customer_ban":"BAN-1"}]')).toEqual({
      detail: { type: 'partner_access', customer_ban: 'BAN-1' },
    })
    for (const bad of [
      '{',
      '[]',
      '[{},{}]',
      '{}',
      '[{"type":"x"}]',
      '[{"type":"partner_access","x":1}]',
      ['[]'],
      7,
    ])
      expect(parseChoice(bad)).toHaveProperty('fault')
  })

  test('the words about a fault stay within what an error description may hold (RFC 6749 section 5.2)', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const parsed = parseRequested(value)
        expect('fault' in parsed ? parsed.fault : '').toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/)
      }),
    )
  })

  test('actions are divided by the scopes that cover them, without rest', () => {
    fc.assert(
      fc.property(fc.subarray([...ACTION_NAMES]), fc.subarray([...SCOPE_NAMES]), (actions, scopes) => {
        const within = actionsWithin(actions, new Set(scopes))
        expect([...within, ...actionsOutside(actions, new Set(scopes))].toSorted()).toEqual(
          [...actions].toSorted(),
        )
        for (const action of within) expect(scopes).toContain(scopeOfAction(action))
      }),
    )
  })

  test.each([
    ['P90D', 90 * 86_400],
    ['P1Y', 365 * 86_400],
    ['P1M2W', 44 * 86_400],
    ['PT12H', 43_200],
    ['P', null],
    ['PT', null],
    ['90D', null],
    ['P-1D', null],
    ['P1.5D', null],
  ])('a duration of %s is %s seconds', (text, seconds) => {
    expect(secondsOfDuration(text)).toBe(seconds)
  })
})

describe('claims', () => {
  const id = (prefix: string) => `${prefix}_00000000000000000000000001`
  const delegated: TokenClaims = {
    iss: 'https://auth.example/oauth',
    aud: 'https://api.example/api',
    sub: id('ten'),
    client_id: id('cli'),
    jti: 'a'.repeat(20),
    iat: 1,
    exp: 301,
    scope: 'orders.read',
    access: 'delegated',
    partner_id: id('par'),
    partner_kind: 'partner',
    customer_id: id('ten'),
    customer_ban: 'BAN-1',
    delegation_id: id('con'),
    delegation_ver: 1,
    authorized_by: 'apr_x',
    act: { sub: `client:${id('cli')}`, partner_id: id('par') },
    billing: { party: id('ten'), ban: 'BAN-1', mode: 'direct' },
    authorization_details: [
      {
        type: 'partner_access',
        customer_id: id('ten'),
        customer_ban: 'BAN-1',
        actions: ['order.read'],
        locations: [],
      },
    ],
    cnf: { jkt: 'j'.repeat(43) },
  }

  test('that hold may leave', () => {
    expect(requireInvariants(delegated)).toEqual(delegated)
  })

  test.each([
    'partner_id',
    'customer_id',
    'customer_ban',
    'delegation_id',
    'delegation_ver',
    'act',
    'billing',
    'authorized_by',
    'authorization_details',
    'cnf',
    'sub',
  ])('without %s a delegated token never leaves (invariant 1)', (name) => {
    const { [name as keyof TokenClaims]: _left, ...without } = delegated
    expect(() => requireInvariants(without)).toThrow(/./)
  })

  test.each([
    ['an own token that names a delegation', { access: 'own' }],
    ['a subject that is not the organisation', { sub: id('cli') }],
    [
      'another partner as the one who acts',
      { act: { sub: 'client:x', partner_id: `${id('par').slice(0, -1)}2` } },
    ],
    ['a resale under a consent', { access: 'resale' }],
    [
      'details of another account',
      { authorization_details: [{ ...delegated.authorization_details?.[0], customer_ban: 'BAN-2' }] },
    ],
    ['an end before its beginning', { exp: 1 }],
    ['a claim that nobody knows', { admin: true }],
    [
      'actors four deep',
      { act: { sub: 'a', partner_id: id('par'), act: { sub: 'b', act: { sub: 'c', act: { sub: 'd' } } } } },
    ],
  ])('%s never leaves', (_what, changes) => {
    expect(() => requireInvariants({ ...delegated, ...changes })).toThrow(/./)
  })
})

test('over TLS the cookies of an interaction are named so that a browser keeps none that is not Secure (ASVS 3.3.1)', () => {
  const { interaction, resume } = cookieNamesOf('https://auth.example/oauth')
  expect([interaction, resume]).toEqual(['__Secure-liaison_interaction', '__Secure-liaison_resume'])
  // A demo on this machine speaks no TLS, and a browser would keep no cookie of such a name there.
  expect(cookieNamesOf('http://localhost:3000/oauth').interaction).toBe('liaison_interaction')
})
