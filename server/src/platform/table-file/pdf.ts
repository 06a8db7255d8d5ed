import { once } from 'node:events'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type Pdf from 'pdfkit'
import type { ExportCell, ExportColumn } from '../export-source.ts'
import { minorDigits, toDecimal } from '../money.ts'
import { isMoney, toText } from './cells.ts'
import { ASCENDER, TextLine } from './pdf-line.ts'
import { groupThousands, toShown } from './pdf-text.ts'
import type { ShownText } from './pdf-text.ts'
import { Totals } from './totals.ts'
import { takeWideFont } from './wide-font.ts'
import type { Weight } from './wide-font.ts'
import type { FileFacts, FileWriter, Sink } from './writer.ts'

const MARGIN = 36
const SIZE = 7.5
const LINE = 12
const PADDING = 3
/** Laying out text takes the processor; others get a turn after so many rows. */
const ROWS_PER_TURN = 25
const INK = '#1a1a1a'
const PALE = '#666666'
const RULE = '#c8c8c8'

const PLAIN_FONTS = { plain: 'Helvetica', bold: 'Helvetica-Bold' } as const

interface SetPlace {
  readonly x: number
  readonly width: number
  readonly isRight?: boolean
}

interface Place {
  readonly column: ExportColumn
  readonly x: number
  readonly width: number
  readonly isRight: boolean
}

function placesOf(columns: readonly ExportColumn[], width: number): Place[] {
  const whole = columns.reduce((sum, column) => sum + (column.width ?? 1), 0)
  let x = MARGIN
  return columns.map((column) => {
    const place = {
      column,
      x,
      width: ((column.width ?? 1) / whole) * width,
      isRight: column.type === 'money' || column.type === 'whole' || column.type === 'decimal',
    }
    x += place.width
    return place
  })
}

function toPdfText(cell: ExportCell): string {
  if (cell instanceof Date) return cell.toISOString().slice(0, 16).replace('T', ' ')
  if (isMoney(cell)) return `${groupThousands(toDecimal(cell))} ${cell.currency}`
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  return toText(cell)
}

/** With its fonts it is the largest part of a process that has not made a file yet, so it comes with the first one. */
const loadLibrary = async () => (await import('pdfkit')).default

/** The pages of one file. */
class Pages {
  readonly doc: PDFKit.PDFDocument
  readonly #facts: FileFacts
  readonly #places: readonly Place[]
  readonly #line: TextLine
  #page = 0
  #y = 0
  #weight: Weight = 'plain'
  isExact = true

  constructor(Library: typeof Pdf, facts: FileFacts, sink: Sink) {
    this.#facts = facts
    this.doc = new Library({
      size: 'A4',
      layout: 'landscape',
      margins: { top: MARGIN, bottom: 0, left: MARGIN, right: MARGIN },
      autoFirstPage: false,
      info: { Title: facts.title, Creator: 'Liaison', CreationDate: facts.createdAt },
    })
    this.doc.on('data', (bytes: Buffer) => sink(bytes))
    this.#places = placesOf(facts.columns, 841.89 - 2 * MARGIN)
    this.#line = new TextLine(this.doc, SIZE)
    this.#addPage()
  }

