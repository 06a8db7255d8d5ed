import { encodeId } from '@liaison/access'
import { sql } from 'kysely'
import { constraintOf } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { namingPriceFaults, requireExpected, toExpected } from './expected-total.ts'
import type { ExpectedTotalBody } from './expected-total.ts'
import { ClientInputRefusal } from './refusals.ts'
import { priceItems, totalsOf } from './rules.ts'
import type { PricedItem, Totals, WantedItem } from './rules.ts'
import { namingOrderFaults } from './store.ts'
import type { ClientInvoiceRow, OrderRow, OrderTables } from './tables.ts'

/** The billing account that the token names, as its client reads it. */
export async function getAccount(mandate: Mandate<'api'>) {
  const row = await tables<OrderTables>(mandate)
    .selectFrom('access.account_of_client')
    .select(['ban', 'name', 'currency', 'status'])
    .executeTakeFirst()
  if (!row) throw new Error('A decided call reads the account of its token.')
  return row
}

/** What can be ordered in a currency, by code. */
export function listOffers(mandate: Mandate<'api'>, currency: string, codes?: readonly string[]) {
  let query = tables<OrderTables>(mandate)
    .selectFrom('product')
    .select(['code', 'name', 'once_minor', 'monthly_minor'])
    .where('currency', '=', currency)
    .where('status', '=', 'offered')
  if (codes) query = query.where('code', 'in', codes)
  return query.orderBy('code').execute()
}

async function priced(
  mandate: Mandate<'api'>,
  wanted: readonly WantedItem[],
  expected: ExpectedTotalBody | undefined,
): Promise<{ readonly items: readonly PricedItem[]; readonly totals: Totals }> {
  const { currency } = await getAccount(mandate)
  const codes = [...new Set(wanted.map((item) => item.product_code))]
  const found = priceItems(wanted, await listOffers(mandate, currency, codes))
  if ('items' in found) {
    const totals = totalsOf(found.items)
    requireExpected(toExpected(expected, currency), totals, currency)
    return { items: found.items, totals }
  }
  const detail = `is not offered in ${currency}`
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'Parts of the order are not offered; nothing was changed.',
    {
      errors: found.unknown.map((index) => ({
        pointer: `/body/items/${index}/product_code`,
        code: 'PRODUCT_NOT_OFFERED',
        detail,
      })),
    },
  )
}

/** Runs a write for which somebody pays; a payer who changed or left in the very moment, and a limit that is reached, are refusals like any other. */
async function namingOrderRefusals<Result>(
  mandate: Mandate<'api'>,
  permission: 'api.orders.create' | 'api.orders.update',
  work: Promise<Result>,
): Promise<Result> {
  try {
    return await namingOrderFaults(work)
  } catch (error) {
    const constraint = constraintOf(error)
    if (constraint === 'service_order_payer_changed')
      throw new ClientInputRefusal('BILLING_CHANGED', mandate, permission)
    if (constraint === 'service_order_payer_missing')
      throw new ClientInputRefusal('NO_BILLING_RELATIONSHIP', mandate, permission)
    if (constraint === 'service_order_limit')
      throw new ClientInputRefusal('ORDER_LIMIT_REACHED', mandate, permission)
    throw error
  }
}

async function insertItems(
  mandate: Mandate<'api'>,
  orderId: string,
  items: readonly PricedItem[],
): Promise<void> {
  const { tenant, account } = mandate
  await namingPriceFaults(
    tables<OrderTables>(mandate)
      .insertInto('order_item')
      .values(
        items.map((item) => ({ ...item, tenant_id: tenant.id, account_id: account.id, order_id: orderId })),
      )
      .execute(),
  )
}

/** What is asked for with a new order. */
export interface NewOrder {
  readonly items: readonly WantedItem[]
  readonly reference: string | null
  readonly requestedOn: string
  readonly expected: ExpectedTotalBody | undefined
}

/**
 * Places an order at the prices of now, for the payer of now, and returns its UUID. Throws VALIDATION_ERROR for what is
 * not offered, ORDER_PRICE_CHANGED when it costs something else than was read, BILLING_CHANGED and NO_BILLING_RELATIONSHIP when the payer changed while the order was on its way, and
 * ORDER_LIMIT_REACHED when the orders of the month would cost more than the consent allows.
 */
