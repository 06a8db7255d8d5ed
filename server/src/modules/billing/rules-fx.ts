/** The rate that an amount was converted with. */
export interface Rate {
  readonly from: string
  /** What one whole unit of `from` is worth, as a decimal number in text. */
  readonly rate: string
  readonly day: string
}

/** How many decimal places the minor unit of a currency has (ISO 4217), for example 2 for EUR and 0 for JPY. */
export function minorDigits(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  return format.resolvedOptions().maximumFractionDigits ?? 2
}

function divideRounded(value: bigint, divisor: bigint): bigint {
  const half = divisor / 2n
  return value < 0n ? -((-value + half) / divisor) : (value + half) / divisor
}

/**
 * An amount in minor units of one currency in minor units of another, exactly, rounded half away from zero. The rate is
 * of whole units, so currencies with other minor units come out right.
 */
export function convertMinor(amountMinor: number, { from, rate }: Rate, to: string): number {
  const [whole = '0', fraction = ''] = rate.split('.')
  const shift = minorDigits(to) - minorDigits(from)
  const value = BigInt(amountMinor) * BigInt(`${whole}${fraction}`) * 10n ** BigInt(Math.max(0, shift))
  const divisor = 10n ** BigInt(fraction.length + Math.max(0, -shift))
  return Number(divideRounded(value, divisor))
}
