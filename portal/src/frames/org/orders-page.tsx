import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { Order } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { EndlessTable, useEndless } from '../../parts/endless.tsx'
import { FilterBar, Pick, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField, textField } from '../../platform/filters.ts'
import { useFrame, useMay } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { optional } from '../shared/list-fields.ts'
import { BilledTo, amountOf, itemsInShort, orderedBy } from '../shared/order-words.tsx'

const states = ['any', 'acknowledged', 'in_progress', 'completed', 'rejected', 'cancelled'] as const
const spec = { account: textField(), state: choiceField(states, 'any') }

function toColumns(tenantId: string): Column<Order>[] {
  return [
    {
      id: 'order',
      header: t('orders.order'),
      cell: (order) => (
        <GoLink className="thing" to={orgPlaces.order(tenantId, order.order_id)}>
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
    {
      id: 'account',
      header: t('orders.account'),
      cell: (order) => <span className="nowrap">{order.customer_ban}</span>,
    },
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

function useOrders(query: { customer_ban?: string; state?: string }) {
  return useEndless<Order>(['orders', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/tenant/orders', { params: { query: { ...query, limit: 25, ...cursor } }, signal }),
    ),
  )
}

/** What was ordered for the organisation, whoever ordered it; who is billed stands beside each order. */
export function OrdersPage() {
  const { name, tenantId } = useFrame()
  const mayOrder = useMay('tenant.orders.create')
  const { values, set, clear, active } = useFilters(spec)
  const orders = useOrders({
    ...optional('customer_ban', values.account),
    ...optional('state', values.state),
  })
  const columns = useMemo(() => toColumns(tenantId), [tenantId])
  return (
    <Page
      title={t('orders.title')}
      lead={t('orders.lead', { org: name })}
      tools={
        mayOrder && (
          <Button component={GoLink} to={orgPlaces.newOrder(tenantId)}>
            {t('orders.new')}
          </Button>
        )
      }
    >
      <FilterBar active={active} onClear={clear} note={<Refreshed query={orders} />}>
        <SearchBox
          label={t('access.account')}
          value={values.account}
          onValue={(account) => set({ account })}
        />
        <Pick
          label={t('orders.state')}
          value={values.state}
          words={states}
          labelOf={(word) => (word === 'any' ? t('pick.any') : tValue('status.order', word))}
          onValue={(state) => set({ state })}
        />
      </FilterBar>
      <EndlessTable
        list={orders}
        caption={t('orders.caption')}
        columns={columns}
        rowId={(order) => order.order_id}
        empty={{ title: t('orders.none'), text: t('orders.none_text') }}
        isFiltered={active.length > 0}
        countOf={(count) => t('orders.shown', { count })}
      />
    </Page>
  )
}
