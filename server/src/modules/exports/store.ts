import { sql } from 'kysely'
import type { Insertable, Selectable } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { AnyExportMandate } from '#platform/export-source.ts'
import type { ExportStatus, ExportTables } from './tables.ts'

/** One export as its side sees it. */
export type ExportRow = Omit<Selectable<ExportTables['export']>, 'claim_hash' | 'session_id' | 'factor'>

const COLUMNS = [
  'id',
  'kind',
  'plane',
  'partner_id',
  'tenant_id',
  'ordered_by',
  'ordered_by_name',
  'permissions',
  'tenant_ids',
  'manifest',
  'format',
  'columns',
  'options',
  'filter',
  'row_estimate',
  'billing_party',
  'status',
  'status_reason',
  'attempt',
  'slot',
  'claimed_until',
  'rows_done',
  'row_count',
  'file_size_bytes',
  'sha256',
  'created_at',
  'started_at',
  'finished_at',
  'expires_at',
  'first_downloaded_at',
] as const satisfies readonly (keyof ExportRow)[]

/** Under which access exports are looked at. */
export type ViewingMandate = Mandate<'program' | 'portfolio' | 'tenant' | 'platform'>

/** What an order writes. */
export type NewExport = Insertable<ExportTables['export']>

/** Writes an order; it waits until a process takes it. */
export function insertExport(mandate: AnyExportMandate, order: NewExport): Promise<ExportRow> {
  return tables<ExportTables>(mandate)
    .insertInto('export')
    .values(order)
    .returning(COLUMNS)
    .executeTakeFirstOrThrow()
}

/** Which exports are wanted. */
export interface ExportFilter {
  readonly kinds: readonly string[]
  readonly statuses?: readonly ExportStatus[] | undefined
  readonly isMine?: boolean | undefined
}

/** A page of the exports that the mandate sees, newest first, and how many there are. */
export async function listExports(
  mandate: ViewingMandate,
  filter: ExportFilter,
  window: { limit: number; offset: number },
): Promise<{ rows: ExportRow[]; total: number }> {
  let query = tables<ExportTables>(mandate).selectFrom('export').where('kind', 'in', filter.kinds)
  if (filter.statuses) query = query.where('status', 'in', filter.statuses)
  if (filter.isMine) query = query.where('ordered_by', '=', mandate.actor.id)
  const counted = await query
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await query
    .select(COLUMNS)
    .orderBy('id', 'desc')
    .limit(window.limit)
    .offset(window.offset)
    .execute()
  return { rows, total: counted.total }
}

/** One export, or undefined when the mandate does not see it. */
export function findExport(
  mandate: ViewingMandate,
  id: string,
  kinds: readonly string[],
): Promise<ExportRow | undefined> {
  return tables<ExportTables>(mandate)
    .selectFrom('export')
    .select(COLUMNS)
    .where('id', '=', id)
    .where('kind', 'in', kinds)
    .executeTakeFirst()
}

/** Stops an export that has no file yet; undefined when it has ended meanwhile. */
export async function cancelExport(mandate: ViewingMandate, id: string): Promise<ExportRow | undefined> {
  const { rows } = await sql<ExportRow>`
    update export set status = 'cancelled', status_reason = 'BY_PERSON', finished_at = statement_timestamp(), slot = null, claim_hash = null, claimed_until = null
    where id = ${id} and status in ('queued', 'processing') returning ${sql.join(COLUMNS.map((name) => sql.ref(name)))}`.execute(
    tables<ExportTables>(mandate),
  )
  return rows[0]
}

/** The bytes of a file from one place on, as much as is sent at once; row policies ask anew whether they may leave. */
export async function readBytes(
  mandate: AnyExportMandate,
  file: { id: string; attempt: number },
  part: { firstPlace: number; places: number },
): Promise<Buffer> {
  const rows = await tables<ExportTables>(mandate)
    .selectFrom('export_chunk')
    .select('bytes')
    .where('export_id', '=', file.id)
    .where('attempt', '=', file.attempt)
    .where('place', '>=', part.firstPlace)
    .where('place', '<', part.firstPlace + part.places)
    .orderBy('place')
    .execute()
  return Buffer.concat(rows.map((row) => row.bytes))
}

/** Notes the first download. */
export async function noteDownload(mandate: AnyExportMandate, id: string): Promise<void> {
  await tables<ExportTables>(mandate)
    .updateTable('export')
    .set({ first_downloaded_at: sql<Date>`statement_timestamp()` })
    .where('id', '=', id)
    .where('first_downloaded_at', 'is', null)
    .execute()
}
