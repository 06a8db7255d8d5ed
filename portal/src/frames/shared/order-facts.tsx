import type { Order } from '@liaison/client'
import type { ReactNode } from 'react'

import { fact, Facts, Panel } from '../../parts/page.tsx'
import { DateText, IdText, StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { AccountNumber } from './account-number.tsx'
import { BilledTo, orderedBy } from './order-words.tsx'

type OrderFactsProps = {
  order: Order
  /** The reader's own organisation, or nothing where the reader is a partner. */
  tenantId: string
  /** For which tenant it is, where that is not the reader's own. */
  tenantName?: string
  /** By which right it was placed, for those who gave that right. */
  under?: ReactNode
}

/** Who pays for an order, how far it is and by whom it was placed. */
export function OrderFacts({ order, tenantId, tenantName, under }: OrderFactsProps) {
  return (
    <Panel title={t('orders.facts')}>
      <Facts
        facts={[
          fact(t('orders.bill_to'), <BilledTo done={order} tenantId={tenantId} />),
          ...(tenantName === undefined ? [] : [fact(t('ordering.tenant'), tenantName)]),
          fact(t('orders.state'), <StatusChip family="order" value={order.state} />),
          fact(t('orders.because'), order.state_reason),
          fact(t('orders.changed'), formatDateTime(order.state_changed_at)),
          fact(t('orders.placed_by'), orderedBy(order)),
          fact(t('orders.under'), under),
          fact(t('orders.account'), <AccountNumber ban={order.customer_ban} />),
          fact(t('orders.reference'), order.reference),
          fact(t('orders.placed_at'), formatDateTime(order.placed_at)),
          fact(t('orders.wanted'), <DateText iso={order.requested_date} />),
          fact(t('link.id'), <IdText id={order.order_id} />),
        ]}
      />
    </Panel>
  )
}
