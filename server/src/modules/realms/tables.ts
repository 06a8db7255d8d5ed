import type { EndUserStatus, RealmRole } from '@liaison/access'
import type { Generated } from 'kysely'

interface RealmTable {
  partner_id: string
  status: Generated<'open' | 'closed'>
  key_number: Generated<number>
  key_previous_until: Date | null
  opened_at: Generated<Date>
  closed_at: Date | null
  closed_by_side: 'partner' | 'provider' | null
  closed_by_name: string | null
  close_reason: string | null
  version: Generated<number>
}

export interface EndUserTable {
  id: Generated<string>
  partner_id: string
  email: string
  email_norm: string
  name: string
  role: Generated<RealmRole>
  status: Generated<EndUserStatus>
  status_reason: string | null
  last_signed_in_at: Date | null
  version: Generated<number>
  created_at: Generated<Date>
}

interface CredentialTable {
  partner_id: string
  end_user_id: string
  hash: string
  changed_at: Date
}

interface SessionTable {
  id: Generated<string>
  partner_id: string
  end_user_id: string
  token_hash: Buffer
  created_at: Generated<Date>
  seen_at: Generated<Date>
  idle_seconds: number
  ends_at: Date
  ended_at: Date | null
  end_reason: string | null
  ip: string | null
  user_agent: string | null
}

export type RealmTokenPurpose = 'sign_up' | 'invitation' | 'reset' | 'change_email'

interface TokenTable {
  id: Generated<string>
  partner_id: string
  purpose: RealmTokenPurpose
  token_hash: Buffer
  end_user_id: string | null
  email: string
  role: 'guest' | 'realm_admin' | null
  created_at: Generated<Date>
  ends_at: Date
  used_at: Date | null
}

/** The tables of this module. */
export interface RealmTables {
  realm: RealmTable
  end_user: EndUserTable
  end_user_credential: CredentialTable
  end_user_session: SessionTable
  end_user_token: TokenTable
}
