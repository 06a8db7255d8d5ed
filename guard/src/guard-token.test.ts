import { createHmac } from 'node:crypto'
import { exportSPKI, importJWK } from 'jose'
import type { CryptoKey, JWTPayload } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { forge, makeGuardedWorld, url } from '../testing/guarded.ts'
import type { GuardedWorld } from '../testing/guarded.ts'
import {
  AUDIENCE,
  delegatedClaims,
  makeTestKey,
  NOW,
  NOW_SECONDS,
  ownClaims,
  signProof,
  signToken,
} from '../testing/issuer.ts'

let { issuerKey, clientKey, thumbprint, makeGuard, present, refusalOf } = {} as GuardedWorld

beforeAll(async () => {
  ;({ issuerKey, clientKey, thumbprint, makeGuard, present, refusalOf } = await makeGuardedWorld())
})

const METADATA = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/api"'

function without(claims: JWTPayload, name: string): JWTPayload {
  return Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name))
}

describe('a request that holds', () => {
  test('names both parties, the actor, the payer and what was granted (A3)', async () => {
    const context = await makeGuard().verify(await present(delegatedClaims(thumbprint)))
    expect(context).toMatchObject({
      access: 'delegated',
      partnerId: 'par_acme',
      customerId: 'ten_globex',
      customerBan: 'BAN-1001',
      delegationId: 'con_7f2',
      delegationVersion: 4,
      authorizedBy: 'apr_9',
      actor: { subject: 'client:cli_acme', partnerId: 'par_acme', act: null },
      billing: { party: 'ten_globex', ban: 'BAN-1001', mode: 'direct' },
      scopes: ['orders.read', 'orders.write'],
    })
    expect(context.details?.[0]?.actions).toEqual(['order.create', 'order.read'])
  })

  test("may be for the client's own organisation, without a delegation (A5)", async () => {
    const context = await makeGuard().verify(await present(ownClaims(thumbprint)))
    expect(context).toMatchObject({ access: 'own', delegationId: null, details: null })
  })

  test('may carry a query, which the proof leaves out', async () => {
    const request = await present(delegatedClaims(thumbprint))
    const context = await makeGuard().verify({ ...request, url: `${url}?limit=5` })
    expect(context.customerBan).toBe('BAN-1001')
  })

  test('may come with fetch-style headers', async () => {
    const request = await present(delegatedClaims(thumbprint))
    const headers = new Headers(request.headers as Record<string, string>)
    await expect(makeGuard().verify({ ...request, headers })).resolves.toMatchObject({ access: 'delegated' })
  })

  test('leaves out details that have run out', async () => {
    const claims = delegatedClaims(thumbprint)
    const [detail] = claims['authorization_details'] as object[]
    claims['authorization_details'] = [{ ...detail, expires_at: '2026-11-22T11:59:59Z' }]
    const context = await makeGuard().verify(await present(claims))
    expect(context.details).toEqual([])
  })
})

describe('a request without a usable token (attack 59)', () => {
  test.each([
    ['no Authorization', {}, null],
    ['an unknown scheme', { authorization: 'Basic abc' }, 'invalid_token'],
    ['an empty token', { authorization: 'DPoP ' }, 'invalid_token'],
    ['two tokens', { authorization: ['DPoP a', 'DPoP b'] }, 'invalid_token'],
  ])('%s is answered 401 with a challenge that names the metadata', async (_, headers, error) => {
    const refusal = await refusalOf({ method: 'GET', url, headers })
    const challenge = refusal.toHeaders(makeGuard().terms)['WWW-Authenticate']
    expect(refusal.status).toBe(401)
    expect(challenge).toContain(METADATA)
    expect(challenge).toContain('algs="ES256"')
    expect(/ error="([a-z_]+)"/.exec(challenge ?? '')?.[1] ?? null).toBe(error)
  })

  test('a token in the query is refused even beside a good one', async () => {
    const request = await present(delegatedClaims(thumbprint))
    const refusal = await refusalOf({ ...request, url: `${url}?access_token=abc` })
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_token' })
  })

  test('a bound token sent as Bearer is refused (attack 60)', async () => {
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const proof = await signProof(clientKey, { method: 'GET', url, token })
    const refusal = await refusalOf({
      method: 'GET',
      url,
      headers: { authorization: `Bearer ${token}`, dpop: proof },
    })
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_token' })
  })
})

