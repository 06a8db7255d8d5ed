import type { Order } from '@liaison/client'

import { TableFrame } from '../../parts/table-frame.tsx'
import { LinkChip, MomentText } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { formatCount } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { placedUnder } from './open-orders.ts'
import type { Stopping } from './stopping.ts'

type RowProps = { row: Stopping; orders: readonly Order[] | undefined; now: Date }

function Row({ row, orders, now }: RowProps) {
  return (
    <tr>
      <td className="strong">{row.who}</td>
      <td data-label={t('way.label')}>{row.how}</td>
      <td data-label={t('column.status')}>
        <LinkChip status={row.status} days={null} />
      </td>
      <td className="num" data-label={t('column.people')}>
        {row.people === null ? '–' : formatCount(row.people)}
      </td>
      <td className="num" data-label={t('stopall.orders')}>
        {orders === undefined ? '–' : formatCount(placedUnder(orders, row.id).length)}
      </td>
      <td className="num" data-label={t('link.last_used')}>
        <MomentText iso={row.lastUsedAt} now={now} />
      </td>
    </tr>
  )
}

/** Everything that stops, each with who has it, how, when it was used last and which work of it is open. */
export function StoppingTable({
  rows,
  orders,
}: {
  rows: readonly Stopping[]
  orders: readonly Order[] | undefined
}) {
  const now = useNow(60_000)
  return (
    <div className="list">
      <TableFrame
        caption={t('stopall.table')}
        heads={[
          t('column.partner'),
          t('way.label'),
          t('column.status'),
          { figures: t('column.people') },
          { figures: t('stopall.orders') },
          { figures: t('link.last_used') },
        ]}
      >
        {rows.map((row) => (
          <Row key={row.id} row={row} orders={orders} now={now} />
        ))}
      </TableFrame>
    </div>
  )
}
