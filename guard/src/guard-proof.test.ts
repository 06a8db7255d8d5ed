import { beforeAll, describe, expect, test } from 'vitest'
import { forge, makeGuardedWorld, url } from '../testing/guarded.ts'
import type { GuardedWorld } from '../testing/guarded.ts'
import {
  delegatedClaims,
  makeTestKey,
  NOW,
  NOW_SECONDS,
  publicHalf,
  signProof,
  signToken,
} from '../testing/issuer.ts'
import { createMemoryReplayStore, GuardError } from './index.ts'

let { issuerKey, clientKey, thumbprint, makeGuard, present, refusalOf } = {} as GuardedWorld

beforeAll(async () => {
  ;({ issuerKey, clientKey, thumbprint, makeGuard, present, refusalOf } = await makeGuardedWorld())
})

describe('a proof that does not hold', () => {
  const cases: [string, Parameters<typeof signProof>[2]][] = [
    ['for another method', { claims: { htm: 'POST' } }],
    ['for another host', { claims: { htu: 'https://evil.example/api/v1/customers/BAN-1001/orders' } }],
    ['for another path', { claims: { htu: 'https://api.example/api/v1/customers/BAN-2002/orders' } }],
    ['for another scheme', { claims: { htu: 'http://api.example/api/v1/customers/BAN-1001/orders' } }],
    [
      'with credentials in its address',
      { claims: { htu: 'https://u:p@api.example/api/v1/customers/BAN-1001/orders' } },
    ],
    ['for another token', { claims: { ath: 'AAAA' } }],
    ['for no token', { claims: { ath: undefined } }],
    ['made 300 s ago', { claims: { iat: NOW_SECONDS - 300 } }],
    ['made 61 s ahead', { claims: { iat: NOW_SECONDS + 61 } }],
    ['without a time', { claims: { iat: undefined } }],
    ['without an identifier', { claims: { jti: undefined } }],
    ['with an endless identifier', { claims: { jti: 'x'.repeat(257) } }],
    ['of another type', { header: { typ: 'JWT' } }],
    ['with a key id beside its key', { header: { kid: 'k1' } }],
  ]
  test.each(cases)('%s is refused as invalid_dpop_proof (RFC 9449 section 4.3)', async (_, change) => {
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const proof = await signProof(clientKey, { method: 'GET', url, token }, change)
    const refusal = await refusalOf(await present({}, { token, proof }))
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_dpop_proof' })
  })

  test.each(['', 'a.b', 'a.b.c', 'a.b.c, d.e.f', 'x'.repeat(5000)])('%j is refused', async (proof) => {
    const refusal = await refusalOf(await present(delegatedClaims(thumbprint), { proof }))
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_dpop_proof' })
  })

  test('none at all is refused', async () => {
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const refusal = await refusalOf({ method: 'GET', url, headers: { authorization: `DPoP ${token}` } })
    expect(refusal).toMatchObject({ status: 401, error: 'invalid_dpop_proof' })
  })

  test('one of another key is refused', async () => {
    const stranger = await makeTestKey('stranger')
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const proof = await signProof(stranger, { method: 'GET', url, token })
    expect(await refusalOf(await present({}, { token, proof }))).toMatchObject({
      error: 'invalid_dpop_proof',
    })
  })

  test("one that borrows the bound key's public half is refused", async () => {
    const stranger = await makeTestKey('stranger')
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const proof = await signProof(
      stranger,
      { method: 'GET', url, token },
      { header: { jwk: publicHalf(clientKey) } },
    )
    expect(await refusalOf(await present({}, { token, proof }))).toMatchObject({
      error: 'invalid_dpop_proof',
    })
  })

  test('one made for ES256 but signed otherwise is refused', async () => {
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const proof = forge({ alg: 'none', typ: 'dpop+jwt', jwk: publicHalf(clientKey) }, { htm: 'GET' })
    expect(await refusalOf(await present({}, { token, proof }))).toMatchObject({
      error: 'invalid_dpop_proof',
    })
  })

  test('one that carries a private key is refused', async () => {
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const proof = await signProof(
      clientKey,
      { method: 'GET', url, token },
      { header: { jwk: { ...publicHalf(clientKey), d: 'AA' } } },
    )
    expect(await refusalOf(await present({}, { token, proof }))).toMatchObject({
      error: 'invalid_dpop_proof',
    })
  })
})

describe('the second use of a proof', () => {
  test('is refused, and of 1,000 uses at once through four guards with one store exactly one passes (attack 74)', async () => {
    const replayStore = createMemoryReplayStore({ clock: () => NOW })
    const guards = Array.from({ length: 4 }, () => makeGuard({ replayStore }))
    const request = await present(delegatedClaims(thumbprint))
    const outcomes = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        (guards[index % 4] ?? makeGuard()).verify(request).then(
          () => 'passed',
          (error: GuardError) => error.error,
        ),
      ),
    )
    expect(outcomes.filter((outcome) => outcome === 'passed')).toHaveLength(1)
    expect(new Set(outcomes)).toEqual(new Set(['passed', 'invalid_dpop_proof']))
  })

  test('a refused proof takes no place in the store', async () => {
    const claimed: string[] = []
    const replayStore = { claim: (key: string) => claimed.push(key) > 0 }
    await refusalOf(await present(delegatedClaims(thumbprint), { proof: 'a.b.c' }), { replayStore })
    expect(claimed).toEqual([])
  })

  test('a store that fails makes the guard answer 503, never let pass (attack 71)', async () => {
    const replayStore = { claim: () => Promise.reject(new Error('down')) }
    const refusal = await refusalOf(await present(delegatedClaims(thumbprint)), { replayStore })
    expect(refusal).toMatchObject({ status: 503, code: 'DEPENDENCY_UNAVAILABLE' })
    expect(refusal.toHeaders(makeGuard().terms)['Retry-After']).toBe('1')
  })

  test('a full store refuses new proofs and forgets none, until old ones are over', () => {
    let now = NOW
    const store = createMemoryReplayStore({ maxEntries: 2, clock: () => now })
    const endsAt = new Date(NOW.getTime() + 1000)
    expect([store.claim('a', endsAt), store.claim('b', endsAt), store.claim('a', endsAt)]).toEqual([
      true,
      true,
      false,
    ])
    expect(() => store.claim('c', endsAt)).toThrow(GuardError)
    now = endsAt
    expect(store.claim('c', new Date(NOW.getTime() + 2000))).toBe(true)
  })
})

describe('introspection', () => {
  test.each([
    ['says no', () => Promise.resolve(false), 401],
    ['fails', () => Promise.reject(new Error('down')), 503],
  ])('that %s ends in a refusal', async (_, introspection, status) => {
    const refusal = await refusalOf(await present(delegatedClaims(thumbprint)), { introspection })
    expect(refusal.status).toBe(status)
  })
})
