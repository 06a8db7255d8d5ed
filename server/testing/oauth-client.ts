import { randomBytes } from 'node:crypto'
import { encodeId, idFromUuid, maskOfScopes, SCOPE_NAMES, toBits } from '@liaison/access'
import type { ClientId, PartnerId, Scope, TenantId } from '@liaison/access'
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { parseClientRegistration } from '#modules/oauth/index.ts'
import { TEST_ORIGIN } from './world.ts'
import type { TestWorld } from './world.ts'

/** The issuer of a test world. */
export const TEST_ISSUER = `${TEST_ORIGIN}/oauth`
/** The resource identifier of a test world's API. */
export const TEST_RESOURCE = `${TEST_ORIGIN}/api`
export const TEST_CALLBACK = 'https://partner.example/cb'

/** A key pair of a client, with the public half as it is registered. */
export interface TestKey {
  readonly privateKey: CryptoKey
  readonly jwk: JWK & { kid: string; alg: string }
}

/** Makes a key pair for assertions. */
export async function makeTestKey(alg = 'ES256'): Promise<TestKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return { privateKey, jwk: { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' } }
}

/** Registers a client as the portal would have done it. */
export async function seedClient(
  world: TestWorld,
  owner: { readonly partner: PartnerId } | { readonly tenant: TenantId },
  terms: {
    readonly key: TestKey
    readonly scopes?: readonly Scope[]
    readonly environment?: 'live' | 'sandbox'
    readonly redirectUris?: readonly string[]
    readonly name?: string
  },
): Promise<ClientId> {
  const scopes = terms.scopes ?? SCOPE_NAMES
  const environment = terms.environment ?? 'live'
  const redirectUris = 'partner' in owner ? (terms.redirectUris ?? [TEST_CALLBACK]) : []
  const parsed = parseClientRegistration({
    environment,
    redirectUris,
    scopes,
    jwks: { keys: [terms.key.jwk] },
  })
  if ('faults' in parsed) throw new Error(JSON.stringify(parsed.faults))
  const [row] = await world.seed<{ id: string }>(
    `insert into api_client (partner_id, tenant_id, name, environment, redirect_uris, scopes, mask, jwks, created_by, created_by_name)
     values ($1, $2, $3, $4, $5, $6, $7, $8, uuidv7(), 'A test') returning id`,
    [
      'partner' in owner ? owner.partner : null,
      'tenant' in owner ? owner.tenant : null,
      terms.name ?? 'Order desk',
      environment,
      redirectUris,
      scopes,
      toBits(maskOfScopes(scopes)),
      JSON.stringify(parsed.registration.jwks),
    ],
  )
  if (!row) throw new Error('Nothing was inserted.')
  return idFromUuid('api_client', row.id)
}

/** What a browser keeps: cookies by name and path. */
export class CookieJar {
  readonly #cookies = new Map<string, { pair: string; path: string }>()

  constructor(session: string | null = null) {
    if (session !== null) this.#cookies.set('session', { pair: session, path: '/' })
  }

  take(fields: readonly string[]): void {
    for (const field of fields) {
      const [pair = '', ...attributes] = field.split(/; */)
      const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice(5) ?? '/'
      const name = pair.split('=', 1)[0] ?? ''
      if (/expires=Thu, 01 Jan 1970/i.test(field)) this.#cookies.delete(`${name} ${path}`)
      else this.#cookies.set(`${name} ${path}`, { pair, path })
    }
  }

  fieldFor(path: string): string {
    return [...this.#cookies.values()]
      .filter((cookie) => path === cookie.path || cookie.path === '/' || path.startsWith(`${cookie.path}/`))
      .map(({ pair }) => pair)
      .join('; ')
  }
}

/** An answer, read whole. */
export interface Answered {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly text: string
  readonly headers: Headers
}

/** Sends requests of a client library into the server of a world, as if over the network. */
function makeFetch(world: TestWorld, ip = '198.51.100.7'): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const url = new URL(request.url)
    const payload = request.body ? Buffer.from(await request.arrayBuffer()) : undefined
    const response = await world.app.http.inject({
      // The method is one that the library sends.
      method: request.method as 'GET',
      url: `${url.pathname}${url.search}`,
      headers: { ...Object.fromEntries(request.headers), host: url.host },
      remoteAddress: ip,
      ...(payload && { payload }),
    })
    const headers = new Headers()
    for (const [name, value] of Object.entries(response.headers))
      for (const each of [value ?? []].flat()) headers.append(name, String(each))
    const isEmpty = response.statusCode === 204 || response.statusCode === 304
    return new Response(isEmpty ? null : response.body, { status: response.statusCode, headers })
  }
}

