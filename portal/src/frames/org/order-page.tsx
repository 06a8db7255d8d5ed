import { readBody } from '@liaison/client'
import type { OrderDetail } from '@liaison/client'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime, formatMoney } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { BilledTo, amountOf, itemsInShort, orderedBy } from '../shared/order-words.tsx'

function ItemRow({ item }: { item: OrderDetail['items'][number] }) {
  return (
    <tr>
      <td>{item.product_name}</td>
      <td className="num" data-label={t('orders.quantity')}>
        {item.quantity}
      </td>
      <td className="num" data-label={t('orders.once')}>
        {amountOf(item.once)}
      </td>
      <td className="num" data-label={t('orders.monthly')}>
        {amountOf(item.monthly)}
      </td>
    </tr>
  )
}

function Items({ order }: { order: OrderDetail }) {
  return (
    <div className="list">
      <div className="list-scroll" role="region" aria-label={t('orders.items')} tabIndex={0}>
        <table className="table cards">
          <caption className="unseen">{t('orders.items')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('orders.item')}</th>
              <th scope="col" className="num">
                {t('orders.quantity')}
              </th>
              <th scope="col" className="num">
                {t('orders.once')}
              </th>
              <th scope="col" className="num">
                {t('orders.monthly')}
              </th>
            </tr>
          </thead>
          <tbody>
            {order.items.map((item) => (
              <ItemRow key={item.item_id} item={item} />
            ))}
            <tr>
              <td className="strong" colSpan={2}>
                {t('orders.total')}
              </td>
              <td className="num strong" data-label={t('orders.once')}>
                {formatMoney(order.once_total)}
              </td>
              <td className="num strong" data-label={t('orders.monthly')}>
                {formatMoney(order.monthly_total)}
              </td>
            </tr>
          </tbody>
        </table>
      </div>
    </div>
  )
}

/** The access under which it was ordered, when that was not the organisation's own app. */
function Under({ order }: { order: OrderDetail }) {
  const { tenantId } = useFrame()
  const { access, delegation_id: id } = order.placed_by
  if (access === 'own' || id === null) return t('orders.under_own')
  const to = access === 'resale' ? orgPlaces.resale(tenantId, id) : orgPlaces.consent(tenantId, id)
  return <GoLink to={to}>{t('orders.under_see')}</GoLink>
}

function OrderFacts({ order }: { order: OrderDetail }) {
  const { tenantId } = useFrame()
  return (
    <Panel title={t('orders.facts')}>
      <Facts
        facts={[
          fact(t('orders.bill_to'), <BilledTo done={order} tenantId={tenantId} />),
          fact(t('orders.state'), <StatusChip family="order" value={order.state} />),
          fact(t('orders.because'), order.state_reason),
          fact(t('orders.changed'), formatDateTime(order.state_changed_at)),
          fact(t('orders.placed_by'), orderedBy(order)),
          fact(t('orders.under'), <Under order={order} />),
          fact(t('orders.account'), order.customer_ban),
          fact(t('orders.reference'), order.reference),
          fact(t('orders.placed_at'), formatDateTime(order.placed_at)),
          fact(t('orders.wanted'), <DateText iso={order.requested_date} />),
          fact(t('link.id'), <IdText id={order.order_id} />),
        ]}
      />
    </Panel>
  )
}

/** One order: what, for which account, who pays, who ordered it and by which right. */
export function OrderPage() {
  const { tenantId } = useFrame()
  const orderId = useParam('order')
  const order = useRead(['order', orderId], (frame, signal) =>
    readBody(
      frame.client.GET('/tenant/orders/{order_id}', { params: { path: { order_id: orderId } }, signal }),
    ),
  )
  return (
    <Page
      title={order.data ? (order.data.reference ?? itemsInShort(order.data)) : t('orders.title_plain')}
      back={{ to: orgPlaces.orders(tenantId), label: t('nav.orders') }}
    >
      <Answer query={order} lines={10}>
        {(body) => (
          <div className="columns">
            <Items order={body} />
            <OrderFacts order={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
