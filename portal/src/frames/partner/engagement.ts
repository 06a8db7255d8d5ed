import type { ReachableTenant } from '@liaison/client'

type Engagement = Pick<ReachableTenant, 'access_role' | 'link_status' | 'starts_at' | 'ends_at'>

/** Whether the person audits this tenant now. */
export function isAudited({ access_role: role, link_status: status }: Engagement): boolean {
  return role === 'auditor' && status === 'active'
}

const dayOf = (iso: string): string => iso.slice(0, 10)

/**
 * The days of the engagements in UTC, both included: from the first day of the earliest to the last day of the latest.
 * An end at midnight is the end of the day before. Null without an engagement that has both.
 */
export function engagementOf(engagements: readonly Engagement[]): { from: string; to: string } | null {
  const starts = engagements.flatMap(({ starts_at: start }) => (start === null ? [] : [dayOf(start)]))
  const ends = engagements.flatMap(({ ends_at: end }) =>
    end === null ? [] : [dayOf(new Date(Date.parse(end) - 1).toISOString())],
  )
  const [from] = starts.toSorted()
  const to = ends.toSorted().at(-1)
  return from === undefined || to === undefined ? null : { from, to }
}
