import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Transform } from 'node:stream'
import { CsvError, parse } from 'csv-parse'

/** How a file is written. */
export interface FileForm {
  readonly delimiter: string
  /** The letter around fields that contain the delimiter; null when quotes are plain text. */
  readonly quote: string | null
  readonly encoding: string
}

/** One data row, with the line on which it starts. */
export interface FileRow {
  readonly file: string
  readonly line: number
  readonly fields: readonly string[]
}

/** How far reading has come. */
export interface ReadingState {
  bytes: number
  rows: number
}

/** A file that cannot be read on from some line. */
export class UnreadableError extends Error {
  override name = 'UnreadableError'
  readonly file: string
  readonly line: number

  constructor(place: { file: string; line: number }, message: string, options?: ErrorOptions) {
    super(message, options)
    this.file = place.file
    this.line = place.line
  }
}

/** Bytes to text, refusing what the encoding does not know; takes a byte order mark away. */
function decodeBytes(encoding: string, state: ReadingState): Transform {
  const decoder = new TextDecoder(encoding, { fatal: true })
  return new Transform({
    readableObjectMode: false,
    decodeStrings: true,
    transform(chunk: Buffer, _encoding, done) {
      state.bytes += chunk.length
      try {
        done(null, decoder.decode(chunk, { stream: true }))
      } catch {
        done(new Error(`it is not ${encoding} text around byte ${state.bytes - chunk.length}`))
      }
    },
    flush(done) {
      try {
        done(null, decoder.decode())
      } catch {
        done(new Error(`its last letter is not whole ${encoding} text`))
      }
    },
  })
}

interface Parsed {
  readonly record: string[]
  readonly info: { readonly lines: number }
}

function countBreaks(fields: readonly string[]): number {
  return fields.reduce((count, field) => count + field.split('\n').length - 1, 0)
}

/** The size of the files together, in bytes. Throws when one is missing. */
export async function sizeOf(paths: readonly string[]): Promise<number> {
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

function toUnreadable(file: string, line: number, error: unknown): UnreadableError {
  const story = error instanceof Error ? error.message : String(error)
  const at = error instanceof CsvError && typeof error['lines'] === 'number' ? error['lines'] : line
  return new UnreadableError({ file, line: at }, `${file}, line ${at}: ${story}`, { cause: error })
}

/** The rows of a file, its header first, one at a time whatever its size. Lines may end with LF or CRLF. */
async function* readRows(path: string, form: FileForm, state: ReadingState): AsyncGenerator<FileRow> {
  const file = basename(path)
  const source = createReadStream(path)
  const decode = decodeBytes(form.encoding, state)
  const parser = parse({
    delimiter: form.delimiter,
    quote: form.quote,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n'],
  })
  source.on('error', (error) => parser.destroy(error))
  decode.on('error', (error) => parser.destroy(error))
  source.pipe(decode).pipe(parser)
  let line = 1
  try {
    for await (const value of parser) {
      // With `info` the parser wraps each record; its own types do not follow its options.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const { record, info } = value as Parsed
      line = info.lines
      state.rows += 1
      yield { file, line: info.lines - countBreaks(record), fields: record }
    }
  } catch (error) {
    throw toUnreadable(file, line, error)
  } finally {
    source.destroy()
  }
}

/** A data row by column name. */
export interface NamedRow {
  readonly file: string
  readonly line: number
  readonly columns: Readonly<Record<string, string>>
}

/** A row that has another number of fields than the header. */
export interface MisshapenRow {
  readonly file: string
  readonly line: number
  readonly detail: string
}

/** What a reader must know of the header before any row. */
export type HeaderCheck = (columns: readonly string[]) => readonly string[]

/**
 * The data rows of a file by column name; a row with too few or too many fields comes as misshapen. Throws when the
 * header does not pass the check, which returns everything that is wrong with it.
 */
export async function* readNamedRows(
  path: string,
  form: FileForm,
  told: { state: ReadingState; check: HeaderCheck },
): AsyncGenerator<NamedRow | MisshapenRow> {
  let header: readonly string[] | null = null
  for await (const { file, line, fields } of readRows(path, form, told.state)) {
    if (header === null) {
      header = fields.map((name) => name.trim())
      const faults = [...findRepeatedColumns(header), ...told.check(header)]
      if (faults.length > 0)
        throw new UnreadableError({ file, line }, `${file}, line ${line}: ${faults.join('; ')}`)
    } else if (fields.length === header.length) {
      yield {
        file,
        line,
        columns: Object.fromEntries(header.map((name, index) => [name, fields[index] ?? ''])),
      }
    } else {
      yield { file, line, detail: `The row has ${fields.length} fields, the header has ${header.length}.` }
    }
  }
  if (header === null)
    throw new UnreadableError({ file: basename(path), line: 1 }, `${basename(path)} is empty`)
}

function findRepeatedColumns(header: readonly string[]): string[] {
  const repeated = new Set(header.filter((name, index) => header.indexOf(name) !== index))
  return [...repeated].map((name) => `the column "${name}" comes twice`)
}
