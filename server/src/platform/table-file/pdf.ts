import { once } from 'node:events'
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import Pdf from 'pdfkit'
import type { ExportCell, ExportColumn } from '../export-source.ts'
import { decimalsOf, isMoney, toDecimal, toText } from './cells.ts'
import { TextLine } from './pdf-line.ts'
import { groupThousands, toShown } from './pdf-text.ts'
import { Totals } from './totals.ts'
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

/** The pages of one file. */
class Pages {
  readonly doc: PDFKit.PDFDocument
  readonly #facts: FileFacts
  readonly #places: readonly Place[]
  readonly #line: TextLine
  #page = 0
  #y = 0
  isExact = true

  constructor(facts: FileFacts, sink: Sink) {
    this.#facts = facts
    this.doc = new Pdf({
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

  #shown(text: string): string {
    const shown = toShown(text)
    this.isExact &&= shown.isExact
    return shown.text
  }

  /** Text on one line, cut where its place ends. */
  #put(text: string, place: { x: number; width: number; isRight?: boolean }): void {
    const room = place.width - 2 * PADDING
    let shown = this.#shown(text)
    const length = this.doc.widthOfString(shown)
    if (length > room)
      shown = `${shown.slice(0, Math.max(0, Math.floor((shown.length * room) / length) - 1))}…`
    const indent = place.isRight === true && length <= room ? room - length : 0
    this.doc.text(shown, place.x + PADDING + indent, this.#y, { lineBreak: false })
  }

  #addPage(): void {
    const { doc } = this
    doc.addPage()
    this.#page += 1
    this.#y = MARGIN
    const { title, about } = this.#facts
    const whole = doc.page.width - 2 * MARGIN
    if (this.#page === 1) {
      doc.font('Helvetica-Bold').fontSize(13).fillColor(INK)
      this.#put(title, { x: MARGIN - PADDING, width: whole })
      this.#y += 20
      doc.font('Helvetica').fontSize(SIZE).fillColor(PALE)
      for (const line of about) {
        this.#put(line, { x: MARGIN - PADDING, width: whole })
        this.#y += LINE
      }
      this.#y += 6
    }
    doc.font('Helvetica').fontSize(SIZE).fillColor(PALE)
    const below = this.#y
    this.#y = doc.page.height - 24
    this.#put(`Page ${this.#page}`, { x: MARGIN, width: whole, isRight: true })
    this.#put(title, { x: MARGIN - PADDING, width: whole / 2 })
    this.#y = below
    this.#addHead()
  }

  #addHead(): void {
    this.doc.font('Helvetica-Bold').fontSize(SIZE).fillColor(INK)
    for (const place of this.#places) this.#put(place.column.label, place)
    this.#y += LINE
    this.#addRule()
    this.doc.font('Helvetica').fillColor(INK)
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
      const text = this.#shown(toPdfText(row[index] ?? null))
      return { ...place, x: place.x + PADDING, width: place.width - 2 * PADDING, text }
    })
    this.doc.addContent(this.#line.write(cells, { top: this.#y, height: this.doc.page.height }))
    this.#y += LINE
  }

  /** One line across the table. */
  addLine(text: string, isBold = false): void {
    this.#makeRoom()
    this.doc.font(isBold ? 'Helvetica-Bold' : 'Helvetica')
    this.#put(text, { x: MARGIN, width: this.doc.page.width - 2 * MARGIN })
    this.#y += LINE
  }
}

function addTotals(pages: Pages, totals: Totals, rows: number): void {
  pages.addLine('')
  pages.addLine(`${groupThousands(String(rows))} ${rows === 1 ? 'row' : 'rows'}`, true)
  for (const { currency, sums } of totals.perCurrency()) {
    const decimals = decimalsOf(currency)
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
  const pages = new Pages(facts, sink)
  const totals = new Totals(facts.columns)
  let count = 0
  return {
    async write(rows) {
      for (const row of rows) {
        pages.addRow(row)
        totals.add(row)
        count += 1
        if (count % ROWS_PER_TURN === 0) await yieldToOthers()
      }
    },
    async end() {
      addTotals(pages, totals, count)
      const ended = once(pages.doc, 'end')
      pages.doc.end()
      await ended
    },
  }
}
