/**
 * The authorization server (A1 to A4, A6, A9): OAuth 2.0 with the FAPI 2.0 Security Profile on oidc-provider (decision
 * 016), its keys, token exchange, and the verifier of our own API's tokens. Codes, requests and grants are rows of
 * `oauth_artifact` and `oauth_grant` under digests; a token names a delegation and is believed only while that holds.
 * Here are also `api_client`, `consent` and `resale`, which tokens stand on. Whether a consent stands, and the pages on
 * which it is given, are asked of `consents`.
 */

import type { Guard } from '@liaison/guard'
import type { FastifyInstance } from 'fastify'
import type { TokenVerifier } from '#platform/credentials/access-token.ts'
import { makeAccessRequestDesk, makeBackchannelDesk } from '#modules/consents/index.ts'
import type { ReadCertificate } from '#platform/credentials/client-certificate.ts'
import type { Clock } from '#platform/clock.ts'
import type { Database } from '#platform/database.ts'
import type { Limiter } from '#platform/limits/limits.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { OpenDoor } from '#platform/limits/open-door.ts'
import { makeConsentDesk } from './consent-desk.ts'
import { makeEventIssuer } from './event-issuer.ts'
import type { EventIssuer } from './event-issuer.ts'
import { makeKeyReader } from './keys.ts'
import { mountOAuth } from './mount.ts'
import type { AskingApis, ConsentDesk, OAuthParts } from './parts.ts'
import './problems.ts'
import { makeKeyRoutes } from './routes-keys.ts'
import { makeAuthorizationServer } from './server.ts'
import type { OAuthPlaces } from './settings.ts'
import { StrangerLog } from './stranger-log.ts'
import { makeGuardOf, makeTokenVerifier } from './verifier.ts'

export { sweepAuthorizationServer } from './artifact-store.ts'
export type { ClientCertificate } from './certificates.ts'
export { findRedirectUriFault, parseClientRegistration } from './registration.ts'
export type { RegistrationFault } from './registration-fault.ts'
export type { Registration, RegistrationInput, RegistrationResult, TokenBinding } from './registration.ts'
export { rotateKeysInTime } from './key-schedule.ts'
export { rotateSigningKeys } from './routes-keys.ts'
export type { ConsentDesk, EventIssuer, OAuthParts, OAuthPlaces }

/** What the composition gives. */
export interface OAuthContext {
  readonly database: Database
  readonly services: Services
  readonly limiter: Limiter
  readonly clock: Clock
  /** Counts who reads what is open to everybody. */
  readonly door: OpenDoor
}

/** What an installation may set; without it everything is on the one public origin. */
export interface OAuthSettings {
  readonly places?: OAuthPlaces
  readonly consents?: ConsentDesk
  /** The registered APIs that may introspect; none without it. */
  readonly apis?: AskingApis
  /** Where client certificates are read from; no token is bound to one without it. */
  readonly certificates?: ReadCertificate
  /** Whether clients may ask customers without a browser (CIBA); not without it. */
  readonly asksWithoutBrowser?: boolean
}

/** The authorization server of a process. */
export interface OAuth {
  readonly tokens: TokenVerifier
  /** The guard behind it, for whoever stands before other APIs with the same tokens. */
  readonly guard: () => Guard
  /** Its keys and tokens, for the transmitter of signals. */
  readonly events: EventIssuer
  /** Mounts the endpoints. The check of the profile runs when the server gets ready, and stops it when it fails. */
  mount(http: FastifyInstance): Promise<void>
}

/** Makes the authorization server of a process; nothing is read before it is mounted. */
export function makeOAuth(context: OAuthContext, settings: OAuthSettings = {}): OAuth {
  const { database, services, limiter, clock, door } = context
  let onError: (error: unknown) => void = () => undefined
  const strangers = new StrangerLog(database, (error) => onError(error))
  const parts: OAuthParts = {
    database,
    limiter,
    clock,
    vault: services.vault,
    portalOrigin: services.publicOrigin,
    keys: makeKeyReader(database, services.vault),
    places: settings.places ?? {
      authOrigin: services.publicOrigin,
      apiResource: () => `${services.publicOrigin()}/api`,
    },
    consents: settings.consents ?? makeConsentDesk(database),
    accessRequests: makeAccessRequestDesk(database, services.publicOrigin),
    backchannel: makeBackchannelDesk(database, services.publicOrigin),
    asksWithoutBrowser: settings.asksWithoutBrowser ?? false,
    apis: settings.apis ?? (() => Promise.resolve(null)),
    certificates: settings.certificates ?? null,
    strangers,
    onError: (error) => onError(error),
  }
  const server = makeAuthorizationServer(parts)
  const guard = makeGuardOf(parts)
  return {
    tokens: makeTokenVerifier(parts, guard),
    guard,
    events: makeEventIssuer(parts),
    async mount(http) {
      onError = (error) => {
        const told =
          error instanceof Error ? { message: error.message, stack: error.stack } : { message: String(error) }
        http.log.error({ err: told, where: 'authorization server' }, 'a request failed')
      }
      http.addHook('onReady', () => server.check())
      http.addHook('onClose', () => strangers.close())
      await mountOAuth(http, { parts, server, door })
    },
  }
}

/** The routes of the API that belong to the authorization server. */
export function makeOAuthRoutes(services: Services): readonly Route[] {
  return makeKeyRoutes(services)
}
