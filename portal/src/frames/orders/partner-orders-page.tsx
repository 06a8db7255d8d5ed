import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerOrder } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { EndlessTable, useEndless } from '../../parts/endless.tsx'
import { FilterBar, Pick, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { DateText, StatusChip } from '../../parts/values.tsx'
import { choiceField } from '../../platform/filters.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t, tValue } from '../../platform/words.ts'
import { orgPlaces, partnerPlaces } from '../../places.ts'
import { optional } from '../shared/list-fields.ts'
import { amountOf, BilledTo, itemsInShort, orderedBy } from '../shared/order-words.tsx'
import { useOwnOrganisations } from './own-organisations.ts'

const states = ['any', 'acknowledged', 'in_progress', 'completed', 'rejected', 'cancelled'] as const
const spec = { state: choiceField(states, 'any') }

function toColumns(partnerId: string): Column<PartnerOrder>[] {
  return [
    { id: 'tenant', header: t('ordering.tenant'), cell: (order) => order.tenant_name },
    {
      id: 'order',
      header: t('orders.order'),
      cell: (order) => (
        <GoLink className="thing" to={partnerPlaces.order(partnerId, order.order_id)}>
          {itemsInShort(order)}
        </GoLink>
      ),
    },
    {
      id: 'billed',
      header: t('orders.bill_to'),
      cell: (order) => <BilledTo done={order} tenantId="" />,
    },
    {
      id: 'state',
      header: t('orders.state'),
      cell: (order) => <StatusChip family="order" value={order.state} />,
    },
    { id: 'by', header: t('orders.placed_by'), cell: orderedBy },
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

function OwnOrders() {
  return (
    <>
      {useOwnOrganisations().map(({ id, name }) => (
        <GoLink key={id} to={orgPlaces.orders(id)}>
          {t('ordering.own_orders', { name })}
        </GoLink>
      ))}
    </>
  )
}

/** What the partner ordered for tenants; who is billed stands beside each order. */
export function PartnerOrdersPage() {
  const { name, partnerId } = useFrame()
  const { values, set, clear, active } = useFilters(spec)
  const query = optional('state', values.state)
  const orders = useEndless<PartnerOrder>(['partner-orders', query], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/partner/orders', { params: { query: { ...query, limit: 25, ...cursor } }, signal }),
    ),
  )
  const columns = useMemo(() => toColumns(partnerId), [partnerId])
  return (
    <Page
      title={t('orders.title')}
      lead={t('ordering.list_lead', { partner: name })}
      tools={
        <>
          <OwnOrders />
          <Button component={GoLink} to={partnerPlaces.newOrder(partnerId)}>
            {t('orders.new')}
          </Button>
        </>
      }
    >
      <FilterBar active={active} onClear={clear} note={<Refreshed query={orders} />}>
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
        empty={{ title: t('ordering.none_yet'), text: t('ordering.none_yet_text') }}
        isFiltered={active.length > 0}
        countOf={(count) => t('orders.shown', { count })}
      />
    </Page>
  )
}
