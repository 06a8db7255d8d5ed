import type { TenantId } from '@liaison/access'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import { noteRead } from '#platform/mandate.ts'
import { narrowReach, reachOf } from '#platform/reach.ts'
import type { Reach, ReadingMandate } from '#platform/reach.ts'
import type { IdOf } from '@liaison/access'

/** Which tenants a query names; a tenant's own report names none. */
export interface Chosen {
  readonly tenant_ids?: readonly TenantId[] | undefined
  readonly group?: IdOf<'tenant_group'> | undefined
}

/** A tenant that a report is about. */
export interface Subject {
  readonly id: TenantId
  readonly name: string
}

/** The tenants that a report covers, by name: those reached, of the group, and named. A group opens nothing. */
export async function chooseTenants(
  mandate: ReadingMandate,
  chosen: Chosen,
): Promise<{ reach: Reach; subjects: Subject[] }> {
  const reach = reachOf(mandate)
  const named = narrowReach(reach, chosen.tenant_ids)
  const inGroup =
    chosen.group === undefined || mandate.kind === 'tenant'
      ? null
      : new Set(await tenantsOfGroup(mandate, chosen.group))
  const subjects = named
    .filter((id) => inGroup?.has(id) ?? true)
    .map((id) => ({ id, name: reach.tenants.get(id)?.name ?? '' }))
    .toSorted((left, right) => left.name.localeCompare(right.name, 'en') || (left.id < right.id ? -1 : 1))
  return { reach, subjects }
}

/** Notes that a report of these tenants was read: each of them sees it in its own activity. */
export function noteReport(mandate: ReadingMandate, action: string, subjects: readonly Subject[]): void {
  if (mandate.kind === 'tenant') return
  noteRead(mandate, {
    action,
    rowCount: subjects.length,
    tenants: subjects.map(({ id }) => ({ tenantId: id, rowCount: 1 })),
  })
}
