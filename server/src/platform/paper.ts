import { once } from 'node:events'
import type Pdf from 'pdfkit'
import { PROVIDER_NAME } from './pages/index.ts'
import { toShown } from './table-file/pdf-text.ts'
import type { ShownText } from './table-file/pdf-text.ts'
import { takeWideFont } from './table-file/wide-font.ts'

const MARGIN = 64
const HEIGHT = 841.89
const WIDTH = 595.28 - 2 * MARGIN
const INK = '#1a1a1a'
const PALE = '#5f5f5f'

/** What every reader has where it suffices, else the embedded font. */
function fontFor(doc: PDFKit.PDFDocument, { isWide }: ShownText, isBold: boolean): string {
  if (isWide) return takeWideFont(doc, isBold ? 'bold' : 'plain')
  return isBold ? 'Helvetica-Bold' : 'Helvetica'
}

/** What a paper says of itself to programs that read it. */
export interface PaperFacts {
  readonly title: string
  readonly at: Date
  /** As RFC 5646 names it; English without. */
  readonly language?: string
}

/** Running text on sheets of A4: headings, paragraphs and labelled facts, for people who print or keep it. */
export class Paper {
  readonly doc: PDFKit.PDFDocument
  /** False once a letter was written that the fonts cannot show, which stands as "?". */
  isExact = true

  constructor(Library: typeof Pdf, { title, at, language = 'en' }: PaperFacts) {
    this.doc = new Library({
      size: 'A4',
      margin: MARGIN,
      bufferPages: true,
      lang: language,
      displayTitle: true,
      info: { Title: title, Author: PROVIDER_NAME, CreationDate: at },
    })
  }

  /** Writes a paragraph; sizes and the gap after it in points. */
  put(text: string, look: { size?: number; bold?: boolean; color?: string; gap?: number } = {}): void {
    const shown = toShown(text)
    this.isExact &&= shown.isExact
    this.doc
      .font(fontFor(this.doc, shown, look.bold === true))
      .fontSize(look.size ?? 10.5)
      .fillColor(look.color ?? INK)
      .text(shown.text, MARGIN, this.doc.y, { width: WIDTH, lineGap: 2 })
    this.doc.y += look.gap ?? 6
  }

  /** Goes on to a new sheet unless so many points are left on this one. */
  keepTogether(points: number): void {
    if (this.doc.y > HEIGHT - MARGIN - points) this.doc.addPage()
  }

  /** Writes values under their label; nothing where there is none. */
  fact(label: string, ...values: readonly (string | null)[]): void {
    const written = values.flatMap((value) => (value === null || value === '' ? [] : [value]))
    if (written.length === 0) return
    this.keepTogether(40)
    this.put(label, { size: 8.5, color: PALE, gap: 0 })
    for (const [index, value] of written.entries())
      this.put(value, { size: 10, gap: index === written.length - 1 ? 5 : 1 })
  }

  /** Writes a line at the foot of every sheet. */
  foot(lineOf: (number: number, count: number) => string): void {
    const { count } = this.doc.bufferedPageRange()
    for (let index = 0; index < count; index += 1) {
      this.doc.switchToPage(index)
      this.doc.page.margins.bottom = 0
      const shown = toShown(lineOf(index + 1, count))
      this.doc
        .font(fontFor(this.doc, shown, false))
        .fontSize(8)
        .fillColor(PALE)
        .text(shown.text, MARGIN, HEIGHT - 36, { lineBreak: false })
    }
  }
}

/** The bytes of a PDF of what is drawn. */
export async function drawPaper(facts: PaperFacts, draw: (paper: Paper) => void): Promise<Buffer> {
  const { default: library } = await import('pdfkit')
  const paper = new Paper(library, facts)
  const parts: Buffer[] = []
  paper.doc.on('data', (part: Buffer) => parts.push(part))
  const done = once(paper.doc, 'end')
  draw(paper)
  paper.doc.end()
  await done
  return Buffer.concat(parts)
}
