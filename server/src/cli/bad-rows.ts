import { open } from 'node:fs/promises'
import type { BadRow } from '#modules/ingest/index.ts'

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

/** Writes bad rows to a file: CSV, or JSON Lines when its name ends with .json or .jsonl. */
export async function openReport(path: string): Promise<BadRowReport> {
  const isJson = /\.jsonl?$/.test(path)
  const file = await open(path, 'w', 0o600)
  const stream = file.createWriteStream()
  if (!isJson) stream.write('file,line,kind,pointer,code,detail\n')
  return {
    add: (bad) => void stream.write(isJson ? toJsonLine(bad) : toCsvLine(bad)),
    end: () => new Promise((resolve, reject) => stream.on('error', reject).end(() => resolve())),
  }
}
