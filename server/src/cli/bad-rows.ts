import { open, stat } from 'node:fs/promises'
import type { BadRow } from '#modules/ingest/index.ts'
import { UsageError } from './command.ts'

/** Where bad rows go as they are found, so that a file full of them needs no memory. */
export interface BadRowReport {
  add(bad: BadRow): void
  end(): Promise<void>
}

// A spreadsheet runs what begins with these as a formula.
const FORMULA = /^[=+\-@\t\r]/

function toCell(value: string | number | null): string {
  const text = String(value ?? '')
  const safe = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

function toCsvLine({ file, line, kind, pointer, code, detail }: BadRow): string {
  return `${[file, line, kind, pointer, code, detail].map(toCell).join(',')}\n`
}

const toJsonLine = (bad: BadRow) => `${JSON.stringify(bad)}\n`

/** One bad row in words. */
export function toSentence({ file, line, pointer, code, detail }: BadRow): string {
  return `${file}:${line}  ${code}${pointer === '' ? '' : ` ${pointer}`}  ${detail}\n`
}

/** Which file a path leads to, whatever it is called; null where there is none. */
async function fileOf(path: string): Promise<string | null> {
  const found = await stat(path).catch(() => null)
  return found && `${found.dev} ${found.ino}`
}

/**
 * Writes bad rows to a file: CSV, or JSON Lines when its name ends with .json or .jsonl. Throws a UsageError for one of the
 * files that are read.
 */
export async function openReport(path: string, read: readonly string[]): Promise<BadRowReport> {
  const target = await fileOf(path)
  const others = await Promise.all(read.map(fileOf))
  if (target !== null && others.includes(target))
    throw new UsageError(`--report names ${path}, which is read here and would be written over.`)
  const isJson = /\.jsonl?$/.test(path)
  const file = await open(path, 'w', 0o600)
  const stream = file.createWriteStream()
  // Told at the end: a full disk stops no import.
  let fault: Error | null = null
  stream.on('error', (error) => (fault ??= error))
  if (!isJson) stream.write('file,line,kind,pointer,code,detail\n')
  return {
    add: (bad) => void stream.write(isJson ? toJsonLine(bad) : toCsvLine(bad)),
    end: () =>
      new Promise((resolve, reject) =>
        stream.end((error?: Error | null) => {
          if (fault ?? error) reject(fault ?? error ?? undefined)
          else resolve()
        }),
      ),
  }
}
