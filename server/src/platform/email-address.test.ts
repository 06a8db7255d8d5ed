import { expect, test } from 'vitest'
import { isEmail, normalizeEmail } from './email-address.ts'

test('an address is compared without case and surrounding space', () => {
  expect(normalizeEmail('  Dana@Acme.Example ')).toBe('dana@acme.example')
  expect(['a@b.c', 'dana@acmefiber.example'].every(isEmail)).toBe(true)
  expect(['', 'a', 'a@b', 'a@b.', '@b.c', 'a b@c.d', `${'a'.repeat(250)}@b.cd`].some(isEmail)).toBe(false)
})
