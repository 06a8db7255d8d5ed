import type { Generated } from 'kysely'

export const VOUCHER_STATES = [
  'pending_review',
  'issued',
  'redeemed',
  'expired',
  'voided',
  'declined',
] as const
export const DUPLICATE_POLICIES = ['refuse', 'review', 'allow'] as const
export const ISSUER_MODES = ['form', 'agency_key', 'staff'] as const

export type VoucherState = (typeof VOUCHER_STATES)[number]
export type DuplicatePolicy = (typeof DUPLICATE_POLICIES)[number]

interface VoucherTypeTable {
  tenant_id: string
  id: Generated<string>
  code: string
  label: string
  valid_days: Generated<number>
  duplicate_window_days: Generated<number>
  duplicate_policy: Generated<DuplicatePolicy>
  yearly_reset: string | null
  keep_recipient_days: Generated<number>
  is_active: Generated<boolean>
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface VoucherTable {
  tenant_id: string
  id: Generated<string>
  code: string
  voucher_type_id: string
  status: VoucherState
  agency_id: string | null
  agency_name: string | null
  form_token_id: string | null
  agency_key_id: string | null
  issuer_mode: (typeof ISSUER_MODES)[number]
  issued_by: string | null
  issued_by_label: string | null
  requested_at: Generated<Date>
  issued_at: Date | null
  expires_at: Date | null
  redeemed_at: Date | null
  redeemed_place: string | null
  receipt_id: string | null
  gross_minor: number | null
  currency: string | null
  ended_at: Date | null
  moved_at: Generated<Date>
  moved_by: string | null
  moved_by_name: string | null
  move_note: string | null
  version: Generated<number>
}

interface VoucherRecipientTable {
  tenant_id: string
  voucher_id: string
  first_name: string | null
  last_name: string | null
  /** Read as text, `YYYY-MM-DD`: a day has no time zone. */
  date_of_birth: string | null
  household_adults: number | null
  household_children: number | null
  identity_key: Buffer
  purge_after: Date
  purged_at: Date | null
}

interface VoucherEventTable {
  tenant_id: string
  id: Generated<string>
  voucher_id: string
  at: Date
  action: string
  from_state: VoucherState | null
  to_state: VoucherState
  side: 'agency' | 'tenant' | 'clock'
  actor_name: string | null
  note: string | null
  receipt_id: string | null
  place: string | null
}

/** What this module reads and writes. */
export interface VoucherTables {
  voucher_type: VoucherTypeTable
  voucher: VoucherTable
  voucher_recipient: VoucherRecipientTable
  voucher_event: VoucherEventTable
}
