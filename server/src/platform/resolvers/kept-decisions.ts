import type { EnteredFacts, LinkEntry, Ticket } from './facts.ts'
import type { Transaction } from '../transaction.ts'

/** What the database said of a read's person, and the ticket under which it may say that it still holds. */
export interface KeptDecision {
  readonly ticket: Ticket
  readonly entered: EnteredFacts
  /** The links of a read across tenants; null of any other. */
  readonly entries: readonly LinkEntry[] | null
  /** The monotonic time of this process before it was asked for, in milliseconds. */
  readonly askedAtMs: number
  readonly use: SessionUse
}

/** Keeps a decision with the ticket that was given for it, if one was. */
export function keepTicket(
  transaction: Pick<Transaction, 'onceCommitted'>,
  decision: Omit<KeptDecision, 'ticket'>,
  keep: (decision: KeptDecision) => void,
): void {
  const { kept: signed, ticket_id: ticket } = decision.entered
  if (signed) keep({ ...decision, ticket: signed })
  // The row is there for others when this transaction has committed, and not at all if it does not.
  if (ticket) transaction.onceCommitted(() => keep({ ...decision, ticket }))
}

const MAXIMUM_WEIGHT = 12_000

/** A decision older than this is not asked about again: the database keeps none for longer than five minutes (access.keep). */
const KEPT_MS = 295_000

/** A time that was told longer ago than this is asked for again: until then two sound clocks part by a few milliseconds. */
const FRESH_MS = 55_000

const NOTED_EACH_MS = 60_000

/** The use of a session as this process knows it, which is noted once a minute at most. */
export class SessionUse {
  #notedAtMs: number

  constructor(notedAtMs: number) {
    this.#notedAtMs = notedAtMs
  }

  get isDue(): boolean {
    return performance.now() - this.#notedAtMs >= NOTED_EACH_MS
  }

  /** Told when the use was noted. */
  noted(): void {
    this.#notedAtMs = performance.now()
  }
}

/** What time it is in the database, by whatever it said last to anybody. */
export class DatabaseClock {
  #told: { readonly now: number; readonly askedAtMs: number } | null = null

  /** Told of the database's time together with the monotonic time of this process before it was asked. */
  tell(now: Date, askedAtMs: number): void {
    if (this.#told && this.#told.askedAtMs > askedAtMs) return
    this.#told = { now: now.getTime(), askedAtMs }
  }

  /** The time of the database, never behind it by more than the clocks part in a minute; null when it was told too long ago. */
  now(): Date | null {
    if (!this.#told) return null
    const elapsedMs = performance.now() - this.#told.askedAtMs
    return elapsedMs < FRESH_MS ? new Date(this.#told.now + Math.ceil(elapsedMs)) : null
  }
}

const weightOf = ({ entries }: KeptDecision): number => 1 + (entries?.length ?? 0)

/**
 * What was decided lately, so that it need not be gathered again. Nothing is believed from here: each use goes with its
 * ticket to the database, which compares it with what has changed since, in the transaction of the read.
 */
export class KeptDecisions {
  readonly clock = new DatabaseClock()
  readonly #kept = new Map<string, KeptDecision>()
  #weight = 0

  find(question: string): KeptDecision | undefined {
    const decision = this.#kept.get(question)
    if (!decision || performance.now() - decision.askedAtMs < KEPT_MS) return decision
    this.forget(question)
    return undefined
  }

  keep(question: string, decision: KeptDecision): void {
    this.forget(question)
    const weight = weightOf(decision)
    if (weight > MAXIMUM_WEIGHT / 10) return
    this.#kept.set(question, decision)
    this.#weight += weight
    // The oldest goes first: it is the next to end anyway.
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
