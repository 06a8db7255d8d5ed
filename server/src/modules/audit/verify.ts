import { systemClock } from '#platform/clock.ts'
import { hashLeaf, makeLogVerifier, MerkleTree } from '#platform/signed-log/index.ts'
import type { Checkpoint, LogVerifier } from '#platform/signed-log/index.ts'
import { GoneEvents } from './gone.ts'
import { openRetention } from './retention-note.ts'
import type { Retention } from './retention-note.ts'

/** What is wrong with a log. */
export type FaultCode =
  | 'EVENT_ALTERED'
  | 'EVENT_MISSING'
  | 'INDEX_GAP'
  | 'ROOT_DIFFERS'
  | 'LOG_TRUNCATED'
  | 'SIGNATURE_INVALID'
  | 'CHECKPOINTS_DISAGREE'
  | 'CHECKPOINT_DELETED'
  | 'CHECKPOINT_UNPUBLISHED'
  | 'UNSEALED_TOO_LONG'
  | 'SCOPE_WITHOUT_EVENT'
  | 'RETENTION_INVALID'

export interface Fault {
  readonly code: FaultCode
  /** The index of the leaf or the size of the checkpoint. */
  readonly at: number
  readonly detail: string
}

/** One event of the log, in the order of its leaves; those that are not sealed come last and have no index. */
export interface LogEntry {
  readonly index: number | null
  /** Null when there is a leaf but no event. */
  readonly leaf: string | null
  readonly storedHash: Buffer | null
  /** Of a leaf without an event, when the event was written. */
  readonly goneAt?: Date | null
  readonly ageSeconds: number
}

/** The checkpoints of a log: those in the database, and those that were kept outside it. */
export interface Checkpoints {
  readonly inside: readonly string[]
  /** Null when there is no other place to compare with. */
  readonly outside: readonly string[] | null
  /** The sizes that the database says it published there. */
  readonly published: readonly number[]
  /** The notes of what was taken out after its time. */
  readonly retentions?: readonly string[]
}

export interface Report {
  readonly ok: boolean
  readonly events: number
  /** The size of the newest checkpoint of a key that is safe; what comes after it is not proved yet. */
  readonly sealed: number
  readonly checkpoints: number
  readonly beyond_last_checkpoint: number
  readonly unsealed: number
  readonly unsealed_too_long: number
  /** Events that were taken out after their time: their leaves are proved, what they said is gone. */
  readonly past_retention: number
  readonly root: string
  readonly fault_count: number
  /** The first 100 of each code. */
  readonly faults: readonly Fault[]
}

/** An event may wait this long for its seal before something is wrong. Source: reliability.md section 1. */
const UNSEALED_LIMIT_SECONDS = 300
/** Told of each code: many of one kind must not hide the one of another. */
const MAXIMUM_FAULTS_OF_CODE = 100

/** Verifies a log as it is read, entry by entry. */
class Verification {
  readonly #verifier: LogVerifier
  readonly #expected = new Map<number, Checkpoint>()
  readonly #tree = new MerkleTree()
  #gone = new GoneEvents([])
  readonly #faults: Fault[] = []
  readonly #faultsOfCode = new Map<FaultCode, number>()
  #faultCount = 0
  #signed = 0
  #sealed = 0
  #events = 0
  #unsealed = 0
  #unsealedTooLong = 0

  constructor(keyList: string) {
    this.#verifier = makeLogVerifier(keyList)
  }

  fault(code: FaultCode, at: number, detail: string): void {
    this.#faultCount += 1
    const told = this.#faultsOfCode.get(code) ?? 0
    this.#faultsOfCode.set(code, told + 1)
    if (told < MAXIMUM_FAULTS_OF_CODE) this.#faults.push({ code, at, detail })
  }

