import type { FreezeFacts } from './facts.ts'

/** What a form token or a server key of an agency may do. Nothing else is ever asked of it (E3). */
export const FORM_ACTIONS = ['issue', 'lookup'] as const

export type FormAction = (typeof FORM_ACTIONS)[number]

/** All that a decision about a form token or a server key depends on, as it is at `now`. Nothing else is consulted. */
export interface FormFacts {
  readonly now: Date
  /** Null when the text is no token that was ever made. */
  readonly token: {
    readonly kind: 'form_token' | 'agency_key'
    readonly status: string
    /** Whether it is for trying out or for real; null for a server key, which says neither. */
    readonly mode: 'live' | 'test' | null
    /** The first instant at which the token no longer counts; null while no end was set. */
    readonly valid_until: Date | null
    readonly actions: readonly FormAction[]
  } | null
  /** The form of the token; null for a server key. */
  readonly form: { readonly status: string; readonly is_named: boolean } | null
  readonly agency: { readonly status: string } | null
  readonly tenant: { readonly status: string; readonly is_sandbox: boolean } | null
  /** The delegation behind the token. */
  readonly delegation: {
    readonly status: string
    readonly starts_at: Date
    readonly ends_at: Date | null
  } | null
  /** The freezes in force that cover the tenant or this delegation. */
  readonly freezes: readonly FreezeFacts[]
}

/** Why a token does not count. The caller is told one and the same of them all; the audit log is told which. */
export type FormRefusalCode =
  | 'TOKEN_UNKNOWN'
  | 'TOKEN_REVOKED'
  | 'TOKEN_ENDED'
  | 'FORM_MISMATCH'
  | 'MODE_MISMATCH'
  | 'FORM_OFF'
  | 'AGENCY_INACTIVE'
  | 'TENANT_INACTIVE'
  | 'ACCESS_FROZEN'
  | 'DELEGATION_NOT_IN_FORCE'
  | 'ACTION_NOT_GIVEN'

export type FormDecision =
  | { readonly effect: 'allow' }
  | { readonly effect: 'deny'; readonly code: FormRefusalCode }

/** One question of the decision order about a token. */
export interface FormCheck {
  readonly name: string
  readonly test: (facts: FormFacts, action: FormAction) => FormRefusalCode | null
}

const hasEnded = (end: Date | null, now: Date): boolean => end !== null && end.getTime() <= now.getTime()

function isInForce({ delegation, now }: FormFacts): boolean {
  if (delegation === null || delegation.status !== 'active') return false
  return delegation.starts_at.getTime() <= now.getTime() && !hasEnded(delegation.ends_at, now)
}

function fitsForm({ token, form }: FormFacts): boolean {
  return token?.kind === 'agency_key' ? form === null : form?.is_named === true
}

/** A test token counts in a sandbox alone, and a live one nowhere there: what it issues is real. */
function fitsTenant({ token, tenant }: FormFacts): boolean {
  if (token?.kind === 'agency_key') return token.mode === null
  return tenant === null || token?.mode === (tenant.is_sandbox ? 'test' : 'live')
}

/** The decision order for tokens of agencies: the first that refuses is the decision. Source: embedded.md section 2. */
export const FORM_CHECKS: readonly FormCheck[] = Object.freeze([
  { name: 'token_known', test: ({ token }) => (token ? null : 'TOKEN_UNKNOWN') },
  { name: 'token_active', test: ({ token }) => (token?.status === 'active' ? null : 'TOKEN_REVOKED') },
  {
    name: 'token_within_time',
    test: ({ token, now }) => (token && !hasEnded(token.valid_until, now) ? null : 'TOKEN_ENDED'),
  },
  { name: 'own_form', test: (facts) => (fitsForm(facts) ? null : 'FORM_MISMATCH') },
  {
    name: 'form_on',
    test: ({ form, token }) =>
      token?.kind === 'agency_key' || form?.status === 'active' ? null : 'FORM_OFF',
  },
  { name: 'right_mode', test: (facts) => (fitsTenant(facts) ? null : 'MODE_MISMATCH') },
  { name: 'agency_active', test: ({ agency }) => (agency?.status === 'active' ? null : 'AGENCY_INACTIVE') },
  {
    name: 'tenant_active',
    test: ({ tenant }) =>
      tenant?.status === 'active' || tenant?.status === 'trial' ? null : 'TENANT_INACTIVE',
  },
  {
    name: 'freeze',
    test: ({ freezes }) => (freezes.some(({ scope }) => scope !== 'person') ? 'ACCESS_FROZEN' : null),
  },
  { name: 'delegation_in_force', test: (facts) => (isInForce(facts) ? null : 'DELEGATION_NOT_IN_FORCE') },
  {
    name: 'action_given',
    test: ({ token }, action) => (token?.actions.includes(action) ? null : 'ACTION_NOT_GIVEN'),
  },
] as const satisfies readonly FormCheck[])

/** A decision function over one table of checks. The kernel's own table is `FORM_CHECKS`; tests change it to see it noticed. */
export function makeDecideForm(checks: readonly FormCheck[]) {
  return (facts: FormFacts, action: FormAction): FormDecision => {
    for (const { test } of checks) {
      const code = test(facts, action)
      if (code !== null) return { effect: 'deny', code }
    }
    return { effect: 'allow' }
  }
}

/**
 * Whether a token may do this now, as the first check that refuses or else an allowance. Depends on nothing but its
 * arguments; whatever is not known is refused. Source: access.md section 2, E1, E2.
 */
export const decideForm: (facts: FormFacts, action: FormAction) => FormDecision = makeDecideForm(FORM_CHECKS)
