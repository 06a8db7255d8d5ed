import type { Period, SubscriptionState } from './tables.ts'

/** What stands between an end user and what it pays for. */
export interface Standing {
  readonly isPartnerActive: boolean
  readonly isUserActive: boolean
  readonly state: SubscriptionState | 'absent'
  readonly isForRole: boolean
  readonly isFeatureOn: boolean
}

/** The first thing that stands against the use of a plan; `ALLOWED` when nothing does. Source: C7. */
export function explainAccess(standing: Standing): string {
  if (!standing.isPartnerActive) return 'PARTNER_INACTIVE'
  if (!standing.isUserActive) return 'END_USER_INACTIVE'
  if (standing.state === 'absent' || standing.state === 'unsigned') return 'NOT_SUBSCRIBED'
  if (standing.state === 'signing') return 'SUBSCRIPTION_NOT_SIGNED'
  if (standing.state === 'suspended') return 'SUBSCRIPTION_HELD'
  if (!standing.isForRole) return 'PLAN_NOT_FOR_ROLE'
  return standing.isFeatureOn ? 'ALLOWED' : 'FEATURE_DISABLED'
}

const DAYS: Readonly<Record<'day' | 'week', number>> = { day: 1, week: 7 }

function addMonths(anchor: Date, months: number): Date {
  const moved = new Date(anchor)
  moved.setUTCDate(1)
  moved.setUTCMonth(moved.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate()
  moved.setUTCDate(Math.min(anchor.getUTCDate(), lastDay))
  return moved
}

/** The end of the given number of whole periods, counted from where the terms began to be paid. */
function endOfPeriods(anchor: Date, period: Period, count: number): Date {
  if (period === 'month' || period === 'year') return addMonths(anchor, count * (period === 'year' ? 12 : 1))
  return new Date(anchor.getTime() + count * DAYS[period] * 86_400_000)
}

/** The end of the paid period in which an instant lies; months end on their last day when they have no such day. */
export function periodEnd(anchor: Date, period: Period, at: Date): Date {
  let count = 1
  while (endOfPeriods(anchor, period, count).getTime() <= at.getTime()) count += 1
  return endOfPeriods(anchor, period, count)
}
