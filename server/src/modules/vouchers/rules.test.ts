import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkCharacter } from '#platform/credentials/typed-code.ts'
import { makeVoucherCode, readVoucherCode, showVoucherCode } from './code.ts'
import { dayIn, isDayOfBirth, lastDayBefore } from './days.ts'
import { identityKey, normaliseName } from './identity.ts'
import { decideIssue, stateNow } from './rules.ts'
import { DUPLICATE_POLICIES } from './tables.ts'

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codes = fc.array(fc.integer({ min: 0, max: 31 }), { minLength: 11, maxLength: 11 }).map((letters) => {
  const left = [...letters]
  return makeVoucherCode(() => left.shift() ?? 0)
})

describe('codes', () => {
  test('a code has twelve characters of Crockford’s alphabet and 55 bits of chance (E9)', () => {
    const asked: number[] = []
    const code = makeVoucherCode((below) => {
      asked.push(below)
      return 31
    })
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{12}$/)
    expect(asked).toEqual(Array.from({ length: 11 }, () => 32))
  })

  test('a code is read however it was typed: lower case, spaces, hyphens, O for 0, I and L for 1 (E9)', () => {
    fc.assert(
      fc.property(
        codes,
        fc.constantFrom('1', 'I', 'L', 'i', 'l'),
        fc.constantFrom('0', 'O', 'o'),
        (code, one, zero) => {
          const typed = ` ${showVoucherCode(code).toLowerCase().replaceAll('1', one).replaceAll('0', zero)} `
          expect(readVoucherCode(typed)).toBe(code)
        },
      ),
      { numRuns: 2000 },
    )
    expect(showVoucherCode('7KQ4M2XR9TBV')).toBe('7KQ4-M2XR-9TBV')
  })

  test('any one wrong character is noticed by the check character (E9)', () => {
    fc.assert(
      fc.property(codes, fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 31 }), (code, at, by) => {
        const wrong = ALPHABET.charAt((ALPHABET.indexOf(code.charAt(at)) + by) % 32)
        expect(readVoucherCode(code.slice(0, at) + wrong + code.slice(at + 1))).toBeNull()
      }),
      { numRuns: 5000 },
    )
  })

  test('neighbours that were swapped are noticed, but for the one pair that Luhn’s method cannot tell (E9)', () => {
    fc.assert(
      fc.property(codes, fc.integer({ min: 0, max: 10 }), (code, at) => {
        const [left, right] = [code.charAt(at), code.charAt(at + 1)]
        fc.pre(left !== right && !['0Z', 'Z0'].includes(left + right))
        const swapped = code.slice(0, at) + right + left + code.slice(at + 2)
        expect(readVoucherCode(swapped)).toBeNull()
      }),
      { numRuns: 5000 },
    )
  })

  test('what is no code reads as none, whatever it is (E4)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const read = readVoucherCode(text)
        expect(read === null || checkCharacter(read.slice(0, 11)) === read.charAt(11)).toBe(true)
      }),
      { numRuns: 600 },
    )
    for (const text of ['', '0', 'U'.repeat(12), '7KQ4-M2XR-9TB', 'x'.repeat(10_000)])
      expect(readVoucherCode(text)).toBeNull()
  })
})

const names = fc.string({
  unit: fc.constantFrom(...Array.from('abcxyzéüñøßŁÅçžđ áê-\u2019.')),
  minLength: 1,
  maxLength: 12,
})

