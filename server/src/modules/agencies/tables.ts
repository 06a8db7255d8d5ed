import type { ColumnType, Generated } from 'kysely'
import type { FormConfig } from './config.ts'

export const AGENCY_STATUSES = ['active', 'inactive'] as const
export const FORM_STATUSES = ['active', 'paused'] as const
const TOKEN_STATUSES = ['active', 'revoked', 'expired'] as const
export const CHALLENGES = ['off', 'required'] as const
export const KEY_SCOPES = ['vouchers.issue:own', 'vouchers.read:own'] as const

type Kept = ColumnType<Date, never, never>

interface AgencyTable {
  id: Generated<string>
  tenant_id: string
  name: string
  status: Generated<(typeof AGENCY_STATUSES)[number]>
  status_reason: string | null
  status_changed_at: Generated<Date>
  contact_name: string | null
  contact_email: string | null
  contact_phone: string | null
  daily_issue_limit: number | null
  version: Generated<number>
  created_by: string | null
  created_by_name: string
  created_at: Kept
  updated_at: Kept
}

interface FormTable {
  id: Generated<string>
  tenant_id: string
  agency_id: string
  public_id: string
  name: string
  status: Generated<(typeof FORM_STATUSES)[number]>
  status_reason: string | null
  status_changed_at: Generated<Date>
  allowed_origins: string[]
  allows_subdomains: boolean
  is_headless: boolean
  challenge: (typeof CHALLENGES)[number]
  access_code_hash: string | null
  daily_issue_limit: number | null
  abuse_suspected_at: Date | null
  config: ColumnType<FormConfig, string, string>
  config_version: Generated<number>
  version: Generated<number>
  created_by: string | null
  created_by_name: string
  created_at: Kept
  updated_at: Kept
}

interface FormTokenTable {
  id: Generated<string>
  tenant_id: string
  agency_id: string
  form_id: string
  mode: 'live' | 'test'
  token_hash: ColumnType<never, Buffer, never>
  hash_key_id: number
  display_prefix: string
  last4: string
  status: Generated<(typeof TOKEN_STATUSES)[number]>
  valid_until: Date | null
  replaced_by: string | null
  created_by: string | null
  created_by_name: string
  created_at: Kept
  revoked_at: Date | null
  revoked_by: string | null
  revoked_by_name: string | null
  revoked_reason: string | null
}

interface AgencyKeyTable {
  id: Generated<string>
  tenant_id: string
  agency_id: string
  name: string
  key_hash: ColumnType<never, Buffer, never>
  hash_key_id: number
  display_prefix: string
  last4: string
  scopes: (typeof KEY_SCOPES)[number][]
  allowed_voucher_types: string[]
  allowed_networks: string[]
  calls_per_minute: number
  status: Generated<'active' | 'revoked'>
  created_by: string | null
  created_by_name: string
  created_at: Kept
  revoked_at: Date | null
  revoked_by: string | null
  revoked_by_name: string | null
  revoked_reason: string | null
}

export interface AgencyTables {
  agency: AgencyTable
  form: FormTable
  form_token: FormTokenTable
  agency_key: AgencyKeyTable
  agency_credential_use: { credential_id: string; tenant_id: string; last_used_at: Date }
  form_token_origin: {
    token_id: string
    tenant_id: string
    origin: string
    first_seen_at: Date
    last_seen_at: Date
    uses: string
  }
  form_visit: {
    form_id: string
    tenant_id: string
    origin: string
    is_allowed: boolean
    first_seen_at: Date
    last_seen_at: Date
    visits: string
  }
  leak_report: {
    id: Generated<string>
    tenant_id: string
    kind: 'form_token' | 'agency_key' | 'webhook_secret'
    credential_id: string
    label: string
    found_in: string | null
    source: string | null
    outcome: 'told' | 'revoked'
    reported_at: Generated<Date>
  }
  tenant: { id: string; is_sandbox: boolean }
  voucher_type: { tenant_id: string; code: string; label: string; is_active: boolean }
}
