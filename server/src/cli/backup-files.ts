import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import type pg from 'pg'
import type { BackupTable } from './backup-format.ts'
import { copyInText, copyOutText } from './backup-store.ts'
import type { TableShape } from './backup-store.ts'
import { CommandError } from './command.ts'
import { copyIn, copyOut } from './copy.ts'

/** What passed by; every row of the text format ends with a line break, which stands nowhere else. */
export interface Passed {
  readonly rows: number
  readonly bytes: number
  readonly sha256: string
}

const LINE_BREAK = 10
/** A little compression costs the database little time. */
const GZIP_LEVEL = 3

class Meter extends Transform {
  readonly #hash = createHash('sha256')
  #rows = 0
  #bytes = 0

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    this.#hash.update(chunk)
    this.#bytes += chunk.length
    for (let at = chunk.indexOf(LINE_BREAK); at >= 0; at = chunk.indexOf(LINE_BREAK, at + 1)) this.#rows += 1
    done(null, chunk)
  }

  finish(): Passed {
    return { rows: this.#rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }
}

async function drain(source: AsyncIterable<unknown>): Promise<void> {
  for await (const _chunk of source);
}

/** Writes a table to its file and returns once the disk has it. */
export async function saveTable(
  client: pg.ClientBase,
  table: TableShape,
  folder: string,
): Promise<BackupTable> {
  const file = `${table.schema}.${table.name}.copy.gz`
  const meter = new Meter()
  const output = createWriteStream(join(folder, file), { flags: 'wx', mode: 0o600, flush: true })
  await pipeline(copyOut(client, copyOutText(table)), meter, createGzip({ level: GZIP_LEVEL }), output)
  return { ...table, file, ...meter.finish() }
}

function requireSame(table: BackupTable, passed: Passed, where: string): void {
  if (passed.sha256 === table.sha256 && passed.rows === table.rows) return
  throw new CommandError(
    `${table.schema}.${table.name}: ${where} has ${passed.rows} rows that are not the ${table.rows} of the backup.`,
  )
}

/** Reads a table's file to its end. Refuses one that is not what was backed up. */
export async function checkTable(table: BackupTable, folder: string): Promise<void> {
  const meter = new Meter()
  await pipeline(createReadStream(join(folder, table.file)), createGunzip(), meter, drain)
  requireSame(table, meter.finish(), 'the file')
}

async function take(client: pg.ClientBase, table: BackupTable, folder: string): Promise<Passed> {
  const meter = new Meter()
  try {
    const load = (rows: AsyncIterable<Buffer>) => copyIn(client, copyInText(table), rows)
    await pipeline(createReadStream(join(folder, table.file)), createGunzip(), meter, load)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new CommandError(`${table.schema}.${table.name} cannot be restored: ${reason}`, { cause })
  }
  return meter.finish()
}

/** Loads a table from its file, then reads it back out of the database. Refuses unless both are what was backed up. */
export async function loadTable(client: pg.ClientBase, table: BackupTable, folder: string): Promise<void> {
  requireSame(table, await take(client, table, folder), 'the file')
  const restored = new Meter()
  await pipeline(copyOut(client, copyOutText(table)), restored, drain)
  requireSame(table, restored.finish(), 'the database')
}
