import type { Database } from '#platform/database.ts'
import { systemClock } from '#platform/clock.ts'
import { writeRefusal } from '#platform/execution/guard.ts'

const MINUTE_MS = 60_000
const MAXIMUM_BUCKETS = 2000
/** How many different unknown networks one minute keeps apart; whatever more there are, they are counted together. */
const MAXIMUM_STRANGERS = 50

/** One refusal, as the audit log keeps it. */
export interface TalliedRefusal {
  /** Whom it is counted under: a credential, a form, or a network. */
  readonly principal: string
  readonly isStranger: boolean
  /** What is told of it; the address is a network already. */
  readonly event: Readonly<Record<string, unknown>>
}

interface Bucket {
  readonly event: Record<string, unknown>
  readonly endsAtMs: number
  repeats: number
}

/**
 * Records refusals of forms on a connection of their own, one row for each principal, reason and minute and a second one
 * with the number of repetitions: a flood cannot grow the log (E10). The rows of one minute are bounded, whoever sends it.
 */
export class RefusalTally {
  readonly #database: Database
  readonly #buckets = new Map<string, Bucket>()
  readonly #timer: NodeJS.Timeout
  #strangers = { minute: -1, count: 0 }

  constructor(database: Database) {
    this.#database = database
    this.#timer = setInterval(() => void this.flush(false), MINUTE_MS / 4)
    this.#timer.unref()
  }

  /** Counts a refusal; the first of its minute is on disk when this returns. */
  async record(refusal: TalliedRefusal, now: Date): Promise<void> {
    const minute = Math.floor(now.getTime() / MINUTE_MS)
    const { principal, event } = this.#bounded(refusal, minute)
    const key = `${minute} ${principal} ${String(event['action'])} ${String(event['code'])}`
    const known = this.#buckets.get(key)
    if (known) {
      known.repeats += 1
      return
    }
    this.#buckets.set(key, { event, endsAtMs: (minute + 1) * MINUTE_MS, repeats: 0 })
    await writeRefusal(this.#database, event)
  }

  /** Writes the counts of minutes that have ended, or of all. */
  async flush(all: boolean): Promise<void> {
    const nowMs = systemClock().getTime()
    const ended = [...this.#buckets].filter(([, bucket]) => all || bucket.endsAtMs <= nowMs)
    for (const [key, { event, repeats }] of ended) {
      this.#buckets.delete(key)
      if (repeats > 0) await writeRefusal(this.#database, { ...event, repeats }).catch(() => undefined)
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.flush(true)
  }

  /** What a stranger sends from ever new networks, and whatever more than a process can keep apart, is one principal. */
  #bounded(refusal: TalliedRefusal, minute: number): { principal: string; event: Record<string, unknown> } {
    if (this.#strangers.minute !== minute) this.#strangers = { minute, count: 0 }
    const event = { ...refusal.event }
    const key = `${minute} ${refusal.principal} ${String(event['action'])} ${String(event['code'])}`
    if (this.#buckets.has(key)) return { principal: refusal.principal, event }
    const isOneTooMany = refusal.isStranger && this.#strangers.count >= MAXIMUM_STRANGERS
    if (isOneTooMany || this.#buckets.size >= MAXIMUM_BUCKETS)
      return { principal: 'others', event: { ...event, ip: null, user_agent: null, actor_id: null } }
    if (refusal.isStranger) this.#strangers = { minute, count: this.#strangers.count + 1 }
    return { principal: refusal.principal, event }
  }
}
