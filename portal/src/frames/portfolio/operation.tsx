import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { BulkOperation, BulkOrder, LiaisonClient } from '@liaison/client'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'

import { Ask } from '../../parts/confirm.tsx'
import { Panel } from '../../parts/page.tsx'
import { Answer } from '../../parts/states.tsx'
import { useFrame } from '../../platform/frame.ts'
import { useRead, useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'

/** Orders one step for many links; the answer tells how far it is. */
export function orderBulk(client: LiaisonClient, body: BulkOrder): Promise<BulkOperation> {
  return readBody(client.POST('/partner/links/bulk', { body }))
}

type Told = Omit<BulkOperation, 'items'>

/** Whether nothing more becomes of an operation: all of it is through, or it was stopped. */
function isOver({ status }: Told): boolean {
  return status === 'completed' || status === 'cancelled'
}

/** How far an operation is, or what became of it, in one sentence. */
export function inShort(operation: Told): string {
  const { done, unchanged, refused, cancelled, cancelled_by_name: name } = operation
  if (!isOver(operation))
    return t('op.running', { done: operation.items_count - operation.waiting, total: operation.items_count })
  const counts = t('op.finished', { done, unchanged, refused, cancelled })
  return name === null ? counts : t('op.stopped_by', { name, counts })
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
  const isDone = first.data !== undefined && isOver(first.data)
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

/** Stops what still waits of an operation. What was done stays done, which is said before. */
function StopOperation({ operation }: { operation: BulkOperation }) {
  const [isOpen, setOpen] = useState(false)
  const write = useWrite(
    (id: string, { client }) =>
      readBody(
        client.POST('/partner/operations/{operation_id}/cancel', { params: { path: { operation_id: id } } }),
      ),
    () => setOpen(false),
  )
  return (
    <div>
      <Button variant="default" onClick={() => setOpen(true)}>
        {t('op.stop')}…
      </Button>
      <Ask
        opened={isOpen}
        title={t('op.stop_title')}
        act={t('op.stop')}
        keep={t('op.stop_keep')}
        isDanger
        isBusy={write.isPending}
        error={write.error}
        onKeep={() => setOpen(false)}
        onAct={() => write.mutate(operation.operation_id)}
      >
        <p>{t('op.stop_effect', { waiting: operation.waiting })}</p>
      </Ask>
    </div>
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
          const isFinished = isOver(shown)
          return (
            <div className="stack tight">
              <p role="status">{inShort(shown)}</p>
              {!isFinished && (
                <progress className="meter" value={done} max={shown.items_count} aria-label={t('op.title')} />
              )}
              {!isFinished && <StopOperation operation={shown} />}
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