  #shown(text: string): ShownText {
    const shown = toShown(text)
    this.isExact &&= shown.isExact
    return shown
  }

  #weigh(weight: Weight, isWide = false): PDFKit.PDFDocument {
    this.#weight = weight
    return this.doc.font(isWide ? takeWideFont(this.doc, weight) : PLAIN_FONTS[weight])
  }

  /** Text on one line, cut where its place ends. */
  #put(text: string, place: { x: number; width: number; isRight?: boolean }): void {
    const shown = this.#shown(text)
    if (shown.isWide) this.#weigh(this.#weight, true)
    this.#set(shown.text, { ...place, x: place.x + PADDING, width: place.width - 2 * PADDING }, {})
    if (shown.isWide) this.#weigh(this.#weight)
  }

  #set(text: string, place: SetPlace, look: PDFKit.Mixins.TextOptions): void {
    const { doc } = this
    const length = doc.widthOfString(text)
    const letters = Array.from(text)
    const kept = Math.max(0, Math.floor((letters.length * place.width) / length) - 1)
    const shown = length > place.width ? `${letters.slice(0, kept).join('')}…` : text
    const indent = place.isRight === true && length <= place.width ? place.width - length : 0
    doc.text(shown, place.x + indent, this.#y, { lineBreak: false, ...look })
  }

  /** Cells that only the embedded font shows, on the line of the others. */
  #addWide(cells: readonly (SetPlace & ShownText)[]): void {
    const top = this.#y
    this.#weigh('plain', true)
    this.#y = top + ASCENDER * SIZE
    for (const cell of cells) this.#set(cell.text, cell, { baseline: 'alphabetic' })
    this.#weigh('plain')
    this.#y = top
  }

  #addPage(): void {
    const { doc } = this
    doc.addPage()
    this.#page += 1
    this.#y = MARGIN
    const { title, about } = this.#facts
    const whole = doc.page.width - 2 * MARGIN
    if (this.#page === 1) {
      this.#weigh('bold').fontSize(13).fillColor(INK)
      this.#put(title, { x: MARGIN - PADDING, width: whole })
      this.#y += 20
      this.#weigh('plain').fontSize(SIZE).fillColor(PALE)
      for (const line of about) {
        this.#put(line, { x: MARGIN - PADDING, width: whole })
        this.#y += LINE
      }
      this.#y += 6
    }
    this.#weigh('plain').fontSize(SIZE).fillColor(PALE)
    const below = this.#y
    this.#y = doc.page.height - 24
    this.#put(`Page ${this.#page}`, { x: MARGIN, width: whole, isRight: true })
    this.#put(title, { x: MARGIN - PADDING, width: whole / 2 })
    this.#y = below
    this.#addHead()
  }

  #addHead(): void {
    this.#weigh('bold').fontSize(SIZE).fillColor(INK)
    for (const place of this.#places) {
      const { label, type } = place.column
      // Its cells show no zone, and whoever reads the paper cannot ask.
      this.#put(type === 'instant' ? `${label}, UTC` : label, place)
    }
    this.#y += LINE
    this.#addRule()
    this.#weigh('plain').fillColor(INK)
  }

  #addRule(): void {
    const { doc } = this
    const y = this.#y - 3
    doc
      .moveTo(MARGIN, y)
      .lineTo(doc.page.width - MARGIN, y)
      .lineWidth(0.5)
      .strokeColor(RULE)
      .stroke()
  }

  #makeRoom(): void {
    if (this.#y + LINE > this.doc.page.height - MARGIN) this.#addPage()
  }

  addRow(row: readonly ExportCell[]): void {
    this.#makeRoom()
    const cells = this.#places.map((place, index) => {
      const shown = this.#shown(toPdfText(row[index] ?? null))
      return { ...place, ...shown, x: place.x + PADDING, width: place.width - 2 * PADDING }
    })
    const at = { top: this.#y, height: this.doc.page.height }
    const wide = cells.filter(({ isWide }) => isWide)
    this.doc.addContent(
      this.#line.write(wide.length === 0 ? cells : cells.filter(({ isWide }) => !isWide), at),
    )
    if (wide.length > 0) this.#addWide(wide)
    this.#y += LINE
  }

  /** One line across the table. */
  addLine(text: string, isBold = false): void {
    this.#makeRoom()
    this.#weigh(isBold ? 'bold' : 'plain')
    this.#put(text, { x: MARGIN, width: this.doc.page.width - 2 * MARGIN })
    this.#y += LINE
  }
}

function addTotals(pages: Pages, totals: Totals, rows: number): void {
  pages.addLine('')
  pages.addLine(`${groupThousands(String(rows))} ${rows === 1 ? 'row' : 'rows'}`, true)
  for (const { currency, sums } of totals.perCurrency()) {
    const decimals = minorDigits(currency)
    const said = sums.map(({ label, minor }) => {
      const digits = String(minor < 0n ? -minor : minor).padStart(decimals + 1, '0')
      const cut = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
      return `${label} ${minor < 0n ? '-' : ''}${groupThousands(cut)}`
    })
    pages.addLine(`Total ${currency}: ${said.join(' · ')}`, true)
  }
  if (!pages.isExact) {
    pages.addLine(
      'Some letters cannot be shown in this file and were replaced. CSV, Excel and JSON Lines files hold them.',
    )
  }
}

/** A table on A4 pages with a head on each, page numbers, and the totals of each currency at the end. */
export function makePdfWriter(facts: FileFacts, sink: Sink): FileWriter {
  let opened: Promise<Pages> | undefined
  const open = () => (opened ??= loadLibrary().then((library) => new Pages(library, facts, sink)))
  const totals = new Totals(facts.columns)
  let count = 0
  return {
    async write(rows) {
      const pages = await open()
      for (const row of rows) {
        pages.addRow(row)
        totals.add(row)
        count += 1
        if (count % ROWS_PER_TURN === 0) await yieldToOthers()
      }
    },
    async end() {
      const pages = await open()
      addTotals(pages, totals, count)
      const ended = once(pages.doc, 'end')
      pages.doc.end()
      await ended
    },
  }
}
