import type { Configuration } from 'oidc-provider'
import { grantTypesOf } from './client-metadata.ts'
import type { RegisteredClient } from './client-metadata.ts'
import { parseClientRegistration } from './registration.ts'
import { CIBA, SIGNATURES, TOKEN_EXCHANGE } from './settings.ts'

/** What must be true of the settings, with the words that say it is not. */
type Demand = readonly [words: string, holds: (settings: Configuration) => boolean]

const onlyOf = (values: readonly string[] | undefined, allowed: readonly string[]): boolean =>
  values !== undefined && values.length > 0 && values.every((value) => allowed.includes(value))

const seconds = (value: unknown, most: number): boolean =>
  typeof value === 'number' && value > 0 && value <= most

/** The profile: FAPI 2.0 Security Profile sections 5.3.2 and 5.4, RFC 9700, and our own decisions on top. */
const DEMANDS: readonly Demand[] = [
  ["the storage is PostgreSQL, never the library's memory", ({ adapter }) => adapter !== undefined],
  ['no client comes from the settings', ({ clients }) => (clients ?? []).length === 0],
  [
    'clients authenticate with a key of theirs',
    ({ clientAuthMethods }) => onlyOf([...(clientAuthMethods ?? [])], ['private_key_jwt']),
  ],
  ['the only response is a code', ({ responseTypes }) => onlyOf([...(responseTypes ?? [])], ['code'])],
  [
    'PKCE is required of all',
    ({ pkce }) => pkce?.required !== undefined && Reflect.apply(pkce.required, undefined, []) === true,
  ],
  ["the sign-in of the library's own is off", ({ features }) => features?.devInteractions?.enabled === false],
  [
    'the profile is FAPI 2.0',
    ({ features }) => features?.fapi?.enabled === true && features.fapi.profile === '2.0',
  ],
  [
    'requests are pushed',
    ({ features }) => {
      const pushed = features?.pushedAuthorizationRequests
      return (
        pushed?.enabled === true &&
        pushed.requirePushedAuthorizationRequests === true &&
        pushed.allowUnregisteredRedirectUris !== true
      )
    },
  ],
  ['tokens are bound to keys', ({ features }) => features?.dPoP?.enabled === true],
  [
    'certificates bind tokens, and authenticate nobody',
    ({ features }) => {
      const mutual = features?.mTLS
      return (
        mutual?.enabled !== true ||
        (mutual.certificateBoundAccessTokens === true &&
          mutual.getCertificate !== undefined &&
          mutual.selfSignedTlsClientAuth !== true &&
          mutual.tlsClientAuth !== true)
      )
    },
  ],
  [
    'whoever asks without a browser polls, and every hook of that is our own',
    ({ features }) => {
      const ciba = features?.ciba
      return (
        ciba?.enabled !== true ||
        (onlyOf([...(ciba.deliveryModes ?? [])], ['poll']) &&
          ciba.validateBindingMessage !== undefined &&
          ciba.triggerAuthenticationDevice !== undefined)
      )
    },
  ],
  ['clients are registered in the portal alone', ({ features }) => features?.registration?.enabled !== true],
  ['there is no device flow', ({ features }) => features?.deviceFlow?.enabled !== true],
  [
    'tokens of others are told nobody',
    ({ features }) => features?.introspection?.allowedPolicy !== undefined,
  ],
  [
    'tokens of others are ended by nobody',
    ({ features }) => features?.revocation?.allowedPolicy !== undefined,
  ],
  [
    'assertions are signed with strong algorithms',
    ({ enabledJWA }) => onlyOf(enabledJWA?.clientAuthSigningAlgValues, SIGNATURES),
  ],
  [
    'proofs are signed with strong algorithms',
    ({ enabledJWA }) => onlyOf(enabledJWA?.dPoPSigningAlgValues, SIGNATURES),
  ],
  [
    'request objects are signed with strong algorithms',
    ({ enabledJWA }) => onlyOf(enabledJWA?.requestObjectSigningAlgValues, SIGNATURES),
  ],
  ['a code is redeemed within a minute', ({ ttl }) => seconds(ttl?.AuthorizationCode, 60)],
  [
    'an access token runs five minutes at most',
    ({ ttl }) => seconds(ttl?.AccessToken, 300) && seconds(ttl?.ClientCredentials, 300),
  ],
  ['a refresh token does not rotate', ({ rotateRefreshToken }) => rotateRefreshToken === false],
  ['nothing ends with a browser session', ({ expiresWithSession }) => expiresWithSession !== undefined],
  [
    'no token is taken from a query',
    ({ acceptQueryParamAccessTokens }) => acceptQueryParamAccessTokens === false,
  ],
  [
    'a redirect URI is always named',
    ({ allowOmittingSingleRegisteredRedirectUri }) => allowOmittingSingleRegisteredRedirectUri === false,
  ],
  ['an earlier grant is never taken over', ({ loadExistingGrant }) => loadExistingGrant !== undefined],
  [
    'cookies are signed with at least two keys',
    ({ cookies }) => Array.isArray(cookies?.keys) && cookies.keys.length >= 2,
  ],
  ['no page of another site reads an answer', ({ clientBasedCORS }) => clientBasedCORS !== undefined],
]

/** What is weaker than the profile in these settings, in words; empty when nothing is. */
export function findWeakSettings(settings: Configuration): string[] {
  return DEMANDS.flatMap(([words, holds]) => (holds(settings) ? [] : [words]))
}

const GRANT_TYPES = new Set([
  'authorization_code',
  'refresh_token',
  'client_credentials',
  TOKEN_EXCHANGE,
  CIBA,
])

/** What is weaker than the profile in what a client is registered with; empty when nothing is. */
export function findWeakClient(client: RegisteredClient): string[] {
  const certificates = client.certificates.map(({ pem }) => pem)
  const result = parseClientRegistration({ ...client, certificates })
  const faults = 'faults' in result ? result.faults.map(({ pointer, detail }) => `${pointer} ${detail}`) : []
  const others = grantTypesOf(client).filter((type) => !GRANT_TYPES.has(type))
  return [...faults, ...others.map((type) => `the grant ${type} is not for clients`)].map(
    (fault) => `${client.clientId}: ${fault}`,
  )
}

/**
 * Refuses to go on when a setting or a registered client is weaker than the profile: whoever changed it finds out at
 * the start and not in an attack (delegation.md section 2, trap 1).
 */
export function requireProfile(settings: Configuration, clients: readonly RegisteredClient[]): void {
  const weak = [...findWeakSettings(settings), ...clients.flatMap(findWeakClient)]
  if (weak.length > 0)
    throw new Error(
      `The authorization server is weaker than its profile:\n${weak.map((line) => `- ${line}`).join('\n')}`,
    )
}
