import { errors } from 'oidc-provider'
import type { Client as OIDCClient, Configuration, KoaContextWithOIDC, ResourceServer } from 'oidc-provider'
import type { ReadCertificate } from '#platform/credentials/client-certificate.ts'
import { makeAdapterFactory } from './adapter.ts'
import { backchannelFeature, waitingSeconds } from './backchannel.ts'
import { mayComeFrom, OWN_METADATA } from './client-metadata.ts'
import { pemOf } from './binding.ts'
import { clientIdOf, readChoice, registeredScopes } from './basis.ts'
import { orderScopes } from './details.ts'
import { endOfRequest, issueClaims } from './issue.ts'
import { tellForeign } from './foreign-token.ts'
import { makePolicy } from './prompts.ts'
import type { KeySet } from './keys.ts'
import { showOAuthError } from './error-page.ts'
import type { OAuthParts } from './parts.ts'
import { noteProven, traceOf } from './request-notes.ts'
import { readGrantAction, validateDetail, validateRequest } from './request-rules.ts'
import {
  ACCESS_SECONDS,
  ASSERTION_SECONDS,
  CLOCK_TOLERANCE_SECONDS,
  CODE_SECONDS,
  cookieNamesOf,
  GRANT_SCOPES,
  grantsResourceOf,
  ISSUER_PATH,
  issuerOf,
  LONGEST_DELEGATION_SECONDS,
  RETURN_SECONDS,
  SIGNAL_SCOPES,
  signalsResourceOf,
  SIGNATURES,
} from './settings.ts'
import { readDelegatedBasis } from './facts-store.ts'

/** What a client assertion must say besides what the library checks (FAPI 2.0 section 5.3.2.1). */
function requireAssertion(issuer: string, claims: Record<string, unknown>, nowSeconds: number): void {
  const { aud, exp, iat, nbf } = claims
  if (aud !== issuer)
    throw new errors.InvalidClientAuth('the audience of an assertion is the issuer, as one text')
  if (typeof exp !== 'number' || exp > nowSeconds + ASSERTION_SECONDS + CLOCK_TOLERANCE_SECONDS)
    throw new errors.InvalidClientAuth('an assertion ends within ten minutes')
  const isEarly = [iat, nbf].some(
    (instant) => typeof instant === 'number' && instant > nowSeconds + CLOCK_TOLERANCE_SECONDS,
  )
  if (isEarly) throw new errors.InvalidClientAuth('the assertion is from the future')
}

/**
 * Whoever names scopes wants no others: the library drops those that it does not know, and a request of which nothing is
 * left would look like one that named none, which gets all that the client is registered for.
 */
function requireOffered(wanted: unknown, offered: readonly string[]): void {
  const names = typeof wanted === 'string' ? wanted.split(' ') : []
  const beyond = names.filter((name) => !offered.includes(name))
  if (beyond.length > 0)
    throw new errors.InvalidScope(
      `this client has no such scope for this resource: ${beyond.join(', ')}`,
      beyond.join(' '),
    )
}

/** The resources that tokens are for: our API, managing grants, and streams of signals; a client sees the scopes that it is registered for. */
function resourceServerOf(
  { places }: OAuthParts,
  { oidc }: KoaContextWithOIDC,
  { resource, kid }: { readonly resource: string; readonly kid: string },
): ResourceServer {
  const signed = {
    audience: resource,
    accessTokenFormat: 'jwt' as const,
    accessTokenTTL: ACCESS_SECONDS,
    jwt: { sign: { alg: 'ES256' as const, kid } },
  }
  const isForItself = oidc.params?.['grant_type'] === 'client_credentials'
  const offer = (scopes: readonly string[]): ResourceServer => {
    if (isForItself) requireOffered(oidc.params?.['scope'], scopes)
    return { ...signed, scope: scopes.join(' ') }
  }
  if (resource === places.apiResource()) return offer(orderScopes(registeredScopes(oidc.client)))
  if (resource === grantsResourceOf(places) && isForItself) return offer(GRANT_SCOPES)
  if (resource === signalsResourceOf(places) && isForItself) return offer(SIGNAL_SCOPES)
  throw new errors.InvalidTarget('there is no such resource')
}

