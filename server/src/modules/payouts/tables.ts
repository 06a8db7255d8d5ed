import type { Generated } from 'kysely'
import type { DeliveryStatus } from '#platform/outgoing/attempts.ts'

export const METHODS = ['bank_transfer', 'external', 'credit'] as const
export type Method = (typeof METHODS)[number]

export const TAX_KINDS = ['w9', 'w8', 'vat_certificate', 'tax_residency', 'other'] as const
export type TaxKind = (typeof TAX_KINDS)[number]

export const TAX_STATES = ['submitted', 'verified', 'rejected', 'expired'] as const
export type TaxState = (typeof TAX_STATES)[number]

/** Ways out of the house that can be chosen; `simulated` moves nothing and says so. */
export const RAILS = ['manual', 'external', 'simulated'] as const
export type Rail = (typeof RAILS)[number]

export const BATCH_STATES = [
  'draft',
  'submitted',
  'approved',
  'processing',
  'completed',
  'partially_failed',
  'cancelled',
] as const
export type BatchState = (typeof BATCH_STATES)[number]

export const ITEM_STATES = ['queued', 'sent', 'paid', 'failed', 'cancelled'] as const
export type ItemState = (typeof ITEM_STATES)[number]

export const STATEMENT_FORMATS = ['pdf', 'csv', 'xlsx'] as const
export type StatementFormat = (typeof STATEMENT_FORMATS)[number]

/** Why a payout does not happen, and whether that blocks it or is only pointed out. */
export interface Obstacle {
  readonly code: string
  readonly blocks: boolean
  readonly until?: string
  readonly minimum_minor?: number
}

/** A partner that a batch left out, as it was when the batch was built. */
export interface Skipped {
  readonly partner_id: string
  readonly partner_name: string
  readonly amount_minor: number
  readonly reasons: readonly Obstacle[]
}

interface PayoutAccountTable {
  id: string
  partner_id: string
  method: Method
  holder_name: string
  label: string
  country: string | null
  sealed_details: Buffer
  fingerprint: Buffer
  created_by: string
  created_by_name: string
  created_at: Generated<Date>
  usable_from: Generated<Date>
  verified_at: Date | null
  verified_by: string | null
  verified_by_name: string | null
  held_at: Date | null
  held_by_name: string | null
  hold_reason: string | null
  ended_at: Date | null
  version: Generated<number>
}

interface TaxDocumentTable {
  id: string
  partner_id: string
  kind: TaxKind
  file_name: string
  media_type: string
  size_bytes: number
  sha256: Buffer
  sealed_file: Buffer
  state: Generated<TaxState>
  valid_until: string | null
  uploaded_by: string
  uploaded_by_name: string
  created_at: Generated<Date>
  reviewed_at: Date | null
  reviewed_by: string | null
  reviewed_by_name: string | null
  reason: string | null
  version: Generated<number>
}

interface PayoutBatchTable {
  id: Generated<string>
  number: Generated<number>
  currency: string
  cutoff_at: Date
  rail: Rail
  state: Generated<BatchState>
  note: string | null
  total_minor: number
  item_count: number
  row_count: number
  skipped: readonly Skipped[]
  created_by: string
  created_by_name: string
  created_at: Generated<Date>
  submitted_by: string | null
  submitted_by_name: string | null
  submitted_at: Date | null
  approved_by: string | null
  approved_by_name: string | null
  approved_at: Date | null
  started_at: Date | null
  finished_at: Date | null
  cancel_reason: string | null
  version: Generated<number>
}

interface PayoutItemTable {
  id: Generated<string>
  batch_id: string
  partner_id: string
  currency: string
  amount_minor: number
  row_count: number
  payout_account_id: string
  account_method: Method
  account_label: string
  state: Generated<ItemState>
  approved_at: Date | null
  sent_at: Date | null
  finished_at: Date | null
  rail_ref: string | null
  failure_reason: string | null
  settled_by: string | null
  settled_by_name: string | null
  version: Generated<number>
  created_at: Generated<Date>
}

interface StatementTable {
  id: Generated<string>
  partner_id: string
  currency: string
  month: string
  opening_minor: number
  earned_minor: number
  voided_minor: number
  paid_minor: number
  closing_minor: number
  line_count: number
  totals: readonly StatementTotal[]
  closed_at: Generated<Date>
}

/** A sum of a statement by kind and state, as they were when it was closed. */
export interface StatementTotal {
  readonly kind: string
  readonly state: string
  readonly amount_minor: number
  readonly count: number
}

interface StatementLineTable {
  statement_id: string
  partner_id: string
  place: number
  what: 'earned' | 'voided' | 'paid'
  earning_id: string | null
  payout_item_id: string | null
  day: string
  kind: string
  state: string
  about: string
  base_minor: number | null
  amount_minor: number
}

interface HandOverTable {
  id: Generated<string>
  batch_id: string
  part: number
  parts: number
  status: Generated<DeliveryStatus>
  attempt: Generated<number>
  next_attempt_at: Generated<Date>
  claimed_until: Date | null
  response_code: number | null
  outcome: string | null
  duration_ms: number | null
  response_excerpt: string | null
  created_at: Generated<Date>
  finished_at: Date | null
}

interface ReceiverSecretTable {
  id: string
  sealed_secret: Buffer
  sealed_signing_key: Buffer
  public_key: Buffer
  created_at: Generated<Date>
  ends_at: Date | null
}

/** The tables of this module, and what it reads of its neighbours', as its queries see them. */
export interface PayoutTables {
  payout_account: PayoutAccountTable
  tax_document: TaxDocumentTable
  payout_batch: PayoutBatchTable
  payout_item: PayoutItemTable
  payout_line: { item_id: string; earning_id: string; partner_id: string; amount_minor: number }
  payout_policy: {
    version: number
    tax_document: 'block' | 'warn'
    payout_day: number | null
    finance_source: string | null
    set_by_name: string
    created_at: Generated<Date>
  }
  payout_receiver: {
    version: number
    url: string | null
    set_by: string | null
    set_by_name: string
    created_at: Generated<Date>
  }
  payout_receiver_secret: ReceiverSecretTable
  payout_hand_over: HandOverTable
  earning_statement: StatementTable
  earning_statement_line: StatementLineTable
  earning_statement_file: {
    statement_id: string
    partner_id: string
    format: StatementFormat
    sha256: Buffer
    is_sealed: boolean
    bytes: Buffer
  }
  partner: { id: string; name: string }
}
