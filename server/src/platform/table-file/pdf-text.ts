// What the fonts that every reader of PDF has can show: WinAnsi (ISO 32000-1 annex D.2).
const SHOWN = /^[\u0020-\u007e\u00a0-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]$/u
const PLAIN = /^[\u0020-\u007e\u00a0-\u00ff]*$/
const MARKS = /\p{M}/gu

/** Text as the fonts can show it: a letter with a mark loses the mark, what has no likeness becomes a question mark. */
export function toShown(text: string): { readonly text: string; readonly isExact: boolean } {
  if (PLAIN.test(text)) return { text, isExact: true }
  let isExact = true
  const letters = Array.from(text.normalize('NFC').replaceAll(/\s+/gu, ' '), (letter) => {
    if (SHOWN.test(letter)) return letter
    isExact = false
    const bare = letter.normalize('NFKD').replaceAll(MARKS, '')
    return bare !== '' && PLAIN.test(bare) ? bare : '?'
  })
  return { text: letters.join(''), isExact }
}

/** A decimal number with its thousands set apart; the digits stay as they are. */
export function groupThousands(decimal: string): string {
  const [whole = '', fraction] = decimal.split('.')
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}
