import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { BulkOperation, BulkOrder, LiaisonClient } from '@liaison/client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'

import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** Orders one step for many links; the answer tells how far it is. */
export function orderBulk(client: LiaisonClient, body: BulkOrder): Promise<BulkOperation> {
  return readBody(client.POST('/partner/links/bulk', { body }))
}

const pollMs = 600

/** An operation as it is now, read again until it is finished; then all that the frame shows is read again. */
function useOperation(id: string) {
  const { key } = useFrame()
  const cache = useQueryClient()
  const first = useRead(['operation', id], (frame, signal) =>
    readBody(
      frame.client.GET('/partner/operations/{operation_id}', {
        params: { path: { operation_id: id } },
        signal,
      }),
    ),
  )
  const isDone = first.data?.status === 'completed'
  const { refetch } = first
  useEffect(() => {
    if (isDone) return
    const timer = setInterval(() => void refetch(), pollMs)
    return () => clearInterval(timer)
  }, [isDone, refetch])
  useEffect(() => {
    if (isDone)
      void cache.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] === key && queryKey[1] !== 'operation',
      })
  }, [isDone, cache, key])
  return first
}

type Item = BulkOperation['items'][number]

function Outcome({ item }: { item: Item }) {
  const words = t(`op.${item.outcome}`)
  return (
    <span className={item.outcome === 'refused' ? 'late' : 'muted'}>
      {item.detail === null ? words : `${words}: ${item.detail}`}
    </span>
  )
}

function Items({ operation }: { operation: BulkOperation }) {
  return (
    <ul className="results">
      {operation.items.map((item) => (
        <li key={`${item.link_id ?? item.tenant_slug ?? ''} ${item.member_id ?? ''}`}>
          <span className="strong">
            {item.member_name === null ? '' : `${item.member_name} · `}
            {item.tenant_name ?? item.tenant_slug ?? t('op.unknown_link')}
          </span>{' '}
          <Outcome item={item} />
        </li>
      ))}
    </ul>
  )
}

/** How far an operation is, and what became of each of its links. */
export function OperationResult({ id, onClose }: { id: string; onClose: () => void }) {
  const operation = useOperation(id)
  return (
    <Panel title={t('op.title')}>
      <Answer query={operation} lines={3}>
        {(shown) => {
          const done = shown.items_count - shown.waiting
          const isFinished = shown.status === 'completed'
          return (
            <div className="stack tight">
              <p role="status">
                {isFinished
                  ? t('op.finished', {
                      done: shown.done,
                      unchanged: shown.unchanged,
                      refused: shown.refused,
                    })
                  : t('op.running', { done, total: shown.items_count })}
              </p>
              {!isFinished && (
                <progress className="meter" value={done} max={shown.items_count} aria-label={t('op.title')} />
              )}
              <Items operation={shown} />
              {isFinished && (
                <div>
                  <Button variant="default" onClick={onClose}>
                    {t('op.close')}
                  </Button>
                </div>
              )}
            </div>
          )
        }}
      </Answer>
    </Panel>
  )
}
