import type { LinkId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { TenantTables } from './tables.ts'

export type TenantRow = Selectable<TenantTables['tenant']>

/** Which of the tenants given are wanted. */
export interface TenantFilter {
  readonly tenantIds: readonly TenantId[]
  readonly statuses?: readonly TenantRow['status'][] | undefined
  /** Part of the name or of the domain. */
  readonly search?: string | undefined
}

/** The profiles of tenants. */
export async function listTenants(mandate: Mandate, filter: TenantFilter): Promise<TenantRow[]> {
  if (filter.tenantIds.length === 0) return []
  const ids = sql<string>`any (${[...filter.tenantIds]}::uuid[])`
  let query = tables<TenantTables>(mandate).selectFrom('tenant').selectAll().where('id', '=', ids)
  if (filter.statuses) query = query.where('status', 'in', filter.statuses)
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((where) =>
      where.or([where('name', 'ilike', pattern), where('domain', 'ilike', pattern)]),
    )
  }
  return query.execute()
}

/** What a link promises and when it alerts; both sides may see it. */
export function findLinkTerms(mandate: Mandate, id: LinkId) {
  return tables<TenantTables>(mandate)
    .selectFrom('link')
    .select([
      'sla_response_hours',
      'sla_uptime_target',
      'notify_on_sla_breach',
      'notify_on_billing_threshold',
      'billing_alert_threshold_minor',
      'billing_alert_currency',
    ])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}

/** How many people use a tenant's account, and when the asking partner was last in it. */
export async function findUse(mandate: Mandate, id: TenantId) {
  const { rows } = await sql<{ users: number; last_accessed_at: Date | null }>`
    select access.count_tenant_members(${id}) as users, access.last_access_of_partner(${id}) as last_accessed_at`.execute(
    tables<TenantTables>(mandate),
  )
  return rows[0] ?? { users: 0, last_accessed_at: null }
}

/** What the people of the asking partner did in a tenant in the last 30 days; counted repeats of reads included. */
export async function countOwnActivity(mandate: Mandate<'acting'>, id: TenantId) {
  const { rows } = await sql<{ days: number; reads: number; writes: number; people: number }>`
    select 30 as days, a.reads, a.writes, a.people from access.activity_of_partner(${id}, 30) a`.execute(
    tables<TenantTables>(mandate),
  )
  return rows[0] ?? { days: 30, reads: 0, writes: 0, people: 0 }
}
