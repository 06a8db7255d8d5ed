import { BILLING_PARTIES } from '@liaison/access'
import { z } from 'zod'
import type { ExportSource } from '#platform/export-source.ts'
import { pageOf, pageQuery } from '#platform/list.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, publicId, truth } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import type { Preview } from './order.ts'
import { describeFilter, estimateCompletion, fileNameOf, isTooLarge } from './rules.ts'
import type { ExportRow } from './store.ts'
import { EXPORT_STATUSES, FORMATS } from './tables.ts'
import type { Manifest } from './tables.ts'

export const ExportParams = z.strictObject({ export_id: publicId('export') })

export const ExportQuery = z.strictObject({
  status: commaList(z.enum(EXPORT_STATUSES)).optional(),
  mine: truth().optional().meta({ description: 'Only what the caller ordered; owners see all without it.' }),
  ...pageQuery,
})

function columnsOf(source: ExportSource) {
  return z
    .array(z.enum(source.columns.map((column) => column.key)))
    .min(1)
    .refine((keys) => new Set(keys).size === keys.length, 'must not repeat a column')
    .optional()
    .meta({
      description:
        'The columns of the file in this order; without it all, or those that fit on a page. CSV and JSON Lines end with one more, `filters`: what was asked for.',
    })
}

const common = (source: ExportSource) => ({
  format: z.enum(FORMATS),
  columns: columnsOf(source),
  byte_order_mark: z.boolean().optional().meta({
    description:
      'Whether a CSV file begins with the mark by which Excel knows UTF-8; false unless asked for.',
  }),
})

const ofTenants = {
  tenant_ids: z.array(publicId('tenant')).min(1).max(200).optional(),
  group: publicId('tenant_group').optional().meta({ description: 'Only customers of this group.' }),
}

/** What orders an export across linked tenants: the filters of the source's list beside how the file is to be. */
export const portfolioBody = (source: ExportSource) =>
  z.strictObject({ ...source.filter.shape, ...common(source), ...ofTenants })

/** The same for several kinds; `kind` says which. */
export const portfolioBodyOfKind = (source: ExportSource) =>
  z.strictObject({ kind: z.literal(source.kind), ...source.filter.shape, ...common(source), ...ofTenants })

/** What orders an export of an organisation's own rows of several kinds; `kind` says which. */
export const ownBodyOfKind = (source: ExportSource) =>
  z.strictObject({ kind: z.literal(source.kind), ...source.filter.shape, ...common(source) })

/** What orders an export of an organisation's own rows. */
export const ownBody = (source: ExportSource) => z.strictObject({ ...source.filter.shape, ...common(source) })

const Tenant = { tenant_id: z.string(), tenant_name: z.string() }

const ManifestBody = z.strictObject({
  included: z.array(
    z.strictObject({
      ...Tenant,
      row_count: z.int().nullable(),
      billing_party: z
        .enum(BILLING_PARTIES)
        .nullable()
        .meta({ description: 'Who pays for the part of this tenant; null in files of own rows.' }),
    }),
  ),
  excluded: z.array(z.strictObject({ ...Tenant, reason: z.string() })),
})

/** What an order would come to: how many rows, from whom, and who pays. */
export const ExportPreview = z
  .strictObject({
    row_estimate: z.int(),
    is_at_least: z
      .boolean()
      .meta({ description: 'Whether counting stopped at `row_estimate`: there may be more rows.' }),
    too_large: z.boolean().meta({ description: 'Whether one file may not hold so many rows.' }),
    billing_party: z.enum(['partner', 'tenant', 'split']),
    manifest: ManifestBody,
  })
  .meta({ id: 'ExportPreview' })