describe('a token that is not ours (attack 61)', () => {
  const other = 'https://other.example'
  test.each<[string, object, Record<string, unknown>]>([
    ['of another audience', { aud: other }, {}],
    ['for a second audience besides ours', { aud: [AUDIENCE, other] }, {}],
    ['for ours as a list', { aud: [AUDIENCE] }, {}],
    ['of another issuer', { iss: other }, {}],
    ['of type JWT', {}, { typ: 'JWT' }],
    ['of no type', {}, { typ: undefined }],
    ['that is an ID token', { nonce: 'n' }, { typ: 'id+jwt' }],
    ['that is an access context', {}, { typ: 'access-context+jwt' }],
    ['whose key id climbs', {}, { kid: '../../etc/passwd' }],
    ['whose key id is an address', {}, { kid: 'https://evil.example/k' }],
    ['whose key id is SQL', {}, { kid: "k1' or '1'='1" }],
    ['without a key id', {}, { kid: undefined }],
    ['with an address of keys', {}, { jku: 'https://evil.example/jwks' }],
    ['with an address of a certificate', {}, { x5u: 'https://evil.example/x' }],
    ['with a key of its own', {}, { jwk: { kty: 'EC' } }],
    ['with a critical extension', {}, { crit: ['exp'] }],
  ])('one %s is refused, and nothing is fetched', async (_, change, header) => {
    const asked: string[] = []
    const refusal = await refusalOf(
      await present({ ...delegatedClaims(thumbprint), ...change }, { header }).catch(async () =>
        // The signer refuses some headers; a caller would not.
        present({}, { token: forge({ ...header, alg: 'ES256', typ: 'at+jwt' }, change) }),
      ),
      {
        fetch: (input) => {
          asked.push(input instanceof Request ? input.url : input.toString())
          return Promise.resolve(new Response('{}', { status: 404 }))
        },
      },
    )
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_token' })
    expect(asked).toEqual([])
  })

  test('one signed with another key of the same id is refused', async () => {
    const impostor = await makeTestKey('k1')
    const token = await signToken(impostor, delegatedClaims(thumbprint))
    expect(await refusalOf(await present({}, { token }))).toMatchObject({ status: 401 })
  })
})

describe('a signature that does not hold (attack 62)', () => {
  async function signed(): Promise<[string, string, string]> {
    const [header = '', claims = '', signature = ''] = (
      await signToken(issuerKey, delegatedClaims(thumbprint))
    ).split('.')
    return [header, claims, signature]
  }

  test.each([
    ['none', async () => forge({ alg: 'none', typ: 'at+jwt', kid: 'k1' }, delegatedClaims(thumbprint), '')],
    [
      'none with a signature',
      () => forge({ alg: 'none', typ: 'at+jwt', kid: 'k1' }, delegatedClaims(thumbprint)),
    ],
    [
      'HS256 keyed with the public key',
      async () => {
        const spki = await exportSPKI(
          (await importJWK(issuerKey.publicJwk, 'ES256', { extractable: true })) as CryptoKey,
        )
        const unsigned = forge(
          { alg: 'HS256', typ: 'at+jwt', kid: 'k1' },
          delegatedClaims(thumbprint),
          '',
        ).slice(0, -1)
        return `${unsigned}.${createHmac('sha256', spki).update(unsigned).digest('base64url')}`
      },
    ],
    ['truncated', async () => (await signed()).join('.').slice(0, -8)],
    [
      'of zeros',
      async () => [...(await signed()).slice(0, 2), Buffer.alloc(64).toString('base64url')].join('.'),
    ],
    [
      'over other claims',
      async () => {
        const [header, , signature] = await signed()
        const claims = { ...delegatedClaims(thumbprint), customer_ban: 'BAN-2002' }
        return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.')
      },
    ],
  ])('%s is refused', async (_, makeToken) => {
    const token = await makeToken()
    const refusal = await refusalOf(await present({}, { token }))
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_token' })
  })
})

