import { Checkbox } from '@mantine/core'
import { readBody } from '@liaison/client'
import type { LinkChecklist, TenantLinkDetail } from '@liaison/client'

import { WriteProblem } from '../../parts/error-summary.tsx'
import { Panel } from '../../parts/page.tsx'
import { formatDate } from '../../platform/format.ts'
import { useWrite } from '../../platform/query.ts'
import { t } from '../../platform/words.ts'
import { useChecklist } from './calls.ts'

type Item = LinkChecklist['items'][number]

/** What is left to do after a partner went; nothing while the access stands. */
export function ChecklistPanel({ link }: { link: TenantLinkDetail }) {
  const checklist = useChecklist(link.link_id)
  const tick = useWrite((wanted: { item: Item['item']; done: boolean }, frame) =>
    readBody(
      frame.client.PUT('/tenant/partner-access/links/{link_id}/checklist/{item}', {
        params: { path: { link_id: link.link_id, item: wanted.item } },
        body: { done: wanted.done },
      }),
    ),
  )
  const items = checklist.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Panel title={t('checklist.title')}>
      <div className="stack tight">
        <p className="muted">{t('checklist.lead', { partner: link.partner_name })}</p>
        <WriteProblem error={tick.error} />
        {items.map((item) => (
          <Checkbox
            key={item.item}
            label={t(`checklist.${item.item}`)}
            description={
              item.done_at !== null &&
              t('checklist.done', { name: item.done_by_name ?? '', date: formatDate(item.done_at) })
            }
            checked={item.done_at !== null}
            onChange={(event) => tick.mutate({ item: item.item, done: event.currentTarget.checked })}
          />
        ))}
      </div>
    </Panel>
  )
}
