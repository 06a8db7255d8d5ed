import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import type { Frame } from '../../platform/frame.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import type { Choice } from './alert-table.tsx'

type BulkProps = Choice & {
  /** The alerts of this page that can be worked on. */
  offered: readonly string[]
}

type Order = { action: 'acknowledge' | 'resolve' | 'reopen'; ids: string[] }

const sendOrder = ({ action, ids }: Order, { client }: Frame) =>
  readBody(client.POST('/partner/alerts/bulk', { body: { action, alert_ids: ids, note: null } }))

type Result = Awaited<ReturnType<typeof sendOrder>>

const sayDone = ({ done_count: done, refused_count: refused }: Result) =>
  t('alerts.bulk_done', { done, refused })

function useBulk(onDone: () => void) {
  const takeBack = useWrite(sendOrder, (result) => showToast(sayDone(result)))
  return useWrite(sendOrder, (result) => {
    onDone()
    const ids = result.items.filter(({ outcome }) => outcome === 'done').map(({ alert_id: id }) => id)
    showToast(sayDone(result), ids.length === 0 ? null : () => takeBack.mutate({ action: 'reopen', ids }))
  })
}

/**
 * What is to happen to all chosen alerts; each has a result of its own. Those that a filter or another page has taken out of
 * sight, or that were closed meanwhile, are not meant any more.
 */
export function BulkBar({ chosen, onChosen, offered }: BulkProps) {
  const ids = offered.filter((id) => chosen.has(id))
  const write = useBulk(() => onChosen(new Set()))
  if (ids.length === 0) {
    if (offered.length < 2) return null
    return (
      <div>
        <button type="button" className="row-tool" onClick={() => onChosen(new Set(offered))}>
          {t('alerts.choose_all')}
        </button>
      </div>
    )
  }
  const count = ids.length
  return (
    <Panel title={t('alerts.chosen', { count })}>
      <div className="stack tight">
        <WriteProblem error={write.error} />
        <div className="row">
          <Button loading={write.isPending} onClick={() => write.mutate({ action: 'acknowledge', ids })}>
            {t('alerts.take_many', { count })}
          </Button>
          <Button
            variant="default"
            loading={write.isPending}
            onClick={() => write.mutate({ action: 'resolve', ids })}
          >
            {t('alerts.close_many', { count })}
          </Button>
          <Button variant="subtle" onClick={() => onChosen(new Set())}>
            {t('alerts.choose_none')}
          </Button>
        </div>
      </div>
    </Panel>
  )
}
