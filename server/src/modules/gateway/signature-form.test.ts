import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { toJwsSignature } from './signature-form.ts'

test('every signature is 64 bytes that hold as one of ES256 (RFC 7518 section 3.4)', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const lengths = new Set<number>()
  for (let number = 0; number < 2000; number += 1) {
    const data = Buffer.from(`message ${number}`)
    const der = sign('sha256', data, privateKey)
    lengths.add(der.length)
    const raw = toJwsSignature(der)
    expect(raw).toHaveLength(64)
    expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw)).toBe(true)
  }
  // Halves that begin with a zero, and with a high bit, were among them.
  expect(lengths.size).toBeGreaterThan(2)
})
