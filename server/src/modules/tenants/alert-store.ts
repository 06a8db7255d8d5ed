import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'

/** The open alerts of a tenant, of the kinds that the asking person may read there. */
export interface OpenAlerts {
  readonly tenant_id: string
  readonly open: number
  readonly critical: number
}

/** Alerts of the partner that are neither resolved nor put off at this moment, per tenant that has any. */
export function openAlertsByTenant(tenantIds: readonly TenantId[], now: Date): RawBuilder<OpenAlerts> {
  return sql<OpenAlerts>`
    select a.tenant_id, count(*)::integer as open, (count(*) filter (where a.severity = 'critical'))::integer as critical
    from alert a
    where a.audience = 'partner' and a.area in ('sla', 'billing') and a.tenant_id = any (${[...tenantIds]}::uuid[])
      and a.state in ('active', 'acknowledged') and (a.snoozed_until is null or a.snoozed_until <= ${now})
    group by a.tenant_id`
}
