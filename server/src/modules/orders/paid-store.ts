import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { OrderRow, OrderTables, ServiceRow } from './tables.ts'

/** What whoever pays for an order reads of it. */
export type PaidRow = Pick<
  OrderRow,
  | 'id'
  | 'tenant_id'
  | 'ban'
  | 'payer_ban'
  | 'status'
  | 'currency'
  | 'once_total_minor'
  | 'monthly_total_minor'
  | 'placed_at'
> & { readonly tenant_name: string }

/** What was ordered for others and is billed to the organisation of the mandate, newest first, after a position. */
export async function listPaid(mandate: Mandate<'tenant'>, after: string | null, limit: number) {
  const { rows } = await sql<PaidRow>`
    select o.* from access.orders_paid_for(${after}::uuid, ${limit}) o order by o.id desc`.execute(
    tables<OrderTables>(mandate),
  )
  return rows
}

/** What whoever pays for a service reads of it. */
export type PaidServiceRow = Pick<
  ServiceRow,
  | 'id'
  | 'order_id'
  | 'tenant_id'
  | 'ban'
  | 'payer_ban'
  | 'product_code'
  | 'product_name'
  | 'status'
  | 'currency'
  | 'monthly_minor'
  | 'started_at'
  | 'ended_at'
> & { readonly tenant_name: string }

/** What others have in use and is billed to the organisation of the mandate, newest first, after a position. */
export async function listPaidServices(
  mandate: Mandate<'tenant'>,
  state: 'active' | 'ended' | null,
  window: { readonly after: string | null; readonly limit: number },
) {
  const { rows } = await sql<PaidServiceRow>`
    select s.* from access.services_paid_for(${state}, ${window.after}::uuid, ${window.limit}) s order by s.id desc`.execute(
    tables<OrderTables>(mandate),
  )
  return rows
}