const ALLOW = { [oauth.allowInsecureRequests]: true } as const

/** A partner's application, on a client library that the server was not written for. */
export class PartnerApp {
  readonly clientId: string
  readonly client: oauth.Client
  readonly key: TestKey
  readonly fetch: typeof fetch
  readonly #world: TestWorld
  #as: oauth.AuthorizationServer | null = null
  #proofKey: Promise<oauth.CryptoKeyPair> = oauth.generateKeyPair('ES256')
  verifier = oauth.generateRandomCodeVerifier()

  constructor(world: TestWorld, { id, key }: { id: ClientId; key: TestKey }, ip?: string) {
    this.#world = world
    this.clientId = encodeId('api_client', id)
    this.client = { client_id: this.clientId }
    this.key = key
    this.fetch = makeFetch(world, ip)
  }

  get options() {
    // The library's idea of a fetch and the platform's differ in what may be left out only.
    return {
      ...ALLOW,
      [oauth.customFetch]: this.fetch as (url: string, options: object) => Promise<Response>,
    }
  }

  /** From here on the application proves another key. */
  changeProofKey(): void {
    this.#proofKey = oauth.generateKeyPair('ES256')
  }

  /** From here on the application proves a key that another one made. */
  takeProofKey(pair: oauth.CryptoKeyPair): void {
    this.#proofKey = Promise.resolve(pair)
  }

  async proof(): Promise<oauth.DPoPHandle> {
    return oauth.DPoP(this.client, await this.#proofKey)
  }

  get proofKey(): Promise<oauth.CryptoKeyPair> {
    return this.#proofKey
  }

  /** Authenticates with the registered key; `change` makes the assertion what a test wants it to be. */
  auth(change: (header: Record<string, unknown>, claims: Record<string, unknown>) => void = () => undefined) {
    return oauth.PrivateKeyJwt(
      { key: this.key.privateKey, kid: this.key.jwk.kid },
      {
        [oauth.modifyAssertion](header, claims) {
          claims['aud'] = TEST_ISSUER
          change(header, claims)
        },
      },
    )
  }

  async server(): Promise<oauth.AuthorizationServer> {
    if (this.#as) return this.#as
    const issuer = new URL(TEST_ISSUER)
    const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...this.options })
    this.#as = await oauth.processDiscoveryResponse(issuer, response)
    return this.#as
  }

  /** The parameters of an authorization request that is in order. */
  async parameters(changes: Readonly<Record<string, string | null>> = {}): Promise<URLSearchParams> {
    this.verifier = oauth.generateRandomCodeVerifier()
    const all: Record<string, string | null> = {
      response_type: 'code',
      redirect_uri: TEST_CALLBACK,
      scope: 'orders.read orders.write services.read',
      state: 'a-state',
      code_challenge: await oauth.calculatePKCECodeChallenge(this.verifier),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([
        { type: 'partner_access', actions: ['order.create', 'order.read', 'service.read'] },
      ]),
      ...changes,
    }
    const kept = new URLSearchParams()
    for (const [name, value] of Object.entries(all)) if (value !== null) kept.set(name, value)
    return kept
  }

  /** Pushes an authorization request, whatever becomes of it. */
  async push(
    changes: Readonly<Record<string, string | null>> = {},
    options: { readonly auth?: oauth.ClientAuth; readonly withoutProof?: boolean } = {},
  ): Promise<Answered> {
    const response = await oauth.pushedAuthorizationRequest(
      await this.server(),
      this.client,
      options.auth ?? this.auth(),
      await this.parameters(changes),
      { ...this.options, ...(options.withoutProof !== true && { DPoP: await this.proof() }) },
    )
    return readAnswer(response)
  }

  /** The address to which the application sends a browser for a pushed request. */
  authorizePath(requestUri: string, changes: Readonly<Record<string, string>> = {}): string {
    const query = new URLSearchParams({ client_id: this.clientId, request_uri: requestUri, ...changes })
    return `/oauth/authorize?${query.toString()}`
  }

