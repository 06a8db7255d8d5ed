import type { ClientNeed } from '@liaison/access'
import type { Generated } from 'kysely'
import type { ClientCertificate, TokenBinding } from '#modules/oauth/index.ts'

export type ClientStatus = 'active' | 'suspended' | 'revoked'
export type Environment = 'sandbox' | 'live'

/** The public keys of a client (RFC 7517); what is kept has been checked. */
export interface PublicKeys {
  readonly keys: Record<string, string>[]
}

interface ApiClientTable {
  id: Generated<string>
  partner_id: string | null
  tenant_id: string | null
  name: string
  description: string | null
  environment: Environment
  live_requested_at: Date | null
  live_approved_at: Date | null
  status: Generated<ClientStatus>
  status_reason: string | null
  status_changed_at: Generated<Date>
  status_changed_by_side: 'partner' | 'tenant' | 'provider' | null
  /** Since when its owner has it suspended, too, while the provider has, and why. */
  own_suspended_at: Date | null
  own_suspended_reason: string | null
  redirect_uris: string[]
  scopes: string[]
  mask: string
  needs: Generated<readonly ClientNeed[]>
  jwks: PublicKeys
  token_binding: Generated<TokenBinding>
  certificates: Generated<ClientCertificate[]>
  asks_without_browser: Generated<boolean>
  pins_proof_key: Generated<boolean>
  ip_allow: string[]
  version: Generated<number>
  created_by: string
  created_by_name: string
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

interface ApiClientUseTable {
  client_id: string
  first_token_at: Date | null
  first_call_at: Date | null
  first_live_call_at: Date | null
  last_used_at: Date | null
}

export type LogoStatus = 'waiting' | 'approved' | 'refused' | 'replaced' | 'withdrawn'

interface LogoTable {
  id: Generated<string>
  client_id: string
  partner_id: string
  sha256: string
  media_type: string
  width: number
  height: number
  /** Nothing of what was never approved, once it was refused or withdrawn. */
  bytes: Buffer | null
  status: Generated<LogoStatus>
  reason: string | null
  created_by: string
  created_by_name: string
  created_at: Generated<Date>
  waits_since: Generated<Date | null>
  decided_by: string | null
  decided_by_name: string | null
  decided_at: Date | null
}

/** A logo as it is told of. */
interface ToldLogo {
  readonly sha256: string
  readonly width: number
  readonly height: number
}

/** What there is of logos of a client. */
export interface ClientLogos {
  /** What customers see. */
  readonly in_use: ToldLogo | null
  readonly waiting: (ToldLogo & { readonly handed_in_at: string }) | null
  /** What was said of the last one, where it was refused. */
  readonly refused: { readonly reason: string; readonly decided_at: string } | null
}

export interface ClientTables {
  api_client_logo: LogoTable
  api_client: ApiClientTable
  api_client_use: ApiClientUseTable
  partner: { id: string; name: string }
  tenant: { id: string; name: string; is_sandbox: boolean }
}
