/**
 * Bands of amounts: one for each amount nearer to zero than 16, then sixteen for each doubling; negative amounts mirror
 * positive ones. The same rule is `private.amount_band` in the database. Amounts are minor units.
 */
export function bandOf(amount: number): number {
  let size = Math.abs(amount)
  if (size < 16) return amount
  let power = 0
  while (size >= 32) {
    size = Math.floor(size / 2)
    power += 1
  }
  return Math.sign(amount) * (16 * power + size)
}

/** The least and greatest amount of a band. */
export function bandEnds(band: number): readonly [low: number, high: number] {
  const number = Math.abs(band)
  if (number < 32) return [band, band]
  const power = Math.floor(number / 16) - 1
  const step = 2 ** power
  const near = (number - 16 * power) * step
  const far = near + step - 1
  return band < 0 ? [-far, -near] : [near, far]
}

/** One end of a range of bands; without a number it is open. */
interface BandEnd {
  readonly at: number | undefined
}

/** A range of amounts as the bands that lie in it whole, and the amounts at its ends. */
export interface SplitAmounts {
  /** Null when no band lies in the range whole. */
  readonly firstBand: BandEnd | null
  readonly lastBand: BandEnd | null
  readonly edges: readonly (readonly [low: number, high: number])[]
}

type Edge = readonly [low: number, high: number]

/** From which band on a lower end leaves bands whole, and the amounts before that. */
function startAt(min: number | undefined): { band: number | undefined; edges: readonly Edge[] } {
  if (min === undefined) return { band: undefined, edges: [] }
  const band = bandOf(min)
  const [low, high] = bandEnds(band)
  return low === min ? { band, edges: [] } : { band: band + 1, edges: [[min, high]] }
}

/** Up to which band an upper end leaves bands whole, and the amounts after that. */
function endAt(max: number | undefined): { band: number | undefined; edges: readonly Edge[] } {
  if (max === undefined) return { band: undefined, edges: [] }
  const band = bandOf(max)
  const [low, high] = bandEnds(band)
  return high === max ? { band, edges: [] } : { band: band - 1, edges: [[low, max]] }
}

const NO_BANDS = { firstBand: null, lastBand: null } as const

/** The range within one band, when both ends are in it and leave some of it out. */
function withinBand(min: number | undefined, max: number | undefined): SplitAmounts | null {
  if (min === undefined || max === undefined) return null
  if (min > max) return { ...NO_BANDS, edges: [] }
  const [low, high] = bandEnds(bandOf(min))
  const isInside = max <= high && (min > low || max < high)
  return isInside ? { ...NO_BANDS, edges: [[min, max]] } : null
}

/** Splits a range of amounts so that sums kept per band answer for most of it; an absent end is open. */
export function splitAmounts(min: number | undefined, max: number | undefined): SplitAmounts {
  const inside = withinBand(min, max)
  if (inside) return inside
  const [first, last] = [startAt(min), endAt(max)]
  const edges = [...first.edges, ...last.edges]
  const isEmpty = first.band !== undefined && last.band !== undefined && first.band > last.band
  return isEmpty
    ? { ...NO_BANDS, edges }
    : { firstBand: { at: first.band }, lastBand: { at: last.band }, edges }
}
