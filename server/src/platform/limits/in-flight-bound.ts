/** What is decided anew, and how long the quickest answer of that time may take while more is asked than is taken. */
const INTERVAL_MS = 100
const TARGET_MS = 100

/** Whoever is read so late has waited about as long already. */
const LATE_MS = 200

/** Fewer than this leave connections of the database idle, and then nothing is gained by refusing. */
const LEAST = 16

/**
 * How many requests are worked on at once. At most what was configured; fewer while even the quickest of them waits longer
 * than it should, because then what is taken only queues: on a machine that serves 128 a second, 64 at once are half a
 * second of waiting (Little's law). The quickest is looked at, not the mean, so that slow operations among others do not
 * count as a queue (the rule of CoDel, RFC 8289 section 3). It shrinks by a quarter, grows by a sixteenth, and does neither
 * between half the target and the target, so that it does not swing. While this process comes late to what it is asked, no
 * more is taken than keeps the database busy: what waited unread would otherwise wait twice. Source: R6.
 */
export class InFlightBound {
  readonly #most: number
  readonly #least: number
  readonly #nowMs: () => number
  #limit: number
  #count = 0
  #endsMs: number
  #quickestMs = Number.POSITIVE_INFINITY
  #wasFull = false
  #isLate = false

  /** `nowMs` is a monotonic clock in milliseconds. */
  constructor(most: number, nowMs: () => number = () => performance.now()) {
    this.#most = most
    this.#least = Math.min(LEAST, most)
    this.#limit = most
    this.#nowMs = nowMs
    this.#endsMs = nowMs() + INTERVAL_MS
  }

  /** How many are being worked on. */
  get count(): number {
    return this.#count
  }

  /** How many are taken at once now. */
  get limit(): number {
    return this.#limit
  }

  /** Whether one more has to be refused. */
  isFull(): boolean {
    this.#judge()
    if (this.#count < (this.#isLate ? this.#least : this.#limit)) return false
    this.#wasFull = true
    return true
  }

  /** Tells how late this process comes to what is due, which is about how long what it reads now has waited unread. */
  noteLateness(lateMs: number): void {
    this.#isLate = lateMs > LATE_MS
  }

  /** Counts one in; says when, for its release. */
  admit(): number {
    this.#count += 1
    return this.#nowMs()
  }

  /** Counts one out that was counted in at that time. */
  release(sinceMs: number): void {
    this.#count -= 1
    this.#quickestMs = Math.min(this.#quickestMs, this.#nowMs() - sinceMs)
  }

  #judge(): void {
    const nowMs = this.#nowMs()
    // Without an answer nothing is known, unless nobody waits for one.
    if (nowMs < this.#endsMs || (this.#quickestMs === Number.POSITIVE_INFINITY && this.#count > 0)) return
    const intervals = Math.floor((nowMs - this.#endsMs) / INTERVAL_MS) + 1
    if (this.#wasFull && this.#quickestMs > TARGET_MS && this.#count > 0)
      this.#limit = Math.max(this.#least, Math.floor((this.#limit * 3) / 4))
    else if (!this.#wasFull || this.#quickestMs < TARGET_MS / 2)
      this.#limit = Math.min(this.#most, this.#limit + Math.ceil(this.#most / 16) * intervals)
    this.#wasFull = false
    this.#quickestMs = Number.POSITIVE_INFINITY
    this.#endsMs = nowMs + INTERVAL_MS
  }
}
