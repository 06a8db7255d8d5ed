import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { allOf, conditionsOf, OWED, storedStatusesIn, uuidArray } from './filter-store.ts'
import type { Condition, InvoiceFilter } from './filter-store.ts'
import { OWED_STATUSES } from './rules.ts'
import type { StoredStatus } from './rules.ts'
import type { BillingTables } from './tables.ts'

function statesOf(stored: readonly StoredStatus[] | null): Condition | null {
  if (stored === null) return null
  const named = sql`i.status = any (${[...stored]}::text[])`
  const isOwed = stored.every((status) => OWED_STATUSES.some((owed) => owed === status))
  return isOwed ? sql`${OWED} and ${named}` : named
}

/** Tenants of a filter of invoices in which there is any, at most so many: looked for one by one until those are found. */
export async function findTenantsOf(
  mandate: Mandate,
  filter: InvoiceFilter,
  most: number,
): Promise<TenantId[]> {
  const conditions = allOf([statesOf(storedStatusesIn(filter)), conditionsOf(filter)])
  const { search, tenantIds } = filter
  const found =
    search === undefined
      ? sql`select t.id as tenant_id from unnest(${uuidArray(tenantIds)}) t (id)
          where exists (select from invoice i where i.tenant_id = t.id and ${conditions})`
      : sql`select distinct i.tenant_id from access.search_invoices(${containsPattern(search)}, ${uuidArray(tenantIds)}) i where ${conditions}`
  const { rows } = await sql<{ tenant_id: TenantId }>`${found} limit ${most}`.execute(
    tables<BillingTables>(mandate),
  )
  return rows.map((row) => row.tenant_id)
}
