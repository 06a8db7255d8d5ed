import type { ExportColumn } from '#platform/export-source.ts'
import type { Format } from './tables.ts'

/** Most rows of one file. Source: managed-tenants.md section 7, row 5. */
export const MOST_ROWS = 500_000
/** Most bytes of one file. Source: as above. */
const MOST_BYTES = 1_000_000_000
/** Whether a file would hold more than one file may. */
export function isTooLarge(rows: number, bytes = 0): boolean {
  return rows > MOST_ROWS || bytes > MOST_BYTES
}

/** How many exports of one organisation are made at once; the others wait. Source: as above. */
export const MOST_AT_ONCE = 3
/** How often an export begins anew after its process was lost. */
export const MOST_ATTEMPTS = 3
export const KEPT_DAYS = 7

/** Rows a second that a file is made with, for the time that is told at the order: the slow end of what was measured. */
const ROWS_PER_SECOND: Readonly<Record<Format, number>> = { csv: 4000, jsonl: 4000, xlsx: 2500, pdf: 2000 }

/** When a file is expected to be ready. */
export function estimateCompletion(now: Date, rows: number, format: Format): Date {
  return new Date(now.getTime() + 2000 + Math.ceil((rows / ROWS_PER_SECOND[format]) * 1000))
}

export const MEDIA_TYPES: Readonly<Record<Format, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
  jsonl: 'application/jsonl; charset=utf-8',
}

/** The name of a file: what it holds and when it was ordered, in ASCII. */
export function fileNameOf(made: {
  readonly kind: string
  readonly format: Format
  readonly created_at: Date
}): string {
  const stamp = made.created_at.toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-')
  return `${made.kind.replaceAll('_', '-')}-${stamp}.${made.format}`
}

/** The filters of an export in words, for the reader of the file. */
export function describeFilter(filter: Readonly<Record<string, unknown>>): string {
  const said = Object.entries(filter)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(
      ([name, value]) =>
        `${name.replaceAll('_', ' ')} ${Array.isArray(value) ? value.join(', ') : String(value)}`,
    )
  return said.length === 0 ? 'no filter' : said.join('; ')
}

/** The columns of a file: those asked for in their order, else all; a page has room for those with a width only. */
export function chooseColumns(
  columns: readonly ExportColumn[],
  asked: readonly string[] | undefined,
  format: Format,
): string[] {
  if (asked !== undefined) return [...asked]
  const fitting = format === 'pdf' ? columns.filter((column) => column.width !== undefined) : columns
  return fitting.map((column) => column.key)
}
