import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why a test of a PDF's words was skipped. */
export const NOBODY_READ = 'pdftotext (poppler-utils) is not installed: nobody independent read the file'

/** The words of a PDF as another program reads them; null where there is none. */
export async function readPdfWords(
  file: Uint8Array,
  options: readonly string[] = [],
): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'liaison-pdf-'))
  try {
    const path = join(folder, 'file.pdf')
    await writeFile(path, file)
    const read = await run('pdftotext', [...options, path, '-']).catch(() => null)
    return read?.stdout ?? null
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
