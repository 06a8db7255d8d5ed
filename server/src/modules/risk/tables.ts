import type { Generated } from 'kysely'

export const RISK_EFFECTS = ['off', 'flag', 'hold', 'block'] as const
export type RiskEffect = (typeof RISK_EFFECTS)[number]

export const CASE_OUTCOMES = ['flag', 'hold', 'block'] as const
export type CaseOutcome = (typeof CASE_OUTCOMES)[number]

export const CASE_STATES = ['open', 'released', 'confirmed'] as const
export type CaseState = (typeof CASE_STATES)[number]

/** What the partner may know about a case. */
export const CASE_CATEGORIES = ['relationship', 'payout_account', 'sign_up', 'traffic', 'review'] as const
export type CaseCategory = (typeof CASE_CATEGORIES)[number]

interface RuleTable {
  program_id: string
  rule: string
  number: number
  effect: RiskEffect
  settings: Readonly<Record<string, unknown>>
  reason: string | null
  set_by_name: string
  created_at: Generated<Date>
}

interface CaseTable {
  id: Generated<string>
  partner_id: string
  program_id: string
  tenant_id: string | null
  code_id: string | null
  click_id: string | null
  referral_id: string | null
  outcome: CaseOutcome
  rules: readonly string[]
  category: CaseCategory
  evidence: unknown
  state: Generated<CaseState>
  opened_by_name: string | null
  decided_by: string | null
  decided_by_name: string | null
  decided_at: Date | null
  reason: string | null
  version: Generated<number>
  created_at: Generated<Date>
}

interface EventTable {
  id: Generated<string>
  case_id: string
  partner_id: string
  action: 'flagged' | 'attached' | 'released' | 'confirmed'
  actor_name: string | null
  details: Readonly<Record<string, unknown>>
  occurred_at: Date
}

export interface RiskTables {
  risk_rule: RuleTable
  risk_case: CaseTable
  risk_event: EventTable
  program: { id: string; code: string; name: string }
  partner: { id: string; name: string }
  tenant: { id: string; name: string }
  referral: { id: string; partner_id: string; program_id: string; tenant_id: string }
}
