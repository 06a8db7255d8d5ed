import type { Generated } from 'kysely'
import type { EarningState } from './accrual-facts.ts'
import type { ClawbackCalc } from './rules-clawback.ts'
import type { CommissionCalc, EventLine } from './rules-commission.ts'

export const EARNING_STATES = ['pending', 'approved', 'held', 'in_payout', 'paid', 'void'] as const
export const EARNING_KINDS = ['commission', 'clawback', 'adjustment'] as const
export type EarningKind = (typeof EARNING_KINDS)[number]

export const EVENT_KINDS = ['invoice_paid', 'refund', 'chargeback', 'credit_note', 'void'] as const

/** What an adjustment says of its amount: a person decided it. */
export interface AdjustmentCalc {
  readonly model: 'adjustment'
  readonly amount_minor: number
}

interface BillingEventTable {
  id: Generated<string>
  source: string
  external_id: string
  kind: (typeof EVENT_KINDS)[number]
  tenant_id: string
  currency: string
  net_minor: number
  tax_minor: number
  lines: readonly EventLine[]
  occurred_at: Date
  refers_to: string | null
  received_at: Generated<Date>
}

interface EarningTable {
  id: Generated<string>
  partner_id: string
  program_id: string
  referral_id: string | null
  agreement_id: string
  billing_event_id: string | null
  kind: EarningKind
  component: string
  reverses_id: string | null
  occurred_at: Date
  service_month: string
  period_month: string
  currency: string
  base_minor: number
  amount_minor: number
  calc: CommissionCalc | ClawbackCalc | AdjustmentCalc
  reason: string | null
  state: Generated<EarningState>
  state_changed_at: Generated<Date>
  hold_kind: 'risk' | 'provider' | 'partner_suspended' | null
  hold_reason: string | null
  void_reason: string | null
  available_on: string
  first_approved_by: string | null
  first_approved_by_name: string | null
  first_approved_at: Date | null
  approved_by: string | null
  approved_by_name: string | null
  approved_at: Date | null
  policy_version: number | null
  payout_item_id: string | null
  created_at: Generated<Date>
}

interface EarningSkipTable {
  billing_event_id: string
  partner_id: string
  referral_id: string
  component: Generated<string>
  reason: string
  created_at: Generated<Date>
}

interface EarningPolicyTable {
  version: number
  approves_by_itself: boolean
  two_people_above: Readonly<Record<string, number>>
  reason: string | null
  set_by_name: string
  created_at: Generated<Date>
}

export interface EarningTables {
  billing_event: BillingEventTable
  earning: EarningTable
  earning_skip: EarningSkipTable
  earning_policy: EarningPolicyTable
  partner: { id: string; name: string }
  tenant: { id: string; name: string }
  partner_visible_tenant: { tenant_id: string; name: string }
  referral: { id: string; tenant_id: string }
}
