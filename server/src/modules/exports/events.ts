import type { AuditEvent } from '#platform/audit-event.ts'
import { fileNameOf } from './rules.ts'
import type { ExportRow } from './store.ts'

const resourceOf = (row: ExportRow) => ({ type: 'export', id: row.id, label: fileNameOf(row) })

/** How the rows of each tenant are told to it. */
const tenantsOf = (row: ExportRow) =>
  row.manifest.included.map(({ tenant_id: tenantId, rows }) => ({ tenantId, rowCount: rows ?? 0 }))

/** Somebody ordered a file; nothing was read yet. */
export function tellOrder(row: ExportRow): AuditEvent {
  return {
    action: 'exports.order',
    resource: resourceOf(row),
    rowCount: row.row_estimate,
    billingParty: row.billing_party,
    changes: { format: row.format, columns: row.columns, filter: row.filter },
  }
}

/** Somebody looked at how many rows a file would hold: the tenants that were asked about learn of it, and none of a row. */
export function tellPreview(tenantIds: readonly string[], rows: number): AuditEvent {
  return {
    action: 'reports.preview',
    tenants: tenantIds.map((tenantId) => ({ tenantId, rowCount: 0 })),
    rowCount: rows,
  }
}

/** The rows were read and the file is whole: every tenant in it learns how many of its rows it holds (access.md section 6). */
export function tellCompletion(
  row: ExportRow,
  made: { readonly rows: number; readonly byTenant: ReadonlyMap<string, number>; readonly sha256: string },
): AuditEvent {
  return {
    action: row.kind === 'earnings' ? 'program.earning.exported' : `exports.${row.kind}`,
    resource: { type: 'export', id: row.id },
    tenants: row.tenant_ids.map((tenantId) => ({ tenantId, rowCount: made.byTenant.get(tenantId) ?? 0 })),
    rowCount: made.rows,
    billingParty: row.billing_party,
    changes: { file: fileNameOf(row), sha256: made.sha256 },
  }
}

/** A file left for somebody's machine. */
export function tellDownload(row: ExportRow): AuditEvent {
  return {
    action: 'exports.download',
    resource: resourceOf(row),
    tenants: tenantsOf(row),
    rowCount: row.row_count ?? 0,
  }
}

/** An export ended without a file, or its file was deleted. */
export function tellEnd(row: ExportRow, action: 'cancel' | 'fail' | 'stop' | 'expire'): AuditEvent {
  return {
    action: `exports.${action}`,
    ...(row.partner_id !== null && { partnerId: row.partner_id }),
    ...(row.tenant_id !== null && { tenantId: row.tenant_id }),
    resource: resourceOf(row),
    ...(row.status_reason !== null && { code: row.status_reason }),
  }
}
