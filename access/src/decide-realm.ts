import type { FreezeFacts, Standing } from './facts.ts'
import type { PartnerId } from './ids.ts'
import type { IdOf } from './ids.ts'
import { has } from './mask.ts'
import { findPermission } from './permissions.ts'
import type { RealmPermission } from './permissions.ts'
import { REALM_DECISION_STATUS } from './realm-refusals.ts'
import type { RealmDecisionCode, RealmRefusalCode } from './realm-refusals.ts'
import { realmRoleMask } from './realm-roles.ts'
import type { RealmRole, RealmRoleChoice } from './realm-roles.ts'

/** The statuses of an end user. Only `inactive` stops everything; `idle` rests the service. Source: registry.md section 7. */
export const END_USER_STATUSES = ['active', 'inactive', 'idle', 'signing'] as const

export type EndUserStatus = (typeof END_USER_STATUSES)[number]

/** All that a decision about an end user's request depends on, as it is at `now`. Nothing else is consulted. */
export interface RealmFacts {
  readonly now: Date
  /** The partner whose realm the request is for; null when there is none of that name. */
  readonly partner: {
    readonly id: PartnerId
    readonly status: Standing
    readonly is_white_label: boolean
  } | null
  /** Null when the partner has no user base. */
  readonly realm: { readonly status: 'open' | 'closed' } | null
  readonly freezes: readonly FreezeFacts[]
  /** Null without a live session of this very realm. */
  readonly user: {
    readonly id: IdOf<'end_user'>
    readonly partner_id: PartnerId
    readonly role: RealmRole
    readonly status: EndUserStatus
  } | null
  /** What the partner's configuration says about the user's role; null when it says nothing. */
  readonly role_choice: RealmRoleChoice | null
  /** The features that are off for the partner. */
  readonly features_off: ReadonlySet<string>
  /** Whether a hold on the subscription or the account keeps the service back. */
  readonly is_on_hold: boolean
}

/** What an end user's request asks for. */
export interface RealmQuestion {
  readonly permission: RealmPermission
}

/** One question of the decision order about an end user. */
export interface RealmCheck {
  readonly name: string
  /** The step of access.md section 3 that it belongs to. */
  readonly order: number
  readonly test: (facts: RealmFacts, question: RealmQuestion) => RealmRefusalCode | null
}

const SERVICE: RealmPermission = 'realm.service.use'

function isOpen({ partner, realm }: RealmFacts): boolean {
  return partner?.status === 'active' && partner.is_white_label && realm?.status === 'open'
}

const isService = ({ permission }: RealmQuestion): boolean => permission === SERVICE

/** The decision order for end users: the first that refuses is the decision. Source: access.md section 3, registry.md sections 3, 4 and 6. */
export const REALM_CHECKS: readonly RealmCheck[] = Object.freeze([
  { name: 'signed_in', order: 1, test: ({ user }) => (user ? null : 'UNAUTHORIZED') },
  {
    name: 'own_realm',
    order: 1,
    // A session of another realm is no session here, and nothing is told of it (C9).
    test: ({ user, partner }) => (user && user.partner_id !== partner?.id ? 'UNAUTHORIZED' : null),
  },
  { name: 'realm_open', order: 2, test: (facts) => (isOpen(facts) ? null : 'REALM_CLOSED') },
  {
    name: 'user_active',
    order: 2,
    test: ({ user }) => (user?.status === 'inactive' ? 'USER_INACTIVE' : null),
  },
  {
    name: 'freeze',
    order: 3,
    test: ({ freezes }) =>
      freezes.some(({ scope }) => scope === 'platform' || scope === 'partner') ? 'ACCESS_FROZEN' : null,
  },
  {
    name: 'role_enabled',
    order: 8,
    test: ({ role_choice: choice }) => (choice?.enabled === false ? 'ROLE_DISABLED' : null),
  },
  {
    name: 'granted',
    order: 8,
    test: ({ user, role_choice: choice }, { permission }) =>
      user && has(realmRoleMask(user.role, choice), permission) ? null : 'PERMISSION_DENIED',
  },
  {
    name: 'feature',
    order: 10,
    test: ({ features_off: off }, { permission }) => {
      const feature = findPermission(permission)?.feature ?? null
      return off.has(permission) || (feature !== null && off.has(feature)) ? 'FEATURE_DISABLED' : null
    },
  },
  {
    name: 'on_hold',
    order: 10,
    test: ({ is_on_hold: isOnHold }, question) =>
      isOnHold && isService(question) ? 'SUBSCRIPTION_ON_HOLD' : null,
  },
  {
    name: 'idle',
    order: 10,
    test: ({ user }, question) => (user?.status === 'idle' && isService(question) ? 'USER_IDLE' : null),
  },
] as const satisfies readonly RealmCheck[])

/** One line of the explanation of a decision about an end user. */
export interface RealmStep {
  readonly order: number
  readonly check: string
  readonly state: 'pass' | 'fail' | 'not_evaluated'
}

/** The answer to one question of an end user. */
export interface RealmDecision {
  readonly effect: 'allow' | 'deny'
  readonly code: RealmDecisionCode
  readonly status: (typeof REALM_DECISION_STATUS)[RealmDecisionCode]
  readonly steps: readonly RealmStep[]
}

/** A decision function over one table of checks. The kernel's own table is `REALM_CHECKS`; tests change it to see it noticed. */
export function makeDecideRealm(checks: readonly RealmCheck[]) {
  return (facts: RealmFacts, question: RealmQuestion): RealmDecision => {
    let refusal: RealmRefusalCode | null = null
    const steps = checks.map(({ name, order, test }): RealmStep => {
      if (refusal !== null) return { order, check: name, state: 'not_evaluated' }
      refusal = test(facts, question)
      return { order, check: name, state: refusal === null ? 'pass' : 'fail' }
    })
    const code: RealmDecisionCode = refusal ?? 'ALLOWED'
    return { effect: refusal === null ? 'allow' : 'deny', code, status: REALM_DECISION_STATUS[code], steps }
  }
}

/**
 * Whether an end user may do this now in the realm of the request, as the first check that refuses or else an allowance.
 * Depends on nothing but its arguments; whatever is not known is refused. Source: access.md section 3, C4, C9.
 */
export const decideRealm: (facts: RealmFacts, question: RealmQuestion) => RealmDecision =
  makeDecideRealm(REALM_CHECKS)
