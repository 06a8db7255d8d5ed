import { readBody } from '@liaison/client'
import type { OrderingAccount } from '@liaison/client'
import type { ReactNode } from 'react'

import { Page } from '../../parts/page.tsx'
import { Answer, Empty } from '../../parts/states.tsx'
import { useActing, useFrame } from '../../platform/frame.ts'
import { showToast } from '../../platform/live.ts'
import { useGo } from '../../platform/navigate.tsx'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { orgPlaces, partnerPlaces } from '../../places.ts'
import { OrderForm } from './order-form.tsx'

type NewOrderProps = {
  name: string
  back: { to: string; label: string }
  query: ReturnType<typeof useRead<{ items: OrderingAccount[] }>>
  /** Why nobody of this role orders here, whatever accounts there are. */
  closed?: ReactNode
  children: (accounts: readonly OrderingAccount[]) => ReactNode
}

function NewOrder({ name, back, query, closed, children }: NewOrderProps) {
  return (
    <Page title={t('ordering.title', { name })} lead={t('ordering.lead')} back={back}>
      <Answer query={query} lines={8}>
        {({ items }) =>
          items.length === 0 ? (
            <div className="list">
              {closed ?? <Empty title={t('ordering.none_title')} text={t('ordering.none_text', { name })} />}
            </div>
          ) : (
            children(items)
          )
        }
      </Answer>
    </Page>
  )
}

/** An order for the own organisation. */
export function OwnNewOrderPage() {
  const { client, name, tenantId } = useFrame()
  const go = useGo()
  const query = useRead(['ordering'], (frame, signal) =>
    readBody(frame.client.GET('/tenant/ordering', { signal })),
  )
  return (
    <NewOrder name={name} query={query} back={{ to: orgPlaces.orders(tenantId), label: t('nav.orders') }}>
      {(accounts) => (
        <OrderForm
          name={name}
          ownTenantId={tenantId}
          accounts={accounts}
          place={(body, key) =>
            readBody(client.POST('/tenant/orders', { headers: { 'Idempotency-Key': key }, body }))
          }
          onPlaced={(order) => {
            showToast(t('ordering.done', { name }))
            go(orgPlaces.order(tenantId, order.order_id))
          }}
        />
      )}
    </NewOrder>
  )
}

/** An order for the tenant acted in. Title and button name the tenant and who is billed. */
export function TenantNewOrderPage() {
  const { acting, client, partnerId } = useActing()
  const go = useGo()
  const name = acting.tenant_name
  const mayOrder = acting.permissions.includes('partner.provisioning.orders.create')
  const query = useRead(['ordering'], (frame, signal) =>
    readBody(frame.client.GET('/partner/ordering', { signal })),
  )
  return (
    <NewOrder
      name={name}
      query={query}
      back={{ to: partnerPlaces.orders(partnerId), label: t('nav.orders') }}
      closed={
        mayOrder ? undefined : (
          <Empty
            title={t('ordering.closed', { role: acting.role_title })}
            text={t('newticket.closed_text', { tenant: name })}
          />
        )
      }
    >
      {(accounts) => (
        <OrderForm
          name={name}
          ownTenantId={null}
          accounts={accounts}
          place={(body, key) =>
            readBody(client.POST('/partner/orders', { headers: { 'Idempotency-Key': key }, body }))
          }
          onPlaced={(order) => {
            showToast(t('ordering.done', { name }))
            go(partnerPlaces.order(partnerId, order.order_id))
          }}
        />
      )}
    </NewOrder>
  )
}
