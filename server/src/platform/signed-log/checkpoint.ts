import { HASH_BYTES } from './merkle.ts'
import type { NoteVerifier } from './note.ts'

/** The state of a log at one size. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
}

/** The text that is signed. Source: C2SP tlog-checkpoint. */
export function toCheckpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

/** Reads the text of a checkpoint; null when it is none. Signatures are not looked at. */
function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', sizeText = '', rootText = ''] = text.split('\n')
  const root = Buffer.from(rootText, 'base64')
  const size = Number(sizeText)
  const isWhole = /^(0|[1-9]\d*)$/.test(sizeText) && Number.isSafeInteger(size)
  if (origin === '' || !isWhole || root.length !== HASH_BYTES || root.toString('base64') !== rootText)
    return null
  return { origin, size, root }
}

/** The checkpoint in a note that this key signed for its own log; null for any other note. */
export function openCheckpoint(note: string, verifier: NoteVerifier): Checkpoint | null {
  const text = verifier.open(note)
  const checkpoint = text === null ? null : parseCheckpoint(text)
  return checkpoint?.origin === verifier.name ? checkpoint : null
}

/** Notes as one file: each is followed by an empty line. */
export function joinNotes(notes: readonly string[]): string {
  return notes.map((note) => `${note}\n`).join('')
}

/** The notes of such a file. What is no note comes out as one that no key has signed. */
export function splitNotes(file: string): string[] {
  const parts = file.split('\n\n')
  const notes: string[] = []
  for (let index = 0; index < parts.length; index += 2) {
    const [text = '', signatures = ''] = parts.slice(index, index + 2)
    if (text !== '') notes.push(`${text}\n\n${signatures}\n`)
  }
  return notes
}
