import { IconBell } from '@tabler/icons-react'
import { readBody } from '@liaison/client'

import { formatCount } from '../platform/format.ts'
import { GoLink } from '../platform/navigate.tsx'
import { useRead } from '../platform/query.ts'
import { t } from '../platform/words.ts'

const everyMs = 60_000

/** How many alerts wait, on the bar of every page of the partner or of the own organisation; leads to them. Looked up once a minute. */
export function Bell({ to }: { to: string }) {
  const counts = useRead(
    ['alerts', 'counts'],
    ({ kind, client }, signal) =>
      readBody(client.GET(kind === 'org' ? '/tenant/alerts/counts' : '/partner/alerts/counts', { signal })),
    { refetchMs: everyMs, keep: true },
  )
  const areas = counts.data ? Object.values(counts.data) : []
  const count = areas.reduce((sum, area) => sum + area.active, 0)
  const critical = areas.reduce((sum, area) => sum + area.critical, 0)
  return (
    <GoLink className="bar-tool" to={to} aria-label={t('bell.label', { count, critical })}>
      <IconBell size={16} aria-hidden="true" />
      {count > 0 && (
        <span className={critical > 0 ? 'bar-count grave' : 'bar-count'} aria-hidden="true">
          {formatCount(count)}
        </span>
      )}
    </GoLink>
  )
}
