import type { ColumnType, Generated } from 'kysely'
import type { Language } from '#platform/words/language.ts'

type Instant = ColumnType<Date, Date | undefined, Date>
type OptionalInstant = ColumnType<Date | null, Date | null | undefined, Date | null>

export interface PersonTable {
  id: Generated<string>
  email: string
  name: string
  status: Generated<'active' | 'inactive'>
  shortcuts: Generated<boolean>
  language: Language | null
  created_at: Instant
}

export interface PasswordCredentialTable {
  person_id: string
  hash: string
  changed_at: Instant
}

export interface TotpFactorTable {
  person_id: string
  secret: Buffer
  confirmed_at: OptionalInstant
  last_step: Generated<number>
  created_at: Instant
}

export interface PasskeyTable {
  id: Generated<string>
  person_id: string
  credential_id: string
  public_key: Buffer
  sign_count: number
  transports: string[]
  label: string
  created_at: Instant
  last_used_at: OptionalInstant
}

export interface RecoveryCodeTable {
  person_id: string
  hash: Buffer
  used_at: OptionalInstant
}

export interface SessionTable {
  id: Generated<string>
  token_hash: Buffer
  person_id: string
  factor: 'none' | 'otp' | 'phishing_resistant'
  factor_at: OptionalInstant
  password_at: OptionalInstant
  created_at: Instant
  seen_at: Instant
  idle_seconds: Generated<number>
  ends_at: Date
  ended_at: OptionalInstant
  end_reason: string | null
  ip: string | null
  user_agent: string | null
}

export type TokenPurpose = 'invitation' | 'password_reset' | 'sign_in' | 'passkey_challenge'

export interface SingleUseTokenTable {
  id: Generated<string>
  purpose: TokenPurpose
  token_hash: Buffer
  email: string | null
  person_id: string | null
  detail: ColumnType<unknown, string, string>
  created_at: Instant
  ends_at: Date
  used_at: OptionalInstant
}

export interface SignInThrottleTable {
  key: string
  failures: number
  last_failure_at: Instant
}

export interface IdentityTables {
  person: PersonTable
  password_credential: PasswordCredentialTable
  totp_factor: TotpFactorTable
  passkey: PasskeyTable
  recovery_code: RecoveryCodeTable
  session: SessionTable
  single_use_token: SingleUseTokenTable
  sign_in_throttle: SignInThrottleTable
  platform_staff: { person_id: string; role: string; status: Generated<string> }
  partner: { id: string; name: string; status: string }
  partner_member: {
    id: Generated<string>
    partner_id: string
    person_id: string
    role: string
    status: Generated<string>
  }
  tenant: { id: string; name: string; status: string }
  tenant_member: {
    id: Generated<string>
    tenant_id: string
    person_id: string
    role: string
    status: Generated<string>
  }
  mail_message: {
    id: Generated<string>
    recipient: string
    subject: string
    body_text: string
    created_at: Instant
  }
}
