import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from 'jose'
import type { CryptoKey, JWK } from 'jose'
import * as oauth from 'oauth4webapi'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { SOON } from '../../server/testing/patience.ts'

/** Where the app of these tests takes people back to; nobody listens there, the browser is told what to answer. */
const CALLBACK = 'https://app.northwind.example/callback'

/** The tokens of an app, and what the API answered to it. */
export interface Tokens {
  readonly access_token: string
  readonly refresh_token?: string
}

/** An app of a partner outside the product, on a client library that the server was not written for. */
export class OutsideApp {
  readonly #issuer: URL
  readonly #origin: string
  readonly #key: { readonly privateKey: CryptoKey; readonly jwk: JWK & { kid: string } }
  readonly #proof: oauth.CryptoKeyPair
  readonly #verifier = oauth.generateRandomCodeVerifier()
  clientId = ''

  private constructor(parts: {
    origin: string
    key: { privateKey: CryptoKey; jwk: JWK & { kid: string } }
    proof: oauth.CryptoKeyPair
  }) {
    this.#origin = parts.origin
    this.#issuer = new URL(`${parts.origin}/oauth`)
    this.#key = parts.key
    this.#proof = parts.proof
  }

  static async make(origin: string): Promise<OutsideApp> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const jwk = await exportJWK(publicKey)
    const kid = await calculateJwkThumbprint(jwk)
    const key = { privateKey, jwk: { ...jwk, kid, alg: 'ES256', use: 'sig' } }
    return new OutsideApp({ origin, key, proof: await oauth.generateKeyPair('ES256') })
  }

  /** What the partner registers. */
  get jwks(): { keys: JWK[] } {
    return { keys: [this.#key.jwk] }
  }

  // The installation of a test speaks plain HTTP on the own machine.
  get #options() {
    return { [oauth.allowInsecureRequests]: true, DPoP: oauth.DPoP(this.#client, this.#proof) }
  }

  get #client(): oauth.Client {
    return { client_id: this.clientId }
  }

  get #auth(): oauth.ClientAuth {
    return oauth.PrivateKeyJwt(
      { key: this.#key.privateKey, kid: this.#key.jwk.kid },
      {
        [oauth.modifyAssertion]: (_header, claims) => {
          claims['aud'] = this.#issuer.href
        },
      },
    )
  }

  async #server(): Promise<oauth.AuthorizationServer> {
    const response = await oauth.discoveryRequest(this.#issuer, { algorithm: 'oauth2', ...this.#options })
    return oauth.processDiscoveryResponse(this.#issuer, response)
  }

  /** The address to which the app sends the browser of a customer. */
  async ask(actions: readonly string[], scope: string): Promise<string> {
    const parameters = new URLSearchParams({
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope,
      state: 'a-state',
      code_challenge: await oauth.calculatePKCECodeChallenge(this.#verifier),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([{ type: 'partner_access', actions }]),
    })
    const server = await this.#server()
    const { request_uri } = await oauth.processPushedAuthorizationResponse(
      server,
      this.#client,
      await oauth.pushedAuthorizationRequest(server, this.#client, this.#auth, parameters, this.#options),
    )
    const query = new URLSearchParams({ client_id: this.clientId, request_uri })
    return `${this.#origin}/oauth/authorize?${query.toString()}`
  }

  async #token(grantType: string, parameters: Readonly<Record<string, string>>): Promise<Tokens> {
    const server = await this.#server()
    const response = await oauth.genericTokenEndpointRequest(
      server,
      this.#client,
      this.#auth,
      grantType,
      new URLSearchParams(parameters),
      this.#options,
    )
    const body: unknown = await response.json()
    if (response.status !== 200) throw new Error(JSON.stringify(body))
    return body as Tokens
  }

  /** Takes the code from the address at which the browser ended. */
  redeem(address: string): Promise<Tokens> {
    const code = new URL(address).searchParams.get('code') ?? ''
    return this.#token('authorization_code', {
      code,
      redirect_uri: CALLBACK,
      code_verifier: this.#verifier,
    })
  }

  refresh({ refresh_token: token = '' }: Tokens): Promise<Tokens> {
    return this.#token('refresh_token', { refresh_token: token })
  }

  /** Asks the customer behind a token for more than its consent opens; returns the status. */
  async askForMore({ access_token: held }: Tokens, actions: readonly string[]): Promise<number> {
    const asked = { resource: `${this.#issuer.href}/grants`, scope: 'access_request' }
    const { access_token: token } = await this.#token('client_credentials', asked)
    const body = {
      grant_id: decodeJwt(held)['delegation_id'],
      authorization_details: [{ type: 'partner_access', actions, purpose: 'To order again.' }],
    }
    const response = await oauth.protectedResourceRequest(
      token,
      'POST',
      new URL(`${this.#issuer.href}/access-requests`),
      new Headers({ 'content-type': 'application/json' }),
      JSON.stringify(body),
      this.#options,
    )
    return response.status
  }

  /** Asks the customer behind a token to approve something now, without a browser; returns what asks for the answer. */
  async askNow(
    { access_token: held }: Tokens,
    actions: readonly string[],
    message: string,
  ): Promise<() => Promise<Tokens>> {
    const server = await this.#server()
    const parameters = {
      scope: 'openid orders.write',
      login_hint: String(decodeJwt(held)['delegation_id']),
      binding_message: message,
      authorization_details: JSON.stringify([{ type: 'partner_access', actions }]),
    }
    const response = await oauth.backchannelAuthenticationRequest(
      server,
      this.#client,
      this.#auth,
      parameters,
      this.#options,
    )
    const asked = await oauth.processBackchannelAuthenticationResponse(server, this.#client, response)
    return () => this.#token('urn:openid:params:grant-type:ciba', { auth_req_id: asked.auth_req_id })
  }

  /** Calls the protected API; returns the status and the code of a refusal. */
  async call(
    { access_token: token }: Tokens,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; code: string | null }> {
    const url = new URL(`/api/v1${path}`, this.#origin)
    const headers = new Headers({ accept: 'application/json', 'idempotency-key': crypto.randomUUID() })
    if (body !== undefined) headers.set('content-type', 'application/json')
    const response = await oauth
      .protectedResourceRequest(
        token,
        body === undefined ? 'GET' : 'POST',
        url,
        headers,
        body === undefined ? undefined : JSON.stringify(body),
        this.#options,
      )
      .catch((error: unknown) => {
        if (error instanceof oauth.WWWAuthenticateChallengeError) return error.response
        throw error
      })
    const answer = (await response.json()) as { code?: string }
    return { status: response.status, code: answer.code ?? null }
  }
}

/** What the portal's own code would send from this page, with the person's session. */
async function send<Answer>(
  page: Page,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await page.evaluate(
    async ({ verb, address, text }) => {
      const response = await fetch(`/api/v1${address}`, {
        method: verb,
        ...(text !== null && { headers: { 'content-type': 'application/json' }, body: text }),
      })
      return { status: response.status, text: await response.text() }
    },
    { verb: method, address: path, text: body === undefined ? null : JSON.stringify(body) },
  )
  if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`)
  return JSON.parse(answer.text) as Answer
}

/** Registers the app for the partner of the person who is signed in, and asks for live use. */
export async function register(page: Page, app: OutsideApp, scopes: readonly string[]): Promise<void> {
  const terms = await send<{ version: unknown; text_sha256: string }>(page, 'GET', '/partner/api-terms')
  await send(page, 'POST', '/partner/api-terms/accept', {
    version: terms.version,
    text_sha256: terms.text_sha256,
  })
  const made = await send<{ client_id: string }>(page, 'POST', '/partner/clients', {
    name: 'Northwind Fleet',
    description: 'Plans and tracks circuits',
    redirect_uris: [CALLBACK],
    scopes,
    jwks: app.jwks,
  })
  app.clientId = made.client_id
  await send(page, 'POST', `/partner/clients/${app.clientId}/request-live`, {})
}

/** Walks the pages on which a customer lets an app see all that it asks for, and do what is named, as far as the address of the app. */
export async function allow(
  page: Page,
  { address, partner, actions }: { address: string; partner: string; actions: readonly string[] },
): Promise<string> {
  await page.goto(address)
  await page.getByRole('heading', { name: `Let ${partner} work on accounts`, level: 1 }).waitFor()
  for (const account of await page.locator('input[name="account"]').all()) await account.check()
  for (const look of await page.getByRole('group', { name: 'See', exact: true }).getByRole('checkbox').all())
    await look.check()
  for (const action of actions) await page.getByRole('checkbox', { name: action }).check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: `Allow ${partner}` }).click()
  await page.getByRole('heading', { name: `${partner} now has access` }).waitFor()
  // Nothing answers at the app's address; where the browser was sent is all that the app would have learnt.
  const sent = page.waitForRequest((request) => request.url().startsWith(CALLBACK))
  await page.getByRole('link', { name: /^Go back to/ }).click()
  const url = (await sent).url()
  // The page that says so must stand before the next one is asked for, or it would take its place.
  const protocol = () => page.evaluate<string>('location.protocol').catch(() => 'on the way')
  await expect.poll(protocol, SOON).toBe('chrome-error:')
  return url
}
