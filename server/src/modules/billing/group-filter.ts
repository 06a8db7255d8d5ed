import type { IdOf, TenantId } from '@liaison/access'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import type { ReadingMandate } from '#platform/reach.ts'

/** Those of the tenants that are in a partner's group. A group opens nothing. Throws GROUP_NOT_FOUND. Source: B14. */
export async function narrowToGroup(
  mandate: ReadingMandate,
  tenantIds: TenantId[],
  group: IdOf<'tenant_group'> | undefined,
): Promise<TenantId[]> {
  if (group === undefined || mandate.kind === 'tenant') return tenantIds
  const wanted = new Set(await tenantsOfGroup(mandate, group))
  return tenantIds.filter((id) => wanted.has(id))
}
