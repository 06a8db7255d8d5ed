import { encodeId } from '@liaison/access'
import { sql } from 'kysely'
import { constraintOf } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { namingPriceFaults, requireExpected } from './expected-total.ts'
import { priceItems, totalsOf } from './rules.ts'
import type { Offer, PricedItem, Totals, WantedItem } from './rules.ts'
import { namingOrderFaults } from './store.ts'
import type { OrderingAccountRow, OrderTables } from './tables.ts'

/** A person who orders in the portal: for the own organisation, or acting in a customer's. */
export type OrderingMandate = Mandate<'tenant' | 'acting'>

/** The accounts for which the person may order now, each with who pays for it. */
export async function listOrderingAccounts(mandate: OrderingMandate): Promise<OrderingAccountRow[]> {
  const { rows } = await sql<OrderingAccountRow>`
    select a.* from access.accounts_to_order() a where a.tenant_id = ${mandate.tenant.id}`.execute(
    tables<OrderTables>(mandate),
  )
  return rows
}

/** What can be ordered in these currencies, by currency and code. */
export async function listProducts(
  mandate: OrderingMandate,
  currencies: readonly string[],
): Promise<Map<string, Offer[]>> {
  const rows = await tables<OrderTables>(mandate)
    .selectFrom('product')
    .select(['currency', 'code', 'name', 'once_minor', 'monthly_minor'])
    .where(sql<boolean>`currency = any (${[...currencies]}::text[])`)
    .where('status', '=', 'offered')
    .orderBy('code')
    .execute()
  return Map.groupBy(rows, ({ currency }) => currency)
}

/** What a person orders. */
export interface WantedOrder {
  readonly account: OrderingAccountRow
  readonly items: readonly WantedItem[]
  readonly reference: string | null
  readonly requestedOn: string
  /** What it cost as it was shown, in the currency of the account; null when that was not said. */
  readonly expected: Totals | null
}

async function priced(mandate: OrderingMandate, order: WantedOrder): Promise<readonly PricedItem[]> {
  const { currency } = order.account
  const offers = (await listProducts(mandate, [currency])).get(currency) ?? []
  const found = priceItems(order.items, offers)
  if ('items' in found) return found.items
  throw new ProblemError(
    422,
    'VALIDATION_ERROR',
    'Parts of the order are not offered; nothing was changed.',
    {
      errors: found.unknown.map((index) => ({
        pointer: `/body/items/${index}/product_code`,
        code: 'PRODUCT_NOT_OFFERED',
        detail: `is not offered in ${currency}`,
      })),
    },
  )
}

/** A payer who changed or left in the very moment is told like one who did so before. */
async function namingPayerFaults<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await namingOrderFaults(work)
  } catch (error) {
    const constraint = constraintOf(error)
    if (constraint === 'service_order_payer_changed') throw payerChanged(error)
    if (constraint === 'service_order_payer_missing') throw payerMissing(error)
    if (constraint === 'service_order_link_payer') throw payerNotAgreed(error)
    throw error
  }
}

/** The refusal of an order for which somebody else pays than was shown. */
export function payerChanged(cause?: unknown): ProblemError {
  const detail = 'Somebody else pays for this account than was shown. Nothing was ordered.'
  return new ProblemError(409, 'ORDER_PAYER_CHANGED', detail, { cause })
}

/** The refusal of an order that the customer would pay, while its link says that the partner does. */
function payerNotAgreed(cause: unknown): ProblemError {
  const detail =
    'Your access says that you pay for what you order, but somebody else would pay for this account. Nothing was ordered.'
  const nextStep =
    'Ask the provider to record that you pay for the account, or agree with the customer who pays.'
  return new ProblemError(409, 'ORDER_PAYER_NOT_AGREED', detail, { cause, nextStep })
}

/** The refusal of an order for which nobody pays. */
function payerMissing(cause?: unknown): ProblemError {
  const detail = 'Nobody pays for this account yet, so nothing was ordered.'
  return new ProblemError(409, 'ORDER_PAYER_MISSING', detail, { cause })
}

/**
 * Places an order at the prices of now, for the payer that the account was read with, and returns its UUID. Throws
 * VALIDATION_ERROR for what is not offered, ORDER_PRICE_CHANGED, ORDER_PAYER_CHANGED, ORDER_PAYER_NOT_AGREED and ORDER_PAYER_MISSING.
 */
export async function insertOrderOfPerson(mandate: OrderingMandate, order: WantedOrder): Promise<string> {
  const items = await priced(mandate, order)
  const { tenant_id: tenantId, id: accountId, payer } = order.account
  if (!payer) throw payerMissing()
  const totals = totalsOf(items)
  requireExpected(order.expected, totals, order.account.currency)
  const work = sql<{ id: string }>`
    insert into service_order (tenant_id, account_id, reference, requested_on, once_total_minor, monthly_total_minor, payer_tenant_id, payer_account_id, acted_by)
    values (${tenantId}, ${accountId}, ${order.reference}, ${order.requestedOn}, ${totals.once}, ${totals.monthly},
      ${payer.payer_tenant_id}, ${payer.payer_account_id}, ${`person:${encodeId('person', mandate.actor.id)}`})
    returning id`.execute(tables<OrderTables>(mandate))
  const { rows } = await namingPayerFaults(work)
  const id = rows[0]?.id
  if (id === undefined) throw new Error('The order was not written.')
  await namingPriceFaults(
    tables<OrderTables>(mandate)
      .insertInto('order_item')
      .values(items.map((item) => ({ ...item, tenant_id: tenantId, account_id: accountId, order_id: id })))
      .execute(),
  )
  return id
}
