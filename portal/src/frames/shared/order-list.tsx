import type { Order } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { EndlessTable } from '../../parts/endless.tsx'
import type { Endless } from '../../parts/endless.tsx'
import { anyOr, Pick } from '../../parts/filter-bar.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { amountOf, BilledTo, itemsInShort, orderedBy } from './order-words.tsx'

const states = ['any', 'acknowledged', 'in_progress', 'completed', 'rejected', 'cancelled'] as const
type State = (typeof states)[number]

/** The state of orders, as a filter of the address. */
export function orderStateField() {
  return choiceField(states, 'any')
}

/** Narrows a list of orders to one state. */
export function OrderStatePick({ value, onState }: { value: State; onState: (state: State) => void }) {
  return (
    <Pick
      label={t('orders.state')}
      value={value}
      words={states}
      labelOf={anyOr('status.order')}
      onValue={onState}
    />
  )
}

/** What an order is, who is billed, how far it is and who placed it; the reader's own organisation is marked as such. */
export function whatColumns(toOrder: (orderId: string) => string, tenantId: string): Column<Order>[] {
  return [
    {
      id: 'order',
      header: t('orders.order'),
      cell: (order) => (
        <GoLink className="thing" to={toOrder(order.order_id)}>
          {itemsInShort(order)}
        </GoLink>
      ),
    },
    {
      id: 'billed',
      header: t('orders.bill_to'),
      cell: (order) => <BilledTo done={order} tenantId={tenantId} />,
    },
    {
      id: 'state',
      header: t('orders.state'),
      cell: (order) => <StatusChip family="order" value={order.state} />,
    },
    { id: 'by', header: t('orders.placed_by'), cell: orderedBy },
  ]
}

type Sums = { once_total: Order['once_total']; monthly_total: Order['monthly_total']; placed_at: string }

/** What an order costs and when it was placed. */
export function sumColumns<Row extends Sums>(): Column<Row>[] {
  return [
    { id: 'once', header: t('orders.once'), numeric: true, cell: (order) => amountOf(order.once_total) },
    {
      id: 'monthly',
      header: t('orders.monthly'),
      numeric: true,
      cell: (order) => amountOf(order.monthly_total),
    },
    {
      id: 'placed',
      header: t('orders.placed_at'),
      numeric: true,
      cell: (order) => <DateText iso={order.placed_at} />,
    },
  ]
}

type OrderTableProps<Row> = {
  list: Endless<Row>
  columns: readonly Column<Row>[]
  empty: { title: string; text: string }
  isFiltered: boolean
}

/** The orders themselves, newest first, with more of them on demand. */
export function OrderTable<Row extends { order_id: string }>(props: OrderTableProps<Row>) {
  return (
    <EndlessTable
      {...props}
      caption={t('orders.caption')}
      rowId={(order) => order.order_id}
      countOf={(count) => t('orders.shown', { count })}
    />
  )
}
