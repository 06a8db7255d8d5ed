import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import fc from 'fast-check'
import { createLocalJWKSet } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeGuardedWorld, url } from '../testing/guarded.ts'
import type { GuardedWorld } from '../testing/guarded.ts'
import {
  AUDIENCE,
  delegatedClaims,
  ISSUER,
  makeTestKey,
  NOW,
  NOW_SECONDS,
  publicHalf,
  signProof,
  signToken,
  thumbprintOf,
} from '../testing/issuer.ts'
import { digestText } from './digest.ts'
import type { Guard } from './index.ts'
import { makeProofKeys, thumbprintOf as thumbprintOfJwk } from './proof-key.ts'
import { makeTokenVerifier } from './token.ts'

let { issuerKey, clientKey, thumbprint, makeGuard, present } = {} as GuardedWorld
beforeAll(async () => {
  ;({ issuerKey, clientKey, thumbprint, makeGuard, present } = await makeGuardedWorld())
})

/** A guard that has just let this token and a proof of this key pass. */
async function makeWarmGuard(): Promise<{ guard: Guard; token: string }> {
  const guard = makeGuard()
  const token = await signToken(issuerKey, delegatedClaims(thumbprint))
  await guard.verify(await present({}, { token }))
  return { guard, token }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The text with the character at a place between 0 and 1 replaced by another one of the alphabet. */
function tamper(text: string, place: number, step: number): string {
  // Not the last one: of its six bits a signature uses two.
  const at = Math.floor(place * (text.length - 1))
  const letter = text[at] ?? ''
  if (letter === '.') return text.slice(0, at) + text.slice(at + 1)
  const other = ALPHABET[(ALPHABET.indexOf(letter) + step) % ALPHABET.length] ?? ''
  return text.slice(0, at) + other + text.slice(at + 1)
}

const anywhere = [
  fc.double({ min: 0, max: 0.999_999, noNaN: true }),
  fc.integer({ min: 1, max: 63 }),
] as const

describe('what the guard remembers', () => {
  test('never lets a token pass that differs in any character from the one it remembers (A15)', async () => {
    const { guard, token } = await makeWarmGuard()
    await fc.assert(
      fc.asyncProperty(...anywhere, async (place, step) => {
        const request = await present({}, { token: tamper(token, place, step) })
        await expect(guard.verify(request)).rejects.toMatchObject({ status: 401 })
      }),
      { numRuns: 150 },
    )
    await expect(guard.verify(await present({}, { token }))).resolves.toBeDefined()
  })

  test('never lets a proof pass that was changed after it was signed, though its key is remembered (A15)', async () => {
    const { guard, token } = await makeWarmGuard()
    await fc.assert(
      fc.asyncProperty(...anywhere, async (place, step) => {
        const proof = await signProof(clientKey, { method: 'GET', url, token })
        const request = await present({}, { token, proof: tamper(proof, place, step) })
        await expect(guard.verify(request)).rejects.toMatchObject({ error: 'invalid_dpop_proof' })
      }),
      { numRuns: 150 },
    )
  })

  test('never stands in for a signature: a stranger who carries the remembered key is refused', async () => {
    const { guard, token } = await makeWarmGuard()
    const stranger = await makeTestKey('stranger')
    const header = { jwk: publicHalf(clientKey) }
    const proof = await signProof(stranger, { method: 'GET', url, token }, { header })
    await expect(guard.verify(await present({}, { token, proof }))).rejects.toMatchObject({
      error: 'invalid_dpop_proof',
    })
  })

  test('is bounded, and holds no key whose signature did not hold', async () => {
    const keys = makeProofKeys(2)
    const pairs = await Promise.all(['a', 'b', 'c'].map(makeTestKey))
    for (const pair of pairs) {
      const proof = await signProof(pair, { method: 'GET', url, token: 'x' })
      const jwk = publicHalf(pair)
      const signed = { proof, algorithm: 'ES256', jwk, thumbprint: await thumbprintOf(pair) }
      await keys.requireSignature(signed)
      const forged = { ...signed, proof: tamper(proof, 0.999, 1), thumbprint: 'of a stranger' }
      await expect(keys.requireSignature(forged)).rejects.toThrow('does not hold')
    }
    expect(keys.size).toBe(2)
  })

  test('of tokens is bounded: one that was forgotten is verified anew', async () => {
    const select = createLocalJWKSet({ keys: [issuerKey.publicJwk] })
    let verified = 0
    const verify = makeTokenVerifier(
      {
        issuer: ISSUER,
        audience: AUDIENCE,
        type: 'at+jwt',
        algorithms: ['ES256'],
        clock: () => NOW,
        clockToleranceSeconds: 10,
        keys: (header, token) => {
          verified += 1
          return select(header, token)
        },
      },
      { maxEntries: 1, seconds: 60 },
    )
    const tokens = await Promise.all(
      ['one', 'two'].map((jti) => signToken(issuerKey, { ...delegatedClaims(thumbprint), jti })),
    )
    for (const turn of [0, 0, 1, 1, 0]) {
      const token = tokens[turn] ?? ''
      await verify(token, digestText(token))
    }
    expect(verified).toBe(3)
  })
})

describe('a proof', () => {
  test.each<[string, Record<string, unknown>]>([
    ['that has ended by its own words', { exp: NOW_SECONDS - 60 }],
    ['that is to hold from later on', { nbf: NOW_SECONDS + 60 }],
    ['whose end is no number', { exp: 'never' }],
    ['whose time is a text', { iat: String(NOW_SECONDS) }],
  ])('%s is refused (RFC 7519 section 4.1)', async (_, claims) => {
    const token = await signToken(issuerKey, delegatedClaims(thumbprint))
    const proof = await signProof(clientKey, { method: 'GET', url, token }, { claims })
    await expect(makeGuard().verify(await present({}, { token, proof }))).rejects.toMatchObject({
      error: 'invalid_dpop_proof',
    })
  })

  test('of another accepted kind of key passes, and with that key under another name is refused', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519')
    const jwk = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({ format: 'jwk' })
    const token = await signToken(issuerKey, delegatedClaims(await thumbprintOfJwk(jwk)))
    const claims = { jti: 'p', htm: 'GET', htu: url, iat: NOW_SECONDS, ath: digestText(token) }
    const prove = (alg: string) => {
      const parts = [{ alg, typ: 'dpop+jwt', jwk }, claims]
      const data = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
      return `${data}.${sign(null, Buffer.from(data), privateKey).toString('base64url')}`
    }
    const guard = makeGuard({ algorithms: ['ES256', 'EdDSA'] })
    const refused = guard.verify(await present({}, { token, proof: prove('ES256') }))
    await expect(refused).rejects.toMatchObject({ error: 'invalid_dpop_proof' })
    await expect(guard.verify(await present({}, { token, proof: prove('EdDSA') }))).resolves.toBeDefined()
  })
})
