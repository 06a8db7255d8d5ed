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

/** What is to happen to all chosen alerts; each has a result of its own. */
export function BulkBar({ chosen, onChosen, offered }: BulkProps) {
  const write = useWrite(
    (action: 'acknowledge' | 'resolve', { client }) =>
      readBody(client.POST('/partner/alerts/bulk', { body: { action, alert_ids: [...chosen], note: null } })),
    (result) => {
      onChosen(new Set())
      showToast(t('alerts.bulk_done', { done: result.done_count, refused: result.refused_count }))
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
          <Button loading={write.isPending} onClick={() => write.mutate('acknowledge')}>
            {t('alerts.take_many', { count })}
          </Button>
          <Button variant="default" loading={write.isPending} onClick={() => write.mutate('resolve')}>
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
