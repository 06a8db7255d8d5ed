import { writeRefusal } from '#platform/execution/guard.ts'
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

interface Bucket {
  readonly event: Record<string, unknown>
  readonly endsAtMs: number
  repeats: number
}

/**
 * The log of refusals to those who did not prove who they are: the first of a network, action and code is written at once,
 * the others of its minute in one row with their count, so that nobody fills the log by guessing. It names no client: whoever
 * asks may name any. Source: access.md section 6, attack 46.
 */
export class StrangerLog {
  readonly #database: Database
  readonly #onError: (error: unknown) => void
  readonly #nowMs: () => number
  readonly #buckets = new Map<string, Bucket>()
  readonly #timer: NodeJS.Timeout

  constructor(
    database: Database,
    onError: (error: unknown) => void,
    nowMs: () => number = () => performance.now(),
  ) {
    this.#database = database
    this.#onError = onError
    this.#nowMs = nowMs
    this.#timer = setInterval(() => void this.flush(false), FLUSH_MS)
    this.#timer.unref()
  }

  /** Writes a refusal, or counts it to what was written of its network within the minute. */
  async record({ action, code, reason }: StrangersRefusal, trace: RequestTrace | null): Promise<void> {
    // Past so many networks all others are counted as one: no crowd of addresses makes rows without end.
    const own = `${networkOf(trace?.ip ?? '')} ${action} ${code}`
    const isCrowded = this.#buckets.size >= MOST_BUCKETS && !this.#buckets.has(own)
    const key = isCrowded ? `${action} ${code}` : own
    const known = this.#buckets.get(key)
    const nowMs = this.#nowMs()
    if (known && known.endsAtMs > nowMs) {
      known.repeats += 1
      return
    }
    const event = { plane: 'auth', actor_type: 'stranger', action, code, reason, ...trace?.toAudit() }
    this.#buckets.set(key, { event, endsAtMs: nowMs + MINUTE_MS, repeats: 0 })
    await Promise.all([known && this.#writeRepeats(known), writeRefusal(this.#database, event)])
  }

  /** Writes the counts of minutes that are over, or of all. */
  async flush(all: boolean): Promise<void> {
    const nowMs = this.#nowMs()
    for (const [key, bucket] of this.#buckets) {
      if (!all && bucket.endsAtMs > nowMs) continue
      this.#buckets.delete(key)
      await this.#writeRepeats(bucket).catch(this.#onError)
    }
  }

  /** Stops counting and writes what was counted. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush(true)
  }

  async #writeRepeats({ event, repeats }: Bucket): Promise<void> {
    if (repeats > 0) await writeRefusal(this.#database, { ...event, repeats })
  }
}
