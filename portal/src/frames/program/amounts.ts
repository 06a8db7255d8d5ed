import { decimalsOf } from '../../platform/format.ts'

/** What somebody typed as minor units of a currency: digits, at most so many decimals as it has; null for anything else. */
export function readAmount(typed: string, currency: string): number | null {
  if (!/^[A-Z]{3}$/.test(currency)) return null
  const found = /^(\d{1,10})(?:[.,](\d+))?$/.exec(typed.trim())
  const decimals = decimalsOf(currency)
  const fraction = found?.[2] ?? ''
  if (found === null || fraction.length > decimals) return null
  return Number(`${found[1] ?? ''}${fraction.padEnd(decimals, '0')}`)
}

/** Minor units as somebody would type them. */
export function writeAmount(minor: number, currency: string): string {
  const decimals = decimalsOf(currency)
  return (minor / 10 ** decimals).toFixed(decimals)
}

export type Limit = { currency: string; amount: string }

/** The lines of a form as limits by currency; null when a line is no amount, or a currency stands twice. */
export function readLimits(lines: readonly Limit[]): Record<string, number> | null {
  const read = lines.map(({ currency, amount }) => [currency, readAmount(amount, currency)] as const)
  const isWhole = read.every(([, amount]) => amount !== null)
  const limits = Object.fromEntries(read.map(([currency, amount]) => [currency, amount ?? 0]))
  return isWhole && Object.keys(limits).length === lines.length ? limits : null
}
