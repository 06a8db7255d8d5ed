import type { ExportCell } from '../export-source.ts'
import { toDecimal } from '../money.ts'
import type { MoneyBody } from '../money.ts'

export function isMoney(cell: ExportCell): cell is MoneyBody {
  return typeof cell === 'object' && cell !== null && 'amount_minor' in cell
}

// Also in the full-width forms that spreadsheets read as the plain ones.
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/

/** Text that no spreadsheet runs as a formula (ASVS 1.2.10); numbers stay numbers. */
export function neutralise(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text
}

/** A cell as text, exact; text of people is not changed. */
export function toText(cell: ExportCell): string {
  if (cell === null) return ''
  if (cell instanceof Date) return cell.toISOString()
  return isMoney(cell) ? toDecimal(cell) : String(cell)
}
