import type { Conditions, FreezeFacts, LinkStatus, Standing } from './facts.ts'
import type { BillingAccountId, ClientId, PartnerId, TenantId } from './ids.ts'
import type { Mask } from './mask.ts'
import type { ClientPermission } from './permissions.ts'

/** Whose resources a token reaches: the client owner's, a customer's by consent, or an end customer's by resale. */
export const ACCESS_MODES = ['own', 'delegated', 'resale'] as const

export type AccessMode = (typeof ACCESS_MODES)[number]

/** A consent or a resale, as it is now. */
export interface ApiDelegationFacts {
  readonly kind: 'consent' | 'resale'
  readonly status: LinkStatus
  readonly starts_at: Date
  /** The first instant at which it no longer holds. */
  readonly ends_at: Date | null
  /** Grows with every change of what it opens: a token that names another one is stale. */
  readonly epoch: number
  readonly mask: Mask
  readonly conditions: Pick<Conditions, 'ip_allow' | 'ip_mode' | 'hours'>
  /** Whether the billing account that the token names is among those it opens. */
  readonly opens_account: boolean
}

/** All that a decision about a call of an API client depends on, as it is at `now`. Nothing else is consulted. */
export interface ClientFacts {
  readonly now: Date
  readonly client: {
    readonly id: ClientId
    readonly status: Standing
    /** What its registered scopes allow: nothing it ever gets reaches beyond. */
    readonly mask: Mask
    readonly ip_allow: readonly string[]
    /** A sandbox client reaches sandbox tenants only, a live client the others only. */
    readonly is_sandbox: boolean
    /** The tenant that owns the client, or that its partner is itself. */
    readonly owner_tenant_id: TenantId | null
  } | null
  /** Null for a client of a tenant. */
  readonly partner: {
    readonly id: PartnerId
    readonly status: Standing
    readonly is_wholesaler: boolean
    /** Whether its configuration lets API clients of this client's environment in. */
    readonly opens_api: boolean
  } | null
  /** The member of the partner whom the token names as the one who acts; absent when it names the client alone. */
  readonly acting_member?: { readonly status: Standing } | null
  readonly tenant: { readonly id: TenantId; readonly status: Standing; readonly is_sandbox: boolean } | null
  /** Null when the tenant has no account of that number. */
  readonly account: { readonly id: BillingAccountId; readonly status: Standing } | null
  /** Null when the client holds no such delegation. */
  readonly delegation: ApiDelegationFacts | null
  readonly freezes: readonly FreezeFacts[]
  /** The features that are off for the partner that owns the client; a client of a tenant has none. */
  readonly features_off?: ReadonlySet<string>
  /** Who pays now; null when no commercial relationship is in force. */
  readonly billing: { readonly payer_tenant_id: TenantId; readonly payer_ban: string } | null
  readonly token: {
    readonly access: AccessMode
    readonly scopes: Mask
    /** What its authorization details leave; null when it carries none. */
    readonly actions: Mask | null
    /** The epoch of the delegation that it was issued under; null for the client's own organisation. */
    readonly epoch: number | null
    readonly revoked: boolean
    /** Who was to pay when it was issued; null when it does not say. */
    readonly billing: { readonly payer_tenant_id: TenantId; readonly payer_ban: string } | null
  }
  /** The address the call came from; null when it is not known. */
  readonly ip: string | null
}

/** What a call of an API client asks for. */
export interface ClientQuestion {
  readonly permission: ClientPermission
  /** Whether the call changes something that somebody pays for. */
  readonly writes: boolean
}
