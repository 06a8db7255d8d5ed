import type { Generated } from 'kysely'
import type { CheckState, DocumentKind, TargetRole } from './rules.ts'

/** Who decides: people of the partner, or the vendor that stands in for one during development. */
export const PROVIDERS = ['manual', 'simulated'] as const
export type Provider = (typeof PROVIDERS)[number]

export const VENDORS = ['simulated'] as const satisfies readonly Provider[]
export type Vendor = (typeof VENDORS)[number]

export const DECISIONS = ['approve', 'resubmit', 'reject', 'revoke'] as const
export type Decision = (typeof DECISIONS)[number]

export const EVENT_OUTCOMES = ['applied', 'stale', 'no_change', 'unknown_reference'] as const
export type EventOutcome = (typeof EVENT_OUTCOMES)[number]

interface CaseTable {
  id: Generated<string>
  partner_id: string
  end_user_id: string
  target_role: TargetRole
  provider: Provider
  provider_ref: string | null
  state: Generated<CheckState>
  attempt: Generated<number>
  legal_name: string | null
  /** `YYYY-MM-DD`. */
  birth_date: string | null
  country: string | null
  document_kind: DocumentKind | null
  document_number: string | null
  reason_codes: Generated<string[]>
  message: string | null
  taken_by: string | null
  taken_by_name: string | null
  last_event_id: string | null
  last_event_at: Date | null
  created_at: Generated<Date>
  submitted_at: Date | null
  decided_at: Date | null
  verified_at: Date | null
  expires_at: Date | null
  ended_at: Date | null
  redacted_at: Date | null
  redacted_by_name: string | null
  version: Generated<number>
}

interface ReviewTable {
  id: Generated<string>
  partner_id: string
  case_id: string
  attempt: number
  decision: Decision
  reviewer_id: string
  reviewer_name: string
  reason_codes: Generated<string[]>
  decided_at: Generated<Date>
}

interface EventTable {
  id: Generated<string>
  partner_id: string
  provider: Vendor
  event_id: string
  digest: Buffer
  case_id: string | null
  occurred_at: Date
  received_at: Generated<Date>
  outcome: EventOutcome
}

interface SecretTable {
  id: string
  partner_id: string
  provider: Vendor
  sealed_secret: Buffer
  created_at: Generated<Date>
  created_by_name: string
  ends_at: Date | null
}

/** What the queue shows of whose identity is checked; the table belongs to the module of realms. */
interface EndUserTable {
  id: string
  partner_id: string
  email: string
  role: string
  verified_until: Date | null
}

export interface KycTables {
  kyc_case: CaseTable
  kyc_review: ReviewTable
  kyc_event: EventTable
  kyc_secret: SecretTable
  end_user: EndUserTable
}
