import type { Generated } from 'kysely'

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
  api_terms_acceptance: AcceptanceTable
}
