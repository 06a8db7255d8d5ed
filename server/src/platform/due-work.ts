const LOOK_INTERVAL_MS = 1000

/** What a `DueWork` does, how much of it at once, and whom it tells of what went wrong. */
export interface DueWorkOptions<Item> {
  readonly mostAtOnce: number
  /** Takes up to so many that are due, for this process alone and for a time. */
  readonly claim: (most: number) => Promise<readonly Item[]>
  readonly carryOut: (item: Item) => Promise<void>
  readonly onError: (error: Error) => void
}

/**
 * Work that the database knows to be due, such as deliveries: claimed in small parts by any number of processes, and
 * carried out here a bounded number at once.
 */
export class DueWork<Item> {
  readonly #options: DueWorkOptions<Item>
  readonly #underWay = new Set<Promise<void>>()
  #looking: Promise<number> | null = null
  #timer: NodeJS.Timeout | undefined
  #isStopping = false

  constructor(options: DueWorkOptions<Item>) {
    this.#options = options
  }

  /** Looks at once, where looking has been started. */
  wake(): void {
    if (this.#timer) void this.#look()
  }

  /** Starts what is due, as far as there is room; resolves to how much that was. One look at a time. */
  #look(): Promise<number> {
    this.#looking ??= this.#claim()
      .catch((error: unknown) => {
        this.#options.onError(error instanceof Error ? error : new Error(String(error)))
        return 0
      })
      .finally(() => (this.#looking = null))
    return this.#looking
  }

  async #claim(): Promise<number> {
    const most = this.#options.mostAtOnce - this.#underWay.size
    if (this.#isStopping || most <= 0) return 0
    const claimed = await this.#options.claim(most)
    for (const item of claimed) this.#begin(item)
    return claimed.length
  }

  #begin(item: Item): void {
    const attempt = this.#options
      .carryOut(item)
      .catch((error: Error) => this.#options.onError(error))
      .finally(() => {
        this.#underWay.delete(attempt)
        this.wake()
      })
    this.#underWay.add(attempt)
  }

  /** Carries out what is due, and what becomes due meanwhile; resolves when nothing is. */
  async drain(): Promise<void> {
    while ((await this.#look()) > 0 || this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  /** Looks every second from now on. */
  start(): void {
    this.#timer ??= setInterval(() => this.wake(), LOOK_INTERVAL_MS).unref()
  }

  /** Ends after what is under way. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#looking
    await Promise.all(this.#underWay)
  }
}