  /** Opens the notes of one place and returns their sizes. */
  #openNotes(notes: readonly string[], place: string): Set<number> {
    const sizes = new Set<number>()
    for (const [number, note] of notes.entries()) {
      const checkpoint = this.#verifier.open(note)
      if (!checkpoint) {
        this.fault(
          'SIGNATURE_INVALID',
          number,
          `Checkpoint number ${number + 1} ${place} is not signed with a key that was valid for it.`,
        )
        continue
      }
      sizes.add(checkpoint.size)
      const known = this.#expected.get(checkpoint.size)
      if (known && !known.root.equals(checkpoint.root)) {
        this.fault(
          'CHECKPOINTS_DISAGREE',
          checkpoint.size,
          `Two signed checkpoints of ${checkpoint.size} events have different roots.`,
        )
      }
      this.#expected.set(checkpoint.size, checkpoint)
      this.#signed = Math.max(this.#signed, checkpoint.size)
      // A thief could have signed anything; a checkpoint of a later key covers these events again.
      if (!checkpoint.isStolen) this.#sealed = Math.max(this.#sealed, checkpoint.size)
    }
    return sizes
  }

  #expectGone(notes: readonly string[]): void {
    const valid: Retention[] = []
    for (const [number, note] of notes.entries()) {
      const retention = openRetention(note, this.#verifier, systemClock())
      if (typeof retention !== 'string') valid.push(retention)
      else
        this.fault(
          'RETENTION_INVALID',
          number,
          `Note number ${number + 1} of events past their time ${retention}.`,
        )
    }
    this.#gone = new GoneEvents(valid)
  }

  expect({ inside, outside, published, retentions = [] }: Checkpoints): void {
    this.#expectGone(retentions)
    const insideSizes = this.#openNotes(inside, 'in the database')
    if (outside === null) return
    const outsideSizes = this.#openNotes(outside, 'kept outside')
    for (const size of outsideSizes) {
      if (!insideSizes.has(size))
        this.fault(
          'CHECKPOINT_DELETED',
          size,
          `The checkpoint of ${size} events is kept outside and gone from the database.`,
        )
    }
    for (const size of published) {
      if (!outsideSizes.has(size))
        this.fault(
          'CHECKPOINT_UNPUBLISHED',
          size,
          `The checkpoint of ${size} events was published and is gone from there.`,
        )
    }
  }

  add(entry: LogEntry): void {
    if (entry.leaf !== null) this.#events += 1
    if (entry.index === null) {
      this.#unsealed += 1
      if (entry.ageSeconds > UNSEALED_LIMIT_SECONDS) this.#unsealedTooLong += 1
      return
    }
    if (entry.index !== this.#tree.size) {
      this.fault(
        'INDEX_GAP',
        this.#tree.size,
        `The leaf with index ${this.#tree.size} is followed by ${entry.index}.`,
      )
    }
    this.#append(entry, entry.index)
  }

  /** A leaf without an event: an expected one is counted, any other is a fault. */
  #missEvent({ storedHash, goneAt }: LogEntry, index: number): void {
    if (storedHash && goneAt && this.#gone.take({ index, hash: storedHash, at: goneAt })) return
    this.fault('EVENT_MISSING', index, `The event of leaf ${index} is gone.`)
  }

  #append(entry: LogEntry, index: number): void {
    const { leaf, storedHash } = entry
    const computed = leaf === null ? null : hashLeaf(leaf)
    if (computed === null) this.#missEvent(entry, index)
    else if (storedHash && !storedHash.equals(computed))
      this.fault('EVENT_ALTERED', index, `The event of leaf ${index} is not what was sealed.`)
    this.#tree.append(computed ?? storedHash ?? Buffer.alloc(32))
    const expected = this.#expected.get(this.#tree.size)
    if (expected && !expected.root.equals(this.#tree.root())) {
      this.fault(
        'ROOT_DIFFERS',
        expected.size,
        `The first ${expected.size} events are not those that were signed.`,
      )
    }
  }

  finish(): Report {
    const [sealed, signed] = [this.#sealed, this.#signed]
    const { past, faults } = this.#gone.finish()
    for (const { at, detail } of faults) this.fault('EVENT_MISSING', at, detail)
    if (signed > this.#tree.size) {
      this.fault('LOG_TRUNCATED', signed, `${signed} events were signed; the log holds ${this.#tree.size}.`)
    }
    if (this.#unsealedTooLong > 0) {
      this.fault(
        'UNSEALED_TOO_LONG',
        this.#tree.size,
        `${this.#unsealedTooLong} events have waited more than 5 minutes for their seal, or were put in afterwards.`,
      )
    }
    return {
      ok: this.#faultCount === 0,
      events: this.#events,
      sealed,
      checkpoints: this.#expected.size,
      beyond_last_checkpoint: Math.max(0, this.#tree.size - sealed),
      unsealed: this.#unsealed,
      unsealed_too_long: this.#unsealedTooLong,
      past_retention: past,
      root: this.#tree.root().toString('base64'),
      fault_count: this.#faultCount,
      faults: this.#faults,
    }
  }
}

/**
 * Verifies a whole log: recomputes every leaf, the root of every checkpoint (so that each is consistent with the next),
 * every signature, and what was kept outside. `keyList` is a C2SP verifier key, or a list of them (`formatKeyList`); take it
 * from where the log cannot reach. Events after the last checkpoint are counted, not proved.
 */
export async function verifyLog(
  pages: AsyncIterable<readonly LogEntry[]>,
  checkpoints: Checkpoints,
  keyList: string,
): Promise<Report> {
  const verification = new Verification(keyList)
  verification.expect(checkpoints)
  for await (const page of pages) for (const entry of page) verification.add(entry)
  return verification.finish()
}
