import type { ExportCell } from '../export-source.ts'
import type { MoneyBody } from '../money.ts'

const DIGITS = new Map<string, number>()

/** How many decimals a currency has (ISO 4217, as ICU knows it): 2 for EUR, 0 for JPY, 3 for KWD. */
export function decimalsOf(currency: string): number {
  const known = DIGITS.get(currency)
  if (known !== undefined) return known
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  DIGITS.set(currency, maximumFractionDigits)
  return maximumFractionDigits
}

/** An amount as a decimal number, exact: it is cut from the digits and never divided. */
export function toDecimal({ amount_minor: minor, currency }: MoneyBody): string {
  const decimals = decimalsOf(currency)
  const digits = String(Math.abs(minor)).padStart(decimals + 1, '0')
  const sign = minor < 0 ? '-' : ''
  if (decimals === 0) return `${sign}${digits}`
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
}

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
