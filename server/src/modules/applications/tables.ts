import type { Generated } from 'kysely'

/** The kinds of partnership that are applied for; agencies are registered by the provider. */
export const APPLIED_KINDS = [
  'referral',
  'reseller',
  'wholesaler',
  'msp',
  'enterprise_hq',
  'auditor',
  'white_label',
] as const

export type AppliedKind = (typeof APPLIED_KINDS)[number]

/** The states in which the provider sees an application. */
export const SENT_STATUSES = ['submitted', 'needs_info', 'approved', 'rejected', 'withdrawn'] as const

export type ApplicationStatus = 'draft' | (typeof SENT_STATUSES)[number]

export const DECLINE_REASONS = [
  'incomplete',
  'not_verified',
  'checks_failed',
  'not_a_fit',
  'duplicate',
  'other',
] as const

export type DeclineReason = (typeof DECLINE_REASONS)[number]

export type Answers = Readonly<Record<string, string>>

interface ApplicationTable {
  id: Generated<string>
  reference: string
  kind: AppliedKind | null
  requirements_version: Generated<number>
  answers: Generated<Answers>
  organisation: Generated<string | null>
  company_key: Generated<string | null>
  contact_email: string
  status: Generated<ApplicationStatus>
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
  verified_at: Date | null
  submitted_at: Date | null
  answer_by: string | null
  decided_at: Date | null
  decided_by: string | null
  decided_by_name: string | null
  decision_reason: DeclineReason | null
  decision_text: string | null
  decision_checks: string | null
  despite_checks: string | null
  reapply_after: Date | null
  partner_id: string | null
}

interface KeyTable {
  token_hash: Buffer
  application_id: string
  created_at: Generated<Date>
  ends_at: Generated<Date>
}

interface MessageTable {
  id: Generated<string>
  application_id: string
  side: 'provider' | 'applicant'
  author_name: string
  body: string
  created_at: Generated<Date>
}

export interface ApplicationTables {
  partner_application: ApplicationTable
  partner_application_key: KeyTable
  partner_application_message: MessageTable
}
