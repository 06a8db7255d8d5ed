import type { JWTPayload } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import {
  AUDIENCE,
  delegatedClaims,
  ISSUER,
  makeTestKey,
  NOW,
  NOW_SECONDS,
  signProof,
  signToken,
  thumbprintOf,
} from '../testing/issuer.ts'
import type { TestKey } from '../testing/issuer.ts'
import { createGatewayGuard, createGuard } from './index.ts'
import type { ReplayStore } from './index.ts'

const url = 'https://api.example/api/v1/customers/BAN-1001/orders'
const LIVE = 'https://auth.example/oauth/decision-point'
let key: TestKey
let clientKey: TestKey

beforeAll(async () => {
  ;[key, clientKey] = (await Promise.all(['k1', 'client'].map(makeTestKey))) as [TestKey, TestKey]
})

async function verify(change: JWTPayload, liveAudience?: string) {
  const guard = createGuard({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { keys: [key.publicJwk] },
    clock: () => NOW,
    ...(liveAudience !== undefined && { liveAudience }),
  })
  const token = await signToken(key, { ...delegatedClaims(await thumbprintOf(clientKey)), ...change })
  const dpop = await signProof(clientKey, { method: 'GET', url, token })
  return guard.verify({ method: 'GET', url, headers: { authorization: `DPoP ${token}`, dpop } })
}

const refused = { status: 401, message: expect.stringMatching(/only the decision point takes the token/) }

test('a token whose customer bounds revocations is refused by a guard that verifies it itself, and the refusal says why (A9)', async () => {
  await expect(verify({ aud: LIVE, max_revocation_seconds: 90 })).rejects.toMatchObject(refused)
  // An issuer that names the usual audience all the same gains nothing.
  await expect(verify({ max_revocation_seconds: 90 })).rejects.toMatchObject(refused)
  await expect(verify({ max_revocation_seconds: 90 }, LIVE)).rejects.toMatchObject(refused)
  await expect(verify({ max_revocation_seconds: null })).rejects.toMatchObject(refused)
})

test('a server that decides about every call takes it, and is told the bound (A9)', async () => {
  expect(await verify({ aud: LIVE, max_revocation_seconds: 90 }, LIVE)).toMatchObject({
    maxRevocationSeconds: 90,
  })
  expect(await verify({}, LIVE)).toMatchObject({ maxRevocationSeconds: null })
  await expect(verify({ aud: 'https://other.example' }, LIVE)).rejects.toMatchObject({ status: 401 })
})

test.each([[['network']], [['hours', 'network']], [null]])(
  'a token whose calls have conditions (%j) is refused by a guard that verifies it itself, and taken by a server that decides about every call (A8)',
  async (conditions) => {
    const claims = { call_conditions: conditions }
    await expect(verify({ aud: LIVE, ...claims })).rejects.toMatchObject(refused)
    await expect(verify(claims)).rejects.toMatchObject(refused)
    expect(await verify({ aud: LIVE, ...claims }, LIVE)).toMatchObject({ maxRevocationSeconds: null })
  },
)

test.each([0, -1, 1.5, '90', null])('a bound of %j is no missing bound', async (bound) => {
  const claims = { aud: LIVE, max_revocation_seconds: bound }
  await expect(verify(claims, LIVE)).rejects.toMatchObject({
    status: 401,
    message: expect.stringContaining('not readable'),
  })
})

function gatewayGuard(replayStore?: ReplayStore) {
  return createGatewayGuard({
    issuer: ISSUER,
    audience: 'upstream:orders',
    jwks: { keys: [key.publicJwk] },
    clock: () => NOW,
    ...(replayStore && { replayStore }),
  })
}

async function decision(change: JWTPayload) {
  const claims = {
    ...delegatedClaims('t'),
    aud: 'upstream:orders',
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 5,
    htm: 'GET',
    htp: new URL(url).pathname,
    ...change,
  }
  const context = await signToken(key, claims, { typ: 'access-context+jwt' })
  return { method: 'GET', url, headers: { 'x-access-context': context } }
}

test.each([
  ['a bound', { max_revocation_seconds: 5 }],
  ['conditions of each call', { call_conditions: ['network'] }],
])(
  'a decision under %s counts once, so that none that a gateway kept lets a call pass; any other as often as before (A8)',
  async (_which, claims) => {
    const guard = gatewayGuard()
    const bounded = await decision(claims)
    await guard.verify(bounded)
    await expect(guard.verify(bounded)).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('used before'),
    })
    const usual = await decision({})
    await guard.verify(usual)
    await guard.verify(usual)
    await guard.verify(await decision(claims))
  },
)

test('several processes share what was used, and nothing passes while that cannot be told (A8)', async () => {
  const seen = new Set<string>()
  const shared: ReplayStore = { claim: (one) => !seen.has(one) && seen.add(one).has(one) }
  const bounded = await decision({ max_revocation_seconds: 5 })
  await gatewayGuard(shared).verify(bounded)
  await expect(gatewayGuard(shared).verify(bounded)).rejects.toMatchObject({ status: 401 })
  const gone = gatewayGuard({ claim: () => Promise.reject(new Error('away')) })
  await expect(gone.verify(bounded)).rejects.toMatchObject({ status: 503 })
})
