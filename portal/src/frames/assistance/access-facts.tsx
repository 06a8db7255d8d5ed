import type { SupportAccess } from '@liaison/client'

import { fact, Facts } from '../../parts/page.tsx'
import { StatusChip } from '../../parts/values.tsx'
import { formatDateTime } from '../../platform/format.ts'
import { t } from '../../platform/words.ts'
import { allowedBy, endOf, formatMinutes } from './calls.ts'
import { EndedBy } from './earlier-end.tsx'
import { TimeLeft } from './time-left.tsx'

/** What was asked for, who allowed it, and how long it runs or ran. */
export function AccessFacts({ access }: { access: SupportAccess }) {
  const { status, started_at: from, ends_at: to } = access
  const isActive = status === 'active'
  const isWaiting = status === 'requested'
  const isOver = !isActive && !isWaiting
  return (
    <Facts
      facts={[
        fact(t('column.status'), <StatusChip family="link" value={status} />),
        fact(t('assist.case'), access.case_number),
        fact(t('assist.why'), <q>{access.reason}</q>),
        fact(t('assist.about'), access.partner_name),
        fact(t('assist.for'), !isActive && formatMinutes(access.duration_minutes)),
        fact(t('assist.asked'), formatDateTime(access.requested_at)),
        fact(t('assist.answer_by'), isWaiting && formatDateTime(access.answer_by)),
        fact(t('assist.allowed_by'), allowedBy(access)),
        fact(t('assist.started'), formatDateTime(from)),
        fact(t('assist.until'), isActive && formatDateTime(to)),
        fact(t('assist.left'), isActive && to !== null && <TimeLeft endsAt={to} />),
        fact(t('assist.over_at'), isOver && endOf(access).at),
        fact(t('assist.ended_by'), isOver && <EndedBy access={access} />),
      ]}
    />
  )
}
