const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Whether a text can be a code, however it was typed: its last character checks the others, so most typing errors need nobody's answer. */
export function isCode(text) {
  const plain = text
    .toUpperCase()
    .replaceAll(/[\s\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
  const places = [...plain].map((letter) => LETTERS.indexOf(letter))
  if (places.length !== 12 || places.includes(-1)) return false
  const parts = places.toReversed().map((place, at) => (at % 2 === 0 ? place : place * 2))
  return parts.reduce((sum, part) => sum + Math.floor(part / 32) + (part % 32), 0) % 32 === 0
}
