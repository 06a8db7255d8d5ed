import type { SubscriberId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { uuidArray } from './filter-store.ts'
import type { BillingTables } from './tables.ts'

export const SUBSCRIBER_STATUSES = ['active', 'suspended', 'closed'] as const

/** Which subscribers of one tenant are wanted. */
export interface SubscriberFilter {
  readonly tenantId: TenantId
  readonly statuses?: readonly (typeof SUBSCRIBER_STATUSES)[number][] | undefined
  readonly search?: string | undefined
  readonly sortBy: 'name' | 'created_at' | 'status'
  readonly direction: 'asc' | 'desc'
  readonly limit: number
  readonly offset: number
}

/** A page of a tenant's subscribers, and how many match. */
export async function listSubscribers(mandate: Mandate, filter: SubscriberFilter) {
  let query = tables<BillingTables>(mandate).selectFrom('subscriber').where('tenant_id', '=', filter.tenantId)
  if (filter.statuses) query = query.where('status', 'in', filter.statuses)
  if (filter.search !== undefined) {
    const pattern = containsPattern(filter.search)
    query = query.where((where) =>
      where.or([
        where('name', 'ilike', pattern),
        where('plan', 'ilike', pattern),
        where('city', 'ilike', pattern),
      ]),
    )
  }
  const counted = await query
    .select((select) => select.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  const rows = await query
    .select([
      'id',
      'name',
      'status',
      'plan',
      'city',
      'postal_code',
      'activated_on',
      'closed_on',
      'created_at',
      'updated_at',
    ])
    .orderBy(filter.sortBy, filter.direction)
    .orderBy('id', filter.direction)
    .limit(filter.limit)
    .offset(filter.offset)
    .execute()
  return { rows, total: counted.total }
}

/** One subscriber of a tenant, for what is filed in the subscriber's name. */
export function findSubscriber(mandate: Mandate, tenantId: TenantId, id: SubscriberId) {
  return tables<BillingTables>(mandate)
    .selectFrom('subscriber')
    .select(['id', 'name'])
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** How many subscribers a tenant has by state; `total` leaves the closed out. */
interface SubscriberCount {
  tenant_id: string
  total: number
  active: number
  suspended: number
}

/** How many subscribers each tenant has by state; tenants without any are left out. */
export function subscribersByTenant(tenantIds: readonly TenantId[]): RawBuilder<SubscriberCount> {
  return sql<SubscriberCount>`
    select s.tenant_id, count(*) filter (where s.status <> 'closed')::integer as total,
      count(*) filter (where s.status = 'active')::integer as active, count(*) filter (where s.status = 'suspended')::integer as suspended
    from subscriber s
    where s.tenant_id = any (${uuidArray(tenantIds)})
    group by s.tenant_id`
}
