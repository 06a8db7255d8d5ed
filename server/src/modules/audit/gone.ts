import { LeafDigest } from './retention-note.ts'
import type { Retention } from './retention-note.ts'

interface Month {
  readonly retention: Retention
  readonly found: LeafDigest
}

/** Leaves without events, compared with what was signed to be past its time. */
export class GoneEvents {
  readonly #months: readonly Month[]

  /** The newest of each month counts: it tells of those before, too. */
  constructor(retentions: readonly Retention[]) {
    const newest = new Map<number, Retention>()
    for (const retention of retentions) {
      const known = newest.get(retention.from.getTime())
      if (!known || known.signedAt <= retention.signedAt) newest.set(retention.from.getTime(), retention)
    }
    this.#months = [...newest.values()].map((retention) => ({ retention, found: new LeafDigest() }))
  }

  /** Takes a leaf without an event; false when no month that something was taken out of holds its moment. */
  take(leaf: { readonly index: number; readonly hash: Buffer; readonly at: Date }): boolean {
    const month = this.#months.find(({ retention: { from, until } }) => from <= leaf.at && leaf.at < until)
    month?.found.add(leaf.index, leaf.hash)
    return month !== undefined
  }

  /** How many are past their time, and each month in which others are gone, or fewer than was signed. Ends the count. */
  finish(): { readonly past: number; readonly faults: readonly { at: number; detail: string }[] } {
    let past = 0
    const faults: { at: number; detail: string }[] = []
    for (const { retention, found } of this.#months) {
      if (found.count === retention.gone && found.finish() === retention.digest) past += found.count
      else
        faults.push({
          at: found.first ?? 0,
          detail: `From ${retention.from.toISOString()} to ${retention.until.toISOString()} ${found.count} events are gone; they are not the ${retention.gone} that were signed to be past their time.`,
        })
    }
    return { past, faults }
  }
}
