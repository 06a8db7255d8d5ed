import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { ExportPosition } from '#platform/export-source.ts'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { allOf, uuidArray } from './filter-store.ts'
import type { BillingTables } from './tables.ts'

/** Which subscribers are exported. */
export interface SubscriberQuestion {
  readonly tenantIds: readonly TenantId[]
  readonly filter: {
    readonly status?: readonly string[] | undefined
    readonly search?: string | undefined
  }
}

/** One subscriber of a file. */
export type SubscriberRow = Omit<BillingTables['subscriber'], 'id'> & { id: string }

function conditionsOf({ tenantIds, filter }: SubscriberQuestion) {
  const { status, search } = filter
  const pattern = search === undefined ? null : containsPattern(search)
  return allOf([
    sql`s.tenant_id = any (${uuidArray(tenantIds)})`,
    status === undefined ? null : sql`s.status = any (${[...status]}::text[])`,
    pattern === null
      ? null
      : sql`(s.name ilike ${pattern} or s.plan ilike ${pattern} or s.city ilike ${pattern})`,
  ])
}

/** How many subscribers there are. */
export async function countSubscribers(mandate: Mandate, question: SubscriberQuestion): Promise<number> {
  const { rows } = await sql<{ total: number }>`
    select count(*)::integer as total from subscriber s where ${conditionsOf(question)}`.execute(
    tables<BillingTables>(mandate),
  )
  return rows[0]?.total ?? 0
}

/** The next subscribers, tenant by tenant, behind the key of the last one. */
export async function readSubscribers(
  mandate: Mandate,
  question: SubscriberQuestion,
  { after, limit }: { readonly after: ExportPosition | null; readonly limit: number },
): Promise<SubscriberRow[]> {
  const past = after === null ? null : sql`(s.tenant_id, s.id) > (${after[0]}::uuid, ${after[1]}::uuid)`
  const { rows } = await sql<SubscriberRow>`
    select s.tenant_id, s.id, s.name, s.status, s.plan, s.city, s.postal_code, s.activated_on, s.closed_on, s.created_at, s.updated_at
    from subscriber s where ${allOf([conditionsOf(question), past])}
    order by s.tenant_id, s.id limit ${limit}`.execute(tables<BillingTables>(mandate))
  return rows
}
