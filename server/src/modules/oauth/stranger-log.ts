import { CountedRefusals } from '#platform/execution/counted-refusals.ts'
import type { Database } from '#platform/database.ts'
import { networkOf } from '#platform/networks.ts'
import type { RequestTrace } from '#platform/request-trace.ts'

const MINUTE_MS = 60_000
const FLUSH_MS = 5_000
const MOST_BUCKETS = 5_000

/** What was refused to somebody who did not prove to be anybody. */
export interface StrangersRefusal {
  readonly action: string
  readonly code: string
  readonly reason: string | undefined
}

/**
 * The log of refusals to those who did not prove who they are: the first of a network, action and code is written at once,
 * the others of its minute in one row with their count, so that nobody fills the log by guessing. It names no client: whoever
 * asks may name any. Source: access.md section 6, attack 46.
 */
export class StrangerLog {
  readonly #counted: CountedRefusals
  readonly #nowMs: () => number

  constructor(
    database: Database,
    onError: (error: unknown) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#nowMs = nowMs
    this.#counted = new CountedRefusals({ database, flushMs: FLUSH_MS, nowMs, onError })
  }

  /** Writes a refusal, or counts it to what was written of its network within the minute. */
  record({ action, code, reason }: StrangersRefusal, trace: RequestTrace | null): Promise<void> {
    // Past so many networks all others are counted as one: no crowd of addresses makes rows without end.
    const own = `${networkOf(trace?.ip ?? '')} ${action} ${code}`
    const isCrowded = this.#counted.size >= MOST_BUCKETS && !this.#counted.has(own)
    const event = { plane: 'auth', actor_type: 'stranger', action, code, reason, ...trace?.toAudit() }
    return this.#counted.record(isCrowded ? `${action} ${code}` : own, event, this.#nowMs() + MINUTE_MS)
  }

  /** Stops counting and writes what was counted. */
  close(): Promise<void> {
    return this.#counted.close()
  }
}
