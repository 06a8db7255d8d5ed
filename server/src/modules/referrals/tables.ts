import type { Generated, GeneratedAlways } from 'kysely'

export const CODE_STATES = ['active', 'inactive'] as const
export type CodeState = (typeof CODE_STATES)[number]

export const REFERRAL_STATES = ['created', 'locked', 'voided'] as const
export type ReferralState = (typeof REFERRAL_STATES)[number]

export const REFERRAL_METHODS = [
  'code',
  'link',
  'deal_registration',
  'partner_created',
  'manual',
  'imported',
] as const
export type ReferralMethod = (typeof REFERRAL_METHODS)[number]

export const SIGN_UP_OUTCOMES = ['referred', 'not_referred'] as const
export type SignUpOutcome = (typeof SIGN_UP_OUTCOMES)[number]

/** What partners may know of the status of a tenant. */
export const TOLD_STATUSES = ['active', 'suspended', 'closed'] as const
export type ToldStatus = (typeof TOLD_STATUSES)[number]

interface CodeTable {
  id: Generated<string>
  partner_id: string
  code: string
  created_by: string
  created_by_name: string
  created_side: 'partner' | 'provider'
  label: string | null
  campaign: string | null
  destination_url: string | null
  usage_limit: number | null
  used_count: GeneratedAlways<number>
  starts_at: Generated<Date>
  expires_at: Date | null
  state: Generated<CodeState>
  version: GeneratedAlways<number>
  created_at: GeneratedAlways<Date>
}

interface ReferralTable {
  id: Generated<string>
  partner_id: string
  program_id: string
  tenant_id: string
  code_id: string | null
  agreement_id: string
  method: ReferralMethod
  referred_at: Date
  window_days: number | null
  created_by: string | null
  created_by_name: string
  reason: string | null
  import_reference: string | null
  first_paid_on: string | null
  paid_through: string | null
  created_at: GeneratedAlways<Date>
  locked_at: Date | null
  voided_at: Date | null
  voided_by_name: string | null
  void_reason: string | null
  state: GeneratedAlways<ReferralState>
}

interface BlockTable {
  id: Generated<string>
  referral_id: string
  partner_id: GeneratedAlways<string>
  reason: string
  from_at: Generated<Date>
  decided_by_name: GeneratedAlways<string>
}

interface SignUpTable {
  id: string
  source: string
  external_id: string
  tenant_id: string
  occurred_at: Date
  code: string | null
  outcome: SignUpOutcome | null
  reason: string | null
  referral_id: string | null
  partner_id: string | null
  received_at: Date
}

interface SettingTable {
  singleton: boolean
  default_url: string | null
  allowed_hosts: string[]
  version: GeneratedAlways<number>
}

/** What one calendar month brought in one currency. */
export interface MonthlyRevenue {
  readonly month: string
  readonly amount: { readonly amount_minor: number; readonly currency: string }
}

/** The limited tenant view: a partner knows no more of a tenant than this row. */
interface VisibleTenantView {
  tenant_id: string
  name: string
  slug: string
  status: ToldStatus
  signed_up_at: Date
  subscription_tier: string
  monthly_revenue: readonly MonthlyRevenue[] | null
}

/** Names of records of other modules that the provider may read. */
interface NamedTable {
  id: string
  name: string
}

export interface ReferralTables {
  referral_code: CodeTable
  referral: ReferralTable
  referral_block: BlockTable
  referral_sign_up: SignUpTable
  referral_setting: SettingTable
  partner_visible_tenant: VisibleTenantView
  partner: NamedTable
  tenant: NamedTable
  program: { id: string; code: string }
}
