import { readBody } from '@liaison/client'
import type { OrderDetail } from '@liaison/client'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { OrderItems } from '../shared/order-items.tsx'
import { BilledTo, itemsInShort, orderedBy } from '../shared/order-words.tsx'

/** The access under which it was ordered, when that was not the organisation's own app. */
function Under({ order }: { order: OrderDetail }) {
  const { tenantId } = useFrame()
  const { access, delegation_id: id, person_name: person } = order.placed_by
  if (access === 'own' || id === null) return t(person === null ? 'orders.under_own' : 'orders.under_people')
  if (person !== null) return <GoLink to={orgPlaces.link(tenantId, id)}>{t('orders.under_see')}</GoLink>
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
            <OrderItems order={body} />
            <OrderFacts order={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
