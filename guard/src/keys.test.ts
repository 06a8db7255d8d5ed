import { randomUUID } from 'node:crypto'
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
import { createGuard } from './index.ts'

const url = 'https://api.example/api/v1/accounts'
let oldKey: TestKey
let newKey: TestKey
let clientKey: TestKey

beforeAll(async () => {
  ;[oldKey, newKey, clientKey] = (await Promise.all(['old', 'new', 'client'].map(makeTestKey))) as [
    TestKey,
    TestKey,
    TestKey,
  ]
})

/** An issuer whose key set can be changed and taken away, and a guard that fetches it. */
function makeWorld() {
  const world = { now: NOW, keys: [oldKey.publicJwk], isUp: true, fetches: 0 }
  const guard = createGuard({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: new URL('https://auth.example/oauth/jwks'),
    clock: () => world.now,
    cachedTokens: 0,
    fetch: () => {
      world.fetches += 1
      return world.isUp
        ? Promise.resolve(Response.json({ keys: world.keys }))
        : Promise.reject(new Error('unreachable'))
    },
  })
  async function call(key: TestKey, kid?: string): Promise<number> {
    const seconds = Math.floor(world.now.getTime() / 1000)
    const claims = { ...delegatedClaims(await thumbprintOf(clientKey)), iat: seconds, exp: seconds + 300 }
    const token = await signToken(key, claims, kid === undefined ? {} : { kid })
    const proof = await signProof(clientKey, { method: 'GET', url, token }, { claims: { iat: seconds } })
    const headers = { authorization: `DPoP ${token}`, dpop: proof }
    return guard.verify({ method: 'GET', url, headers }).then(
      () => 200,
      (error: { status: number }) => error.status,
    )
  }
  return { world, call }
}

function later(seconds: number): Date {
  return new Date(NOW.getTime() + seconds * 1000)
}

test('the key set is fetched once for any number of calls', async () => {
  const { world, call } = makeWorld()
  expect(await Promise.all(Array.from({ length: 20 }, () => call(oldKey)))).toEqual(
    Array.from({ length: 20 }, () => 200),
  )
  expect(world.fetches).toBe(1)
})

test('invented key ids cause at most one fetch per interval (attack 76)', async () => {
  const { world, call } = makeWorld()
  await call(oldKey)
  world.now = later(31)
  for (let round = 0; round < 20; round += 1)
    await Promise.all(Array.from({ length: 50 }, () => call(oldKey, randomUUID())))
  expect(world.fetches).toBe(2)
})

test('a new key is found with one fetch, and tokens of the old one hold until it is withdrawn (attack 76)', async () => {
  const { world, call } = makeWorld()
  await call(oldKey)
  world.keys = [newKey.publicJwk, oldKey.publicJwk]
  world.now = later(31)
  expect([await call(newKey), await call(newKey), await call(oldKey)]).toEqual([200, 200, 200])
  expect(world.fetches).toBe(2)
  world.keys = [newKey.publicJwk]
  world.now = later(31 + 600)
  expect([await call(oldKey), await call(newKey)]).toEqual([401, 200])
})

test('an issuer that cannot be reached is asked once per interval, too, and the answer is 503', async () => {
  const { world, call } = makeWorld()
  world.isUp = false
  expect([await call(oldKey), await call(oldKey), await call(newKey)]).toEqual([503, 503, 503])
  expect(world.fetches).toBe(1)
  world.isUp = true
  world.now = later(30)
  expect(await call(oldKey)).toBe(200)
})

test('known keys go on to hold while the issuer cannot be reached', async () => {
  const { world, call } = makeWorld()
  await call(oldKey)
  world.isUp = false
  world.now = later(700)
  expect(await call(oldKey)).toBe(200)
})

test('a clock that was set back keeps no new key out and no withdrawn one in', async () => {
  const { world, call } = makeWorld()
  await call(oldKey)
  world.now = later(-3600)
  world.keys = [newKey.publicJwk]
  expect([await call(newKey), await call(oldKey)]).toEqual([200, 401])
})

test.each([
  ['is too large', () => new Response('x'.repeat(70_000))],
  ['is no key set', () => Response.json({ keys: 'none' })],
  ['is an error', () => new Response('{}', { status: 500 })],
])('an answer that %s gives no keys', async (_, respond) => {
  const token = await signToken(oldKey, delegatedClaims(await thumbprintOf(clientKey)))
  const proof = await signProof(clientKey, { method: 'GET', url, token })
  const guard = createGuard({
    issuer: ISSUER,
    audience: AUDIENCE,
    jwks: new URL('https://auth.example/jwks'),
    clock: () => NOW,
    fetch: () => Promise.resolve(respond()),
  })
  const request = { method: 'GET', url, headers: { authorization: `DPoP ${token}`, dpop: proof } }
  await expect(guard.verify(request)).rejects.toMatchObject({ status: 503 })
})
