import { readBody } from '@liaison/client'
import type { PartnerOrder } from '@liaison/client'

import { fact, Facts, Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { formatDate, formatDateTime } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { OrderItems } from '../shared/order-items.tsx'
import { BilledTo, itemsInShort, orderedBy } from '../shared/order-words.tsx'

function OrderFacts({ order }: { order: PartnerOrder }) {
  return (
    <Panel title={t('orders.facts')}>
      <Facts
        facts={[
          fact(t('orders.bill_to'), <BilledTo done={order} tenantId="" />),
          fact(t('ordering.tenant'), order.tenant_name),
          fact(t('orders.state'), <StatusChip family="order" value={order.state} />),
          fact(t('orders.because'), order.state_reason),
          fact(t('orders.changed'), formatDateTime(order.state_changed_at)),
          fact(t('orders.placed_by'), orderedBy(order)),
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

function Services({ orderId }: { orderId: string }) {
  const services = useRead(['partner-services', orderId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/services', {
        params: { query: { order_id: orderId, limit: 100 } },
        signal,
      }),
    ),
  )
  return (
    <Panel title={t('ordering.services')}>
      <Answer query={services} lines={2}>
        {({ items }) =>
          items.length === 0 ? (
            <p className="muted">{t('ordering.services_none')}</p>
          ) : (
            <ul>
              {items.map((service) => (
                <li key={service.service_id}>
                  {service.product_name}{' '}
                  <span className="small muted">
                    {t('ordering.since', { date: formatDate(service.started_at) })}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Panel>
  )
}

/** One order that the partner placed for a tenant: what, who is billed, and what came of it. */
export function PartnerOrderPage() {
  const { partnerId } = useFrame()
  const orderId = useParam('order')
  const order = useRead(['partner-order', orderId], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/orders/{order_id}', { params: { path: { order_id: orderId } }, signal }),
    ),
  )
  return (
    <Page
      title={order.data ? (order.data.reference ?? itemsInShort(order.data)) : t('orders.title_plain')}
      back={{ to: partnerPlaces.orders(partnerId), label: t('nav.orders') }}
    >
      <Answer query={order} lines={10}>
        {(body) => (
          <div className="columns">
            <div className="stack">
              <OrderItems order={body} />
              <Services orderId={orderId} />
            </div>
            <OrderFacts order={body} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