export async function insertOrder(mandate: Mandate<'api'>, order: NewOrder): Promise<string> {
  const { tenant, account, billing, token, client } = mandate
  const { items, totals } = await priced(mandate, order.items, order.expected)
  if (!billing) throw new ClientInputRefusal('NO_BILLING_RELATIONSHIP', mandate, 'api.orders.create')
  const work = sql<{ id: string }>`
    insert into service_order (tenant_id, account_id, reference, requested_on, once_total_minor, monthly_total_minor, payer_tenant_id, payer_account_id, acted_by)
    values (${tenant.id}, ${account.id}, ${order.reference}, ${order.requestedOn}, ${totals.once}, ${totals.monthly},
      ${billing.payerTenantId}, ${billing.payerAccountId}, ${token.actor ?? `client:${encodeId('api_client', client.id)}`})
    returning id`.execute(tables<OrderTables>(mandate))
  const { rows } = await namingOrderRefusals(mandate, 'api.orders.create', work)
  const id = rows[0]?.id
  if (id === undefined) throw new Error('The order was not written.')
  await insertItems(mandate, id, items)
  return id
}

/** What is changed of an order; what is absent stays. */
export interface Amendment {
  readonly items?: readonly WantedItem[] | undefined
  readonly reference?: string | null | undefined
  readonly requested_date?: string | undefined
  readonly expected_total?: ExpectedTotalBody | undefined
}

/** Throws ORDER_PRICE_CHANGED where an order whose items stay costs something else than was read. */
function requireStanding(order: OrderRow, expected: ExpectedTotalBody | undefined): void {
  const { currency } = order
  const totals = { once: order.once_total_minor, monthly: order.monthly_total_minor }
  requireExpected(toExpected(expected, currency), totals, currency)
}

/**
 * Changes an order on which no work has begun; items that are sent replace all of them, at the prices of now. Throws
 * ORDER_PRICE_CHANGED when it would then cost something else than was read.
 */
export async function amendOrder(
  mandate: Mandate<'api'>,
  order: OrderRow,
  amendment: Amendment,
): Promise<void> {
  const { items: wanted, expected_total: expected } = amendment
  const change = wanted && (await priced(mandate, wanted, expected))
  if (!change) requireStanding(order, expected)
  const updated = await namingOrderRefusals(
    mandate,
    'api.orders.update',
    tables<OrderTables>(mandate)
      .updateTable('service_order')
      .set({
        ...(amendment.reference !== undefined && { reference: amendment.reference }),
        ...(amendment.requested_date !== undefined && { requested_on: amendment.requested_date }),
        ...(change && {
          once_total_minor: change.totals.once,
          monthly_total_minor: change.totals.monthly,
        }),
        version: order.version + 1,
      })
      .where('tenant_id', '=', order.tenant_id)
      .where('id', '=', order.id)
      .where('version', '=', order.version)
      .executeTakeFirst(),
  )
  if (updated.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The order changed after it was read.')
  if (!change) return
  await tables<OrderTables>(mandate)
    .deleteFrom('order_item')
    .where('tenant_id', '=', order.tenant_id)
    .where('order_id', '=', order.id)
    .execute()
  await insertItems(mandate, order.id, change.items)
}

/** The invoices of the account that the token names, newest first, after a position. */
export async function listClientInvoices(
  mandate: Mandate<'api'>,
  filter: { readonly from?: string | undefined; readonly to?: string | undefined },
  window: { readonly after: { readonly day: string; readonly id: string } | null; readonly limit: number },
): Promise<ClientInvoiceRow[]> {
  const conditions = [
    sql`true`,
    ...(filter.from === undefined ? [] : [sql`i.issued_on >= ${filter.from}::date`]),
    ...(filter.to === undefined ? [] : [sql`i.issued_on <= ${filter.to}::date`]),
    ...(window.after
      ? [sql`(i.issued_on, i.id) < (${window.after.day}::date, ${window.after.id}::uuid)`]
      : []),
  ]
  const { rows } = await sql<ClientInvoiceRow>`
    select i.* from access.invoice_of_client i
    where ${sql.join(conditions, sql` and `)}
    order by i.issued_on desc, i.id desc
    limit ${window.limit}`.execute(tables<OrderTables>(mandate))
  return rows
}
