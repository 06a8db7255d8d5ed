import { untilReachable } from '../database.ts'
import type { Database } from '../database.ts'
import { makeVault } from './vault.ts'
import type { DataKey, KeyRing, Vault } from './vault.ts'

export interface LoadedKeyRing extends KeyRing {
  /** Reads what is new now, without waiting for the next round. */
  refresh(): Promise<void>
  stop(): void
}

/** How often a process looks for new keys. A key becomes active at the earliest three rounds after it was published. */
export const REFRESH_MS = 5000
/** What was signed with a replaced key is taken for so long, such as the cursor of a list that somebody left open. */
const OVERLAP_MS = 24 * 60 * 60_000

interface TimedKey extends DataKey {
  /** On this process's monotonic clock, from the clock of the database: machines may disagree about the hour. */
  readonly activeFromMs: number
}

/** Where the sealed form of a data key belongs. */
export const placeOfKey = (number: number): string => `vault_key.sealed_key ${number}`

interface Row {
  readonly number: number
  readonly sealed_key: Buffer
  readonly active_in_ms: number
}

async function load(database: Database, vault: Vault): Promise<TimedKey[]> {
  const { rows } = await database
    .pool('liaison_job')
    .query<Row>(
      `select number, sealed_key, (extract(epoch from active_from - clock_timestamp()) * 1000)::float8 as active_in_ms from vault_key order by number`,
    )
  const nowMs = performance.now()
  return rows.map((row) => ({
    number: row.number,
    key: vault.open(row.sealed_key, placeOfKey(row.number)),
    activeFromMs: nowMs + row.active_in_ms,
  }))
}

class Ring implements LoadedKeyRing {
  #keys: readonly TimedKey[] = []
  #timer: NodeJS.Timeout | undefined
  readonly #load: () => Promise<TimedKey[]>

  constructor(loadKeys: () => Promise<TimedKey[]>) {
    this.#load = loadKeys
  }

  current(): TimedKey | undefined {
    const nowMs = performance.now()
    return this.#keys.findLast(({ activeFromMs }) => activeFromMs <= nowMs)
  }

  find(number: number): DataKey | undefined {
    return this.#keys.find((key) => key.number === number)
  }

  accepted(): readonly DataKey[] {
    const current = this.current()
    const others = this.#keys.filter((key, index) => {
      const successor = this.#keys[index + 1]
      return key !== current && (!successor || successor.activeFromMs + OVERLAP_MS > performance.now())
    })
    return current ? [current, ...others] : others
  }

  isRootRetired(): boolean {
    const [first] = this.#keys
    return first !== undefined && first.activeFromMs + OVERLAP_MS < performance.now()
  }

  async refresh(): Promise<void> {
    this.#keys = await this.#load()
  }

  watch(intervalMs: number, onError: (error: Error) => void): void {
    this.#timer = setInterval(() => void this.refresh().catch(onError), intervalMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

export interface KeyRingOptions {
  readonly database: Database
  readonly secretKey: string
  readonly refreshMs?: number
  /** Told of each failed look; the keys that are known stay in use. */
  readonly onError: (error: Error) => void
}

/** Reads the data keys and keeps up with new ones. Refuses to start on keys that this secret key does not open. */
export async function startKeyRing(options: KeyRingOptions): Promise<LoadedKeyRing> {
  const vault = makeVault(options.secretKey)
  const ring = new Ring(() => load(options.database, vault))
  await untilReachable(() => ring.refresh())
  ring.watch(options.refreshMs ?? REFRESH_MS, options.onError)
  return ring
}
