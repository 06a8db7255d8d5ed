import type { Generated } from 'kysely'

export const PARTNER_KINDS = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'white_label',
] as const

export type PartnerKind = (typeof PARTNER_KINDS)[number]

export const APPLICATION_STATUSES = ['submitted', 'approved', 'declined'] as const

interface ApplicationTable {
  id: Generated<string>
  reference: string
  organisation: string
  kind: PartnerKind
  website: string | null
  contact_name: string
  contact_email: string
  purpose: string
  status: Generated<'unconfirmed' | (typeof APPLICATION_STATUSES)[number]>
  token_hash: Buffer
  token_ends_at: Generated<Date>
  created_at: Generated<Date>
  confirmed_at: Date | null
  decided_at: Date | null
  decided_by: string | null
  decided_by_name: string | null
  decision_reason: string | null
  partner_id: string | null
}

interface AcceptanceTable {
  id: Generated<string>
  partner_id: string
  version: number
  text_sha256: string
  accepted_by: string
  accepted_by_name: string
  accepted_at: Generated<Date>
}

export interface OnboardingTables {
  partner_application: ApplicationTable
  api_terms_acceptance: AcceptanceTable
  partner: {
    id: Generated<string>
    name: string
    slug: string
    kinds: readonly string[]
    status: string
    website: string | null
    created_at: Generated<Date>
  }
}