describe('whether two names are one person’s', () => {
  test('case, accents, spaces, hyphens and apostrophes, composed or not, make no difference (E9)', () => {
    fc.assert(
      fc.property(names, (name) => {
        const plain = normaliseName(name)
        for (const other of [name.toUpperCase(), name.normalize('NFD'), name.normalize('NFC'), ` ${name} `])
          expect(normaliseName(other)).toBe(plain)
        expect(normaliseName(plain)).toBe(plain)
      }),
      { numRuns: 2000 },
    )
    expect(normaliseName("O'Brien")).toBe(normaliseName('o brien'))
    expect(normaliseName('José-María')).toBe('josemaria')
    expect(normaliseName('Weiß')).toBe(normaliseName('WEISS'))
    expect(normaliseName('Łukasz')).toBe('lukasz')
    expect(normaliseName('Işık')).toBe(normaliseName('ISIK'))
  })

  test('names of other scripts that differ in a vowel sign stay different, and no name becomes empty (E9)', () => {
    expect(normaliseName('राम')).not.toBe(normaliseName('रम'))
    expect(normaliseName('がく')).not.toBe(normaliseName('かく'))
    expect(normaliseName('王')).toBe('王')
    expect(normaliseName('김')).toBe(normaliseName('김'.normalize('NFD')))
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        fc.pre(name.trim() !== '')
        expect(normaliseName(name)).not.toBe('')
      }),
      { numRuns: 2000 },
    )
  })

  test('the digest depends on the key, the tenant, the type, each name and the day, and on nothing of their borders (E9, E13)', () => {
    const key = Buffer.alloc(32, 1)
    const base = {
      tenantId: 't',
      voucherTypeId: 'v',
      firstName: 'Ann',
      lastName: 'Lee',
      dateOfBirth: '1980-01-01',
    }
    const all = [
      identityKey(key, base),
      identityKey(Buffer.alloc(32, 2), base),
      identityKey(key, { ...base, tenantId: 'u' }),
      identityKey(key, { ...base, voucherTypeId: 'w' }),
      identityKey(key, { ...base, firstName: 'Anna', lastName: 'Lee' }),
      identityKey(key, { ...base, firstName: 'An', lastName: 'nLee' }),
      identityKey(key, { ...base, dateOfBirth: '1980-01-02' }),
    ].map((digest) => digest.toString('hex'))
    expect(new Set(all).size).toBe(all.length)
    expect(identityKey(key, { ...base, firstName: 'ANN ' })).toEqual(identityKey(key, base))
  })
})

describe('rules', () => {
  test('a match at another agency is answered as a type is that always asks for review, and never refused (E9, fault 4)', () => {
    const wait = decideIssue({ policy: 'review', match: 'none', sendToReview: false })
    expect(wait).toBe('review')
    expect(decideIssue({ policy: 'refuse', match: 'elsewhere', sendToReview: false })).toBe(wait)
    for (const policy of DUPLICATE_POLICIES)
      expect(decideIssue({ policy, match: 'elsewhere', sendToReview: false })).not.toBe('refuse')
    expect(decideIssue({ policy: 'refuse', match: 'own', sendToReview: false })).toBe('refuse')
    expect(decideIssue({ policy: 'refuse', match: 'own', sendToReview: true })).toBe('review')
    expect(decideIssue({ policy: 'allow', match: 'own', sendToReview: false })).toBe('issue')
    expect(decideIssue({ policy: 'refuse', match: 'none', sendToReview: false })).toBe('issue')
  })

  test('an issued voucher is expired from its end on, and nothing else is (E9)', () => {
    const end = new Date('2026-06-01T00:00:00Z')
    expect(stateNow({ status: 'issued', expires_at: end }, new Date(end.getTime() - 1))).toBe('issued')
    expect(stateNow({ status: 'issued', expires_at: end }, end)).toBe('expired')
    expect(stateNow({ status: 'redeemed', expires_at: end }, end)).toBe('redeemed')
  })

  test('days are those of the place, also over a change of the clock (E9)', () => {
    expect(dayIn('Pacific/Auckland', new Date('2026-11-22T12:00:00Z'))).toBe('2026-11-23')
    expect(dayIn('America/New_York', new Date('2026-11-01T03:59:59Z'))).toBe('2026-10-31')
    expect(lastDayBefore('Europe/Dublin', new Date('2026-10-24T23:00:00Z'))).toBe('2026-10-24')
    expect(lastDayBefore('Europe/Dublin', new Date('2026-10-26T00:00:00Z'))).toBe('2026-10-25')
  })

  test('a day of birth is today at the latest and 120 years back at the earliest (E9)', () => {
    expect(isDayOfBirth('2026-11-22', '2026-11-22')).toBe(true)
    expect(isDayOfBirth('2026-11-23', '2026-11-22')).toBe(false)
    expect(isDayOfBirth('1906-11-22', '2026-11-22')).toBe(true)
    expect(isDayOfBirth('1906-11-21', '2026-11-22')).toBe(false)
  })
})
