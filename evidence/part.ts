import type { Claim } from '../chaos/evidence.ts'

/** What a part of the campaign found. */
export interface PartResult {
  /** What was attempted, how often, and what came of it. */
  readonly claims: readonly Claim[]
  /** How we know that the part would have seen a fault. */
  readonly positiveControl: string
  /** Everything that was not as it must be; a part with faults is not written down, and the command fails. */
  readonly wrong: readonly string[]
  /** Targets that were measured and not reached: they are written down as missed, and the command fails. */
  readonly missed?: readonly string[]
}

/** One harness of the campaign, which may run alone: `npm run evidence -- NAME [--times N]`. */
export interface Part {
  readonly name: string
  readonly title: string
  /** Where the harness is. */
  readonly source: string
  /** Runs it with so many times as many attempts as usual; a part that always does the same takes no notice. */
  run(times: number): Promise<PartResult>
}
