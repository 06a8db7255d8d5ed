import type { Order } from '@liaison/client'

import { TableFrame } from '../../parts/table-frame.tsx'
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
      <TableFrame
        caption={t('orders.items')}
        heads={[
          t('orders.item'),
          { figures: t('orders.quantity') },
          { figures: t('orders.once') },
          { figures: t('orders.monthly') },
        ]}
      >
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
      </TableFrame>
    </div>
  )
}
