import { fact } from '../../parts/page.tsx'
import { LinkChip } from '../../parts/values.tsx'
import { t, tValue } from '../../platform/words.ts'
import { daysUntil } from './access-words.ts'

type Standing = { status: string; ends_at: string; status_reason: string | null; by: string | null }

/** How an access of an app or a wholesaler stands, and why: the first lines of its record on either side. */
export function standingFacts(access: Standing, now: Date) {
  return [
    fact(
      t('column.status'),
      <LinkChip status={access.status} days={daysUntil(access.ends_at, now)} by={access.by} />,
    ),
    fact(t('link.reason'), access.status_reason && tValue('status_reason', access.status_reason)),
  ]
}
