import { readBody } from '@liaison/client'
import type { BulkOperation } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'

const few = 5

function inShort(operation: Omit<BulkOperation, 'items'>): string {
  return operation.status === 'completed'
    ? t('op.finished', {
        done: operation.done,
        unchanged: operation.unchanged,
        refused: operation.refused,
      })
    : t('op.running', { done: operation.items_count - operation.waiting, total: operation.items_count })
}

/** The last steps for many links, whoever ordered them, each with the way to its result (U10). */
export function RecentOperations({ onOpen }: { onOpen: (id: string) => void }) {
  const query = { limit: few }
  const operations = useRead(['operations', query], (frame, signal) =>
    readBody(frame.client.GET('/partner/operations', { params: { query }, signal })),
  )
  const items = operations.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Panel title={t('op.recent')}>
      <ul className="lines">
        {items.map((operation) => (
          <li key={operation.operation_id}>
            <button type="button" className="thing" onClick={() => onOpen(operation.operation_id)}>
              {tValue('op.act', operation.action)}, {formatDateTime(operation.created_at)}
            </button>
            <span className="muted">
              {operation.ordered_by_name}: {inShort(operation)}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
