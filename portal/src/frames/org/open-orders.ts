import { readBody } from '@liaison/client'
import type { Order } from '@liaison/client'

import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { readAllByCursor } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'

/** Every order of the organisation that is not done yet; nothing is read for whoever may not see orders. */
export function useOpenOrders() {
  return useRead(
    ['orders', 'open'],
    (frame, signal) =>
      readAllByCursor<Order>((cursor) =>
        readBody(
          frame.client.GET('/tenant/orders', {
            params: { query: { state: 'acknowledged,in_progress', limit: 100, ...cursor } },
            signal,
          }),
        ),
      ),
    { enabled: useMay('tenant.orders.read') },
  )
}

/** Those of the orders that were placed under one access. */
export function placedUnder(orders: readonly Order[], delegationId: string): Order[] {
  return orders.filter(({ placed_by: by }) => by.delegation_id === delegationId)
}

const namesShown = 5

function nameOf({ reference, items }: Order): string {
  return reference ?? items[0]?.product_name ?? t('orders.title_plain')
}

/** What becomes of the open orders of an access that stops. No sentence where there is none, and a general one where they are not known. */
export function sentencesOfOrders(orders: readonly Order[] | undefined, delegationId: string): string[] {
  if (orders === undefined) return [t('consent.stop_orders')]
  const open = placedUnder(orders, delegationId)
  if (open.length === 0) return []
  const names = open.slice(0, namesShown).map(nameOf).join(', ')
  const more = open.length - namesShown
  const list = more > 0 ? t('consent.stop_orders_more', { list: names, count: more }) : names
  return [t('consent.stop_orders_open', { count: open.length, list })]
}
