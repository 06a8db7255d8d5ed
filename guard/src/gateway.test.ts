import type { JWTPayload } from 'jose'
import { beforeAll, expect, test } from 'vitest'
import { delegatedClaims, makeTestKey, NOW, NOW_SECONDS, signToken } from '../testing/issuer.ts'
import type { TestKey } from '../testing/issuer.ts'
import { createGatewayGuard } from './index.ts'

const ISSUER = 'https://partners.example'
const url = 'https://partners.example/api/v1/customers/BAN-1001/orders?limit=3'
let key: TestKey

beforeAll(async () => {
  key = await makeTestKey('pdp-1')
})

function contextClaims(change: JWTPayload = {}): JWTPayload {
  const seen = { iss: ISSUER, aud: 'upstream:orders', iat: NOW_SECONDS, exp: NOW_SECONDS + 30 }
  return { ...delegatedClaims('t'), ...seen, htm: 'GET', htp: '/api/v1/customers/BAN-1001/orders', ...change }
}

function verify(header: string | string[] | undefined, method = 'GET', address = url) {
  const guard = createGatewayGuard({
    issuer: ISSUER,
    audience: 'upstream:orders',
    jwks: { keys: [key.publicJwk] },
    clock: () => NOW,
  })
  return guard.verify({
    method,
    url: address,
    headers: { 'x-access-context': header, 'x-customer-ban': 'BAN-9' },
  })
}

function sign(claims: JWTPayload, typ = 'access-context+jwt') {
  return signToken(key, claims, { typ })
}

test('an upstream reads both parties from the signed context, and from nothing else (A8)', async () => {
  expect(await verify(await sign(contextClaims()))).toMatchObject({
    access: 'delegated',
    partnerId: 'par_acme',
    customerBan: 'BAN-1001',
  })
})

test('a call that did not come through the gateway is refused (attack 77)', async () => {
  await expect(verify(undefined)).rejects.toMatchObject({ status: 401 })
  await expect(verify('')).rejects.toMatchObject({ status: 401 })
})

test.each<[string, JWTPayload]>([
  ['for another upstream', { aud: 'upstream:other' }],
  ['of another decision point', { iss: 'https://other.example' }],
  ['that holds longer than 30 seconds', { exp: NOW_SECONDS + 31 }],
  ['that is over', { iat: NOW_SECONDS - 60, exp: NOW_SECONDS - 30 }],
  ['for another method', { htm: 'POST' }],
  ['for another path', { htp: '/api/v1/customers/BAN-2002/orders' }],
])('a context %s is refused', async (_, change) => {
  await expect(verify(await sign(contextClaims(change)))).rejects.toMatchObject({ status: 401 })
})

test('an access token is no context, and two contexts are none', async () => {
  const context = await sign(contextClaims())
  await expect(verify(await sign(contextClaims(), 'at+jwt'))).rejects.toMatchObject({ status: 401 })
  await expect(verify([context, context])).rejects.toMatchObject({ status: 401 })
})