describe('a token that leaves a party unnamed (attack 63)', () => {
  test.each([
    'partner_id',
    'partner_kind',
    'customer_id',
    'customer_ban',
    'act',
    'delegation_id',
    'delegation_ver',
    'authorized_by',
    'billing',
  ])('a delegated token without %s is refused with 403 (A3)', async (name) => {
    const refusal = await refusalOf(await present(without(delegatedClaims(thumbprint), name)))
    expect(refusal).toMatchObject({ status: 403, code: 'CUSTOMER_MISMATCH' })
  })

  test.each([
    ['another subject than its customer', { sub: 'ten_other' }],
    [
      'details of another customer',
      {
        authorization_details: [
          { type: 'partner_access', customer_id: 'ten_other', customer_ban: 'BAN-1001', actions: [] },
        ],
      },
    ],
    [
      'details of another account',
      {
        authorization_details: [
          { type: 'partner_access', customer_id: 'ten_globex', customer_ban: 'BAN-9', actions: [] },
        ],
      },
    ],
  ])('a delegated token with %s is refused with 403', async (_, change) => {
    const refusal = await refusalOf(await present({ ...delegatedClaims(thumbprint), ...change }))
    expect(refusal).toMatchObject({ status: 403, code: 'CUSTOMER_MISMATCH' })
  })

  test.each([
    ['no access mode', { access: undefined }],
    ['an unknown access mode', { access: 'any' }],
    ['no bound key', { cnf: undefined }],
    ['four actors', { act: { sub: 'a', act: { sub: 'b', act: { sub: 'c', act: { sub: 'd' } } } } }],
  ])('a token with %s is refused with 401', async (_, change) => {
    const refusal = await refusalOf(await present({ ...delegatedClaims(thumbprint), ...change }))
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_token' })
  })

  test('a token of mode own that names a delegation is refused (A3 invariant 2)', async () => {
    const refusal = await refusalOf(await present({ ...ownClaims(thumbprint), delegation_id: 'con_1' }))
    expect(refusal).toMatchObject({ status: 401 })
  })
})

describe('the times of a token (attack 75)', () => {
  test.each<[string, object, boolean]>([
    ['ended 9 s ago', { exp: NOW_SECONDS - 9 }, true],
    ['ended 10 s ago', { exp: NOW_SECONDS - 10 }, false],
    ['issued 10 s ahead', { iat: NOW_SECONDS + 10 }, true],
    ['issued 11 s ahead', { iat: NOW_SECONDS + 11 }, false],
    ['valid from 10 s ahead', { nbf: NOW_SECONDS + 10 }, true],
    ['valid from 61 s ahead', { nbf: NOW_SECONDS + 61 }, false],
    ['without an end', { exp: undefined }, false],
    ['without a time of issue', { iat: undefined }, false],
  ])('one %s: accepted %#', async (_, change, isAccepted) => {
    const request = await present({ ...delegatedClaims(thumbprint), ...change })
    const outcome = await makeGuard()
      .verify(request)
      .then(
        () => true,
        () => false,
      )
    expect(outcome).toBe(isAccepted)
  })

  test('a token found authentic is refused once it has ended, though it is remembered', async () => {
    let now = NOW
    const guard = makeGuard({ clock: () => now })
    const token = await signToken(issuerKey, { ...delegatedClaims(thumbprint), exp: NOW_SECONDS + 20 })
    await guard.verify(await present({}, { token }))
    now = new Date(NOW.getTime() + 31_000)
    const proof = await signProof(
      clientKey,
      { method: 'GET', url, token },
      { claims: { iat: NOW_SECONDS + 31 } },
    )
    await expect(guard.verify(await present({}, { token, proof }))).rejects.toMatchObject({ status: 401 })
  })
})
