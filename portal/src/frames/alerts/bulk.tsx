import { Button } from '@mantine/core'
import { readBody } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { showToast } from '../../platform/live.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import type { Choice } from './alert-table.tsx'

type BulkProps = Choice & {
  /** The alerts of this page that can be worked on. */
  offered: readonly string[]
}

type Order = { action: 'acknowledge' | 'resolve' | 'reopen'; ids: string[] }

/** What is to happen to all chosen alerts; each has a result of its own. */
export function BulkBar({ chosen, onChosen, offered }: BulkProps) {
  const write = useWrite(
    ({ action, ids }: Order, { client }) =>
      readBody(client.POST('/partner/alerts/bulk', { body: { action, alert_ids: ids, note: null } })),
    (result, { action }) => {
      onChosen(new Set())
      const done = result.items.filter(({ outcome }) => outcome === 'done').map(({ alert_id: id }) => id)
      const undo = () => write.mutate({ action: 'reopen', ids: done })
      showToast(
        t('alerts.bulk_done', { done: result.done_count, refused: result.refused_count }),
        action === 'reopen' || done.length === 0 ? null : undo,
      )
    },
  )
  if (chosen.size === 0) {
    if (offered.length < 2) return null
    return (
      <div>
        <button type="button" className="row-tool" onClick={() => onChosen(new Set(offered))}>
          {t('alerts.choose_all')}
        </button>
      </div>
    )
  }
  const count = chosen.size
  return (
    <Panel title={t('alerts.chosen', { count })}>
      <div className="stack tight">
        <WriteProblem error={write.error} />
        <div className="row">
          <Button
            loading={write.isPending}
            onClick={() => write.mutate({ action: 'acknowledge', ids: [...chosen] })}
          >
            {t('alerts.take_many', { count })}
          </Button>
          <Button
            variant="default"
            loading={write.isPending}
            onClick={() => write.mutate({ action: 'resolve', ids: [...chosen] })}
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
