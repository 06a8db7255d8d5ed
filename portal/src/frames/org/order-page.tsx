import { readBody } from '@liaison/client'
import type { OrderDetail } from '@liaison/client'

import { Page } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { GoLink, useParam } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces } from '../../places.ts'
import { OrderFacts } from '../shared/order-facts.tsx'
import { OrderItems } from '../shared/order-items.tsx'
import { itemsInShort } from '../shared/order-words.tsx'

/** The access under which it was ordered, when that was not the organisation's own app. */
function Under({ order }: { order: OrderDetail }) {
  const { tenantId } = useFrame()
  const { access, delegation_id: id, person_name: person } = order.placed_by
  if (access === 'own' || id === null) return t(person === null ? 'orders.under_own' : 'orders.under_people')
  if (person !== null) return <GoLink to={orgPlaces.link(tenantId, id)}>{t('orders.under_see')}</GoLink>
  const to = access === 'resale' ? orgPlaces.resale(tenantId, id) : orgPlaces.consent(tenantId, id)
  return <GoLink to={to}>{t('orders.under_see')}</GoLink>
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
      title={
        order.data
          ? t('orders.titled', { name: order.data.reference ?? itemsInShort(order.data) })
          : t('orders.title_plain')
      }
      back={{ to: orgPlaces.orders(tenantId), label: t('nav.orders') }}
    >
      <Answer query={order} lines={10}>
        {(body) => (
          <div className="columns">
            <OrderItems order={body} />
            <OrderFacts order={body} tenantId={tenantId} under={<Under order={body} />} />
          </div>
        )}
      </Answer>
    </Page>
  )
}
