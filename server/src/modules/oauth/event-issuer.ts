import { SignJWT } from 'jose'
import type { JWTPayload } from 'jose'
import type { FastifyRequest } from 'fastify'
import { readTokenHolder } from './management-token.ts'
import type { TokenHolder } from './management-token.ts'
import type { OAuthParts } from './parts.ts'
import { issuerOf, signalsResourceOf } from './settings.ts'

/** What the authorization server lends to the transmitter of Shared Signals: its keys, and who came with a token for streams. */
export interface EventIssuer {
  /** The issuer of security event tokens: the origin, not the issuer of access tokens, so that neither passes for the other. */
  readonly issuer: () => string
  /** The issuer of the access tokens that events are about. */
  readonly tokenIssuer: () => string
  readonly jwksUri: () => string
  /** Signs a security event token with the key that is active now (RFC 8417 section 2.3). */
  sign(claims: JWTPayload): Promise<string>
  /** Whose bound token for streams came with a request; null for anything else. */
  holderOf(request: FastifyRequest): Promise<TokenHolder | null>
}

/** Makes it over the parts of one process. */
export function makeEventIssuer(parts: OAuthParts): EventIssuer {
  const { places, keys } = parts
  return {
    issuer: places.authOrigin,
    tokenIssuer: () => issuerOf(places),
    jwksUri: () => `${issuerOf(places)}/jwks`,
    async sign(claims) {
      const [active] = (await keys.read()).keys
      const header = { alg: active.alg, kid: active.kid, typ: 'secevent+jwt' }
      return new SignJWT(claims).setProtectedHeader(header).sign({ ...active })
    },
    holderOf: (request) => readTokenHolder(parts, request, signalsResourceOf(places)),
  }
}