/** One export: how far it is, what is in it, and how to get it. */
export const Export = z
  .strictObject({
    export_id: z.string(),
    kind: z.string(),
    status: z.enum(EXPORT_STATUSES),
    status_reason: z
      .string()
      .nullable()
      .meta({ description: 'Why it ended without a file: BY_PERSON, or the code that stopped it.' }),
    format: z.enum(FORMATS),
    file_name: z.string(),
    columns: z.array(z.string()),
    filter: z.record(z.string(), z.unknown()),
    filter_text: z.string().meta({ description: 'The filters in words, as the file says them.' }),
    row_estimate: z.int(),
    rows_done: z.int(),
    row_count: z.int().nullable(),
    file_size_bytes: z.int().nullable(),
    sha256: z.string().nullable().meta({ description: 'The digest of the file, in hexadecimal.' }),
    download_url: z.string().nullable(),
    billing_party: z.enum(['partner', 'tenant', 'split']),
    ordered_by: z.strictObject({ person_id: z.string(), name: z.string() }),
    is_mine: z.boolean(),
    created_at: z.string(),
    started_at: z.string().nullable(),
    completed_at: z.string().nullable(),
    estimated_completion: z.string().nullable(),
    expires_at: z.string(),
    first_downloaded_at: z.string().nullable(),
    manifest: ManifestBody,
  })
  .meta({ id: 'Export' })

export const ExportPage = z.strictObject(pageOf(Export)).meta({ id: 'ExportPage' })

const tenantId = (uuid: string): string => publicIdOf('tenant', uuid)

function estimateOf(row: ExportRow): string | null {
  if (row.status !== 'queued' && row.status !== 'processing') return null
  return estimateCompletion(row.started_at ?? row.created_at, row.row_estimate, row.format).toISOString()
}

/** Past its time a file is gone, whether or not the clock has swept it. */
export function statusAt(row: ExportRow, now: Date): ExportRow['status'] {
  return row.status === 'completed' && row.expires_at <= now ? 'expired' : row.status
}

function toManifest({ included, excluded }: Manifest): z.input<typeof ManifestBody> {
  return {
    included: included.map(({ tenant_id: tenant, name, rows, billing_party: party }) => ({
      tenant_id: tenantId(tenant),
      tenant_name: name,
      row_count: rows,
      billing_party: party ?? null,
    })),
    excluded: excluded.map(({ tenant_id: tenant, name, reason }) => ({
      tenant_id: tenantId(tenant),
      tenant_name: name,
      reason,
    })),
  }
}

/** A preview for an answer. */
export function toPreview(preview: Preview): z.input<typeof ExportPreview> {
  const { rows, isLeast, billingParty, manifest } = preview
  return {
    row_estimate: rows,
    is_at_least: isLeast,
    too_large: isTooLarge(rows),
    billing_party: billingParty,
    manifest: toManifest(manifest),
  }
}

/** An export for an answer; `place` is the address of the list that it belongs to. */
export function toExport(
  row: ExportRow,
  seen: { readonly place: string; readonly now: Date; readonly personId: string },
): z.input<typeof Export> {
  const id = publicIdOf('export', row.id)
  const status = statusAt(row, seen.now)
  return {
    export_id: id,
    kind: row.kind,
    status,
    status_reason: row.status_reason,
    format: row.format,
    file_name: fileNameOf(row),
    columns: row.columns,
    filter: row.filter,
    filter_text: describeFilter(row.filter),
    row_estimate: row.row_estimate,
    rows_done: row.rows_done,
    row_count: row.row_count,
    file_size_bytes: row.file_size_bytes,
    sha256: row.sha256?.toString('hex') ?? null,
    download_url: status === 'completed' ? `${seen.place}/${id}/download` : null,
    billing_party: row.billing_party,
    ordered_by: {
      person_id: publicIdOf('person', row.ordered_by),
      name: row.ordered_by_name,
    },
    is_mine: row.ordered_by === seen.personId,
    created_at: row.created_at.toISOString(),
    started_at: isoOf(row.started_at),
    completed_at: row.status === 'completed' ? isoOf(row.finished_at) : null,
    estimated_completion: estimateOf(row),
    expires_at: row.expires_at.toISOString(),
    first_downloaded_at: isoOf(row.first_downloaded_at),
    manifest: toManifest(row.manifest),
  }
}
