import { createHash } from 'node:crypto'
import { createGuard, createIntrospection } from '@liaison/guard'
import type { GuardError } from '@liaison/guard'
import { decodeJwt, exportJWK, SignJWT } from 'jose'
import { gatewayRoutes } from '#modules/gateway/index.ts'
import { makeOrderRoutes } from '#modules/orders/index.ts'
import { randomText, TEST_ISSUER, TEST_RESOURCE } from './oauth-client.ts'
import { OAuthWorld } from './oauth-world.ts'
import type { Granted, OAuthCast } from './oauth-world.ts'
import { people } from './shop.ts'

const ORIGIN = 'https://orders.carrier.example'
const ORDERS = `${TEST_RESOURCE}/v1/orders`

/** A token under a consent, with whoever holds it. */
export interface HeldToken extends Granted {
  readonly cast: OAuthCast
}

const pathOf = ({ cast }: HeldToken): string => `/v1/${cast.accounts[0]?.ban}/orders`

async function prove({ cast }: HeldToken, accessToken: string, url: string): Promise<string> {
  const { privateKey, publicKey } = await cast.app.proofKey
  const { kty, crv, x, y } = await exportJWK(publicKey)
  const claims = {
    jti: randomText(),
    htm: 'GET',
    htu: url,
    ath: createHash('sha256').update(accessToken).digest('base64url'),
  }
  const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: { kty: String(kty), crv, x, y } }
  return new SignJWT(claims)
    .setProtectedHeader(header as never)
    .setIssuedAt()
    .sign(privateKey)
}

/** An API behind a gateway, with the ways in which it can take a token (A8). */
export class TokenModes implements AsyncDisposable {
  readonly oauth: OAuthWorld
  readonly #credential: string

  private constructor(oauth: OAuthWorld, credential: string) {
    this.oauth = oauth
    this.#credential = credential
  }

  static async start(): Promise<TokenModes> {
    const oauth = await OAuthWorld.start((services) => [...gatewayRoutes, ...makeOrderRoutes(services)])
    const admin = await people.provider(oauth.world)
    const routes = [
      { method: 'GET', path_template: '/v1/{customer_ban}/orders', permission: 'api.orders.read' },
    ]
    const upstream = { audience: 'upstream:orders', origin: ORIGIN, routes }
    await oauth.world.call(admin, 'PUT', '/api/v1/admin/upstreams/orders', { body: upstream })
    const made = await oauth.world.call(admin, 'POST', '/api/v1/admin/gateways', {
      body: { name: 'Edge', upstreams: ['orders'] },
    })
    return new TokenModes(oauth, made.json<{ credential: string }>().credential)
  }

  /** A token under a consent that is there, as it is now. */
  async refresh(cast: OAuthCast, granted: Granted): Promise<HeldToken> {
    const answer = await cast.app.refresh(granted.refreshToken)
    if (answer.status !== 200) throw new Error(answer.text)
    const accessToken = String(answer.body['access_token'])
    return { ...granted, cast, accessToken, claims: decodeJwt(accessToken) }
  }

  /** Where a gateway's callers reach what a token is for. */
  urlOf(held: HeldToken): string {
    return `${ORIGIN}${pathOf(held)}`
  }

  /** What the decision point says of one call of a gateway (mode A), which came from an address. */
  async decide(held: HeldToken, { token = held.accessToken, from = '198.51.100.7' } = {}) {
    const response = await this.oauth.world.app.http.inject({
      method: 'GET',
      url: '/gateway/v1/authorize',
      headers: {
        host: 'localhost:3000',
        'x-gateway-authorization': `Bearer ${this.#credential}`,
        authorization: `DPoP ${token}`,
        dpop: await prove(held, token, this.urlOf(held)),
        'x-forwarded-method': 'GET',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': new URL(ORIGIN).host,
        'x-forwarded-uri': pathOf(held),
        'x-forwarded-for': from,
        'x-request-id': randomText(),
      },
    })
    return { status: response.statusCode, headers: response.headers, body: response.body }
  }

  /** What a guard in an API says that verifies tokens itself (mode D), or asks about them besides (mode E). */
  async verifyLocally(held: HeldToken, asks = false): Promise<string> {
    const { fetch } = held.cast.app
    const endpoint = new URL('http://localhost:3000/oauth/introspect')
    const guard = createGuard({
      issuer: TEST_ISSUER,
      audience: TEST_RESOURCE,
      jwks: new URL(`${TEST_ISSUER}/jwks`),
      fetch,
      ...(asks && { introspection: createIntrospection({ endpoint, credential: this.#credential, fetch }) }),
    })
    const headers = {
      authorization: `DPoP ${held.accessToken}`,
      dpop: await prove(held, held.accessToken, ORDERS),
    }
    return guard.verify({ method: 'GET', url: ORDERS, headers }).then(
      () => 'opened',
      (error: GuardError) => `${error.status} ${error.message}`,
    )
  }

  /** What an API learns that asks about a token (modes B and E). */
  async introspect(token: string) {
    const response = await this.oauth.world.app.http.inject({
      method: 'POST',
      url: '/oauth/introspect',
      headers: {
        authorization: `Bearer ${this.#credential}`,
        'content-type': 'application/x-www-form-urlencoded',
        host: 'localhost:3000',
      },
      payload: new URLSearchParams({ token }).toString(),
    })
    return { headers: response.headers, body: response.json<Record<string, unknown>>() }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.oauth[Symbol.asyncDispose]()
  }
}
