import { readBody } from '@liaison/client'

import { Page, Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { formatDate } from '../../platform/format.ts'
import { useFrame } from '../../platform/frame.ts'
import { useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { readUpToByCursor } from '../../platform/read-all.ts'
import { t } from '../../platform/words.ts'
import { partnerPlaces } from '../../places.ts'
import { OrderFacts } from '../shared/order-facts.tsx'
import { OrderItems } from '../shared/order-items.tsx'
import { itemsInShort } from '../shared/order-words.tsx'

/** An order leaves up to fifty times a hundred services; nobody reads that many one by one. */
const mostShown = 500

function Services({ orderId }: { orderId: string }) {
  const services = useRead(['partner-services', orderId], (frame, signal) =>
    readUpToByCursor(mostShown, (place) =>
      readBody(
        frame.client.GET('/partner/services', {
          params: { query: { order_id: orderId, limit: 100, ...place } },
          signal,
        }),
      ),
    ),
  )
  return (
    <Panel title={t('ordering.services')}>
      <Answer query={services} lines={2}>
        {({ rows, isCut }) =>
          rows.length === 0 ? (
            <p className="muted">{t('ordering.services_none')}</p>
          ) : (
            <>
              <ul>
                {rows.map((service) => (
                  <li key={service.service_id}>
                    {service.product_name}{' '}
                    <span className="small muted">
                      {service.state !== 'ended'
                        ? t('ordering.since', { date: formatDate(service.started_at) })
                        : t('ordering.until', { date: formatDate(service.ended_at) })}
                    </span>
                  </li>
                ))}
              </ul>
              {isCut && <p className="small muted">{t('ordering.services_more', { count: rows.length })}</p>}
            </>
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
      title={
        order.data
          ? t('orders.titled', { name: order.data.reference ?? itemsInShort(order.data) })
          : t('orders.title_plain')
      }
      back={{ to: partnerPlaces.orders(partnerId), label: t('nav.orders') }}
    >
      <Answer query={order} lines={10}>
        {(body) => (
          <div className="columns">
            <div className="stack">
              <OrderItems order={body} />
              <Services orderId={orderId} />
            </div>
            <OrderFacts order={body} tenantId="" tenantName={body.tenant_name} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
