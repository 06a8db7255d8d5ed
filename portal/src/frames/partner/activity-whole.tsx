import { readBody } from '@liaison/client'
import type { AuditCompleteness } from '@liaison/client'

import { Note } from '../../parts/page.tsx'
import { formatInstant } from '../../platform/format.ts'
import type { ActivityFilter } from '../../platform/calls.ts'
import { clientFor } from '../../platform/frame.ts'
import { useRead } from '../../platform/query.ts'
import { addWords, t } from '../../platform/words.ts'
import { activityWhole } from '../../words/activity-whole.ts'

addWords(activityWhole)

function countOf({ events, has_more: hasMore, missing }: AuditCompleteness): string {
  if (missing > 0) return t('whole.missing', { count: missing })
  return hasMore ? t('whole.more', { count: events }) : t('whole.events', { count: events })
}

function verifiedOf({ verification }: AuditCompleteness): string {
  if (verification === null) return t('whole.unverified')
  const at = formatInstant(verification.verified_at)
  return verification.faults === 0
    ? t('whole.verified', { at })
    : t('whole.faults', { at, count: verification.faults })
}

/** Whether the log of a time is complete, and how that is known: what was counted, sealed and verified. */
export function ActivityWhole({ time }: { time: Pick<ActivityFilter, 'from' | 'to'> }) {
  const whole = useRead(
    ['activity', 'whole', time],
    (_frame, signal) =>
      readBody(clientFor('').GET('/partner/audit/completeness', { params: { query: time }, signal })),
    { keep: true },
  )
  if (whole.data === undefined) return null
  const { data } = whole
  const isBad = data.missing > 0 || (data.verification?.faults ?? 0) > 0
  return (
    <Note tone={isBad ? 'bad' : 'info'}>
      <p>
        <span className="strong">{countOf(data)}</span>{' '}
        {data.waiting > 0 && `${t('whole.waiting', { count: data.waiting })} `}
        {data.sealed_at === null
          ? t('whole.unsealed')
          : t('whole.sealed', { at: formatInstant(data.sealed_at) })}{' '}
        {verifiedOf(data)}
      </p>
    </Note>
  )
}
