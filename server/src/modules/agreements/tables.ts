import type { Generated, GeneratedAlways } from 'kysely'
import type { AgreementTerms } from './terms.ts'

export const AGREEMENT_STATES = [
  'draft',
  'offered',
  'signed',
  'active',
  'superseded',
  'terminated',
  'declined',
  'withdrawn',
  'expired',
  'rejected',
] as const
export type AgreementState = (typeof AGREEMENT_STATES)[number]

export const FOUR_EYES = ['off', 'approval', 'offer_and_approval'] as const
export type FourEyes = (typeof FOUR_EYES)[number]

interface ProgramTable {
  id: Generated<string>
  code: string
  name: string
  defaults: AgreementTerms
  timezone: Generated<string>
  four_eyes: Generated<FourEyes>
  status: Generated<'active' | 'closed'>
}

interface TemplateTable {
  id: Generated<string>
  code: string
  number: number
  title: string
  source: string
  terms: AgreementTerms
  created_by_name: string
  created_at: Generated<Date>
}

interface AgreementTable {
  id: Generated<string>
  partner_id: string
  program_id: string
  version: GeneratedAlways<number>
  state: Generated<AgreementState>
  title: string
  template_id: string
  source: string
  body: string
  terms_canonical: string
  content_sha256: GeneratedAlways<Buffer>
  starts_at: Date | null
  expires_at: Date | null
  terminates_at: Date | null
  reason: string | null
  notice_reason: string | null
  warned_at: Date | null
  row_version: GeneratedAlways<number>
}

/** An agreement as it is now, with the name of its partner. */
interface AgreementOverview {
  id: string
  partner_id: string
  partner_name: string
  program_id: string
  version: number
  state: AgreementState
  title: string
  template_id: string
  source: string
  body: string
  terms_canonical: string
  content_sha256: Buffer
  starts_at: Date | null
  expires_at: Date | null
  effective_from: Date | null
  effective_until: Date | null
  is_in_force: boolean
  offered_at: Date | null
  signed_at: Date | null
  approved_at: Date | null
  ended_at: Date | null
  terminates_at: Date | null
  reason: string | null
  notice_at: Date | null
  notice_by_name: string | null
  notice_reason: string | null
  created_by: string | null
  created_by_name: string
  offered_by: string | null
  offered_by_name: string | null
  row_version: number
  created_at: Date
  updated_at: Date
}

interface SignatureTable {
  agreement_id: string
  partner_id: string
  member_id: string
  person_id: GeneratedAlways<string>
  signer_name: GeneratedAlways<string>
  signer_email: GeneratedAlways<string>
  typed_name: string
  capacity: string
  auth_method: GeneratedAlways<'otp' | 'phishing_resistant'>
  auth_at: GeneratedAlways<Date>
  ip: GeneratedAlways<string | null>
  user_agent: GeneratedAlways<string | null>
  locale: string | null
  time_zone: string | null
  content_sha256: Buffer
  consent_text: string
  consent_sha256: GeneratedAlways<Buffer>
  displayed_at: Date
  signed_at: GeneratedAlways<Date>
}

interface ApprovalTable {
  agreement_id: string
  partner_id: string
  content_sha256: Buffer
  approver_id: GeneratedAlways<string>
  approver_name: GeneratedAlways<string>
  auth_method: GeneratedAlways<string>
  auth_at: GeneratedAlways<Date | null>
  approved_at: GeneratedAlways<Date>
}

interface EventTable {
  agreement_id: string
  number: number
  occurred_at: Date
  action: string
  from_state: string | null
  to_state: string
  actor_kind: string
  actor_id: string | null
  actor_name: string | null
  details: Readonly<Record<string, unknown>>
  hash: Buffer
}

interface FileTable {
  agreement_id: string
  partner_id: string
  kind: 'signed' | 'approved'
  digest: Buffer
  bytes: Buffer
  seal: 'development' | 'configured'
  created_at: Generated<Date>
}

export interface AgreementTables {
  program_setting: {
    version: number
    live_needs_agreement: boolean
    contact_kept_days: number
    attribution_model: 'first_touch' | 'last_touch'
    time_zone: string
    deal_protected_days: number
    shows_sign_up_ranks: boolean
    shows_earning_ranks: boolean
    embeds_dashboard: boolean
    dashboard_origins: readonly string[]
    set_by_name: string
    created_at: Generated<Date>
  }
  program: ProgramTable
  agreement_template: TemplateTable
  agreement: AgreementTable
  agreement_overview: AgreementOverview
  agreement_signature: SignatureTable
  agreement_approval: ApprovalTable
  agreement_event: EventTable
  agreement_file: FileTable
  partner: { id: string; name: string; status: string }
}
