import type { ExportCell, ExportColumn } from '../export-source.ts'
import { isMoney } from './cells.ts'

/** Sums the money columns of a file per currency, exactly. */
export class Totals {
  readonly #columns: readonly ExportColumn[]
  readonly #sums = new Map<string, bigint[]>()

  constructor(columns: readonly ExportColumn[]) {
    this.#columns = columns
  }

  add(row: readonly ExportCell[]): void {
    for (const [index, cell] of row.entries()) {
      if (!isMoney(cell)) continue
      let sums = this.#sums.get(cell.currency)
      if (!sums) this.#sums.set(cell.currency, (sums = this.#columns.map(() => 0n)))
      sums[index] = (sums[index] ?? 0n) + BigInt(cell.amount_minor)
    }
  }

  /** The sums of each currency, in the order of the codes and of the columns; minor units. */
  perCurrency(): { readonly currency: string; readonly sums: readonly { label: string; minor: bigint }[] }[] {
    return [...this.#sums]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([currency, sums]) => ({
        currency,
        sums: this.#columns.flatMap(({ label, type }, index) =>
          type === 'money' ? [{ label, minor: sums[index] ?? 0n }] : [],
        ),
      }))
  }
}
