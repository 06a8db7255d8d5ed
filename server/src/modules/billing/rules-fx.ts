import { minorDigits } from '#platform/money.ts'

/** The rate that an amount was converted with. */
export interface Rate {
  readonly from: string
  /** What one whole unit of `from` is worth, as a decimal number in text. */
  readonly rate: string
  readonly day: string
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

/** An amount in minor units of its currency. */
export interface Amount {
  readonly minor: number
  readonly currency: string
}

/** The currencies that cannot be shown in another one for want of a rate. */
export function missingRates(
  currencies: Iterable<string>,
  rates: ReadonlyMap<string, Rate>,
  to: string,
): string[] {
  return [...currencies].filter((currency) => currency !== to && !rates.has(currency))
}

/**
 * What amounts of several currencies are worth in one: each converted once, then added. Null when a rate is missing,
 * because a sum that silently lacks a part would be read as the whole. The one rule of every sum in a display currency (B6, B8).
 */
export function worthIn(
  amounts: readonly Amount[],
  rates: ReadonlyMap<string, Rate>,
  to: string,
): number | null {
  let sum = 0
  for (const { minor, currency } of amounts) {
    const rate = rates.get(currency)
    if (currency === to) sum += minor
    else if (rate) sum += convertMinor(minor, rate, to)
    else return null
  }
  return sum
}

/** Parts of an amount, converted so that the first parts, and all of them, add up to what their sum is worth. */
export function convertParts(parts: readonly number[], rate: Rate, to: string): number[] {
  let [sum, told] = [0, 0]
  return parts.map((part) => {
    sum += part
    const share = convertMinor(sum, rate, to) - told
    told += share
    return share
  })
}
