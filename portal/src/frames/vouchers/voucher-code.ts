const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Whether a text can be the code of a voucher, however it was typed: its last character checks the others (Luhn's method over
 * 32 characters), so a typing error is known before anybody is asked.
 */
export function isVoucherCode(text: string): boolean {
  const plain = text
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const places = Array.from(plain, (letter) => LETTERS.indexOf(letter))
  if (places.length !== 12 || places.includes(-1)) return false
  const parts = places.toReversed().map((place, at) => (at % 2 === 0 ? place : place * 2))
  return parts.reduce((sum, part) => sum + Math.floor(part / 32) + (part % 32), 0) % 32 === 0
}
