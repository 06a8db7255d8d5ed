import type { FreezeFacts } from './facts.ts'

/** All that a decision about the token of an embedded dashboard depends on, as it is at `now`. Nothing else is consulted. */
export interface DashboardFacts {
  readonly now: Date
  /** Null when the text is no token that was ever made. */
  readonly token: {
    /** The first instant at which the token no longer counts. */
    readonly ends_at: Date
    /** Whether the key that it was made with still counts, and may still make tokens. */
    readonly is_key_in_force: boolean
  } | null
  readonly partner: { readonly status: string } | null
  /** What the provider set for the program. */
  readonly setting: {
    readonly embeds_dashboard: boolean
    readonly dashboard_origins: readonly string[]
  } | null
  /** The freezes in force that cover the partner as a whole. */
  readonly freezes: readonly FreezeFacts[]
}

/** Why a dashboard is not shown. The caller is told one and the same of them all. */
export type DashboardRefusalCode =
  | 'TOKEN_UNKNOWN'
  | 'TOKEN_ENDED'
  | 'KEY_ENDED'
  | 'DASHBOARD_OFF'
  | 'PARTNER_INACTIVE'
  | 'ACCESS_FROZEN'

export type DashboardDecision =
  | { readonly effect: 'allow' }
  | { readonly effect: 'deny'; readonly code: DashboardRefusalCode }

type Check = (facts: DashboardFacts) => DashboardRefusalCode | null

const CHECKS: readonly Check[] = Object.freeze([
  ({ token }) => (token ? null : 'TOKEN_UNKNOWN'),
  ({ token, now }) => (token && token.ends_at.getTime() > now.getTime() ? null : 'TOKEN_ENDED'),
  ({ token }) => (token?.is_key_in_force === true ? null : 'KEY_ENDED'),
  ({ setting }) =>
    setting?.embeds_dashboard === true && setting.dashboard_origins.length > 0 ? null : 'DASHBOARD_OFF',
  ({ partner }) => (partner?.status === 'active' ? null : 'PARTNER_INACTIVE'),
  ({ freezes }) => (freezes.length === 0 ? null : 'ACCESS_FROZEN'),
] as const satisfies readonly Check[])

/**
 * Whether the token of an embedded dashboard shows its partner's figures now, as the first check that refuses or else an
 * allowance. Depends on nothing but its argument; whatever is not known is refused. Source: D12.
 */
export function decideDashboard(facts: DashboardFacts): DashboardDecision {
  for (const test of CHECKS) {
    const code = test(facts)
    if (code !== null) return { effect: 'deny', code }
  }
  return { effect: 'allow' }
}
