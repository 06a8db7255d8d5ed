import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'
import type { LogVerifier } from '#platform/signed-log/index.ts'
import { retiresAt } from './retention-class.ts'
import type { Kept } from './retention-class.ts'

/** What was taken out of one month of the log, all steps together. */
export interface Retention {
  /** The name of the log. */
  readonly origin: string
  /** How many events were under a checkpoint when this was signed. */
  readonly size: number
  readonly from: Date
  readonly until: Date
  readonly kept: Kept
  readonly signedAt: Date
  /** How many leaves of the month have no event any more, and the digest that says which. */
  readonly gone: number
  readonly digest: string
}

/** Counts leaves, and says by one digest which they are. They are added in the order of the log. */
export class LeafDigest {
  readonly #hash: Hash = createHash('sha256')
  count = 0
  /** The first of them. */
  first: number | null = null

  add(index: number, leafHash: Buffer): void {
    this.#hash.update(`${index} ${leafHash.toString('base64')}\n`)
    this.first ??= index
    this.count += 1
  }

  /** Ends the count. */
  finish(): string {
    return this.#hash.digest('base64')
  }
}

const MARK = 'retention'

/** The text that is signed. Its first line is the name of no log, so that no note is taken for a checkpoint. */
export function toRetentionText(retention: Retention): string {
  const { origin, size, from, until, kept, signedAt, gone, digest } = retention
  const lines = [
    `${origin} ${MARK}`,
    size,
    `${from.toISOString()} ${until.toISOString()}`,
    kept,
    signedAt.toISOString(),
    gone,
    digest,
  ]
  return `${lines.join('\n')}\n`
}

const TEXT =
  /^(\S+) retention\n(\d+)\n(\d{4}-[\d:.TZ-]+) (\d{4}-[\d:.TZ-]+)\n(long|nothing)\n(\d{4}-[\d:.TZ-]+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n$/u

function parseText(text: string): Retention | null {
  const [, origin, size, from, until, kept, signedAt, gone, digest] = TEXT.exec(text) ?? []
  if (origin === undefined || from === undefined || until === undefined || signedAt === undefined) return null
  return {
    origin,
    size: Number(size),
    from: new Date(from),
    until: new Date(until),
    kept: kept === 'long' ? 'long' : 'nothing',
    signedAt: new Date(signedAt),
    gone: Number(gone),
    digest: digest ?? '',
  }
}

/**
 * Reads a note of what was taken out. Returns what is wrong with it as a text: it must be signed by a key of the log that
 * nobody stole, and for a month whose time was over when it was signed.
 */
export function openRetention(note: string, verifier: LogVerifier, now: Date): Retention | string {
  const signed = verifier.openText(note, (text) => parseText(text)?.size ?? null)
  const retention = signed && parseText(signed.text)
  if (!retention) return 'is not signed with a key that was valid for it'
  if (signed.isStolen) return 'is signed with a key that was stolen since'
  if (!note.includes(`\n— ${retention.origin} `)) return 'is of another log'
  const isOver = retiresAt(retention.until, retention.kept) <= retention.signedAt && retention.signedAt <= now
  return isOver ? retention : 'takes out events whose time was not over'
}
