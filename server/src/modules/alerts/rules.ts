export const ALERT_AREAS = ['sla', 'billing', 'access'] as const
export type AlertArea = (typeof ALERT_AREAS)[number]

/** From the least to the most grave. */
export const SEVERITIES = ['info', 'warning', 'critical'] as const
export type Severity = (typeof SEVERITIES)[number]

export const ALERT_STATES = ['active', 'acknowledged', 'resolved'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** What is to be told to subscribers of one change, as the topics of the outbox name it. */
export function newsOf(change: {
  readonly change: string
  readonly audience: string
  readonly area: AlertArea
  readonly channels: readonly string[]
  readonly was_told: boolean
}): readonly string[] {
  if (change.audience === 'provider' || !change.channels.includes('webhook')) return []
  if (change.change === 'alerts.clear') return ['alert.resolved']
  if (change.change === 'alerts.ease' || !change.was_told) return []
  if (change.audience !== 'partner') return ['alert.raised']
  return change.area === 'billing' ? ['alert.raised', 'partner.tenant.billing_threshold'] : ['alert.raised']
}

/** How many mails about alerts one reader gets in ten minutes before they come as one. Source: managed-tenants.md section 6. */
export const FLOOD_LIMIT = 20
export const FLOOD_WINDOW_MS = 600_000

/** When mails that are gathered by day go out, in hours after midnight UTC. */
const DAILY_HOUR = 7

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

/** What waits to be mailed to one reader of alerts. */
export interface WaitingMails {
  readonly digest: 'none' | 'hourly' | 'daily'
  /** How many notices wait. */
  readonly waiting: number
  readonly oldestAt: Date
  /** How many were told in the last ten minutes. */
  readonly told: number
  /** The last time that a flood was gathered into one mail, within the last ten minutes. */
  readonly lastDigestAt: Date | null
}

function nextDailyAt(after: Date): number {
  const today = Math.floor(after.getTime() / DAY_MS) * DAY_MS + DAILY_HOUR * HOUR_MS
  return today > after.getTime() ? today : today + DAY_MS
}

/**
 * How the waiting mails of one reader go out now: each alone, all in one, or not yet. More than twenty in ten minutes
 * become one digest, and then one more every ten minutes while the flood lasts.
 */
export function planMails(mails: WaitingMails, now: Date): 'single' | 'digest' | 'wait' {
  if (mails.waiting === 0) return 'wait'
  if (mails.digest === 'hourly')
    return Math.floor(now.getTime() / HOUR_MS) > Math.floor(mails.oldestAt.getTime() / HOUR_MS)
      ? 'digest'
      : 'wait'
  if (mails.digest === 'daily') return now.getTime() >= nextDailyAt(mails.oldestAt) ? 'digest' : 'wait'
  if (mails.waiting + mails.told <= FLOOD_LIMIT) return 'single'
  return mails.lastDigestAt === null ? 'digest' : 'wait'
}
