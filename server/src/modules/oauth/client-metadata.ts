import { isIpAllowed } from '@liaison/access'
import type { AdapterPayload } from 'oidc-provider'
import { z } from 'zod'
import type { ClientCertificate } from './certificates.ts'
import type { ClientKey, TokenBinding } from './registration.ts'
import { CIBA, TOKEN_EXCHANGE } from './settings.ts'

const Networks = z.array(z.string())

/** An API client as the portal keeps it. */
export interface RegisteredClient {
  /** The public id, which is the `client_id`. */
  readonly clientId: string
  readonly name: string
  readonly environment: 'sandbox' | 'live'
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
  readonly jwks: { readonly keys: readonly ClientKey[] }
  readonly tokenBinding: TokenBinding
  readonly certificates: readonly ClientCertificate[]
  /** From which networks it may come; from everywhere where none is named. */
  readonly networks: readonly string[]
  /** Whether it may ask customers to approve something without a browser. */
  readonly asksWithoutBrowser: boolean
  /** Whether what follows a token is held to the key of that token. */
  readonly pinsProofKey: boolean
  /** Null for a client of a tenant. */
  readonly partnerKinds: readonly string[] | null
  /** Whether the organisation that owns the client has billing accounts of its own. */
  readonly hasOwnAccounts: boolean
}

/** What the library does not know of a client and our own rules need. */
export const OWN_METADATA = [
  'api_scopes',
  'partner_kinds',
  'is_sandbox',
  'token_binding',
  'registered_certificates',
  'networks',
  'pins_proof_key',
] as const

/**
 * The grants that a client may use. A partner that only refers holds no delegation, so it neither asks for a consent
 * nor exchanges a token; a resale is for wholesalers. Source: delegation.md section 4, invariant 6.
 */
export function grantTypesOf(client: RegisteredClient): string[] {
  const { partnerKinds, redirectUris, hasOwnAccounts, asksWithoutBrowser } = client
  const isReferral = partnerKinds !== null && partnerKinds.every((kind) => kind === 'referral')
  const mayAsk = partnerKinds !== null && !isReferral
  return [
    ...(mayAsk && redirectUris.length > 0 ? ['authorization_code', 'refresh_token'] : []),
    // Also how a client gets the token with which it manages its grants.
    ...(mayAsk || hasOwnAccounts ? ['client_credentials'] : []),
    // For a wholesaler's end customers, and to name the member of the partner who acts.
    ...(mayAsk ? [TOKEN_EXCHANGE] : []),
    ...(mayAsk && asksWithoutBrowser ? [CIBA] : []),
  ]
}

/** A client as the library reads it: the profile's settings are forced, whatever the record says (FAPI 2.0 section 5.3.2). */
export function toClientMetadata(client: RegisteredClient): AdapterPayload {
  const grantTypes = grantTypesOf(client)
  const asksForConsent = grantTypes.includes('authorization_code')
  return {
    client_id: client.clientId,
    client_name: client.name,
    application_type: 'web',
    token_endpoint_auth_method: 'private_key_jwt',
    require_pushed_authorization_requests: true,
    ...(grantTypes.includes(CIBA) && { backchannel_token_delivery_mode: 'poll' }),
    dpop_bound_access_tokens: client.tokenBinding === 'dpop',
    tls_client_certificate_bound_access_tokens: client.tokenBinding === 'mtls',
    id_token_signed_response_alg: 'ES256',
    response_types: asksForConsent ? ['code'] : [],
    grant_types: grantTypes,
    redirect_uris: asksForConsent ? [...client.redirectUris] : [],
    authorization_details_types: ['partner_access'],
    jwks: { keys: [...client.jwks.keys] },
    api_scopes: [...client.scopes],
    partner_kinds: client.partnerKinds === null ? [] : [...client.partnerKinds],
    is_sandbox: client.environment === 'sandbox',
    token_binding: client.tokenBinding,
    registered_certificates: client.certificates.map(({ thumbprint, ends_at }) => ({ thumbprint, ends_at })),
    networks: [...client.networks],
    pins_proof_key: client.pinsProofKey,
  }
}

/** Whether a client may come from an address: from everywhere, or from the networks that its owner named (delegation.md section 4, checks of each call). */
export function mayComeFrom(networks: unknown, ip: string | null): boolean {
  const list = Networks.parse(networks)
  return list.length === 0 || (ip !== null && isIpAllowed(ip, list))
}