/** A grant that is to be changed must be this client's, and still run. */
async function requireOwnGrant(parts: OAuthParts, ctx: KoaContextWithOIDC): Promise<void> {
  const { consentId } = readGrantAction(ctx.oidc.params ?? {})
  if (consentId === null) return
  const clientId = clientIdOf(ctx.oidc.client?.clientId)
  const basis = await readDelegatedBasis(parts.database, { clientId, delegationId: consentId, ban: null })
  const status = basis?.entered.delegation?.status
  if (status !== 'active' && status !== 'suspended')
    throw new errors.CustomOIDCProviderError('invalid_grant_id', 'there is no such grant')
}

/** Whether the client that asks about a token, or gives it back, is the one that holds it. */
function holdsIt(parts: OAuthParts, what: 'introspection' | 'revocation') {
  return (ctx: KoaContextWithOIDC, client: OIDCClient, token: { readonly clientId?: string | undefined }) => {
    const isHolder = client.clientId === token.clientId
    if (!isHolder) tellForeign(parts, ctx, what)
    return isHolder
  }
}

/** Certificates bind tokens; who a client is, its signed assertion says, so that a fault of a proxy lets nobody in. */
function mutualTls(read: ReadCertificate): NonNullable<Configuration['features']>['mTLS'] {
  return {
    enabled: true,
    certificateBoundAccessTokens: true,
    getCertificate: ({ req }) => pemOf(read(req)),
  }
}

function features(parts: OAuthParts, keys: KeySet): NonNullable<Configuration['features']> {
  const { places, vault } = parts
  const [active] = keys.keys
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    claimsParameter: { enabled: false },
    deviceFlow: { enabled: false },
    registration: { enabled: false },
    encryption: { enabled: false },
    fapi: { enabled: true, profile: '2.0' },
    dPoP: { enabled: true, nonceSecret: vault.deriveKey('oauth-proof-nonce'), requireNonce: () => false },
    ...(parts.certificates && { mTLS: mutualTls(parts.certificates) }),
    clientCredentials: { enabled: true },
    ciba: backchannelFeature(parts),
    requestObjects: { enabled: true, requireSignedRequestObject: false },
    pushedAuthorizationRequests: {
      enabled: true,
      requirePushedAuthorizationRequests: true,
      allowUnregisteredRedirectUris: false,
    },
    introspection: {
      enabled: true,
      allowedPolicy: holdsIt(parts, 'introspection'),
    },
    revocation: { enabled: true, allowedPolicy: holdsIt(parts, 'revocation') },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => places.apiResource(),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => resourceServerOf(parts, ctx, { resource, kid: active.kid }),
    },
    richAuthorizationRequests: {
      enabled: true,
      types: {
        partner_access: { validate: (ctx, detail) => validateDetail(ctx, detail, places.apiResource()) },
      },
      authorizationDetailsForGrantSource: (ctx) => ctx.oidc.grant?.rar,
      // Compared with what was granted, and replaced by it, when the claims are made.
      authorizationDetailsForAccessToken(ctx, _token, source) {
        readChoice(parts, ctx)
        return source?.rar
      },
      authorizationDetailsForIntrospection: (_ctx, token) => token.rar,
    },
  }
}

function lifetimes(parts: OAuthParts): NonNullable<Configuration['ttl']> {
  return {
    AccessToken: ACCESS_SECONDS,
    ClientCredentials: ACCESS_SECONDS,
    AuthorizationCode: CODE_SECONDS,
    BackchannelAuthenticationRequest: (ctx) => waitingSeconds(ctx.oidc.params?.['requested_expiry']),
    Grant: LONGEST_DELEGATION_SECONDS,
    // The cookie of an interaction; the interaction itself is kept that long only once its request was opened.
    Interaction: RETURN_SECONDS,
    Session: 3600,
    // A refresh token ends with its delegation, and never rotates.
    RefreshToken(ctx) {
      const end = endOfRequest(ctx)
      const seconds = end ? Math.floor((end.getTime() - parts.clock().getTime()) / 1000) : 0
      return Math.max(1, seconds)
    },
  }
}

