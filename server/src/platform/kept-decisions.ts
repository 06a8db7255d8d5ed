import type { EnteredFacts, LinkEntry } from './facts.ts'

/** What the database said of a read's person, and the ticket under which it may say that it still holds. */
export interface KeptDecision {
  readonly ticket: string
  readonly entered: EnteredFacts
  /** The links of a read across tenants; null of any other. */
  readonly entries: readonly LinkEntry[] | null
  /** The monotonic time of this process before it was asked for, in milliseconds. */
  readonly askedAtMs: number
}

const MAXIMUM_WEIGHT = 12_000

/** A decision older than this is asked for by itself: the database keeps none for longer than a minute. */
const FRESH_MS = 55_000

/** The time of the database now, never behind it by more than the clocks part in a minute; null when it was told too long ago. */
export function databaseTimeNow({ entered, askedAtMs }: KeptDecision): Date | null {
  const elapsedMs = performance.now() - askedAtMs
  return elapsedMs < FRESH_MS ? new Date(entered.now.getTime() + Math.ceil(elapsedMs)) : null
}

const weightOf = ({ entries }: KeptDecision): number => 1 + (entries?.length ?? 0)

/**
 * What was decided lately, so that it need not be gathered again. Nothing is believed from here: each use goes with its
 * ticket to the database, which compares it with what has changed since, in the transaction of the read.
 */
export class KeptDecisions {
  readonly #kept = new Map<string, KeptDecision>()
  #weight = 0

  find(question: string): KeptDecision | undefined {
    return this.#kept.get(question)
  }

  keep(question: string, decision: KeptDecision): void {
    this.forget(question)
    const weight = weightOf(decision)
    if (weight > MAXIMUM_WEIGHT / 10) return
    this.#kept.set(question, decision)
    this.#weight += weight
    // The oldest goes first: none lives longer than a minute anyway.
    for (const oldest of this.#kept.keys()) {
      if (this.#weight <= MAXIMUM_WEIGHT) break
      this.forget(oldest)
    }
  }

  forget(question: string): void {
    const decision = this.#kept.get(question)
    if (!decision) return
    this.#kept.delete(question)
    this.#weight -= weightOf(decision)
  }
}
