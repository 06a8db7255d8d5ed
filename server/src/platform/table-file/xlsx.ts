import type { ExportCell, ExportColumn } from '../export-source.ts'
import { minorDigits, toDecimal } from '../money.ts'
import { isMoney } from './cells.ts'
import type { FileFacts, FileWriter, Sink } from './writer.ts'
import { ZipWriter } from './zip.ts'

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
/** The most characters that a cell holds. Source: ECMA-376, and Excel's own limits. */
const LONGEST_TEXT = 32_767

/** The places of the formats in `styles.xml`; amounts come after them, one format for each number of decimals. */
const STYLE = { plain: 0, bold: 1, day: 2, instant: 3, amount: 4 } as const
const AMOUNT_FORMATS = ['#,##0', '#,##0.0', '#,##0.00', '#,##0.000', '#,##0.0000'] as const

// XML 1.0 has no place for these, whichever way they are written.
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escape(text: string): string {
  return text
    .slice(0, LONGEST_TEXT)
    .toWellFormed()
    .replaceAll(FORBIDDEN, '')
    .replaceAll(/[&<>"]/g, (letter) => ESCAPES[letter] ?? letter)
}

const textCell = (text: string, style: number = STYLE.plain): string =>
  `<c t="inlineStr"${style === STYLE.plain ? '' : ` s="${style}"`}><is><t xml:space="preserve">${escape(text)}</t></is></c>`

const numberCell = (number: string, style: number = STYLE.plain): string =>
  `<c s="${style}"><v>${number}</v></c>`

const DAY_MS = 86_400_000
/** Day 0 of a spreadsheet, which counts 1900 as a leap year. */
const DAY_ZERO_MS = Date.UTC(1899, 11, 30)

const toSerial = (ms: number): string => String((ms - DAY_ZERO_MS) / DAY_MS)

function toCell(cell: ExportCell, { type }: ExportColumn): string {
  if (cell === null || cell === '') return '<c/>'
  if (cell instanceof Date) return numberCell(toSerial(cell.getTime()), STYLE.instant)
  if (isMoney(cell))
    return numberCell(toDecimal(cell), STYLE.amount + Math.min(minorDigits(cell.currency), 4))
  if (typeof cell === 'number') return numberCell(String(cell))
  if (typeof cell === 'boolean') return `<c t="b"><v>${cell ? 1 : 0}</v></c>`
  // A text cell of this kind is never a formula, so nothing is put before its text.
  return type === 'day' ? numberCell(toSerial(Date.parse(cell)), STYLE.day) : textCell(cell)
}

const rowOf = (cells: readonly string[]): string => `<row>${cells.join('')}</row>`

function stylesXml(): string {
  const amounts = AMOUNT_FORMATS.map(
    (code, index) => `<numFmt numFmtId="${170 + index}" formatCode="${code}"/>`,
  )
  const xf = (format: number, font = 0) =>
    `<xf numFmtId="${format}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"${font ? ' applyFont="1"' : ''}/>`
  const formats = [xf(0), xf(0, 1), xf(164), xf(165), ...AMOUNT_FORMATS.map((_, index) => xf(170 + index))]
  return `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="${2 + amounts.length}"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>${amounts.join('')}</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${formats.length}">${formats.join('')}</cellXfs></styleSheet>`
}

const CONTENT_TYPES = `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/worksheets/sheet2.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`

const RELATIONS = `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`

const BOOK_RELATIONS = `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/worksheet" Target="worksheets/sheet2.xml"/><Relationship Id="rId3" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`

const bookXml = (title: string): string =>
  `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${escape(title.slice(0, 31))}" sheetId="1" r:id="rId1"/><sheet name="About" sheetId="2" r:id="rId2"/></sheets></workbook>`

const WIDTHS = { text: 24, day: 12, instant: 20, money: 16, whole: 12, decimal: 12, flag: 8 } as const

/** The first row stays in sight; widths are in characters. */
function sheetStart(columns: readonly ExportColumn[]): string {
  const widths = columns.map(
    ({ type }, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${WIDTHS[type]}" customWidth="1"/>`,
  )
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>${widths.join('')}</cols><sheetData>`
}

const SHEET_END = '</sheetData></worksheet>'

function aboutXml(title: string, about: readonly string[]): string {
  const lines = [rowOf([textCell(title, STYLE.bold)]), ...about.map((line) => rowOf([textCell(line)]))]
  return `${HEAD}<worksheet xmlns="${MAIN}"><cols><col min="1" max="1" width="100" customWidth="1"/></cols><sheetData>${lines.join('')}${SHEET_END}`
}

async function addFile(zip: ZipWriter, name: string, text: string): Promise<void> {
  zip.begin(name)
  await zip.add(text)
  await zip.close()
}

/**
 * A workbook (ECMA-376) that is written as it goes: amounts, days and instants are numbers with a format, text is text. A second
 * sheet says what the file is.
 */
export function makeXlsxWriter({ title, about, columns }: FileFacts, sink: Sink): FileWriter {
  const zip = new ZipWriter(sink)
  let hasBegun = false
  const begin = async () => {
    if (hasBegun) return
    hasBegun = true
    await addFile(zip, '[Content_Types].xml', CONTENT_TYPES)
    await addFile(zip, '_rels/.rels', RELATIONS)
    await addFile(zip, 'xl/workbook.xml', bookXml(title))
    await addFile(zip, 'xl/_rels/workbook.xml.rels', BOOK_RELATIONS)
    await addFile(zip, 'xl/styles.xml', stylesXml())
    await addFile(zip, 'xl/worksheets/sheet2.xml', aboutXml(title, about))
    zip.begin('xl/worksheets/sheet1.xml')
    await zip.add(sheetStart(columns) + rowOf(columns.map(({ label }) => textCell(label, STYLE.bold))))
  }
  return {
    async write(rows) {
      await begin()
      const lines = rows.map((row) =>
        rowOf(columns.map((column, index) => toCell(row[index] ?? null, column))),
      )
      if (lines.length > 0) await zip.add(lines.join(''))
    },
    async end() {
      await begin()
      await zip.add(SHEET_END)
      await zip.close()
      zip.end()
    },
  }
}
