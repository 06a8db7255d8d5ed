// The letters of WinAnsi that do not stand at their own number, from 0x80 on (ISO 32000-1 annex D.2); empty places are blanks.
const SPECIAL = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ'

/** What a line needs of a document: its first font, which is Helvetica and which the head of each page brings. */
export interface FontSource {
  font(name: string): FontSource
  fontSize(size: number): FontSource
  widthOfString(text: string): number
}

export interface LineCell {
  readonly text: string
  readonly x: number
  readonly width: number
  readonly isRight: boolean
}

/** How far above the line that text hangs from its letters stand, as a share of the size (Helvetica's ascender). */
export const ASCENDER = 0.718
const ELLIPSIS = '…'

function toHex(text: string): string {
  return Buffer.from(
    Uint8Array.from(text, (letter) => {
      const special = letter === ' ' ? -1 : SPECIAL.indexOf(letter)
      return special < 0 ? letter.charCodeAt(0) : 0x80 + special
    }),
  ).toString('hex')
}

/**
 * Writes the cells of one row at once, without the layout that prose needs: a file of 200,000 rows is mostly this. Text is what
 * `toShown` leaves to Helvetica; what is too long is cut with an ellipsis.
 */
export class TextLine {
  readonly #widths = new Map<string, number>()
  readonly #source: FontSource
  readonly #size: number

  constructor(source: FontSource, size: number) {
    this.#source = source
    this.#size = size
  }

  #widthOf(letter: string): number {
    const known = this.#widths.get(letter)
    if (known !== undefined) return known
    const width = this.#source.font('Helvetica').fontSize(this.#size).widthOfString(letter)
    this.#widths.set(letter, width)
    return width
  }

  /** The text as far as it has room, and how wide it is. */
  #fit(text: string, room: number): { readonly shown: string; readonly width: number } {
    const ellipsis = this.#widthOf(ELLIPSIS)
    let [width, kept] = [0, 0]
    for (const letter of text) {
      const next = width + this.#widthOf(letter)
      if (next + ellipsis <= room) kept += letter.length
      width = next
    }
    return width <= room ? { shown: text, width } : { shown: text.slice(0, kept) + ELLIPSIS, width: room }
  }

  /** The operators that put a row on a page of some height, its letters hanging from `top` below its upper edge. */
  write(cells: readonly LineCell[], at: { readonly top: number; readonly height: number }): string {
    const baseline = (at.height - at.top - ASCENDER * this.#size).toFixed(2)
    const parts = cells
      .filter(({ text }) => text !== '')
      .map(({ text, x, width: room, isRight }) => {
        const { shown, width } = this.#fit(text, room)
        const left = (isRight ? x + room - width : x).toFixed(2)
        return `1 0 0 1 ${left} ${baseline} Tm <${toHex(shown)}> Tj`
      })
    // pdfkit counts from the top of the page, so its transformation is taken back first.
    return `q 1 0 0 -1 0 ${at.height} cm BT /F1 ${this.#size} Tf\n${parts.join('\n')}\nET Q`
  }
}
