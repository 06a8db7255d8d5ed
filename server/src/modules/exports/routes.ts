import type { IdOf } from '@liaison/access'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import type { AnyExportMandate } from '#platform/export-source.ts'
import type { Mandate } from '#platform/mandate.ts'
import { toPage } from '#platform/list.ts'
import { ProblemError } from '#platform/problem.ts'
import { sentFile } from '#platform/http/file-body.ts'
import { requireEverywhere } from './access.ts'
import { tellDownload, tellEnd } from './events.ts'
import { fileNameOf, MEDIA_TYPES } from './rules.ts'
import { statusAt, toExport } from './schemas.ts'
import { cancelExport, findExport, listExports, noteDownload, readBytes } from './store.ts'
import type { ExportFilter, ExportRow, ViewingMandate } from './store.ts'

/** A list of exports: its address, and the kinds of rows that it is about. */
export interface Shelf {
  readonly place: `/${string}`
  readonly kinds: readonly string[]
}

type ExportId = IdOf<'export'>

const seenBy = (mandate: ViewingMandate, { place }: Shelf) => ({
  place,
  now: mandate.origin.now,
  personId: mandate.actor.id,
})

function notFound(): ProblemError {
  return new ProblemError(404, 'EXPORT_NOT_FOUND', 'No export that you may see has this id.')
}

async function requireExport(mandate: ViewingMandate, shelf: Shelf, id: ExportId): Promise<ExportRow> {
  const row = await findExport(mandate, id, shelf.kinds)
  if (!row) throw notFound()
  return row
}

/** A page of a shelf. */
export async function answerList(
  mandate: ViewingMandate,
  shelf: Shelf,
  query: {
    readonly status?: ExportFilter['statuses']
    readonly mine?: boolean | undefined
    readonly limit: number
    readonly offset: number
  },
) {
  const filter = { kinds: shelf.kinds, statuses: query.status, isMine: query.mine }
  const { rows, total } = await listExports(mandate, filter, query)
  return toPage(
    rows.map((row) => toExport(row, seenBy(mandate, shelf))),
    query,
    total,
  )
}

/** One export of a shelf. Throws EXPORT_NOT_FOUND. */
export async function answerDetail(mandate: ViewingMandate, shelf: Shelf, id: ExportId) {
  return toExport(await requireExport(mandate, shelf, id), seenBy(mandate, shelf))
}

/** Stops an export; one that has ended already stays as it is. Throws EXPORT_NOT_FOUND, and CONFLICT for a finished one. */
export async function answerCancel(mandate: ViewingMandate, shelf: Shelf, id: ExportId) {
  const before = await requireExport(mandate, shelf, id)
  const stopped = await cancelExport(mandate, before.id)
  if (!stopped)
    throw new ProblemError(409, 'CONFLICT', 'This export has ended already; there is nothing to stop.')
  recordEvent(mandate, tellEnd(stopped, 'cancel'))
  return toExport(stopped, seenBy(mandate, shelf))
}

function refuseWithoutFile(row: ExportRow, now: Date): void {
  const status = statusAt(row, now)
  if (status === 'completed') return
  if (status === 'expired')
    throw new ProblemError(410, 'EXPORT_EXPIRED', 'The file was deleted seven days after the order.')
  throw new ProblemError(409, 'EXPORT_NOT_READY', `There is no file: the export is ${status}.`)
}

const CHUNK_BYTES = 256 * 1024
const CHUNKS_AT_ONCE = 4

/** The next bytes of a file for somebody who may have them now. */
async function readPart(
  mandate: AnyExportMandate,
  shelf: Shelf,
  { id, fromByte }: { readonly id: ExportId; readonly fromByte: number },
): Promise<Buffer> {
  const row = await requireExport(mandate, shelf, id)
  refuseWithoutFile(row, mandate.origin.now)
  requireEverywhere(mandate, row.tenant_ids, row.permissions)
  return readBytes(mandate, row, { firstPlace: fromByte / CHUNK_BYTES, places: CHUNKS_AT_ONCE })
}

const KINDS: ReadonlySet<string> = new Set(['portfolio', 'tenant', 'program', 'platform'])

function ownsFiles(mandate: Mandate): mandate is AnyExportMandate {
  return KINDS.has(mandate.kind)
}

/**
 * Hands a file out. Whoever takes it must have ordered it or answer for the organisation, and hold what the order asked for in
 * every tenant of the file now: at the start and at every part. Throws EXPORT_NOT_FOUND, EXPORT_EXPIRED, EXPORT_NOT_READY, or the
 * refusal of the first tenant that is no longer open. Source: managed-tenants.md section 7 row 6, section 4 "Writes in flight".
 */
export async function answerDownload(mandate: AnyExportMandate, shelf: Shelf, id: ExportId) {
  const row = await requireExport(mandate, shelf, id)
  refuseWithoutFile(row, mandate.origin.now)
  requireEverywhere(mandate, row.tenant_ids, row.permissions)
  await noteDownload(mandate, row.id)
  noteRead(mandate, tellDownload(row))
  return sentFile(
    {
      sizeBytes: row.file_size_bytes ?? 0,
      read: (current, fromByte) => {
        if (!ownsFiles(current)) throw notFound()
        return readPart(current, shelf, { id, fromByte })
      },
    },
    {
      'Content-Type': MEDIA_TYPES[row.format],
      'Content-Disposition': `attachment; filename="${fileNameOf(row)}"`,
      'Repr-Digest': `sha-256=:${row.sha256?.toString('base64') ?? ''}:`,
      'X-Export-Rows': String(row.row_count ?? 0),
    },
  )
}
