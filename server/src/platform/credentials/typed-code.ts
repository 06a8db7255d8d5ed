import { randomInt } from 'node:crypto'

/** Crockford's base32: no I, L, O or U, so nothing is mistaken when it is read aloud or written by hand. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const MOST_TYPED = 60

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

/** A new code of so many letters, five bits of chance each but for the last, which checks the others. `random` answers a whole number below its argument. */
export function makeTypedCode(
  length: number,
  random: (below: number) => number = (below) => randomInt(below),
): string {
  const payload = Array.from({ length: length - 1 }, () => ALPHABET.charAt(random(32))).join('')
  return payload + checkCharacter(payload)
}

/**
 * The code of so many letters that a text means, however it was typed: lower case, with spaces or hyphens, O for 0, I or L
 * for 1. Null for anything that cannot be a code; a wrong check character is one of these.
 */
export function readTypedCode(text: string, length: number): string | null {
  if (text.length > MOST_TYPED) return null
  const plain = text
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  if (plain.length !== length || Array.from(plain).some((letter) => !ALPHABET.includes(letter))) return null
  return checkCharacter(plain.slice(0, -1)) === plain.slice(-1) ? plain : null
}

/** A code as people read it, in groups of four: `7KQ4-M2XR-9TBV`. */
export function showTypedCode(code: string): string {
  return code.replaceAll(/.{4}(?=.)/g, '$&-')
}
