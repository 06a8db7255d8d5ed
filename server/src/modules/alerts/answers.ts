import { idFromUuid } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { tenantsOfGroup } from '#modules/portfolio/index.ts'
import { coverList } from '#platform/covered.ts'
import { toPage } from '#platform/list.ts'
import { mayInTenant } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { narrowReach, reachOf, toScope } from '#platform/reach.ts'
import type { Reach } from '#platform/reach.ts'
import type { AlertArea } from './rules.ts'
import { toCounts, toPlainAlert } from './schemas.ts'
import type { AlertQueryValues } from './schemas.ts'
import { countAlerts, countWaiting, findTenantsOf, listAlerts } from './store.ts'
import type { AlertFilter, AlertMandate, AlertRow } from './store.ts'

function toFilter(
  mandate: AlertMandate,
  query: AlertQueryValues,
  within: { readonly areas: readonly AlertArea[]; readonly tenantIds: readonly TenantId[] | null },
): AlertFilter {
  return {
    ...within,
    now: mandate.origin.now,
    states: query.status,
    severities: query.severity,
    types: query.alert_type,
    metrics: query.metric,
    assignedTo: query.assigned_to,
    isSnoozed: query.snoozed,
    fromDate: query.from_date,
    toDate: query.to_date,
  }
}

/** The tenants of the reach that the filters name; a group takes away and never adds. */
async function tenantsOf(
  mandate: Mandate<'portfolio'>,
  reach: Reach,
  query: AlertQueryValues,
): Promise<TenantId[]> {
  const named = narrowReach(reach, query.tenant_ids)
  if (query.group === undefined) return named
  const ofGroup = new Set(await tenantsOfGroup(mandate, query.group))
  return named.filter((id) => ofGroup.has(id))
}

/** The answer of a list over the tenants that the mandate reaches. Throws GROUP_NOT_FOUND. */
export async function answerPortfolio<Item>(
  mandate: Mandate<'portfolio'>,
  query: AlertQueryValues,
  shape: {
    readonly area: AlertArea
    readonly toItem: (row: AlertRow & { readonly mayAcknowledge: boolean }) => Item
  },
) {
  const reach = reachOf(mandate)
  const tenantIds = await tenantsOf(mandate, reach, query)
  const filter = toFilter(mandate, query, { areas: [shape.area], tenantIds })
  const rows = await listAlerts(mandate, filter, query)
  const counts = await countAlerts(mandate, filter)
  await coverList(mandate, {
    tenantIds,
    chosenBy: query,
    // The counts by state go beyond what the page was asked for.
    isWhole: false,
    findTenants: (most) => findTenantsOf(mandate, filter, most),
  })
  const items = rows.map((row) => {
    const tenantId = row.tenant_id === null ? null : idFromUuid('tenant', row.tenant_id)
    const name = tenantId === null ? undefined : reach.tenants.get(tenantId)?.name
    const mayAcknowledge = tenantId !== null && mayInTenant(mandate, tenantId, 'partner.alerts.acknowledge')
    return shape.toItem({ ...row, tenant_name: name ?? row.tenant_name, mayAcknowledge })
  })
  return { ...toPage(items, query, counts.total), ...toCounts(counts), scope: toScope(reach) }
}

/** The answer of a list of one side's own alerts. */
export async function answerOwn(
  mandate: Mandate<'program' | 'tenant' | 'platform'>,
  query: AlertQueryValues,
  areas: readonly AlertArea[],
) {
  const wanted = query.area === undefined ? areas : areas.filter((area) => query.area?.includes(area))
  const filter = toFilter(mandate, query, { areas: wanted, tenantIds: null })
  const rows = await listAlerts(mandate, filter, query)
  const counts = await countAlerts(mandate, filter)
  return { ...toPage(rows.map(toPlainAlert), query, counts.total), ...toCounts(counts) }
}

/** The answer of what waits, by area. */
export async function answerCounts(mandate: Mandate<'program' | 'tenant'>) {
  const found = await countWaiting(mandate)
  const of = (area: AlertArea) => {
    const { active, critical } = found.find((count) => count.area === area) ?? { active: 0, critical: 0 }
    return { active, critical }
  }
  return { sla: of('sla'), billing: of('billing'), access: of('access') }
}
