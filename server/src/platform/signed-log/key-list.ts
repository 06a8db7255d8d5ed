import { openCheckpoint } from './checkpoint.ts'
import type { Checkpoint } from './checkpoint.ts'
import { makeNoteVerifier } from './note.ts'

/** One key of a log and the sizes of the checkpoints it signs: more than `afterSize`, up to `untilSize`. */
export interface LogKey {
  readonly verifierKey: string
  readonly afterSize: number
  /** Null for the key that signs now. */
  readonly untilSize: number | null
  /** Somebody else may have it: what it alone signed proves nothing any more. */
  readonly isStolen: boolean
}

/** A checkpoint and what the key behind it is worth. */
interface SignedCheckpoint extends Checkpoint {
  readonly isStolen: boolean
}

/** The text of a note and what the key behind it is worth. */
interface SignedText {
  readonly text: string
  readonly isStolen: boolean
}

/** Checks the notes of one log, whose key may have changed. */
export interface LogVerifier {
  /** The checkpoint in a note that one of the keys signed within its sizes; null for any other note. */
  open(note: string): SignedCheckpoint | null
  /**
   * The text of any other note about the log, when one of the keys signed it while it signed checkpoints; `sizeOf` reads out
   * of the text how many events were signed then. The text is no checkpoint.
   */
  openText(note: string, sizeOf: (text: string) => number | null): SignedText | null
}

/** The keys as text for those who verify: one line for each, or the key alone when it is the only one. */
export function formatKeyList(keys: readonly LogKey[]): string {
  const [only, ...rest] = keys
  if (only && rest.length === 0) return only.verifierKey
  return keys
    .map(
      ({ verifierKey, afterSize, untilSize, isStolen }) =>
        `${verifierKey} ${afterSize} ${untilSize ?? '-'}${isStolen ? ' stolen' : ''}`,
    )
    .join('\n')
}

const LINE = /^(\S+)(?: (\d+) (\d+|-)( stolen)?)?$/u

function readLine(line: string): LogKey {
  const [, verifierKey = '', after = '0', until = '-', stolen] = LINE.exec(line) ?? []
  return {
    verifierKey,
    afterSize: Number(after),
    untilSize: until === '-' ? null : Number(until),
    isStolen: stolen !== undefined,
  }
}

/** A verifier from such a text. Throws when it is none, or when its keys are of different logs. */
export function makeLogVerifier(list: string): LogVerifier {
  const keys = list
    .split('\n')
    .filter((line) => line !== '')
    .map(readLine)
    .map((key) => ({ ...key, verifier: makeNoteVerifier(key.verifierKey) }))
  if (new Set(keys.map(({ verifier }) => verifier.name)).size !== 1)
    throw new Error('A list of keys holds the keys of one log.')
  return {
    open(note) {
      for (const { verifier, afterSize, untilSize, isStolen } of keys) {
        const checkpoint = openCheckpoint(note, verifier)
        if (checkpoint && checkpoint.size > afterSize && checkpoint.size <= (untilSize ?? Infinity))
          return { ...checkpoint, isStolen }
      }
      return null
    },
    openText(note, sizeOf) {
      for (const { verifier, afterSize, untilSize, isStolen } of keys) {
        const text = openCheckpoint(note, verifier) ? null : verifier.open(note)
        const size = text === null ? null : sizeOf(text)
        if (text !== null && size !== null && size >= afterSize && size <= (untilSize ?? Infinity))
          return { text, isStolen }
      }
      return null
    },
  }
}
