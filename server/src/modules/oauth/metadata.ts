import { z } from 'zod'
import { OWN_SCOPE_NAMES, SCOPE_NAMES } from '@liaison/access'
import { TokenClaims } from './claims-schema.ts'
import { ChosenDetail, GrantedDetail, RequestedDetail } from './details.ts'
import { ISSUER_PATH, issuerOf, SIGNATURES } from './settings.ts'
import type { OAuthPlaces } from './settings.ts'

/** What the library says of an OpenID provider, which this is not. */
const OPENID_MEMBERS = new Set([
  'claims_parameter_supported',
  'claims_supported',
  'claim_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
])

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const ALIASES = {
  token_endpoint: '/token',
  pushed_authorization_request_endpoint: '/par',
  revocation_endpoint: '/revoke',
  introspection_endpoint: '/introspect',
} as const

const BACKCHANNEL_ENDPOINT = 'backchannel_authentication_endpoint'

/** Where clients with a certificate go, when that is another host (RFC 8705 section 5). */
function aliasesOf({ mtlsOrigin }: OAuthPlaces, own: Record<string, unknown>): Record<string, unknown> {
  const origin = mtlsOrigin?.()
  if (origin === undefined) return {}
  const paths = { ...ALIASES, ...(BACKCHANNEL_ENDPOINT in own && { [BACKCHANNEL_ENDPOINT]: '/backchannel' }) }
  const aliases = Object.entries(paths).map(([name, path]) => [name, `${origin}${ISSUER_PATH}${path}`])
  return { mtls_endpoint_aliases: Object.fromEntries(aliases) }
}

/** The metadata of the authorization server (RFC 8414), from what the library says of itself. */
export function describeServer(places: OAuthPlaces, own: unknown): Record<string, unknown> {
  const issuer = issuerOf(places)
  const members = isObject(own) ? own : {}
  const kept = Object.fromEntries(Object.entries(members).filter(([name]) => !OPENID_MEMBERS.has(name)))
  return {
    ...kept,
    issuer,
    scopes_supported: [...SCOPE_NAMES, ...OWN_SCOPE_NAMES],
    response_modes_supported: ['query'],
    protected_resources: [places.apiResource()],
    dpop_signing_alg_values_supported: [...SIGNATURES],
    introspection_signing_alg_values_supported: ['ES256'],
    ...aliasesOf(places, members),
    ...(BACKCHANNEL_ENDPOINT in members && { backchannel_user_code_parameter_supported: false }),
    grant_management_endpoint: `${issuer}/grants`,
    access_request_endpoint: `${issuer}/access-requests`,
    grant_management_actions_supported: ['create', 'merge', 'replace', 'query', 'revoke'],
    grant_management_action_required: false,
    service_documentation: `${places.authOrigin()}/docs`,
    authorization_details_schema: `${issuer}/schemas/partner-access-request.json`,
  }
}

/** The metadata of our API (RFC 9728 section 2). */
export function describeResource(
  places: OAuthPlaces,
  { takesCertificates }: { readonly takesCertificates: boolean },
): Record<string, unknown> {
  const issuer = issuerOf(places)
  return {
    resource: places.apiResource(),
    authorization_servers: [issuer],
    jwks_uri: `${issuer}/jwks`,
    scopes_supported: [...SCOPE_NAMES, ...OWN_SCOPE_NAMES],
    bearer_methods_supported: ['header'],
    resource_name: 'Liaison API',
    resource_documentation: `${places.authOrigin()}/docs`,
    // Every token is bound; the other way to bind one is by a certificate.
    dpop_bound_access_tokens_required: !takesCertificates,
    ...(takesCertificates && { tls_client_certificate_bound_access_tokens: true }),
    dpop_signing_alg_values_supported: [...SIGNATURES],
    authorization_details_types_supported: ['partner_access'],
  }
}

const SCHEMAS = {
  'access-token-claims': TokenClaims,
  'partner-access-request': RequestedDetail,
  'partner-access-choice': ChosenDetail,
  'partner-access': GrantedDetail,
} as const

/** The names under which the JSON Schemas are published. */
export const SCHEMA_NAMES = Object.keys(SCHEMAS)

/** A published JSON Schema (draft 2020-12): the very description that requests and tokens are checked with. Null for an unknown name. */
export function publishedSchema(places: OAuthPlaces, name: string): Record<string, unknown> | null {
  const schema = Object.entries(SCHEMAS).find(([key]) => key === name)?.[1]
  if (!schema) return null
  const { id: _id, ...described } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: 'input',
    reused: 'inline',
  })
  return { ...described, $id: `${places.authOrigin()}${ISSUER_PATH}/schemas/${name}.json` }
}
