import { LinkChip, StatusChip } from '../../parts/values.tsx'
import { useNow } from '../../platform/clock.ts'
import { daysUntil } from '../shared/access-words.ts'
import type { Relation } from './relations.ts'

/** How a relation stands, in the words of its kind. */
export function RelationChip({ relation }: { relation: Relation }) {
  const now = useNow(60_000)
  const { kind, status, ends, by } = relation
  if (kind === 'referred') return <StatusChip family="referral" value={status} />
  return <LinkChip status={status} days={ends === null ? null : daysUntil(ends, now)} by={by} />
}
