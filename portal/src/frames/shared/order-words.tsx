import type { Order, Service } from '@liaison/client'

import { formatMoney } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { AccountNumber } from './account-number.tsx'

type Done = Pick<Order | Service, 'placed_by' | 'billing'>

/** Who ordered, as people say it: which person or app, of which partner or of the own organisation. */
export function orderedBy({ placed_by: by }: Done): string {
  if (by.client_name === null) {
    const person = by.person_name ?? ''
    return by.partner_name === null ? person : t('orders.by_person', { person, partner: by.partner_name })
  }
  if (by.access === 'own' || by.partner_name === null) return t('orders.by_own', { app: by.client_name })
  return t('orders.by_partner', { partner: by.partner_name, app: by.client_name })
}

type PayerProps = { name: string; ban: string }

/** An organisation and the account of it that is charged. */
export function Payer({ name, ban }: PayerProps) {
  return (
    <>
      {name}
      <br />
      <span className="small muted nowrap">
        {t('orders.pays_account')} <AccountNumber ban={ban} />
      </span>
    </>
  )
}

/** Who is billed, and on which account; the reader's own organisation is marked as such. */
export function BilledTo({ done, tenantId }: { done: Done; tenantId: string }) {
  const { party, party_name: name, ban } = done.billing
  return <Payer name={party === tenantId ? t('orders.you', { name }) : name} ban={ban} />
}

/** What was ordered, in short. */
export function itemsInShort(order: Order): string {
  return order.items
    .map((item) => (item.quantity === 1 ? item.product_name : `${item.quantity} × ${item.product_name}`))
    .join(', ')
}

/** An amount in a table; a dash for nothing at all. */
export function amountOf(money: Order['once_total']): string {
  return money.amount_minor === 0 ? '–' : formatMoney(money)
}
