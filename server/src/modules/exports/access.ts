import type { Permission, TenantId } from '@liaison/access'
import type { AnyExportMandate, ExportSource } from '#platform/export-source.ts'
import { requireAlso, requireInTenant } from '#platform/mandate.ts'

/** What an export of this kind asks for in every tenant of the file. */
export function permissionsOf(source: ExportSource, kind: AnyExportMandate['kind']): Permission[] {
  const { portfolio } = source.permissions
  if (kind !== 'portfolio') return [source.permissions[kind]].filter((name) => name !== undefined)
  return portfolio === undefined ? [] : [portfolio.order, ...portfolio.rows]
}

/**
 * Refuses unless all of the permissions are held in all of the tenants now, as the refusal that the first one meets. A file is
 * made, and leaves, only whole. Source: managed-tenants.md section 4, "Writes in flight".
 */
export function requireEverywhere(
  mandate: AnyExportMandate,
  tenantIds: readonly TenantId[],
  permissions: readonly Permission[],
): void {
  if (permissions.length === 0) throw new Error('An export without a permission opens nothing.')
  for (const permission of permissions) {
    if (mandate.kind !== 'portfolio') requireAlso(mandate, permission)
    else for (const tenantId of tenantIds) requireInTenant(mandate, tenantId, permission)
  }
}
