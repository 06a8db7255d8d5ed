import type { Generated } from 'kysely'
import type { PlanLimits } from './limits.ts'

export const PLAN_STATES = ['draft', 'offered', 'discontinued'] as const
export type PlanState = (typeof PLAN_STATES)[number]

/** The roles of end users that can have a plan: guests have their identity checked first, admins of a realm need none. */
export const PLAN_ROLES = ['basic', 'advanced', 'company'] as const
export type PlanRole = (typeof PLAN_ROLES)[number]

export const PERIODS = ['day', 'week', 'month', 'year'] as const
export type Period = (typeof PERIODS)[number]

/** What becomes of running subscriptions when their plan is discontinued. */
export const RUNNING = ['keep', 'end_at_period_end', 'end_now'] as const
export type Running = (typeof RUNNING)[number]

export const SUBSCRIPTION_STATES = ['signing', 'signed', 'suspended', 'unsigned'] as const
export type SubscriptionState = (typeof SUBSCRIPTION_STATES)[number]

export const HOLD_KINDS = ['payment', 'policy', 'manual', 'quota', 'partner'] as const
export type HoldKind = (typeof HOLD_KINDS)[number]

export const CANCEL_CAUSES = ['end_user', 'partner', 'role', 'discontinued'] as const
export type CancelCause = (typeof CANCEL_CAUSES)[number]

export const END_REASONS = [
  'cancelled',
  'declined',
  'ended',
  'failed',
  'timed_out',
  'period_over',
  'role',
  'discontinued',
] as const
export type EndReason = (typeof END_REASONS)[number]

interface PlanTable {
  id: Generated<string>
  partner_id: string | null
  code: string
  name: string
  description: Generated<string>
  requires_flag: string | null
  state: Generated<PlanState>
  current_number: Generated<number>
  running: Running | null
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  discontinued_at: Date | null
}

interface PlanVersionTable {
  id: Generated<string>
  plan_id: string
  partner_id: string | null
  number: number
  price_minor: number
  currency: string
  period: Period
  limits: PlanLimits
  benefits: readonly string[]
  used_at: Date | null
  created_by_name: string
  created_at: Generated<Date>
}

interface PlanRoleTable {
  plan_id: string
  partner_id: string | null
  role: PlanRole
}

interface PartnerPlanTable {
  partner_id: string
  plan_id: string
  is_allowed: Generated<boolean>
  is_offered: Generated<boolean>
  price_minor: number | null
  limits: Generated<PlanLimits>
  version: Generated<number>
  updated_at: Generated<Date>
}

/** A plan with the terms on sale; the own price and limits are those of the reader's partner for a lent plan. */
interface PlanOverview {
  id: string
  partner_id: string | null
  code: string
  name: string
  description: string
  requires_flag: string | null
  state: PlanState
  running: Running | null
  version: number
  current_number: number
  created_at: Date
  discontinued_at: Date | null
  plan_version_id: string
  list_price_minor: number
  price_minor: number
  currency: string
  period: Period
  list_limits: PlanLimits
  limits: PlanLimits
  benefits: readonly string[]
  is_fixed: boolean
  roles: readonly PlanRole[]
  is_allowed: boolean | null
  is_offered: boolean | null
  own_price_minor: number | null
  own_limits: PlanLimits | null
  own_version: number | null
}

interface SubscriptionTable {
  id: Generated<string>
  partner_id: string
  end_user_id: string
  first_plan_id: string
  status: Generated<SubscriptionState>
  asked_at: Generated<Date>
  signing_until: Generated<Date>
  signed_at: Date | null
  confirmed_by_name: string | null
  cancel_cause: CancelCause | null
  cancel_at: Date | null
  ended_at: Date | null
  end_reason: EndReason | null
  end_note: string | null
}

interface SubscriptionTermTable {
  id: Generated<string>
  subscription_id: string
  partner_id: Generated<string>
  end_user_id: Generated<string>
  plan_id: string
  plan_version_id: Generated<string>
  price_minor: Generated<number>
  currency: Generated<string>
  period: Generated<Period>
  limits: Generated<PlanLimits>
  starts_at: Date
  withdrawn_at: Date | null
  created_at: Generated<Date>
}

interface SubscriptionHoldTable {
  id: Generated<string>
  partner_id: string
  end_user_id: string
  subscription_id: string | null
  kind: HoldKind
  blocks_entitlement: Generated<boolean>
  reason: string
  placed_by_side: Generated<'provider' | 'partner' | 'clock'>
  placed_by_name: string
  placed_at: Generated<Date>
  released_at: Date | null
  released_by_side: 'provider' | 'partner' | 'clock' | null
  released_by_name: string | null
  release_reason: string | null
}

interface SubscriptionEventTable {
  id: Generated<string>
  subscription_id: string
  partner_id: string
  end_user_id: string
  occurred_at: Generated<Date>
  action: string
  from_state: SubscriptionState | null
  to_state: SubscriptionState
  actor_kind: string
  actor_name: string | null
  details: Readonly<Record<string, unknown>>
}

interface PaymentEventTable {
  source: string
  event_id: string
  subscription_id: string
  partner_id: string
  kind: 'paid' | 'failed'
  occurred_at: Date
  received_at: Generated<Date>
  outcome: 'held' | 'released' | 'ended' | 'no_change'
}

/** A subscription as it is now: state, end, plan and holds as time has made them; `status` as the last change left it. */
interface SubscriptionOverview {
  id: string
  partner_id: string
  end_user_id: string
  user_role: string | null
  user_status: string | null
  status: SubscriptionState
  state: SubscriptionState
  asked_at: Date
  signing_until: Date
  signed_at: Date | null
  confirmed_by_name: string | null
  cancel_cause: CancelCause | null
  cancel_at: Date | null
  paid_until: Date | null
  ended_at: Date | null
  end_reason: EndReason | null
  end_note: string | null
  plan_id: string
  plan_name: string | null
  requires_flag: string | null
  plan_version_id: string
  price_minor: number
  currency: string
  period: Period
  limits: PlanLimits
  next_term_id: string | null
  next_plan_id: string | null
  next_plan_name: string | null
  next_price_minor: number | null
  next_currency: string | null
  next_period: Period | null
  next_at: Date | null
  holds: readonly HoldKind[]
}

export interface PlanTables {
  plan: PlanTable
  plan_version: PlanVersionTable
  plan_role: PlanRoleTable
  partner_plan: PartnerPlanTable
  plan_overview: PlanOverview
  subscription: SubscriptionTable
  subscription_term: SubscriptionTermTable
  subscription_hold: SubscriptionHoldTable
  subscription_event: SubscriptionEventTable
  subscription_overview: SubscriptionOverview
  payment_event: PaymentEventTable
  partner: { id: string; name: string }
  end_user: { id: string; partner_id: string; email: string; name: string }
}
