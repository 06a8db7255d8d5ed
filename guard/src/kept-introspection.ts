import { decodeJwt } from 'jose'
import { systemClock } from './clock.ts'
import type { Clock } from './clock.ts'
import { digestText } from './digest.ts'
import type { Introspection, KnownNumbers } from './guard.ts'

/** The longest that an answer may be kept: a revocation that nobody tells of bites by then. */
const LONGEST_SECONDS = 5

/** Whom a change concerns, by the ids of the tokens; what is left out concerns everybody. */
export interface AccessChange {
  readonly partner_id?: string
  readonly customer_id?: string
  readonly delegation_id?: string
}

const SUBJECTS = ['partner_id', 'customer_id', 'delegation_id'] as const
type Subjects = Partial<Record<(typeof SUBJECTS)[number], string>>

export interface KeptIntrospectionOptions {
  /** Seconds for which an answer is kept, more than 0 and at most 5. Default 5. */
  readonly maxAgeSeconds?: number
  /** How many answers are kept; beyond that the oldest goes. Default 10,000. */
  readonly maxEntries?: number
  readonly clock?: Clock
}

/** Introspection that keeps what it was told for a moment, and drops it when it is told of a change. */
export interface KeptIntrospection {
  readonly introspection: Introspection
  /** Drops what the change concerns; without one, everything. Answers that are still under way are not kept either. */
  forget(change?: AccessChange): void
  readonly size: number
}

/** The claims that a change is compared with; the guard has verified the token before it asks. */
function subjectsOf(token: string): Subjects {
  const claims = decodeJwt(token)
  return Object.fromEntries(
    SUBJECTS.flatMap((name) => {
      const value = claims[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

/** A claim that the token does not have may be concerned: a change that names it is taken to mean it. */
function concerns(change: AccessChange, of: Subjects): boolean {
  return SUBJECTS.every(
    (name) => change[name] === undefined || of[name] === undefined || change[name] === of[name],
  )
}

interface Kept {
  readonly endsAtMs: number
  readonly answer: true | KnownNumbers
  readonly of: Subjects
}

/**
 * Keeps for at most five seconds that a token counts, never that it does not, and never anything of its proof: that is
 * checked for every request. What is told with `forget` holds for the next request, also when an answer from before is
 * still under way. Source: delegation.md section 5, mode B.
 */
export function keepIntrospection(
  ask: Introspection,
  options: KeptIntrospectionOptions = {},
): KeptIntrospection {
  const { maxAgeSeconds = LONGEST_SECONDS, maxEntries = 10_000, clock = systemClock } = options
  if (!(maxAgeSeconds > 0 && maxAgeSeconds <= LONGEST_SECONDS))
    throw new RangeError(`An answer is kept for more than 0 and at most ${LONGEST_SECONDS} seconds.`)
  const kept = new Map<string, Kept>()
  let changes = 0

  function keep(key: string, entry: Kept): void {
    kept.delete(key)
    const [oldest] = kept.keys()
    if (kept.size >= maxEntries && oldest !== undefined) kept.delete(oldest)
    if (maxEntries > 0) kept.set(key, entry)
  }

  async function introspection(token: string): Promise<boolean | KnownNumbers> {
    const key = digestText(token)
    const nowMs = clock().getTime()
    const known = kept.get(key)
    // A clock that was set back must not make an answer last.
    if (known && nowMs < known.endsAtMs && known.endsAtMs - nowMs <= maxAgeSeconds * 1000) return known.answer
    kept.delete(key)
    const changesBefore = changes
    const answer = await ask(token)
    // The age counts from the question: the answer may have been true for the last time just then.
    if (answer !== false && changes === changesBefore)
      keep(key, { endsAtMs: nowMs + maxAgeSeconds * 1000, answer, of: subjectsOf(token) })
    return answer
  }

  return {
    introspection,
    forget(change = {}) {
      changes += 1
      for (const [key, { of }] of kept) if (concerns(change, of)) kept.delete(key)
    },
    get size() {
      return kept.size
    },
  }
}
