import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  EMPTY_MASK,
  allows,
  compileMask,
  compilePatterns,
  fromBits,
  has,
  isSubset,
  maskOf,
  maskOfPlane,
  matchesPattern,
  permissionsOf,
  toBits,
} from './mask.ts'
import { PERMISSIONS } from './permissions.ts'
import { oracleMatches } from './testing/oracle.ts'

const anyMask = fc.bigInt({ min: 0n, max: (1n << 256n) - 1n })
const anyNames = fc.subarray(PERMISSIONS.map(({ name }) => name))

test('a mask has exactly the permissions it was made of', () => {
  fc.assert(
    fc.property(anyNames, (names) => {
      const mask = maskOf(names)
      expect(permissionsOf(mask)).toEqual(names)
      return PERMISSIONS.every(({ name }) => has(mask, name) === names.includes(name))
    }),
  )
})

test('bit N of the text for PostgreSQL is its character N from the left, and the text reads back', () => {
  fc.assert(
    fc.property(anyMask, fc.nat({ max: 255 }), (mask, bit) => {
      const bits = toBits(mask)
      expect(bits.charAt(bit)).toBe(String((mask >> BigInt(bit)) & 1n))
      return bits.length === 256 && fromBits(bits) === mask
    }),
  )
  expect(toBits(maskOf(['partner.tenants.list']))).toBe(`1${'0'.repeat(255)}`)
})

test('a mask beyond 256 bits, below zero, or a text of another length is a fault', () => {
  expect(() => toBits(1n << 256n)).toThrow('256')
  expect(() => toBits(-1n)).toThrow('256')
  expect(() => fromBits('0'.repeat(255))).toThrow('256')
  expect(() => fromBits(`${'0'.repeat(255)}2`)).toThrow('256')
})

test('the compiled check agrees with the mask for every bit, and for no bit outside', () => {
  fc.assert(
    fc.property(anyMask, fc.integer({ min: -40, max: 300 }), (mask, bit) => {
      const isIn = bit >= 0 && bit < 256 && ((mask >> BigInt(bit)) & 1n) === 1n
      return allows(compileMask(mask), bit) === isIn
    }),
  )
})

test('a final .* matches one or more further segments and nothing else does', () => {
  const segment = fc.constantFrom('a', 'ab', 'b', 'read')
  const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('.'))
  const pattern = fc.tuple(name, fc.boolean()).map(([text, isOpen]) => (isOpen ? `${text}.*` : text))
  fc.assert(fc.property(pattern, name, (p, n) => matchesPattern(p, n) === oracleMatches(p, n)))
  expect(matchesPattern('partner.billing.*', 'partner.billing')).toBe(false)
  expect(matchesPattern('partner.*', 'partner_org.links.read')).toBe(false)
})

test('patterns compile to the names they match', () => {
  const { mask, faults } = compilePatterns(['partner.billing.invoices.*', 'partner.audit.read'])
  expect(faults).toEqual([])
  expect(permissionsOf(mask)).toEqual([
    'partner.billing.invoices.read',
    'partner.billing.invoices.export',
    'partner.audit.read',
  ])
})

test('all faulty patterns are reported at once and add nothing', () => {
  const { mask, faults } = compilePatterns([
    'partner.billing.invoice.read',
    'partner.nothing.*',
    'partner.*',
    '*',
    'partner.*.read',
    'partner.billing.*.*',
    'Partner.Billing.Read',
    'partner..read',
    '',
    'partner.audit.read',
  ])
  expect(faults.map(({ pattern, code }) => [pattern, code])).toEqual([
    ['partner.billing.invoice.read', 'UNKNOWN_PERMISSION'],
    ['partner.nothing.*', 'PATTERN_MATCHES_NOTHING'],
    ['partner.*', 'PATTERN_TOO_BROAD'],
    ['*', 'PATTERN_MALFORMED'],
    ['partner.*.read', 'PATTERN_MALFORMED'],
    ['partner.billing.*.*', 'PATTERN_MALFORMED'],
    ['Partner.Billing.Read', 'PATTERN_MALFORMED'],
    ['partner..read', 'PATTERN_MALFORMED'],
    ['', 'PATTERN_MALFORMED'],
  ])
  expect(mask).toBe(maskOf(['partner.audit.read']))
})

test('a whole namespace may be named in role templates only', () => {
  expect(compilePatterns(['partner.*']).mask).toBe(EMPTY_MASK)
  expect(compilePatterns(['partner.*'], { roleTemplate: true }).mask).toBe(maskOfPlane('delegation'))
})

test('a pattern for one plane never names a permission of another', () => {
  const { faults } = compilePatterns(['partner_org.links.read', 'tenant.tickets.*'], { plane: 'delegation' })
  expect(faults.map(({ code }) => code)).toEqual(['UNKNOWN_PERMISSION', 'PATTERN_MATCHES_NOTHING'])
})

test('a mask is a subset exactly when it has nothing the other lacks', () => {
  fc.assert(
    fc.property(anyNames, anyNames, (inner, outer) => {
      const wanted = inner.every((name) => outer.includes(name))
      return isSubset(maskOf(inner), maskOf(outer)) === wanted
    }),
  )
})
