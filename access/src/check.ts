import type { RefusalCode } from './refusals.ts'
import type { World } from './world.ts'

/** The names of the checks, in the order of a decision. */
export type CheckName =
  | 'signed_in'
  | 'person_active'
  | 'member_active'
  | 'partner_active'
  | 'tenant_active'
  | 'second_factor'
  | 'freeze'
  | 'membership'
  | 'own_partner'
  | 'plane'
  | 'link_known'
  | 'link_in_force'
  | 'token_current'
  | 'ceiling'
  | 'deny'
  | 'grant'
  | 'elevation'
  | 'granted'
  | 'standing'
  | 'accounts'
  | 'assignment'
  | 'assignment_role'
  | 'feature'
  | 'token_scope'
  | 'ip'
  | 'hours'
  | 'factor_condition'
  | 'step_up'
  | 'access_reason'
  | 'resource'
  | 'rate_limit'

/** One question of the decision order. A decision is the first check that refuses, or else an allowance. */
export interface Check {
  readonly name: CheckName
  /** The step of access.md section 3 that it belongs to, 1 to 14. */
  readonly order: number
  /** What the answer depends on: the caller alone, also the permission, or also the moment of the request. */
  readonly about: 'caller' | 'permission' | 'request'
  /** It refuses nothing and only tells, in an explanation, where a permission comes from. */
  readonly informs?: true
  /** Whether there is anything to check; without it, always. */
  readonly applies?: (world: World) => boolean
  /** The refusal, or null when the check passes. */
  readonly test: (world: World) => RefusalCode | null
}
