import { readBody } from '@liaison/client'
import type { Order } from '@liaison/client'
import { useMemo } from 'react'

import { BeginButton } from '../../parts/begin-button.tsx'
import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { FilterBar, SearchBox, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { textField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { optional } from '../shared/list-fields.ts'
import {
  OrderStatePick,
  orderStateField,
  OrderTable,
  sumColumns,
  whatColumns,
} from '../shared/order-list.tsx'

const spec = { account: textField(), state: orderStateField() }

function toColumns(tenantId: string): Column<Order>[] {
  return [
    ...whatColumns((id) => orgPlaces.order(tenantId, id), tenantId),
    {
      id: 'account',
      header: t('orders.account'),
      cell: (order) => <span className="nowrap">{order.customer_ban}</span>,
    },
    ...sumColumns(),
  ]
}

function useOrders(query: { customer_ban?: string; state?: string }) {
  return useEndless<Order>(['orders', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/tenant/orders', { params: { query: { ...query, limit: 25, ...cursor } }, signal }),
    ),
  )
}

/** Whether the organisation pays for what was ordered for others: only then is there a way to it. */
function usePaysForOthers(): boolean {
  const paid = useRead(['paid-orders', 'any'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/paid-orders', { params: { query: { limit: 1 } }, signal })),
  )
  return (paid.data?.items.length ?? 0) > 0
}

/** What was ordered for the organisation, whoever ordered it; who is billed stands beside each order. */
export function OrdersPage() {
  const { name, tenantId } = useFrame()
  const paysForOthers = usePaysForOthers()
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
        <>
          {paysForOthers && <GoLink to={orgPlaces.paidOrders(tenantId)}>{t('orders.paid_link')}</GoLink>}
          <BeginButton act="org.order">{t('orders.new')}</BeginButton>
        </>
      }
    >
      <FilterBar active={active} onClear={clear} note={<Refreshed query={orders} />}>
        <SearchBox
          label={t('access.account')}
          value={values.account}
          onValue={(account) => set({ account })}
        />
        <OrderStatePick value={values.state} onState={(state) => set({ state })} />
      </FilterBar>
      <OrderTable
        list={orders}
        columns={columns}
        empty={{ title: t('orders.none'), text: t('orders.none_text') }}
        isFiltered={active.length > 0}
      />
    </Page>
  )
}
