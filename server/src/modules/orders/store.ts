import type { OrderId, ServiceId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { inReaderWords, inReadersWords } from './account-names-store.ts'
import type { OrderState } from './rules.ts'
import type { ItemRow, OrderRow, OrderTables, ServiceRow } from './tables.ts'

/** The mandates that read orders; row policies decide which rows each of them sees. */
export type OrderMandate = Mandate<'api' | 'tenant' | 'platform' | 'system' | 'acting' | 'portfolio'>

const STATE = 'ORDER_STATE_CONFLICT'

/** Runs a change of an order and names the rule of the database that refused it. */
export const namingOrderFaults = guardedBy({
  service_order_transition: [STATE, 'This move is not made from the state of the order.'],
  service_order_amended: [STATE, 'Work on the order has begun, so it is not changed any more.'],
  service_order_placed_by: [
    'ORDER_PLACED_BY_ANOTHER',
    'Somebody else placed the order; nothing was changed.',
  ],
  service_order_account: [STATE, 'The billing account is closed, so nothing was ordered.'],
  service_order_version: ['PRECONDITION_FAILED', 'The order changed after it was read.', 412],
})

/** What a list of orders is narrowed by. */
export interface OrderFilter {
  readonly state?: readonly OrderState[] | undefined
  readonly reference?: string | undefined
  readonly requested_from?: string | undefined
  readonly requested_to?: string | undefined
  readonly tenantId?: string | undefined
  /** Tenants that a read across several covers. */
  readonly tenantIds?: readonly string[] | undefined
  readonly ban?: string | undefined
  readonly partnerId?: string | undefined
}

export const ORDER_SORTS = ['-placed_at', 'placed_at', '-requested_date', 'requested_date'] as const

/** The wanted part of an ordered list: the rows after a position, in the order of placing or of the requested day. */
export interface OrderWindow {
  readonly sort: (typeof ORDER_SORTS)[number]
  readonly after: { readonly key: string; readonly id: string } | null
  readonly limit: number
}

function whereOf(filter: OrderFilter) {
  return [
    filter.state && sql`o.status = any (${[...filter.state]}::text[])`,
    filter.reference !== undefined && sql`o.reference = ${filter.reference}`,
    filter.requested_from !== undefined && sql`o.requested_on >= ${filter.requested_from}::date`,
    filter.requested_to !== undefined && sql`o.requested_on <= ${filter.requested_to}::date`,
    filter.tenantId !== undefined && sql`o.tenant_id = ${filter.tenantId}`,
    filter.tenantIds && sql`o.tenant_id = any (${[...filter.tenantIds]}::uuid[])`,
    filter.ban !== undefined && sql`o.ban = ${filter.ban}`,
    filter.partnerId !== undefined && sql`o.partner_id = ${filter.partnerId}`,
  ].filter((condition) => condition !== false && condition !== undefined)
}

/** Orders in the asked order; ids grow with time, so the order of placing is that of the ids. */
export async function listOrders(
  mandate: OrderMandate,
  filter: OrderFilter,
  { sort, after, limit }: OrderWindow,
): Promise<readonly OrderRow[]> {
  const isFalling = sort.startsWith('-')
  const direction = isFalling ? sql`desc` : sql`asc`
  const beyond = isFalling ? sql`<` : sql`>`
  const isByDay = sort.endsWith('requested_date')
  const position =
    after &&
    (isByDay
      ? sql`(o.requested_on, o.id) ${beyond} (${after.key}::date, ${after.id}::uuid)`
      : sql`o.id ${beyond} ${after.id}::uuid`)
  const conditions = [sql`true`, ...whereOf(filter), ...(position ? [position] : [])]
  const { rows } = await sql<OrderRow>`
    select o.* from service_order o
    where ${sql.join(conditions, sql` and `)}
    order by ${isByDay ? sql`o.requested_on ${direction}, ` : sql``} o.id ${direction}
    limit ${limit}`.execute(tables<OrderTables>(mandate))
  return inReadersWords(mandate, rows)
}

/** The items of orders, in their order within each. */
export async function listItems(
  mandate: OrderMandate,
  orders: readonly OrderRow[],
): Promise<Map<string, ItemRow[]>> {
  const rows =
    orders.length === 0
      ? []
      : await tables<OrderTables>(mandate)
          .selectFrom('order_item')
          .selectAll()
          .where('tenant_id', 'in', [...new Set(orders.map((order) => order.tenant_id))])
          .where(
            'order_id',
            'in',
            orders.map(({ id }) => id),
          )
          .orderBy('position')
          .execute()
  return Map.groupBy(rows, (row) => row.order_id)
}

/** One order that the mandate may see. Throws ORDER_NOT_FOUND. */
export async function getOrder(mandate: OrderMandate, id: OrderId): Promise<OrderRow> {
  const row = await tables<OrderTables>(mandate)
    .selectFrom('service_order')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'ORDER_NOT_FOUND', 'No order that you may see has this id.')
  return inReaderWords(mandate, row)
}

