import { readBody } from '@liaison/client'
import type { PaidOrder } from '@liaison/client'

import type { Column } from '../../parts/data-table.tsx'
import { useEndless } from '../../parts/endless.tsx'
import { Page } from '../../parts/page.tsx'
import { Refreshed } from '../../parts/states.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink } from '../../platform/navigate.tsx'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { OrderTable, sumColumns } from '../shared/order-list.tsx'

const columns: Column<PaidOrder>[] = [
  {
    id: 'customer',
    header: t('services.whose'),
    isStrong: true,
    cell: (order) => (
      <>
        {order.customer_name}
        <div className="small muted mono">{order.order_id}</div>
      </>
    ),
  },
  {
    id: 'state',
    header: t('orders.state'),
    cell: (order) => <StatusChip family="order" value={order.state} />,
  },
  {
    id: 'account',
    header: t('orders.account'),
    cell: (order) => <span className="nowrap">{order.customer_ban}</span>,
  },
  {
    id: 'billed',
    header: t('services.billed_ban'),
    cell: (order) => <span className="nowrap">{order.billed_ban}</span>,
  },
  ...sumColumns<PaidOrder>(),
]

/** What was ordered for others and is billed to the organisation: enough to check the bill, and no more. */
export function PaidOrdersPage() {
  const { name, tenantId } = useFrame()
  const orders = useEndless<PaidOrder>(['paid-orders'], (frame, cursor, signal) =>
    readBody(
      frame.client.GET('/tenant/paid-orders', { params: { query: { limit: 25, ...cursor } }, signal }),
    ),
  )
  return (
    <Page
      title={t('orders.paid_title')}
      lead={t('orders.paid_lead', { org: name })}
      back={{ to: orgPlaces.orders(tenantId), label: t('nav.orders') }}
      tools={<GoLink to={orgPlaces.paidServices(tenantId)}>{t('services.paid_link')}</GoLink>}
    >
      <div className="stack">
        <p className="muted">
          <Refreshed query={orders} />
        </p>
        <OrderTable
          list={orders}
          columns={columns}
          empty={{ title: t('orders.paid_none'), text: t('orders.paid_none_text', { org: name }) }}
          isFiltered={false}
        />
      </div>
    </Page>
  )
}
