import { createHash } from 'node:crypto'
import type { ExportCell, ExportColumn } from '#platform/export-source.ts'
import { toMoney } from '#platform/money.ts'
import type { PdfSealer } from '#platform/sealed-pdf.ts'
import { toDecimal } from '#platform/money.ts'
import { makeWriter } from '#platform/table-file/make.ts'
import type { FileFacts, FileFormat } from '#platform/table-file/writer.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Due, NewFile, NewLine, Sums } from './statement-store.ts'

/** Writes a whole table into memory. */
export async function writeTable(
  format: FileFormat,
  facts: FileFacts,
  rows: readonly (readonly ExportCell[])[],
): Promise<Buffer> {
  const pieces: Buffer[] = []
  const writer = makeWriter(format, facts, (bytes) => pieces.push(Buffer.from(bytes)))
  await writer.write(rows)
  await writer.end()
  return Buffer.concat(pieces)
}

const COLUMNS: readonly ExportColumn[] = [
  { key: 'day', label: 'Day', type: 'day', width: 2 },
  { key: 'what', label: 'What', type: 'text', width: 2 },
  { key: 'kind', label: 'Kind', type: 'text', width: 2 },
  { key: 'about', label: 'Organisation or account', type: 'text', width: 5 },
  { key: 'state', label: 'State', type: 'text', width: 2 },
  { key: 'reference', label: 'Reference', type: 'text', width: 5 },
  { key: 'base', label: 'Of', type: 'money', width: 3 },
  { key: 'amount', label: 'Amount', type: 'money', width: 3 },
  { key: 'currency', label: 'Currency', type: 'text' },
]

const referenceOf = (line: NewLine): string =>
  line.earning_id === null
    ? publicIdOf('payout_item', line.payout_item_id ?? '')
    : publicIdOf('earning', line.earning_id)

const toCells = (line: NewLine, currency: string): ExportCell[] => [
  line.day,
  line.what,
  line.kind,
  line.about,
  line.state.replaceAll('_', ' '),
  referenceOf(line),
  line.base_minor === null ? null : toMoney(line.base_minor, currency),
  toMoney(line.amount_minor, currency),
  currency,
]

function aboutOf(of: Due & { readonly month: string }, sums: Sums, closedAt: Date): string[] {
  const amount = (minor: number) => `${toDecimal(toMoney(minor, of.currency))} ${of.currency}`
  return [
    `${of.partnerName}, ${of.month.slice(0, 7)}, ${of.currency}`,
    `Balance before: ${amount(sums.opening)}`,
    `Earned: ${amount(sums.earned)}. Taken off as void: ${amount(sums.voided)}. Paid out: ${amount(sums.paid)}.`,
    `Balance after: ${amount(sums.closing)}`,
    `Closed ${closedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC. States are as they were then. Time from the platform's clock.`,
  ]
}

/** Beyond this many lines nobody reads a PDF: it names the sums and the digest of the file with the lines. */
const PAPER_LINES = 5000

/** What the PDF of a very long statement says instead of its lines. */
function summaryOf(of: Due, sums: Sums, table: Buffer): string[] {
  const digest = createHash('sha256').update(table).digest('hex')
  return [
    ...sums.totals.map(
      ({ kind, state, amount_minor: minor, count }) =>
        `${kind}, ${state.replaceAll('_', ' ')}: ${toDecimal(toMoney(minor, of.currency))} ${of.currency} in ${count} lines`,
    ),
    `The lines are in the CSV file and in the workbook. SHA-256 of the CSV file: ${digest}`,
  ]
}

/**
 * The files of a statement: a sealed PDF, CSV and a workbook, with the same lines. The PDF of a very long one seals the
 * digest of the lines in their stead.
 */
export async function makeStatementFiles(
  of: Due & { readonly month: string },
  said: { readonly sums: Sums; readonly lines: readonly NewLine[]; readonly closedAt: Date },
  sealer: PdfSealer,
): Promise<NewFile[]> {
  const about = aboutOf(of, said.sums, said.closedAt)
  const facts = (format: FileFormat): FileFacts => ({
    title: `Statement ${of.month.slice(0, 7)}`,
    about:
      format === 'pdf'
        ? [
            ...about,
            sealer.kind === 'development' ? 'Development seal: not issued by a public CA.' : 'Sealed.',
          ]
        : about,
    columns: format === 'pdf' ? COLUMNS.filter(({ width }) => width !== undefined) : COLUMNS,
    hasByteOrderMark: false,
    createdAt: said.closedAt,
  })
  const rows = said.lines.map((line) => toCells(line, of.currency))
  const table = await writeTable('csv', facts('csv'), rows)
  const isLong = rows.length > PAPER_LINES
  const paperFacts = facts('pdf')
  const paper = await writeTable(
    'pdf',
    isLong ? { ...paperFacts, about: [...paperFacts.about, ...summaryOf(of, said.sums, table)] } : paperFacts,
    isLong ? [] : rows,
  )
  const seal = { reason: `Statement ${of.month.slice(0, 7)} of ${of.partnerName}`, at: said.closedAt }
  return [
    { format: 'pdf', bytes: Buffer.from(await sealer.seal(paper, seal)), isSealed: true },
    { format: 'csv', bytes: table, isSealed: false },
    { format: 'xlsx', bytes: await writeTable('xlsx', facts('xlsx'), rows), isSealed: false },
  ]
}
