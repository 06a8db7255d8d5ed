import type { JWTPayload } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import {
  AUDIENCE,
  delegatedClaims,
  ISSUER,
  makeTestKey,
  NOW,
  signProof,
  signToken,
  thumbprintOf,
} from '../testing/issuer.ts'
import type { TestKey } from '../testing/issuer.ts'
import {
  accountNameOf,
  createGuard,
  createIntrospection,
  keepIntrospection,
  requireCustomer,
} from './index.ts'
import type { Introspection } from './index.ts'

const REF = `crf_${'a'.repeat(32)}`
const OTHER = `crf_${'b'.repeat(32)}`
const url = `https://api.example/api/v1/customers/${REF}/orders`
let key: TestKey
let clientKey: TestKey

beforeAll(async () => {
  ;[key, clientKey] = (await Promise.all(['k1', 'client'].map(makeTestKey))) as [TestKey, TestKey]
})

/** The claims of a partner that is given references. */
async function refClaims(changes: JWTPayload = {}): Promise<JWTPayload> {
  const {
    customer_ban: _ban,
    authorization_details: details,
    ...claims
  } = delegatedClaims(await thumbprintOf(clientKey))
  return {
    ...claims,
    customer_ref: REF,
    billing: { party: claims['customer_id'], ref: REF, mode: 'direct' },
    authorization_details: (details as JWTPayload[]).map(({ customer_ban: _one, ...detail }) => ({
      ...detail,
      customer_ref: REF,
    })),
    ...changes,
  }
}

async function verify(claims: JWTPayload, introspection?: Introspection) {
  const guard = createGuard({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: { keys: [key.publicJwk] },
    clock: () => NOW,
    ...(introspection && { introspection }),
  })
  const token = await signToken(key, claims)
  const dpop = await signProof(clientKey, { method: 'GET', url, token })
  return guard.verify({ method: 'GET', url, headers: { authorization: `DPoP ${token}`, dpop } })
}

test('a token that names its account by reference opens that, and its number is as foreign as any (A3, attack 64)', async () => {
  const context = await verify(await refClaims())
  expect(context).toMatchObject({ customerBan: null, customerRef: REF, billing: { ban: null, ref: REF } })
  expect(accountNameOf(context)).toBe(REF)
  expect(() => requireCustomer(context, REF)).not.toThrow()
  for (const name of ['BAN-1001', OTHER, ''])
    expect(() => requireCustomer(context, name)).toThrow('another customer or billing account')
})

test('details about another account, or in other words than the token, make it refused (A4)', async () => {
  const claims = await refClaims()
  const [detail] = claims['authorization_details'] as JWTPayload[]
  for (const change of [{ customer_ref: OTHER }, { customer_ban: 'BAN-1001' }])
    await expect(
      verify({ ...claims, authorization_details: [{ ...detail, ...change }] }),
    ).rejects.toMatchObject({ status: 403, code: 'CUSTOMER_MISMATCH' })
  await expect(verify(await refClaims({ customer_ref: undefined }))).rejects.toMatchObject({ status: 403 })
  await expect(verify({ ...claims, billing: { party: 'ten_globex', mode: 'direct' } })).rejects.toMatchObject(
    { status: 403 },
  )
})

test('who asks about the token is told the numbers, also by an answer that was kept (A8)', async () => {
  let asked = 0
  const told = { active: true, customer_ban: 'BAN-1001', customer_ref: REF, billing: { ban: 'BAN-7' } }
  const ask = createIntrospection({
    endpoint: new URL('https://auth.example/introspect'),
    credential: 'a credential',
    fetch: () => {
      asked += 1
      return Promise.resolve(Response.json(told))
    },
  })
  const { introspection } = keepIntrospection(ask, { clock: () => NOW })
  const token = await signToken(key, await refClaims())
  expect(await introspection(token)).toEqual({ customerBan: 'BAN-1001', billingBan: 'BAN-7' })
  expect(await introspection(token)).toEqual({ customerBan: 'BAN-1001', billingBan: 'BAN-7' })
  expect(asked).toBe(1)
  const context = await verify(await refClaims(), ask)
  expect(context).toMatchObject({
    customerBan: 'BAN-1001',
    customerRef: REF,
    billing: { ban: 'BAN-7', ref: REF },
    details: [{ customerBan: 'BAN-1001', customerRef: REF }],
  })
  // The path still names the account as its caller does.
  expect(() => requireCustomer(context, 'BAN-1001')).toThrow(/./)
})

test('a token that names its account by number takes nothing else from an answer', async () => {
  const claims = delegatedClaims(await thumbprintOf(clientKey))
  const context = await verify(claims, () => Promise.resolve({ customerBan: 'BAN-9', billingBan: null }))
  expect(context).toMatchObject({ customerBan: 'BAN-1001', customerRef: null })
})
