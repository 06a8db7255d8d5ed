import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import type { ReportTables } from './tables.ts'

/** How many tickets of a tenant are open, and how many of those are past a promised time. */
export interface OpenTickets {
  readonly tenant_id: string
  readonly open: number
  readonly late: number
}

/** The open tickets of each tenant; tenants without any are left out. */
export async function countOpenTickets(
  mandate: ReadingMandate,
  tenantIds: readonly TenantId[],
): Promise<OpenTickets[]> {
  if (tenantIds.length === 0) return []
  const { rows } = await sql<OpenTickets>`
    select t.tenant_id, count(*)::integer as open,
      (count(*) filter (where t.sla_breached_at is not null or (t.sla_paused_since is null and t.sla_due_at < ${mandate.origin.now}::timestamptz)))::integer as late
    from ticket t
    where t.tenant_id = any (${[...tenantIds]}::uuid[]) and t.status in ('open', 'pending', 'on_hold')
    group by t.tenant_id`.execute(tables<ReportTables>(mandate))
  return rows
}
