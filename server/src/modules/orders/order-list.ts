import { z } from 'zod'
import type { CursorSigner } from '#platform/cursor.ts'
import { cursorPageOf, toNext } from '#platform/list.ts'
import { calendarDay, commaList, plainText, wholeNumber } from '#platform/route-input.ts'
import { cursor } from './inputs.ts'
import { ORDER_STATES } from './rules.ts'
import { listItems, listOrders, ORDER_SORTS } from './store.ts'
import type { OrderFilter, OrderMandate } from './store.ts'
import { OrderBody, toOrder } from './view.ts'

/** What may be asked of a list of orders. */
export const orderQuery = {
  state: commaList(z.enum(ORDER_STATES)).optional(),
  reference: plainText(1, 100).optional(),
  requested_from: calendarDay().optional(),
  requested_to: calendarDay().optional(),
  sort: z.enum(ORDER_SORTS).default('-placed_at'),
  cursor,
  limit: wholeNumber(1, 100).default(50),
}

export const OrderPage = z.strictObject(cursorPageOf(OrderBody)).meta({ id: 'OrderPage' })

interface Asked extends Pick<OrderFilter, 'state' | 'reference' | 'requested_from' | 'requested_to'> {
  readonly sort: (typeof ORDER_SORTS)[number]
  readonly cursor?: string | undefined
  readonly limit: number
}

/** Whose list it is: a cursor of one reader is none of another. */
export function readerOf(mandate: OrderMandate): readonly (string | null)[] {
  if (mandate.kind === 'api') return ['api', mandate.client.id, mandate.tenant.id, mandate.account.id]
  if (mandate.kind === 'tenant') return ['tenant', mandate.actor.id, mandate.tenant.id]
  if (mandate.kind === 'acting') return ['acting', mandate.actor.id, mandate.tenant.id]
  return [mandate.kind, 'actor' in mandate ? mandate.actor.id : null]
}

/** A page of orders with their items. */
export async function answerOrders(
  mandate: OrderMandate,
  query: Asked,
  { cursors, filter = {} }: { readonly cursors: CursorSigner; readonly filter?: OrderFilter },
): Promise<z.input<typeof OrderPage>> {
  const { sort, cursor: given, limit, state, reference, requested_from, requested_to } = query
  const wanted = { state, reference, requested_from, requested_to, ...filter }
  const bound = ['orders', readerOf(mandate), wanted, sort]
  const [key, id] = given === undefined ? [] : cursors.read(given, bound)
  const after = id === undefined ? null : { key: String(key), id: String(id) }
  // One row more than the page tells whether there is a next one.
  const found = await listOrders(mandate, wanted, { sort, after, limit: limit + 1 })
  const rows = found.slice(0, limit)
  const items = await listItems(mandate, rows)
  const last = found.length > limit ? rows.at(-1) : undefined
  return {
    items: rows.map((row) => toOrder(row, items.get(row.id) ?? [])),
    ...toNext(last === undefined ? null : cursors.sign([last.requested_on, last.id], bound)),
  }
}
