/** The sum of what is known; null when nothing is. */
export function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

/** The mean of what is known; null when nothing is. */
export function meanKnown(values: readonly (number | null)[]): number | null {
  const sum = sumKnown(values)
  return sum === null ? null : sum / values.filter((value) => value !== null).length
}

/** The highest of what is known; null when nothing is. */
export function maxKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** The difference of two figures; null when one is unknown. */
export function differenceOf(now: number | null, before: number | null): number | null {
  return now === null || before === null ? null : now - before
}

/** Rounded to so many decimals; null stays null. */
export function round(value: number | null, decimals: number): number | null {
  const factor = 10 ** decimals
  return value === null ? null : Math.round(value * factor) / factor
}

/** A share of a whole, 0 to 1, cut off after four decimals so that 1 means all of it. */
export function shareOf(part: number, whole: number): number {
  return whole <= 0 ? 0 : Math.floor(Math.min(1, part / whole) * 10_000 + 1e-6) / 10_000
}