function cookies(parts: OAuthParts): NonNullable<Configuration['cookies']> {
  const flags = {
    httpOnly: true,
    sameSite: 'lax' as const,
    signed: true,
    secure: issuerOf(parts.places).startsWith('https:'),
  }
  const keys = ['oauth-cookies-1', 'oauth-cookies-2'].map((purpose) =>
    parts.vault.deriveKey(purpose).toString('hex'),
  )
  return {
    keys,
    short: flags,
    long: flags,
    names: cookieNamesOf(issuerOf(parts.places)),
  }
}

/** How clients authenticate, and with what. */
function authentication({ places, portalOrigin, clock }: OAuthParts): Configuration {
  const issuer = issuerOf(places)
  return {
    clients: [],
    extraClientMetadata: { properties: [...OWN_METADATA] },
    clientAuthMethods: ['private_key_jwt'],
    // Applications ask from their servers. The one page that may is our own, for a client that is tried out there.
    clientBasedCORS: (_ctx, origin, client) =>
      [new URL(issuer).origin, portalOrigin()].includes(origin) && client['is_sandbox'] === true,
    clientDefaults: { id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'private_key_jwt' },
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    enabledJWA: {
      clientAuthSigningAlgValues: [...SIGNATURES],
      requestObjectSigningAlgValues: [...SIGNATURES],
      dPoPSigningAlgValues: [...SIGNATURES],
      idTokenSigningAlgValues: ['ES256'],
    },
    assertJwtClientAuthClaimsAndHeader(ctx, claims) {
      requireAssertion(issuer, { ...claims }, clock().getTime() / 1000)
      // The library has verified the signature by now.
      noteProven(ctx)
      // Whoever took its key comes from elsewhere, and gets neither tokens nor customers asked.
      if (!mayComeFrom(ctx.oidc.client?.['networks'], traceOf(ctx)?.ip ?? null))
        throw new errors.UnauthorizedClient('this client does not come from this network')
    },
  }
}

/** What an authorization request may be, and how a person answers it. */
function authorization(parts: OAuthParts): Configuration {
  return {
    responseTypes: ['code'],
    scopes: [],
    subjectTypes: ['public'],
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    extraParams: {
      grant_id: null,
      async grant_management_action(ctx) {
        if (ctx.oidc.route === 'pushed_authorization_request') validateRequest(ctx)
        await requireOwnGrant(parts, ctx)
      },
    },
    interactions: {
      policy: makePolicy(parts),
      url: (_ctx, interaction) => `${ISSUER_PATH}/interaction/${interaction.uid}`,
    },
    loadExistingGrant(ctx) {
      const grantId = ctx.oidc.result?.consent?.grantId
      return grantId === undefined ? Promise.resolve(undefined) : ctx.oidc.provider.Grant.find(grantId)
    },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => Promise.resolve({ sub: accountId }) }),
    renderError: showOAuthError,
  }
}

/** What tokens are and how long they last. */
function tokens(parts: OAuthParts): Configuration {
  return {
    acceptQueryParamAccessTokens: false,
    rotateRefreshToken: false,
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: () => false,
    revokeGrantPolicy: () => true,
    extraTokenClaims: () => undefined,
    formats: {
      customizers: {
        async jwt(ctx, token, structured) {
          await issueClaims(parts, { ctx, token, structured })
        },
      },
    },
    ttl: lifetimes(parts),
  }
}

const ROUTES = {
  authorization: '/authorize',
  pushed_authorization_request: '/par',
  backchannel_authentication: '/backchannel',
  token: '/token',
  introspection: '/introspect',
  revocation: '/revoke',
  jwks: '/jwks',
}

/** The settings of the library: our own profile, FAPI 2.0 for every client; nothing is left to a default that matters. */
export function makeConfiguration(parts: OAuthParts, keys: KeySet): Configuration {
  return {
    ...authentication(parts),
    ...authorization(parts),
    ...tokens(parts),
    adapter: makeAdapterFactory(parts),
    jwks: { keys: keys.keys.map((key) => ({ ...key })) },
    routes: ROUTES,
    features: features(parts, keys),
    cookies: cookies(parts),
  }
}
