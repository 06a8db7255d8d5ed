import { randomInt } from 'node:crypto'

/** Crockford's base32: no I, L, O or U, so nothing is mistaken when it is read aloud or written by hand. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const RANDOM_LETTERS = 11
const MOST_TYPED = 60

declare const branded: unique symbol

/** A voucher's code as it is stored: twelve characters, the last of which checks the others. */
export type VoucherCode = string & { readonly [branded]: true }

/** The character that completes a code, by Luhn's method over 32 characters: it shows every single typing error and nearly every swap. */
export function checkCharacter(payload: string): string {
  let factor = 2
  let sum = 0
  for (const letter of Array.from(payload).toReversed()) {
    const addend = factor * ALPHABET.indexOf(letter)
    sum += Math.floor(addend / 32) + (addend % 32)
    factor = factor === 2 ? 1 : 2
  }
  return ALPHABET.charAt((32 - (sum % 32)) % 32)
}

function isCode(text: string): text is VoucherCode {
  if (text.length !== RANDOM_LETTERS + 1) return false
  if (Array.from(text).some((letter) => !ALPHABET.includes(letter))) return false
  return checkCharacter(text.slice(0, -1)) === text.slice(-1)
}

/** A new code: 55 bits of chance and the check character. `random` answers a whole number below its argument. Source: E9. */
export function makeVoucherCode(
  random: (below: number) => number = (below) => randomInt(below),
): VoucherCode {
  const payload = Array.from({ length: RANDOM_LETTERS }, () => ALPHABET.charAt(random(32))).join('')
  const code = payload + checkCharacter(payload)
  if (!isCode(code)) throw new Error('A new code does not check.')
  return code
}

/**
 * The code that a text means, however it was typed: lower case, with spaces or hyphens, O for 0, I or L for 1. Null for
 * anything that cannot be a code; a wrong check character is one of these.
 */
export function readVoucherCode(text: string): VoucherCode | null {
  if (text.length > MOST_TYPED) return null
  const plain = text
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  return isCode(plain) ? plain : null
}

/** The code as people read it: `7KQ4-M2XR-9TBV`. */
export function showVoucherCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`
}

/** How a code is named in logs, which must not give it away: its last four characters. */
export function maskVoucherCode(code: string): string {
  return `…${code.slice(-4)}`
}
