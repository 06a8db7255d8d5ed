import { open, readFile } from 'node:fs/promises'
import { joinNotes, splitNotes } from '#platform/signed-log/index.ts'
import type { Checkpoint, LogVerifier } from '#platform/signed-log/index.ts'

/** The notes that a checkpoint file holds; none when there is no file. */
export async function readNotes(path: string): Promise<string[]> {
  try {
    return splitNotes(await readFile(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** The newest checkpoint of the file. Throws when its last note is not one of these keys: somebody else wrote there. */
export async function readLastCheckpoint(path: string, verifier: LogVerifier): Promise<Checkpoint | null> {
  const last = (await readNotes(path)).at(-1)
  if (last === undefined) return null
  const checkpoint = verifier.open(last)
  if (checkpoint) return checkpoint
  throw new Error(
    `${path} ends with a checkpoint that this installation did not sign; move the file away to begin another.`,
  )
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
