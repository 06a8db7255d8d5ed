import type { Database } from '../database.ts'
import { writeRefusal } from './guard.ts'

interface Bucket {
  readonly event: Readonly<Record<string, unknown>>
  readonly endsAtMs: number
  repeats: number
}

interface Settings {
  readonly database: Database
  /** How often what has ended is written. */
  readonly flushMs: number
  readonly nowMs: () => number
  /** Hears of counts that could not be written; the first of each bucket fails its request instead. */
  readonly onError: (error: unknown) => void
}

/**
 * Refusals as the log keeps them where anybody may cause many: the first of a bucket is on disk when `record` returns, all
 * others of it are one more row with their count. What makes a bucket, and how many there may be, is said by whoever
 * counts. Source: access.md section 6 (floods of strangers, per minute and reason with a count).
 */
export class CountedRefusals {
  readonly #settings: Settings
  readonly #buckets = new Map<string, Bucket>()
  readonly #timer: NodeJS.Timeout

  constructor(settings: Settings) {
    this.#settings = settings
    this.#timer = setInterval(() => void this.#flush(false), settings.flushMs)
    this.#timer.unref()
  }

  get size(): number {
    return this.#buckets.size
  }

  has(key: string): boolean {
    return this.#buckets.has(key)
  }

  /** Writes the first refusal of a bucket, which ends at this instant, or counts one more of it. */
  async record(key: string, event: Readonly<Record<string, unknown>>, endsAtMs: number): Promise<void> {
    const known = this.#buckets.get(key)
    if (known && known.endsAtMs > this.#settings.nowMs()) {
      known.repeats += 1
      return
    }
    this.#buckets.set(key, { event, endsAtMs, repeats: 0 })
    await Promise.all([known && this.#writeRepeats(known), writeRefusal(this.#settings.database, event)])
  }

  /** Writes the counts of buckets that have ended, or of all. */
  async #flush(all: boolean): Promise<void> {
    const nowMs = this.#settings.nowMs()
    for (const [key, bucket] of this.#buckets) {
      if (!all && bucket.endsAtMs > nowMs) continue
      this.#buckets.delete(key)
      await this.#writeRepeats(bucket).catch(this.#settings.onError)
    }
  }

  /** Stops counting and writes what was counted. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#flush(true)
  }

  async #writeRepeats({ event, repeats }: Bucket): Promise<void> {
    if (repeats > 0) await writeRefusal(this.#settings.database, { ...event, repeats })
  }
}
