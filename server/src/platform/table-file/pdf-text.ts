import { isCovered } from './wide-font.ts'

// What the fonts that every reader of PDF has can show: WinAnsi (ISO 32000-1 annex D.2).
const SHOWN = /^[\u0020-\u007e\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]$/u
const PLAIN = /^[\u0020-\u007e\u00a0-\u00ff]*$/
const MARKS = /\p{M}/gu

/** Text as a file can show it, and which font it takes. */
export interface ShownText {
  readonly text: string
  /** False when a letter was replaced. */
  readonly isExact: boolean
  /** True when it has letters that only the embedded font shows. */
  readonly isWide: boolean
}

function showLetter(letter: string): { readonly letter: string; readonly isExact: boolean } {
  if (SHOWN.test(letter) || isCovered(letter)) return { letter, isExact: true }
  const bare = letter.normalize('NFKD').replaceAll(MARKS, '')
  return { letter: bare !== '' && PLAIN.test(bare) ? bare : '?', isExact: false }
}

/**
 * Text as a file can show it: in the fonts that every reader has where they suffice, else in the one that is embedded. A letter
 * that neither has loses its mark, and one without a likeness becomes a question mark.
 */
export function toShown(text: string): ShownText {
  if (PLAIN.test(text)) return { text, isExact: true, isWide: false }
  const letters = Array.from(text.normalize('NFC').replaceAll(/\s+/gu, ' '), showLetter)
  return {
    text: letters.map(({ letter }) => letter).join(''),
    isExact: letters.every(({ isExact }) => isExact),
    isWide: letters.some(({ letter }) => !SHOWN.test(letter) && !PLAIN.test(letter)),
  }
}

/** A decimal number with its thousands set apart; the digits stay as they are. */
export function groupThousands(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
