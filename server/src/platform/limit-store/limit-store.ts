/** One limit that is asked for: at most so many admissions of the key in any window of this length. */
export interface LimitAsked {
  readonly key: string
  readonly allowed: number
  readonly windowMs: number
}

/** The answer about all limits that were asked for together. */
export interface LimitAnswer {
  readonly admitted: boolean
  /** How long each log is full for, in milliseconds, in the order asked; 0 where there is room. Empty when admitted. */
  readonly waitsMs: readonly number[]
  /** How many more each admits within its window; empty when refused. */
  readonly remaining: readonly number[]
  /** Whether this process decided by itself, because the shared store did not answer; the store may say otherwise at once. */
  readonly isAlone?: boolean
}

/**
 * Counts admissions exactly: an exact sliding log (embedded.md section 4), never a counter of fixed windows. Several limits
 * are taken all or none, so that a refusal by one costs nothing of another, and waiting for the longest of the waits is
 * enough if nobody else comes.
 */
export interface LimitStore {
  take(asked: readonly LimitAsked[]): Promise<LimitAnswer>
  close(): Promise<void>
}

const MAXIMUM_REMEMBERED = 10_000

/**
 * Remembers refusals in this process until they can change, which keeps a flood off the store. Stays exact, because
 * entries leave a log by age alone. What a process refused by itself, without the store, is not remembered.
 */
export function rememberRefusals(
  store: LimitStore,
  nowMs: () => number = () => performance.now(),
): LimitStore {
  const refused = new Map<string, { readonly untilMs: readonly number[]; readonly longestMs: number }>()
  return {
    async take(asked) {
      const place = asked.map(({ key }) => key).join(' + ')
      const known = refused.get(place)
      if (known && known.longestMs > nowMs()) {
        const waitsMs = known.untilMs.map((until) => Math.max(0, until - nowMs()))
        return { admitted: false, waitsMs, remaining: [] }
      }
      const answer = await store.take(asked)
      if (answer.admitted) refused.delete(place)
      else if (answer.isAlone !== true) {
        if (refused.size >= MAXIMUM_REMEMBERED) refused.clear()
        const untilMs = answer.waitsMs.map((wait) => (wait > 0 ? nowMs() + wait : 0))
        refused.set(place, { untilMs, longestMs: Math.max(...untilMs) })
      }
      return answer
    },
    close: () => store.close(),
  }
}

/** Whole seconds after which a call is admitted if nobody else comes; at least 1 (RFC 9110 section 10.2.3). */
export function retryAfterSeconds({ waitsMs }: LimitAnswer): number {
  return Math.max(1, Math.ceil(Math.max(0, ...waitsMs) / 1000))
}
