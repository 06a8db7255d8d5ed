import type { FreezeFacts } from './facts.ts'

/** All that a decision about support's access to one tenant depends on, as it is at `now`. Nothing else is consulted. */
export interface AssistedFacts {
  readonly now: Date
  /** Null when the person who asks now never asked for this access themselves. */
  readonly delegation: {
    readonly status: string
    readonly starts_at: Date
    /** Null until the tenant allowed it. */
    readonly ends_at: Date | null
  } | null
  readonly tenant: { readonly status: string } | null
  /** The freezes in force that cover the tenant, this delegation or the person. */
  readonly freezes: readonly FreezeFacts[]
}

/** What support may be after in a tenant. Only to look is ever allowed. */
export type AssistedAction = 'read' | 'write'

/** Why support may not look. */
export type AssistedRefusalCode =
  | 'SUPPORT_ACCESS_NOT_FOUND'
  | 'SUPPORT_ACCESS_READ_ONLY'
  | 'SUPPORT_ACCESS_NOT_ALLOWED'
  | 'SUPPORT_ACCESS_ENDED'
  | 'TENANT_INACTIVE'
  | 'ACCESS_FROZEN'

export type AssistedDecision =
  | { readonly effect: 'allow' }
  | { readonly effect: 'deny'; readonly code: AssistedRefusalCode }

/** One question of the decision order about support's access. */
export interface AssistedCheck {
  readonly name: string
  readonly test: (facts: AssistedFacts, action: AssistedAction) => AssistedRefusalCode | null
}

/** A tenant that has not said yes is not open, whatever else became of the request. */
const NEVER_ALLOWED: ReadonlySet<string> = new Set(['requested', 'declined', 'withdrawn', 'lapsed'])

function testAllowed({ delegation, now }: AssistedFacts): AssistedRefusalCode | null {
  if (delegation === null || NEVER_ALLOWED.has(delegation.status)) return 'SUPPORT_ACCESS_NOT_ALLOWED'
  return delegation.starts_at.getTime() <= now.getTime() ? null : 'SUPPORT_ACCESS_NOT_ALLOWED'
}

function testInTime({ delegation, now }: AssistedFacts): AssistedRefusalCode | null {
  const end = delegation?.ends_at
  // One without an end was never allowed as this kind is: nothing is open for ever.
  if (delegation?.status !== 'active' || !end) return 'SUPPORT_ACCESS_ENDED'
  return end.getTime() > now.getTime() ? null : 'SUPPORT_ACCESS_ENDED'
}

/** The decision order for support's access: the first that refuses is the decision. */
export const ASSISTED_CHECKS: readonly AssistedCheck[] = Object.freeze([
  { name: 'own_request', test: ({ delegation }) => (delegation ? null : 'SUPPORT_ACCESS_NOT_FOUND') },
  { name: 'read_only', test: (_, action) => (action === 'read' ? null : 'SUPPORT_ACCESS_READ_ONLY') },
  {
    name: 'tenant_active',
    test: ({ tenant }) => (tenant && tenant.status !== 'closed' ? null : 'TENANT_INACTIVE'),
  },
  { name: 'freeze', test: ({ freezes }) => (freezes.length === 0 ? null : 'ACCESS_FROZEN') },
  { name: 'allowed_by_tenant', test: testAllowed },
  { name: 'within_time', test: testInTime },
] as const satisfies readonly AssistedCheck[])

/** A decision function over one table of checks. The kernel's own table is `ASSISTED_CHECKS`; tests change it to see it noticed. */
export function makeDecideAssisted(checks: readonly AssistedCheck[]) {
  return (facts: AssistedFacts, action: AssistedAction): AssistedDecision => {
    for (const { test } of checks) {
      const code = test(facts, action)
      if (code !== null) return { effect: 'deny', code }
    }
    return { effect: 'allow' }
  }
}

/**
 * Whether a person of the provider's support may look at a tenant's data now, as the first check that refuses or else an
 * allowance. Depends on nothing but its arguments; whatever is not known is refused. Source: access.md section 1,
 * product.md (the one rule).
 */
export const decideAssisted: (facts: AssistedFacts, action: AssistedAction) => AssistedDecision =
  makeDecideAssisted(ASSISTED_CHECKS)
