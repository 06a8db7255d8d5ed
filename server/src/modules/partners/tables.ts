import type { Generated } from 'kysely'

export const PARTNER_KINDS = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'white_label',
  'agency',
] as const

export type PartnerKind = (typeof PARTNER_KINDS)[number]

export const PARTNER_STATUSES = ['active', 'suspended', 'terminated'] as const

export type PartnerStatus = (typeof PARTNER_STATUSES)[number]

export const PARTNER_TIERS = ['standard', 'advanced', 'premier'] as const

export type PartnerTier = (typeof PARTNER_TIERS)[number]

interface PartnerTable {
  id: Generated<string>
  name: string
  slug: string
  kinds: readonly string[]
  status: Generated<PartnerStatus>
  registry_status: Generated<'active' | 'stopped'>
  status_reason: string | null
  status_changed_at: Generated<Date>
  legal_name: string | null
  country: string | null
  registration_no: string | null
  contact_email: string | null
  onboarding_date: Generated<string>
  tier: Generated<PartnerTier>
  uses_account_refs: Generated<boolean>
  region: string | null
  website: string | null
  approved_website: string | null
  support_contact: string | null
  approved_support_contact: string | null
  home_tenant_id: string | null
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface PartnerTables {
  partner: PartnerTable
  partner_member: { id: string; partner_id: string; person_id: string; role: string; status: string }
  person: { id: string; name: string; email: string; status: string }
  tenant: { id: string; name: string }
  delegation: { id: string; partner_id: string; kind: string; status: string; ends_at: Date | null }
  api_client: { id: string; partner_id: string | null; status: string }
}
