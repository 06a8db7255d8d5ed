import { generateKeyPairSync, sign, verify } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toDerSignature } from './signature-form.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

test('a signature of ES256 holds in both forms, and one that is changed in neither (RFC 7518 section 3.4)', () => {
  const lengths = new Set<number>()
  for (let number = 0; number < 2000; number += 1) {
    const data = Buffer.from(`message ${number}`)
    const raw = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
    const der = toDerSignature(raw)
    lengths.add(der.length)
    expect(verify('sha256', data, publicKey, der)).toBe(true)
  }
  // Halves that begin with a zero, and with a high bit, were among them.
  expect(lengths.size).toBeGreaterThan(2)
})

test('every 64 bytes are judged as in the form in which they came', () => {
  const data = Buffer.from('message')
  const good = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  const half = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.constantFrom(
      new Uint8Array(32),
      new Uint8Array(32).fill(0xff),
      good.subarray(0, 32),
      good.subarray(32),
    ),
  )
  fc.assert(
    fc.property(half, half, (first, second) => {
      const raw = Buffer.concat([first, second])
      expect(verify('sha256', data, publicKey, toDerSignature(raw))).toBe(
        verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, raw),
      )
    }),
    { numRuns: 500 },
  )
})
