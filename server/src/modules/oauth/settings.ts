/** Where the authorization server and the resources that it protects stand. */
export interface OAuthPlaces {
  /** The origin of the authorization server, without a trailing slash. */
  readonly authOrigin: () => string
  /** The resource identifier of our API: the audience of its tokens (RFC 8707). */
  readonly apiResource: () => string
  /** The origin at which client certificates are asked for, when that is another one: browsers would ask people for theirs. */
  readonly mtlsOrigin?: (() => string | undefined) | undefined
}

/** The path under which the authorization server is mounted, and so the path of its issuer. */
export const ISSUER_PATH = '/oauth'

/** Seconds that an access token runs at most. */
export const ACCESS_SECONDS = 300
/** Seconds that one runs at least, however soon a revocation is to count: its holder must come round to using it. */
export const SHORTEST_ACCESS_SECONDS = 60
/** Seconds in which a code must be redeemed (FAPI 2.0 section 5.3.2.1). */
export const CODE_SECONDS = 60
/** Seconds that a person has to sign in and see the request; then for the consent, and then for the way back. */
export const INTERACTION_SECONDS = 600
/**
 * Seconds that an interaction is kept once its request was opened: the seven days of a second approver, and one for the way
 * back. Until when it may be answered, the request itself says.
 */
export const RETURN_SECONDS = 8 * 86_400
/** Seconds by which clocks may differ when something claims to be from the future (FAPI 2.0 section 5.3.2.1). */
export const CLOCK_TOLERANCE_SECONDS = 10
/** Seconds that a client assertion may be made in advance of its end. */
export const ASSERTION_SECONDS = 600
/** Seconds that a proof of possession may lie ahead. */
export const PROOF_AHEAD_SECONDS = 60
/** Longest delegation: two years, as the database has it. */
export const LONGEST_DELEGATION_SECONDS = 2 * 365 * 86_400

export const CIBA = 'urn:openid:params:grant-type:ciba'
/** Seconds of asking in the back channel, and hours of what is approved so. */
export const BACKCHANNEL = {
  /** Bounds of `requested_expiry`, and what is taken without it. */
  shortest: 60,
  usual: 300,
  longest: 900,
  /** The interval of polls is five seconds (CIBA section 7.3); one is left to the network. */
  poll: 4,
  /** From the last moment in which somebody may decide until the client's request expires. */
  lastPoll: 15,
  /** For how long a request that expired is remembered, so that its client is told so. */
  remembered: 600,
  usualAccess: 3600,
  longestAccess: 86_400,
} as const
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
/** What a client names in an exchange in the place of a token: a consent that its partner asked for in the portal. */
export const CONSENT_TOKEN_TYPE = 'urn:liaison:params:oauth:token-type:consent'
export const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'
export const GRANT_SCOPES = [
  'grant_management_query',
  'grant_management_revoke',
  // What no standard has a scope for: to ask the customer for more.
  'access_request',
] as const
export const SIGNAL_SCOPES = ['ssf.read', 'ssf.manage'] as const
export const SIGNATURES = ['ES256', 'PS256', 'EdDSA', 'Ed25519'] as const

/** The issuer identifier. */
export function issuerOf(places: OAuthPlaces): string {
  return `${places.authOrigin()}${ISSUER_PATH}`
}

/**
 * The audience of tokens whose customer bounded how long a revocation may take, or whose calls have conditions: whoever
 * verifies tokens by itself, or keeps what it was told of them, is not it. Only servers that decide about every call as things are then take them.
 */
export function liveAudienceOf(places: OAuthPlaces): string {
  return `${issuerOf(places)}/decision-point`
}

/**
 * The names of the library's cookies. Over TLS a browser takes those of an interaction by their names only with `Secure`
 * (ASVS 3.3.1); they are bound to the path of their request, so the prefix of the host is not for them. That of a session
 * never leaves the server.
 */
export function cookieNamesOf(issuer: string): Record<'session' | 'interaction' | 'resume', string> {
  const prefix = issuer.startsWith('https:') ? '__Secure-' : ''
  return {
    session: 'liaison_authorization',
    interaction: `${prefix}liaison_interaction`,
    resume: `${prefix}liaison_resume`,
  }
}

/** The resource of the grant management API (based on Grant Management for OAuth 2.0, draft 03). */
export function grantsResourceOf(places: OAuthPlaces): string {
  return `${issuerOf(places)}/grants`
}

/** The resource of Shared Signals: a token for it manages and reads the client's own stream (OpenID Shared Signals Framework 1.0). */
export function signalsResourceOf(places: OAuthPlaces): string {
  return `${places.authOrigin()}/ssf`
}
