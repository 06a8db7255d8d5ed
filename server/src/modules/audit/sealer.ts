import { stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { acquireDirect } from '#platform/database.ts'
import type { Database } from '#platform/database.ts'
import { hashLeaf, makeLogVerifier, MerkleTree, toCheckpointText } from '#platform/signed-log/index.ts'
import type { LogVerifier, NoteSigner } from '#platform/signed-log/index.ts'
import { appendNotes, readLastCheckpoint } from './checkpoint-file.ts'
import { readAuditKeys } from './keys.ts'
import type { AuditKey, AuditKeys } from './keys.ts'
import type { SealedEvent } from './leaf.ts'
import { addNodes } from './node-store.ts'
import {
  insertCheckpoint,
  insertLeaves,
  insertPublications,
  insertWatermark,
  preferIndexes,
  readLag,
  readLeftOver,
  readNext,
  readNewestNote,
  readNotesAbove,
  readRoot,
  readState,
  tryLock,
  unlock,
} from './seal-store.ts'
import type { SealState, WaitingEvents } from './seal-store.ts'

/** The most events of one round; a full round is followed by the next at once. */
const ROUND_ROWS = 1000
const NOTES_AT_ONCE = 1000
const PAUSE_MS = 20

export interface SealerOptions {
  readonly database: Database
  /** The first key; later ones are read at each round. */
  readonly key: AuditKey
  /** Where checkpoints are kept outside the database; append-only. */
  readonly checkpointFile: string
  readonly intervalMs: number
  /** Told once for each new failure, not at every attempt. */
  readonly onError?: (error: Error) => void
}

/** How far sealing is behind. */
export interface SealerLag {
  /** How long the oldest unsealed event has waited, and how many wait, as of the last round. */
  readonly seconds: number
  readonly unsealed: number
  /** How long nothing was sealed although something could be: 0 while a transaction holds back all that waits. */
  readonly stalledSeconds: number
}

export interface Sealer {
  /** Seals what is there now, without waiting for the next round. Returns how many events that were. */
  sealNow(): Promise<number>
  /**
   * Runs rounds until nothing waits for its seal, at most so many milliseconds: a transaction of any database of the
   * cluster holds back, as long as it runs, what was committed after it began. Returns how many events still wait.
   */
  sealEverything(patienceMs: number): Promise<number>
  lag(): SealerLag
  /** Ends after the round that runs. */
  stop(): Promise<void>
}

async function inTransaction<Result>(client: pg.PoolClient, work: () => Promise<Result>): Promise<Result> {
  await client.query('begin')
  try {
    const result = await work()
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  }
}

async function storeRound(
  client: pg.PoolClient,
  state: SealState,
  round: { events: readonly SealedEvent[]; key: NoteSigner },
): Promise<void> {
  const last = round.events.at(-1)
  if (!last) return
  const tree = new MerkleTree(state.size, state.peaks)
  const leaves = round.events.map((event) => {
    const leaf = {
      index: tree.size,
      eventId: event.id,
      occurredAt: event.occurredAt,
      hash: hashLeaf(event.leaf),
    }
    tree.append(leaf.hash)
    return leaf
  })
  const root = tree.root()
  const note = round.key.sign(toCheckpointText({ origin: round.key.name, size: tree.size, root }))
  await insertLeaves(client, leaves)
  await insertCheckpoint(client, {
    size: tree.size,
    root,
    peaks: tree.peaks,
    last: { xid: last.xid, id: last.id },
    note,
  })
}

/**
 * Seals one round. In a cluster in which sealing has not begun, a restored one, first everything that has no leaf is
 * sealed; then the count of transactions begins anew.
 */
function sealRound(client: pg.PoolClient, key: NoteSigner): Promise<number> {
  return inTransaction(client, async () => {
    await preferIndexes(client)
    const state = await readState(client)
    const isRestored = state.begunIn !== null && state.begunIn !== state.clusterId
    const events = isRestored
      ? await readLeftOver(client, ROUND_ROWS)
      : await readNext(client, state.position, ROUND_ROWS)
    await storeRound(client, state, { events, key })
    if (state.begunIn === null)
      await insertWatermark(client, { clusterId: state.clusterId, size: 0, fromXid: '0' })
    if (isRestored && events.length < ROUND_ROWS) {
      await insertWatermark(client, {
        clusterId: state.clusterId,
        size: state.size + events.length,
        fromXid: null,
      })
    }
    return events.length
  })
}

/** The file of checkpoints, and what is known of it. */
class CheckpointFile {
  readonly #path: string
  #knownBytes = -1
  #knownSize = 0

  constructor(path: string) {
    this.#path = path
  }

  /** Refuses to go on when the file proves that the database lost or changed what was sealed. */
  async check(client: pg.PoolClient, verifier: LogVerifier): Promise<void> {
    const bytes = await this.#countBytes()
    if (bytes === this.#knownBytes) return
    const last = await readLastCheckpoint(this.#path, verifier, async (size) =>
      (await readNotesAbove(client, size, NOTES_AT_ONCE)).map(({ note }) => note),
    )
    const root = last && (await readRoot(client, last.size))
    if (last && !root?.equals(last.root)) {
      throw new Error(
        `${this.#path} holds a checkpoint of ${last.size} events that the database does not know. Sealing stops: the database was changed or restored from before. Verify it; to go on from here, move the file away.`,
      )
    }
    this.#knownSize = last?.size ?? 0
    this.#knownBytes = await this.#countBytes()
  }

  /** Appends the checkpoints that the file lacks, then notes in the database that they are out. */
  async publish(client: pg.PoolClient): Promise<void> {
    let notes = await readNotesAbove(client, this.#knownSize, NOTES_AT_ONCE)
    while (notes.length > 0) {
      await appendNotes(
        this.#path,
        notes.map(({ note }) => note),
      )
      await insertPublications(
        client,
        notes.map(({ size }) => size),
        'file',
      )
      this.#knownSize = notes.at(-1)?.size ?? this.#knownSize
      this.#knownBytes = await this.#countBytes()
      notes = notes.length < NOTES_AT_ONCE ? [] : await readNotesAbove(client, this.#knownSize, NOTES_AT_ONCE)
    }
  }

  async #countBytes(): Promise<number> {
    const found = await stat(this.#path).catch(() => null)
    return found?.size ?? 0
  }
}

class RunningSealer implements Sealer {
  readonly #options: SealerOptions
  readonly #file: CheckpointFile
  #timer: NodeJS.Timeout | undefined
  #running: Promise<number> = Promise.resolve(0)
  #isStopped = false
  #lag = { seconds: 0, unsealed: 0 }
  #measuredAt = performance.now()
  #sealedSize = 0
  #stalledSince: number | null = null
  #lastFailure = ''
  #verifiedNote: string | null = null

  constructor(options: SealerOptions) {
    this.#options = options
    this.#file = new CheckpointFile(options.checkpointFile)
  }

  sealNow(): Promise<number> {
    // One after the other, so that the two never compete for the lock.
    this.#running = this.#running.catch(() => 0).then(() => this.#sealAll())
    return this.#running
  }

  async sealEverything(patienceMs: number): Promise<number> {
    const deadline = performance.now() + patienceMs
    await this.sealNow()
    while (this.#lag.unsealed > 0 && performance.now() < deadline) {
      await pause(PAUSE_MS)
      await this.sealNow()
    }
    return this.#lag.unsealed
  }

  lag(): SealerLag {
    const now = performance.now()
    const isStale = this.#lastFailure !== '' || this.#lag.unsealed > 0
    return {
      seconds: this.#lag.seconds + (isStale ? (now - this.#measuredAt) / 1000 : 0),
      unsealed: this.#lag.unsealed,
      stalledSeconds: this.#stalledSince === null ? 0 : (now - this.#stalledSince) / 1000,
    }
  }

  /** Runs a round and then the next, for ever. */
  async run(): Promise<void> {
    try {
      await this.sealNow()
      this.#lastFailure = ''
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      if (failure.message !== this.#lastFailure) this.#options.onError?.(failure)
      this.#lastFailure = failure.message
    }
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.run(), this.#options.intervalMs)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearTimeout(this.#timer)
    await this.#running.catch(() => 0)
  }

  async #sealAll(): Promise<number> {
    try {
      return await this.#sealOnConnection(await acquireDirect(this.#options.database, 'liaison_sealer'))
    } catch (error) {
      // No connection to be had is as much a standstill as a round that fails.
      this.#stalledSince ??= performance.now()
      throw error
    }
  }

  async #sealOnConnection(client: pg.PoolClient): Promise<number> {
    let isBroken = true
    try {
      // Another process seals; this one only watches the lag.
      const sealed = (await tryLock(client)) ? await this.#sealLocked(client) : 0
      const { position, size } = await readState(client)
      this.#note(await readLag(client, position), size)
      isBroken = false
      return sealed
    } finally {
      // A connection that is thrown away gives its lock back.
      client.release(isBroken)
    }
  }

  #note({ seconds, unsealed, isDue }: WaitingEvents, size: number): void {
    this.#lag = { seconds, unsealed }
    this.#measuredAt = performance.now()
    if (!isDue) this.#stalledSince = null
    else if (this.#stalledSince === null || size > this.#sealedSize) this.#stalledSince = this.#measuredAt
    this.#sealedSize = size
  }

  #readKeys(client: pg.PoolClient): Promise<AuditKeys> {
    return readAuditKeys(
      async (text, values) => (await client.query(text, values && [...values])).rows,
      this.#options.key,
    )
  }

  /** Nothing of another key or under another name follows what is signed: nobody could verify the log any more. */
  async #refuseOtherLog(client: pg.PoolClient, verifier: LogVerifier): Promise<void> {
    const note = await readNewestNote(client)
    if (note === null || note === this.#verifiedNote) return
    if (!verifier.open(note))
      throw new Error(
        'The newest checkpoint of the audit log is not signed with the keys of this process. Sealing stops: LIAISON_SECRET_KEY or AUDIT_LOG_ORIGIN is another one, or the database was changed.',
      )
    this.#verifiedNote = note
  }

  async #sealLocked(client: pg.PoolClient): Promise<number> {
    // A rotation waits for the lock that is held here, so the keys stay as they are for all rounds.
    const keys = await this.#readKeys(client)
    const verifier = makeLogVerifier(keys.list)
    await this.#file.check(client, verifier)
    await this.#refuseOtherLog(client, verifier)
    let [sealed, last] = [0, ROUND_ROWS]
    while (last === ROUND_ROWS && !this.#isStopped) {
      last = await sealRound(client, keys.signer)
      sealed += last
      await this.#file.publish(client)
    }
    await inTransaction(client, () => addNodes(client))
    await unlock(client)
    return sealed
  }
}

/**
 * Starts the one worker that seals the audit log: committed events become leaves of a Merkle tree, whose signed root
 * leaves the database. Nothing in the write path waits for it. Source: reliability.md section 1, R4.
 */
export async function startSealer(options: SealerOptions): Promise<Sealer> {
  const sealer = new RunningSealer(options)
  await sealer.run()
  return sealer
}
