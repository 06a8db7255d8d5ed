import type { BillingParty, Permission, TenantId } from '@liaison/access'
import type { Generated } from 'kysely'
import type { FileFormat } from '#platform/table-file/writer.ts'

export { FILE_FORMATS as FORMATS } from '#platform/table-file/writer.ts'
export type Format = FileFormat

export const EXPORT_STATUSES = [
  'queued',
  'processing',
  'completed',
  'failed',
  'cancelled',
  'expired',
] as const
export type ExportStatus = (typeof EXPORT_STATUSES)[number]

/** Which tenants are in a file and which were left out. */
export interface Manifest {
  readonly included: readonly {
    readonly tenant_id: TenantId
    readonly name: string
    readonly rows: number | null
    /** Who pays for the part of this tenant; missing in files ordered before links said so, and of own rows. */
    readonly billing_party?: BillingParty
  }[]
  readonly excluded: readonly {
    readonly tenant_id: TenantId
    readonly name: string
    readonly reason: string
  }[]
}

/** How a file is written, beside its format. */
export interface FileOptions {
  /** Whether CSV begins with the mark by which Excel knows UTF-8. */
  readonly byte_order_mark?: boolean
}

/** The tables of this module, as its queries see them. */
export interface ExportTables {
  export: {
    id: Generated<string>
    kind: string
    plane: 'delegation' | 'tenant' | 'program' | 'platform'
    partner_id: string | null
    tenant_id: string | null
    ordered_by: string
    ordered_by_name: string
    session_id: string
    factor: 'none' | 'otp' | 'phishing_resistant'
    permissions: Permission[]
    tenant_ids: TenantId[]
    manifest: Manifest
    format: Format
    columns: string[]
    options: FileOptions
    filter: Record<string, unknown>
    row_estimate: number
    billing_party: 'partner' | 'tenant' | 'split'
    status: Generated<ExportStatus>
    status_reason: string | null
    attempt: Generated<number>
    slot: number | null
    claim_hash: Buffer | null
    claimed_until: Date | null
    rows_done: Generated<number>
    row_count: number | null
    file_size_bytes: number | null
    sha256: Buffer | null
    created_at: Generated<Date>
    started_at: Date | null
    finished_at: Date | null
    expires_at: Generated<Date>
    first_downloaded_at: Date | null
  }
  export_chunk: { export_id: string; attempt: number; place: number; bytes: Buffer }
}
