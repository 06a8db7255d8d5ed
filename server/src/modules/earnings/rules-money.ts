const BASIS_POINTS = 10_000n

/** One step of a commission that grows with the total: the rate holds up to `up_to_minor`, the last one without end. */
export interface Bracket {
  readonly up_to_minor: number | null
  readonly rate_bp: number
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value)

/** A quotient rounded to a whole number, halves away from zero. Refuses a divisor that is not positive. */
export function divideRounded(numerator: bigint, denominator: bigint): bigint {
  if (denominator <= 0n) throw new Error('A divisor is positive.')
  const size = (2n * absolute(numerator) + denominator) / (2n * denominator)
  return numerator < 0n ? -size : size
}

/** The share of an amount at a rate in basis points, in whole minor units, halves away from zero (D6). */
export function shareOf(base: bigint, rateBp: number): bigint {
  return divideRounded(base * BigInt(rateBp), BASIS_POINTS)
}

/** The part of a total that lies in each bracket, from the first on. */
export function sliceByBracket(total: bigint, brackets: readonly Bracket[]): bigint[] {
  let from = 0n
  return brackets.map(({ up_to_minor: upTo }) => {
    const end = upTo === null || BigInt(upTo) > total ? total : BigInt(upTo)
    const slice = end > from ? end - from : 0n
    from = end > from ? end : from
    return slice
  })
}

/** What a total earns over all brackets, before it is divided by 10,000. */
export function graduatedNumerator(total: bigint, brackets: readonly Bracket[]): bigint {
  const slices = sliceByBracket(total, brackets)
  return brackets.reduce((sum, { rate_bp: rate }, index) => sum + (slices[index] ?? 0n) * BigInt(rate), 0n)
}

/**
 * What a total earns over all brackets, rounded once. What one payment earns is the difference that it makes to the
 * total, so that the parts of a total always add up to it exactly, however it came about (D6).
 */
export function graduatedTotal(total: bigint, brackets: readonly Bracket[]): bigint {
  return divideRounded(graduatedNumerator(total, brackets), BASIS_POINTS)
}

/** How much of a commission is to be taken back in all once this much of what was paid went back; never more than it. */
export function takenBackTarget(amounts: {
  readonly commission: bigint
  readonly base: bigint
  readonly returned: bigint
}): bigint {
  if (amounts.base <= 0n || amounts.returned >= amounts.base) return amounts.commission
  return divideRounded(amounts.commission * amounts.returned, amounts.base)
}
