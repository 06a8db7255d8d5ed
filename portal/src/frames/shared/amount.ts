import { decimalsOf } from '../../platform/format.ts'

/** The amount that a text like "45.00" or "45,50" means, in minor units; null when it means none. */
export function readAmount(
  text: string,
  currency: string,
): { amount_minor: number; currency: string } | null {
  const plain = text.trim().replace(',', '.')
  if (!/^[A-Z]{3}$/.test(currency) || !/^\d{1,11}(\.\d{1,3})?$/.test(plain)) return null
  const decimals = decimalsOf(currency)
  const [whole = '', part = ''] = plain.split('.')
  if (part.length > decimals) return null
  return { amount_minor: Number(whole + part.padEnd(decimals, '0')), currency }
}

/** An amount as somebody would write it, as "45.00". */
export function writeAmount({
  amount_minor: minor,
  currency,
}: {
  amount_minor: number
  currency: string
}): string {
  const decimals = decimalsOf(currency)
  return (minor / 10 ** decimals).toFixed(decimals)
}
