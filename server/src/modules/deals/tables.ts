import type { Generated, GeneratedAlways } from 'kysely'

export const DEAL_STATES = ['submitted', 'approved', 'rejected', 'won', 'lost', 'expired'] as const
export type DealState = (typeof DEAL_STATES)[number]

interface DealTable {
  id: Generated<string>
  partner_id: string
  company_name: string
  domain: string | null
  contact_name: string | null
  contact_email: string | null
  expected_minor: number | null
  expected_currency: string | null
  notes: string | null
  prospect_key: GeneratedAlways<string>
  state: Generated<DealState>
  created_by: string
  created_by_name: string
  created_at: GeneratedAlways<Date>
  decided_at: GeneratedAlways<Date | null>
  decided_by_name: GeneratedAlways<string | null>
  reason: string | null
  protected_until: GeneratedAlways<Date | null>
  ended_at: GeneratedAlways<Date | null>
  referral_id: GeneratedAlways<string | null>
}

/** Names of partners, which the provider may read. */
interface NamedTable {
  id: string
  name: string
}

export interface DealTables {
  deal_registration: DealTable
  partner: NamedTable
}
