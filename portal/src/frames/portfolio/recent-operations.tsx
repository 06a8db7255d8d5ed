import { readBody } from '@liaison/client'

import { Panel } from '../../parts/page.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { useMay } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t, tValue } from '../../platform/words.ts'
import { inShort } from './operation.tsx'

const few = 5

/** The last steps for many links, whoever ordered them, each with the way to its result (U10). */
export function RecentOperations({ onOpen }: { onOpen: (id: string) => void }) {
  const query = { limit: few }
  const operations = useRead(
    ['operations', query],
    (frame, signal) => readBody(frame.client.GET('/partner/operations', { params: { query }, signal })),
    { enabled: useMay('partner_org.links.manage') },
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
