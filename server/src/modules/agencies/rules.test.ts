import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeVault } from '#platform/credentials/vault.ts'
import {
  credentialKindOf,
  digestFormToken,
  displayOf,
  formTokenPepper,
  isAgencyKey,
  makeAgencyKey,
  makeFormPublicId,
  makeFormToken,
  parseFormToken,
} from './token.ts'

test('a form token and a server key are recognised by their form, and every single changed character is found without the database (E1, E12)', () => {
  const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
  fc.assert(
    fc.property(
      fc.constantFrom('live' as const, 'test' as const, 'key' as const),
      fc.nat({ max: 35 }),
      fc.nat({ max: 61 }),
      (kind, place, other) => {
        const text = kind === 'key' ? makeAgencyKey() : makeFormToken(kind)
        expect(text).toMatch(kind === 'key' ? /^pask_[0-9A-Za-z]{36}$/ : /^papt_(live|test)_[0-9A-Za-z]{36}$/)
        expect(credentialKindOf(text)).toBe(kind === 'key' ? 'agency_key' : 'form_token')
        expect(parseFormToken(text)?.mode).toBe(kind === 'key' ? undefined : kind)
        expect(isAgencyKey(text)).toBe(kind === 'key')
        const index = text.length - 36 + place
        const changed = text.slice(0, index) + digits.charAt(other) + text.slice(index + 1)
        expect(credentialKindOf(changed) === null).toBe(changed !== text)
      },
    ),
    { numRuns: 500 },
  )
  for (const text of ['', 'papt_live_', 'pask_', `papt_prod_${'a'.repeat(36)}`, `${makeFormToken('live')} `])
    expect(credentialKindOf(text), text).toBeNull()
})

test('what is kept of a token is a digest under a key that the database does not know (E1)', () => {
  const token = makeFormToken('live')
  const [one, other] = [makeVault('first secret'), makeVault('second secret')].map(formTokenPepper)
  if (!one || !other) throw new Error('no pepper')
  expect(digestFormToken(one, token)).toHaveLength(32)
  expect(digestFormToken(one, token)).toEqual(
    digestFormToken(formTokenPepper(makeVault('first secret')), token),
  )
  expect(digestFormToken(one, token)).not.toEqual(digestFormToken(other, token))
})

test('after it was shown a token is told by its beginning and its last four characters, which leave 150 bits unknown (E1)', () => {
  const token = makeFormToken('test')
  const { display_prefix: prefix, last4 } = displayOf(token)
  expect(token.startsWith(prefix) && token.endsWith(last4)).toBe(true)
  expect([prefix.length, last4.length]).toEqual([14, 4])
  expect(displayOf(makeAgencyKey()).display_prefix).toHaveLength(9)
  expect(makeFormPublicId()).toMatch(/^frm_[0-9A-Za-z]{16}$/)
})
