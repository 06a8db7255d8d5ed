import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  exportSPKI,
  generateKeyPair,
  importJWK,
  importPKCS8,
} from 'jose'
import type { CryptoKey } from 'jose'
import { expect, test } from 'vitest'
import { holdsPrivateKey, makeKeyPair, readPublicKeys } from './key-pair.ts'

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const
const text = new TextEncoder().encode('signed')

async function isPairOf(privateKey: CryptoKey | Uint8Array, jwk: Record<string, string>): Promise<boolean> {
  const publicKey = await importJWK(jwk, 'ES256')
  if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array) return false
  const signature = await crypto.subtle.sign(algorithm, privateKey, text)
  return crypto.subtle.verify(algorithm, publicKey, signature, text)
}

test('a key pair is made whose public half holds nothing private, and whose file fits it, in both forms (A11)', async () => {
  for (const format of ['jwk', 'pem'] as const) {
    const { jwk, file } = await makeKeyPair(format)
    expect(Object.keys(jwk).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
    expect(jwk['kid']).toBe(await calculateJwkThumbprint(jwk))
    const read =
      format === 'pem' ? importPKCS8(file.text, 'ES256') : importJWK(JSON.parse(file.text), 'ES256')
    expect(await isPairOf(await read, jwk)).toBe(true)
    expect(holdsPrivateKey(file.text)).toBe(true)
  }
})

test('public keys are read from a JWK, a JWK Set and PEM, and named when they have no name', async () => {
  const { publicKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(jwk)
  const wanted = [{ ...jwk, alg: 'ES256', use: 'sig', kid }]
  expect(await readPublicKeys(JSON.stringify(jwk))).toEqual(wanted)
  expect(await readPublicKeys(JSON.stringify({ keys: [jwk] }))).toEqual(wanted)
  expect(await readPublicKeys(await exportSPKI(publicKey))).toEqual(wanted)
  const rsa = await generateKeyPair('PS256', { extractable: true })
  expect(await readPublicKeys(await exportSPKI(rsa.publicKey))).toMatchObject([{ kty: 'RSA', alg: 'PS256' }])
  expect(await readPublicKeys(JSON.stringify({ ...jwk, kid: 'desk-1' }))).toMatchObject([{ kid: 'desk-1' }])
})

test('a private key is recognised in every form and never turned into something to send', async () => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(privateKey)
  const forms = [
    JSON.stringify(jwk),
    JSON.stringify({ keys: [jwk] }),
    await exportPKCS8(privateKey),
    '-----BEGIN EC PRIVATE KEY-----',
    JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' }),
  ]
  for (const form of forms) expect(await readPublicKeys(form)).toBe('private')
})

test('what is no key, or one of another kind, is said to be so', async () => {
  expect(await readPublicKeys('hello')).toBe('unreadable')
  expect(await readPublicKeys('{}')).toBe('unreadable')
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true })
  expect(await readPublicKeys(JSON.stringify(await exportJWK(publicKey)))).toBe('unsupported')
  expect(await readPublicKeys(await exportSPKI(publicKey))).toBe('unsupported')
})
