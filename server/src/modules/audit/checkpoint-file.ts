import { createReadStream } from 'node:fs'
import { access, open, truncate } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { joinNotes, splitNotes } from '#platform/signed-log/index.ts'
import type { Checkpoint, LogVerifier } from '#platform/signed-log/index.ts'

/** Longer than any note, many times. */
const TAIL_BYTES = 65_536
/** Between the text of a note and its signatures, and behind each note. */
const EMPTY_LINE = Buffer.from('\n\n')
const SIGNATURES = Buffer.from('\n\n— ')

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

/** The notes that a checkpoint file holds; none when there is no file. It may be longer than one text can be. */
export async function readNotes(path: string): Promise<string[]> {
  const notes: string[] = []
  let rest = ''
  try {
    for await (const chunk of createReadStream(path, 'utf8')) {
      rest += String(chunk)
      // Two empty lines make a note: what stands behind the last pair waits for more.
      const parts = rest.split('\n\n')
      const whole = parts.length - 1 - ((parts.length - 1) % 2)
      for (const note of splitNotes(parts.slice(0, whole).join('\n\n'))) notes.push(note)
      rest = parts.slice(whole).join('\n\n')
    }
  } catch (error) {
    if (!isMissing(error)) throw error
  }
  return [...notes, ...splitNotes(rest)]
}

/** The notes of a file that somebody named. Throws where there is no such file: nothing would be compared then. */
export async function readNamedNotes(path: string): Promise<string[]> {
  await access(path)
  return readNotes(path)
}

/** How a file of checkpoints ends. */
interface Ending {
  /** The last whole note; null where there is none. */
  readonly note: string | null
  /** What stands behind it. */
  readonly torn: Buffer
  /** How long the file is up to there. */
  readonly wholeBytes: number
}

/** Where the last whole note of some bytes begins with its signatures, and where it ends. */
function findLastNote(bytes: Buffer): { signatures: number; end: number } | null {
  let signatures = bytes.lastIndexOf(SIGNATURES)
  while (signatures >= 0) {
    const end = bytes.indexOf(EMPTY_LINE, signatures + SIGNATURES.length)
    if (end >= 0) return { signatures, end: end + EMPTY_LINE.length }
    signatures = signatures === 0 ? -1 : bytes.lastIndexOf(SIGNATURES, signatures - 1)
  }
  return null
}

async function readTail(file: FileHandle): Promise<{ bytes: Buffer; from: number }> {
  const { size } = await file.stat()
  const from = Math.max(0, size - TAIL_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from)
  return { bytes: buffer.subarray(0, bytesRead), from }
}

async function readEnding(path: string): Promise<Ending | null> {
  const file = await open(path).catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (file === null) return null
  try {
    const { bytes, from } = await readTail(file)
    const last = findLastNote(bytes)
    if (last === null) return { note: null, torn: bytes, wholeBytes: from }
    const before = last.signatures === 0 ? -1 : bytes.lastIndexOf(EMPTY_LINE, last.signatures - 1)
    const begin = before < 0 ? 0 : before + EMPTY_LINE.length
    return {
      // The empty line behind a note is the file's; its first line break is the note's.
      note: bytes.subarray(begin, last.end - 1).toString('utf8'),
      torn: bytes.subarray(last.end),
      wholeBytes: from + last.end,
    }
  } finally {
    await file.close()
  }
}

/**
 * The newest checkpoint of the file. What a crash, or a full disk, kept from being written whole is cut off: it is the
 * beginning of the notes that `notesAbove` tells come next. Throws when the file ends with anything else that is not a
 * note of one of these keys: somebody else wrote there.
 */
export async function readLastCheckpoint(
  path: string,
  verifier: LogVerifier,
  notesAbove: (size: number) => Promise<readonly string[]>,
): Promise<Checkpoint | null> {
  const ending = await readEnding(path)
  if (ending === null) return null
  const { note, torn, wholeBytes } = ending
  const last = note === null ? null : verifier.open(note)
  const isOurs = (note === null) === (last === null)
  if (isOurs && torn.length === 0) return last
  const next = isOurs ? Buffer.from(joinNotes(await notesAbove(last?.size ?? 0))) : Buffer.alloc(0)
  if (!isOurs || !next.subarray(0, torn.length).equals(torn))
    throw new Error(
      `${path} ends with a checkpoint that this installation did not sign; move the file away to begin another.`,
    )
  await truncate(path, wholeBytes)
  return last
}

/** Appends notes and returns when the disk has them. */
export async function appendNotes(path: string, notes: readonly string[]): Promise<void> {
  const file = await open(path, 'a', 0o600)
  try {
    await file.appendFile(joinNotes(notes))
    await file.sync()
  } finally {
    await file.close()
  }
}