/** The moves that the state machine offers to one side of an order. */
export function listMoves(mandate: OrderMandate, state: OrderState, side: 'requester' | 'provider') {
  return tables<OrderTables>(mandate)
    .selectFrom('state_transition')
    .select(['action', 'to_state as to'])
    .where('entity', '=', 'order')
    .where('from_state', '=', state)
    .where('actor_kind', '=', side)
    .orderBy('action')
    .execute()
}

/** Moves an order that nobody changed since it was read. Throws PRECONDITION_FAILED, ORDER_STATE_CONFLICT. */
export async function moveOrder(
  mandate: OrderMandate,
  order: OrderRow,
  move: { readonly to: OrderState; readonly reason: string | null },
): Promise<void> {
  const updated = await namingOrderFaults(
    tables<OrderTables>(mandate)
      .updateTable('service_order')
      .set({ status: move.to, status_reason: move.reason, version: order.version + 1 })
      .where('tenant_id', '=', order.tenant_id)
      .where('id', '=', order.id)
      .where('version', '=', order.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The order changed after it was read.')
}

/** What a list of services is narrowed by. */
export interface ServiceFilter {
  readonly state?: 'active' | 'ended' | undefined
  readonly product_code?: string | undefined
  readonly order_id?: OrderId | undefined
  readonly ban?: string | undefined
  readonly tenantIds?: readonly string[] | undefined
}

/** Services, newest first, after a position. */
export async function listServices(
  mandate: OrderMandate,
  filter: ServiceFilter,
  window: { readonly after: string | null; readonly limit: number },
): Promise<readonly ServiceRow[]> {
  let query = tables<OrderTables>(mandate).selectFrom('service').selectAll()
  if (filter.state) query = query.where('status', '=', filter.state)
  if (filter.product_code !== undefined) query = query.where('product_code', '=', filter.product_code)
  if (filter.order_id) query = query.where('order_id', '=', filter.order_id)
  if (filter.ban !== undefined) query = query.where('ban', '=', filter.ban)
  if (filter.tenantIds) query = query.where(sql<boolean>`tenant_id = any (${[...filter.tenantIds]}::uuid[])`)
  if (window.after !== null) query = query.where('id', '<', window.after)
  return inReadersWords(mandate, await query.orderBy('id', 'desc').limit(window.limit).execute())
}

/** One service that the mandate may see. Throws SERVICE_NOT_FOUND. */
export async function getService(mandate: OrderMandate, id: ServiceId): Promise<ServiceRow> {
  const row = await tables<OrderTables>(mandate)
    .selectFrom('service')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'SERVICE_NOT_FOUND', 'No service that you may see has this id.')
  return inReaderWords(mandate, row)
}

/** The names of tenants. */
export async function nameTenants(
  mandate: Mandate<'platform'>,
  ids: readonly TenantId[],
): Promise<{ id: string; name: string }[]> {
  if (ids.length === 0) return []
  return tables<OrderTables>(mandate)
    .selectFrom('tenant')
    .select(['id', 'name'])
    .where('id', 'in', [...new Set(ids)])
    .execute()
}

/** Ends a service that is in use. Throws SERVICE_STATE_CONFLICT. */
export async function endService(mandate: Mandate<'platform'>, service: ServiceRow): Promise<void> {
  const ended = await tables<OrderTables>(mandate)
    .updateTable('service')
    .set({ status: 'ended', ended_at: sql<Date>`statement_timestamp()` })
    .where('tenant_id', '=', service.tenant_id)
    .where('id', '=', service.id)
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (ended.numUpdatedRows === 0n)
    throw new ProblemError(409, 'SERVICE_STATE_CONFLICT', 'The service has ended already.')
}

/** What a fulfilment may look at. */
export type OpenOrder = Pick<OrderRow, 'id' | 'status' | 'status_changed_at' | 'requested_on'>

/** An open order with its place among them, as the database counts it: a Date would cut its microseconds off. */
export type PlacedOrder = OpenOrder & { readonly place: string }

const BATCH = 200

/** The next orders behind a place that are not ended, those that stood still longest first. */
export async function findOpenOrders(
  mandate: Mandate<'system'>,
  { onlySandbox, after }: { readonly onlySandbox: boolean; readonly after: PlacedOrder | null },
): Promise<PlacedOrder[]> {
  const { rows } = await sql<PlacedOrder>`
    select o.id, o.status, o.status_changed_at, o.requested_on, o.status_changed_at::text as place from service_order o
    where o.status in ('acknowledged', 'in_progress') and (not ${onlySandbox}::boolean or access.is_sandbox(o.tenant_id))
      and (o.status_changed_at, o.id) > (coalesce(${after?.place ?? null}::timestamptz, '-infinity'), coalesce(${after?.id ?? null}::uuid, '00000000-0000-0000-0000-000000000000'))
    order by o.status_changed_at, o.id limit ${BATCH}`.execute(tables<OrderTables>(mandate))
  return rows
}
