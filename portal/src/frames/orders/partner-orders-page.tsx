import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { PartnerOrder } from '@liaison/client'
import { useMemo } from 'react'

import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { FilterBar, useFilters } from '../../parts/filter-bar.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces, partnerPlaces } from '../../places.ts'
import { optional } from '../shared/list-fields.ts'
import {
  OrderStatePick,
  orderStateField,
  OrderTable,
  sumColumns,
  whatColumns,
} from '../shared/order-list.tsx'
import { useOwnOrganisations } from './own-organisations.ts'

const spec = { state: orderStateField() }

function toColumns(partnerId: string): Column<PartnerOrder>[] {
  return [
    { id: 'tenant', header: t('ordering.tenant'), cell: (order) => order.tenant_name },
    ...whatColumns((id) => partnerPlaces.order(partnerId, id), ''),
    ...sumColumns(),
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
          <GoLink to={partnerPlaces.usageReport(partnerId)}>{t('ordering.usage')}</GoLink>
          <Button data-new="" component={GoLink} to={partnerPlaces.newOrder(partnerId)}>
            {t('orders.new')}
          </Button>
        </>
      }
    >
      <FilterBar active={active} onClear={clear} note={<Refreshed query={orders} />}>
        <OrderStatePick value={values.state} onState={(state) => set({ state })} />
      </FilterBar>
      <OrderTable
        list={orders}
        columns={columns}
        empty={{ title: t('ordering.none_yet'), text: t('ordering.none_yet_text') }}
        isFiltered={active.length > 0}
      />
    </Page>
  )
}
