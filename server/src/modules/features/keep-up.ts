import { listenTo } from '#platform/announcements.ts'
import type { Database } from '#platform/database.ts'
import { acquireDirect, untilReachable } from '#platform/database.ts'
import { provideFeatures } from '#platform/features.ts'
import type { FeatureSource } from '#platform/features.ts'
import { featuresFor } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProcessCopy } from './process-copy.ts'

/** A notification can be lost with its connection; this long at most a lost one goes unnoticed. */
const RELOAD_MS = 30_000
const RELISTEN_MS = 1000

/** The features of one process, kept up to date. */
export interface LiveFeatures {
  readonly copy: ProcessCopy
  /** Reads what is new now, without waiting to be told. */
  refresh(): Promise<void>
  stop(): Promise<void>
}

interface Waiting {
  everything: boolean
  readonly partners: Set<string>
}

/** Follows the changes that other processes and this one make: told at once, looked for again every half minute. */
class Follower implements LiveFeatures {
  readonly copy: ProcessCopy
  readonly #database: Database
  readonly #onError: (error: Error) => void
  readonly #timer: NodeJS.Timeout
  #waiting: Waiting = { everything: false, partners: new Set() }
  #working: Promise<void> | null = null
  #giveBack: (() => void) | null = null
  #isStopped = false

  constructor(database: Database, onError: (error: Error) => void) {
    this.#database = database
    this.#onError = onError
    this.copy = new ProcessCopy(async (text, values) => {
      const { rows } = await database.pool('liaison_guard').query<Record<string, unknown>>(text, [...values])
      return rows
    })
    this.#timer = setInterval(() => void this.refresh().catch(onError), RELOAD_MS)
    this.#timer.unref()
  }

  async refresh(): Promise<void> {
    await this.copy.readAll()
  }

  async listen(): Promise<void> {
    const client = await acquireDirect(this.#database, 'liaison_guard')
    let isLent = true
    const giveBack = () => {
      if (isLent) client.release(true)
      isLent = false
    }
    client.once('end', () => {
      const wasLent = isLent
      giveBack()
      if (wasLent && !this.#isStopped) this.#listenAgain()
    })
    try {
      await listenTo(client, 'features_changed', ({ partner_id: partnerId = null }) => this.#hear(partnerId))
    } catch (error) {
      giveBack()
      throw error
    }
    // Who stopped meanwhile found nothing to give back, and a connection that is kept would hold up the end of the process.
    if (this.#isStopped) giveBack()
    else this.#giveBack = giveBack
  }

  /** What was said while nobody listened is unknown, so everything is read. */
  #listenAgain(): void {
    if (this.#isStopped) return
    this.listen().then(
      () => this.#hear(null),
      () => setTimeout(() => this.#listenAgain(), RELISTEN_MS).unref(),
    )
  }

  #hear(partnerId: string | null): void {
    if (partnerId === null) this.#waiting.everything = true
    else this.#waiting.partners.add(partnerId)
    this.#working ??= this.#work().finally(() => {
      this.#working = null
    })
  }

  /** One look at a time; what is told during one is looked at by the next. */
  async #work(): Promise<void> {
    while (!this.#isStopped && (this.#waiting.everything || this.#waiting.partners.size > 0)) {
      const { everything, partners } = this.#waiting
      this.#waiting = { everything: false, partners: new Set() }
      try {
        if (everything) await this.copy.readAll()
        else await this.copy.readPartners([...partners])
        for (const about of everything ? [null] : partners) this.copy.tell(about)
      } catch (error) {
        this.#onError(error instanceof Error ? error : new Error('The features could not be read.'))
      }
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    this.#giveBack?.()
    await this.#working
  }
}

/**
 * Reads the features, provides them to every decision that is made over this database, and keeps up with changes. Refuses to
 * start on features that it cannot evaluate. Source: C3.
 */
export async function startFeatures(
  database: Database,
  onError: (error: Error) => void,
): Promise<LiveFeatures> {
  const follower = new Follower(database, onError)
  try {
    // Listening comes first, so that nothing falls between the first look and the first message.
    await untilReachable(() => follower.listen())
    await untilReachable(() => follower.refresh())
  } catch (error) {
    await follower.stop()
    throw error
  }
  provideFeatures(database, follower.copy)
  live.set(follower.copy, follower)
  return follower
}

const live = new WeakMap<FeatureSource, LiveFeatures>()

/** The features that decide about this request, after a look at what is new: what is shown is what is decided by. */
export async function readLive(mandate: Mandate): Promise<ProcessCopy> {
  const found = live.get(featuresFor(mandate))
  if (!found) throw new Error('The features of this process are not kept up to date.')
  await found.refresh()
  return found.copy
}
