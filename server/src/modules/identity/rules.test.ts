import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  contextWords,
  findPasswordFault,
  LONGEST,
  SHORTEST_ALONE,
  SHORTEST_BESIDE_FACTOR,
} from './password-rules.ts'
import { isRecoveryCode, makeRecoveryCodes } from './recovery-codes.ts'
import { delayAfter, FORGET_AFTER_SECONDS, isNoted, secondsToWait } from './throttle-rules.ts'

const ALONE = { words: contextWords('Dana Kim', 'dana.kim@acmefiber.example'), hasSecondFactor: false }
const BESIDE = { ...ALONE, hasSecondFactor: true }

describe('passwords', () => {
  test.each([
    'violet anchors drift home',
    'Xk9!mmq2vTzr7#Lp',
    'fünf graue Elefanten am See',
    '平和な朝にお茶を飲むのが私の習慣です',
    'summer dragon coffee orange monkey',
    '   spaces count as characters   ',
  ])('%s is taken', (password) => {
    expect(findPasswordFault(password, ALONE)).toBeNull()
  })

  test.each([
    'password12345678',
    'P@ssw0rdP@ssw0rd',
    'qwertyuiopasdfgh',
    'aaaaaaaaaaaaaaaaaaaa',
    '123456789012345678',
    'abcabcabcabcabcabc',
    'DanaKim-acmefiber-2026',
    'liaison-password-2026',
    'welcome to liaison!!!!',
    'Summer2026Summer2026',
    'iloveyouiloveyou',
  ])('%s is refused as easy to guess', (password) => {
    expect(findPasswordFault(password, ALONE)).toMatch(/easy to guess/)
  })

  test.each([
    'iloveyousomuch',
    'mychemicalromance',
    'skateboarding',
    'linkinpark12',
    'justinbieber',
    'onedirection1',
    'jesusislord1',
    'bismillah123',
    'thisisapassword',
    '112233445566',
    '147258369147',
    '102030405060',
    '1q2w3e4r5t6y',
    'zaq12wsxcde3',
    'qazxswedcvfr',
    '1qaz@WSX3edc',
    '!QAZ2wsx#EDC',
    'Welcome@1234',
  ])('%s, which everybody knows, is refused beside a second factor, too (ASVS 6.2.4)', (password) => {
    expect(findPasswordFault(password, BESIDE)).toMatch(/easy to guess/)
  })

  test('the length that is asked for depends on the second factor alone', () => {
    const text = 'kv7mzq2xwt9pbl4'
    expect(findPasswordFault(text.slice(0, SHORTEST_ALONE - 1), ALONE)).toMatch(/at least 15/)
    expect(findPasswordFault(text.slice(0, SHORTEST_ALONE), ALONE)).toBeNull()
    expect(findPasswordFault(text.slice(0, SHORTEST_BESIDE_FACTOR - 1), BESIDE)).toMatch(/at least 12/)
    expect(findPasswordFault(text.slice(0, SHORTEST_BESIDE_FACTOR), BESIDE)).toBeNull()
  })

  test('128 characters are taken and 129 are not, counted as people count them', () => {
    const long = Array.from({ length: LONGEST }, (_, index) => String.fromCodePoint(0x4e00 + index * 7)).join(
      '',
    )
    expect(findPasswordFault(long, ALONE)).toBeNull()
    expect(findPasswordFault(`${long}x`, ALONE)).toMatch(/at most 128/)
  })

  test('a random password is never refused', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...Array.from('bcdfghjkmnpqrtvwxyz2456789')),
      minLength: 24,
      maxLength: 100,
    })
    const random = letters.filter((text) => new Set(text).size > 14)
    fc.assert(fc.property(random, (password) => findPasswordFault(password, ALONE) === null))
  })
})

describe('throttling', () => {
  test('the delay never falls while failures grow, and never passes a bound', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('pair', 'account', 'network', 'factor' as const),
        fc.nat(10_000),
        (kind, failures) => {
          const [now, next] = [delayAfter(kind, failures), delayAfter(kind, failures + 1)]
          return now <= next && next <= 900
        },
      ),
    )
  })

  test('no stranger can keep the owner of an account waiting for more than half a minute', () => {
    expect(delayAfter('account', 1_000_000)).toBe(30)
  })

  test('whoever waited as long as was said may try', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('pair', 'account', 'network', 'factor' as const),
        fc.nat(500),
        fc.nat(1000),
        (kind, failures, seconds) => {
          const wait = secondsToWait(kind, failures, seconds)
          return secondsToWait(kind, failures, seconds + wait) === 0
        },
      ),
    )
  })

  test('failures of more than a day ago no longer count', () => {
    expect(secondsToWait('pair', 1000, 1)).toBeGreaterThan(0)
    expect(secondsToWait('pair', 1000, FORGET_AFTER_SECONDS)).toBe(0)
  })

  test('a thousand failures leave ten events', () => {
    expect(Array.from({ length: 1000 }, (_, index) => index + 1).filter(isNoted)).toHaveLength(10)
  })
})

test('recovery codes are ten different ones of ten letters out of 32, which are 50 bits each (ASVS 6.5.4)', () => {
  const codes = makeRecoveryCodes()
  expect(new Set(codes).size).toBe(10)
  for (const code of codes) {
    expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/)
    expect(isRecoveryCode(code)).toBe(true)
  }
  const letters = new Set(Array.from({ length: 200 }, makeRecoveryCodes).flat().join('').replaceAll('-', ''))
  expect(letters.size).toBe(32)
})
