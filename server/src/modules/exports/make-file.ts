import { createHash } from 'node:crypto'
import type { TenantId } from '@liaison/access'
import type {
  AnyExportMandate,
  ExportBatch,
  ExportColumn,
  ExportPosition,
  ExportSource,
} from '#platform/export-source.ts'
import { tellExporter } from '#platform/exporter.ts'
import { ProblemError } from '#platform/problem.ts'
import { requireEverywhere } from './access.ts'
import { storeBytes } from './job-store.ts'
import type { Whole } from './job-store.ts'
import { describeFilter, isTooLarge } from './rules.ts'
import type { ExportRow } from './store.ts'
import { makeWriter } from '#platform/table-file/make.ts'
import type { FileWriter } from '#platform/table-file/writer.ts'

const CHUNK_BYTES = 256 * 1024
/** Small enough that a freeze is seen within a fraction of a second, whatever the format. */
const ROWS_PER_BATCH: Readonly<Record<ExportRow['format'], number>> = {
  csv: 1000,
  jsonl: 1000,
  xlsx: 1000,
  pdf: 500,
}

/**
 * What a file for programs says in each row of what was asked for, as the files of the log do: a line before the header would
 * be no CSV to most readers, and a row keeps it when the file is sorted, cut or joined with others. The formats for eyes say it once.
 */
const FILTERS_COLUMN: ExportColumn = { key: 'filters', label: 'Filters', type: 'text' }
const saysInRows = ({ format }: ExportRow): boolean => format === 'csv' || format === 'jsonl'

/** The export was stopped by a person, or another process goes on with it: there is nothing left to do here. */
export class StoppedError extends Error {
  override name = 'StoppedError'
}

/** Cuts what a writer gives into pieces of one size and knows the digest of all of it. */
class Pieces {
  readonly #hash = createHash('sha256')
  #waiting: Buffer[] = []
  #waitingBytes = 0
  bytes = 0

  readonly sink = (bytes: Uint8Array): void => {
    const buffer = Buffer.from(bytes)
    this.#hash.update(buffer)
    this.#waiting.push(buffer)
    this.#waitingBytes += buffer.length
    this.bytes += buffer.length
  }

