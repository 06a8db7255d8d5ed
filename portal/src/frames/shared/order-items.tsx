import type { Order } from '@liaison/client'

import { formatMoney } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { amountOf } from './order-words.tsx'

function ItemRow({ item }: { item: Order['items'][number] }) {
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

/** The lines of an order with what each costs, and the total. */
export function OrderItems({ order }: { order: Order }) {
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