  /** Redeems a code, whatever becomes of it. */
  async redeem(
    code: string,
    changes: {
      readonly redirectUri?: string
      readonly verifier?: string
      readonly withoutProof?: boolean
    } = {},
  ): Promise<Answered> {
    const parameters = new URLSearchParams({
      code,
      redirect_uri: changes.redirectUri ?? TEST_CALLBACK,
      code_verifier: changes.verifier ?? this.verifier,
    })
    return this.token('authorization_code', parameters, changes)
  }

  /** Asks the token endpoint, whatever becomes of it. */
  async token(
    grantType: string,
    parameters: URLSearchParams | Readonly<Record<string, string>>,
    options: { readonly withoutProof?: boolean; readonly auth?: oauth.ClientAuth } = {},
  ): Promise<Answered> {
    const response = await oauth.genericTokenEndpointRequest(
      await this.server(),
      this.client,
      options.auth ?? this.auth(),
      grantType,
      new URLSearchParams(parameters),
      { ...this.options, ...(options.withoutProof !== true && { DPoP: await this.proof() }) },
    )
    return readAnswer(response)
  }

  refresh(refreshToken: string, more: Readonly<Record<string, string>> = {}): Promise<Answered> {
    return this.token('refresh_token', { refresh_token: refreshToken, ...more })
  }

  async introspect(token: string, isSigned = false): Promise<Answered> {
    const options = { ...this.options, requestJwtResponse: isSigned }
    return readAnswer(
      await oauth.introspectionRequest(await this.server(), this.client, this.auth(), token, options),
    )
  }

  async revoke(token: string): Promise<Answered> {
    return readAnswer(
      await oauth.revocationRequest(await this.server(), this.client, this.auth(), token, this.options),
    )
  }

  /** Calls the protected API with a token and a fresh proof. */
  async call(token: string, method: string, path: string, body?: unknown): Promise<Answered> {
    const headers = new Headers({ accept: 'application/json' })
    if (body !== undefined) headers.set('content-type', 'application/json')
    const text = body === undefined ? undefined : JSON.stringify(body)
    const options = { ...this.options, DPoP: await this.proof() }
    try {
      const url = new URL(path, TEST_ORIGIN)
      return await readAnswer(
        await oauth.protectedResourceRequest(token, method, url, headers, text, options),
      )
    } catch (error) {
      if (error instanceof oauth.WWWAuthenticateChallengeError) return readAnswer(error.response)
      throw error
    }
  }

  /** Follows a browser through the authorization, up to the address of the application that it ends at. */
  async browse(
    path: string,
    jar: CookieJar,
  ): Promise<{ readonly url: URL; readonly hops: readonly string[] }> {
    const hops: string[] = []
    let url = new URL(path, TEST_ORIGIN)
    for (let count = 0; count < 12 && url.origin === TEST_ORIGIN; count += 1) {
      const page = await this.open(url.href, jar)
      hops.push(`${page.status} ${url.pathname.replaceAll(/[\w-]{21,}/g, ':id')}`)
      const next = page.headers.get('location') ?? /url=(\S+)/.exec(page.headers.get('refresh') ?? '')?.[1]
      if (next === undefined) return { url, hops }
      url = new URL(next, url)
    }
    return { url, hops }
  }

  /** Opens one page in a browser, with its cookies. */
  async open(
    path: string,
    jar: CookieJar,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    const url = new URL(path, TEST_ORIGIN)
    const response = await this.#world.app.http.inject({
      method: 'GET',
      url: `${url.pathname}${url.search}`,
      headers: { host: url.host, accept: 'text/html', cookie: jar.fieldFor(url.pathname), ...headers },
    })
    jar.take([response.headers['set-cookie'] ?? []].flat())
    const all = new Headers()
    for (const [name, value] of Object.entries(response.headers)) all.append(name, String(value))
    return { status: response.statusCode, body: {}, text: response.body, headers: all }
  }
}

/** Reads an answer, JSON or not. */
export async function readAnswer(response: Response): Promise<Answered> {
  const text = await response.text()
  let body: Record<string, unknown> = {}
  try {
    body = JSON.parse(text) as Record<string, unknown>
  } catch {
    // A page, or nothing.
  }
  return { status: response.status, body, text, headers: response.headers }
}

/** A random text, for values that nothing else has. */
export const randomText = (): string => randomBytes(16).toString('base64url')