  /** The pieces that are full; at the end also the rest. */
  take(isEnd: boolean): Buffer[] {
    if (this.#waitingBytes < CHUNK_BYTES && !isEnd) return []
    const all = Buffer.concat(this.#waiting)
    const whole = isEnd ? all.length : all.length - (all.length % CHUNK_BYTES)
    const pieces: Buffer[] = []
    for (let at = 0; at < whole; at += CHUNK_BYTES)
      pieces.push(all.subarray(at, Math.min(at + CHUNK_BYTES, whole)))
    this.#waiting = [Buffer.from(all.subarray(whole))]
    this.#waitingBytes = all.length - whole
    return pieces
  }

  digest(): Buffer {
    return this.#hash.digest()
  }
}

function tenantsOf({ manifest: { included, excluded } }: ExportRow): string {
  return `${included.length}${excluded.length === 0 ? '' : `, ${excluded.length} left out`}`
}

/** The filters, across linked tenants of how many, since an order may name them, too; and who made the file. */
function slice(row: ExportRow, exporter: string): string {
  const filters = describeFilter(row.filter)
  return `${row.plane === 'delegation' ? `${filters}; tenants ${tenantsOf(row)}` : filters}; ${exporter}`
}

function exporterOf(row: ExportRow, mandate: AnyExportMandate): string {
  const places = mandate.kind === 'portfolio' ? row.manifest.included.map(({ name }) => name) : []
  return tellExporter(mandate, row.ordered_by_name, places)
}

function aboutOf(row: ExportRow, exporter: string): string[] {
  return [
    `${exporter}, on ${row.created_at.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `Filters: ${describeFilter(row.filter)}`,
    ...(row.plane !== 'delegation' ? [] : [`Tenants: ${tenantsOf(row)}`]),
  ]
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function refuseTooLarge(rows: number, bytes: number): void {
  if (!isTooLarge(rows, bytes)) return
  throw new ProblemError(422, 'EXPORT_TOO_LARGE', 'One file holds at most 500,000 rows and 1 GB.')
}

/** Works in a transaction of the export's own, in which its access was decided anew. */
export type InMandate = <Result>(work: (mandate: AnyExportMandate) => Promise<Result>) => Promise<Result>

/** One file while it is made. */
class Making {
  readonly #row: ExportRow
  readonly #source: ExportSource
  readonly #indexes: readonly number[]
  readonly #pieces = new Pieces()
  readonly #byTenant = new Map<string, number>()
  /** What stands behind the chosen cells of every row. */
  #said: readonly string[] = []
  #writer: FileWriter | null = null
  #rows = 0
  #places = 0

  constructor(row: ExportRow, source: ExportSource) {
    this.#row = row
    this.#source = source
    this.#indexes = row.columns.map((key) => source.columns.findIndex((column) => column.key === key))
    if (this.#indexes.includes(-1)) throw new Error(`A column of export ${row.id} is no longer known.`)
  }

  /** Begins the file, which tells who made it under the access that it is made with. */
  begin(mandate: AnyExportMandate): void {
    if (this.#writer !== null) return
    const { columns } = this.#source
    const exporter = exporterOf(this.#row, mandate)
    this.#said = saysInRows(this.#row) ? [slice(this.#row, exporter)] : []
    this.#writer = makeWriter(
      this.#row.format,
      {
        title: capitalised(this.#source.noun),
        about: aboutOf(this.#row, exporter),
        columns: [
          ...this.#indexes.flatMap((index) => columns[index] ?? []),
          ...this.#said.map(() => FILTERS_COLUMN),
        ],
        hasByteOrderMark: this.#row.options.byte_order_mark ?? false,
        createdAt: this.#row.created_at,
      },
      this.#pieces.sink,
    )
  }

  /** What was made since goes into the database, if the access to all of it still holds. */
  async store(mandate: AnyExportMandate, isEnd: boolean): Promise<void> {
    requireEverywhere(mandate, this.#row.tenant_ids, this.#row.permissions)
    refuseTooLarge(this.#rows, this.#pieces.bytes)
    const chunks = this.#pieces.take(isEnd)
    const made = { chunks, firstPlace: this.#places, rowsDone: this.#rows }
    if (!(await storeBytes(mandate, this.#row, made))) throw new StoppedError()
    this.#places += chunks.length
  }

  read(mandate: AnyExportMandate, after: ExportPosition | null): Promise<ExportBatch> {
    const { tenant_ids: tenantIds, created_at: asOf, filter, format } = this.#row
    return this.#source.read(mandate, { tenantIds, asOf, filter }, { after, limit: ROWS_PER_BATCH[format] })
  }

  /** Writes the cells of the chosen columns, and what the file says in each row. */
  async write(batch: ExportBatch): Promise<void> {
    this.#rows += batch.rows.length
    const rows = batch.rows.map(({ tenantId, cells }) => {
      if (tenantId !== null) this.#byTenant.set(tenantId, (this.#byTenant.get(tenantId) ?? 0) + 1)
      return [...this.#indexes.map((index) => cells[index] ?? null), ...this.#said]
    })
    await this.#writer?.write(rows)
  }

  async end(): Promise<void> {
    await this.#writer?.end()
  }

  toWhole(): Whole {
    const rowsOf = (id: TenantId) => this.#byTenant.get(id) ?? 0
    const { included, excluded } = this.#row.manifest
    return {
      manifest: {
        included: included.map((tenant) => ({ ...tenant, rows: rowsOf(tenant.tenant_id) })),
        excluded,
      },
      rows: this.#rows,
      bytes: this.#pieces.bytes,
      sha256: this.#pieces.digest(),
    }
  }
}

/**
 * Makes the file of an export: a batch of rows, its bytes, and so on. Each batch is read in a transaction that decided the
 * access anew, which also stores the bytes of the batch before; so nothing is read or kept after an access has ended.
 * Returns what is to be published. Throws the refusal that ended the access, StoppedError, or EXPORT_TOO_LARGE.
 */
export async function makeFile(row: ExportRow, source: ExportSource, inMandate: InMandate): Promise<Whole> {
  const making = new Making(row, source)
  let after: ExportPosition | null = null
  do {
    const batch: ExportBatch = await inMandate(async (mandate) => {
      making.begin(mandate)
      await making.store(mandate, false)
      return making.read(mandate, after)
    })
    await making.write(batch)
    after = batch.next
  } while (after !== null)
  await making.end()
  await inMandate((mandate) => making.store(mandate, true))
  return making.toWhole()
}
