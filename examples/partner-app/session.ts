import * as oauth from 'oauth4webapi'
import type { Settings } from './settings.ts'

const ACTIONS = ['order.create', 'order.read', 'service.read']
/** The customer reads this before it decides. */
const PURPOSE = 'To place a first order and read it back.'
const SCOPE = 'orders.read orders.write services.read'
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** The client with its keys and the authorization server that it found. */
export class Session {
  readonly #settings: Settings
  readonly #server: oauth.AuthorizationServer
  readonly #proof: oauth.DPoPHandle
  readonly #verifier = oauth.generateRandomCodeVerifier()
  readonly #state = oauth.generateRandomState()

  private constructor(settings: Settings, server: oauth.AuthorizationServer, proof: oauth.DPoPHandle) {
    this.#settings = settings
    this.#server = server
    this.#proof = proof
  }

  /** Asks the API where its tokens come from (RFC 9728), and that server what it can do (RFC 8414). */
  static async open(settings: Settings): Promise<Session> {
    const options = optionsFor(settings.api)
    const described = await oauth.processResourceDiscoveryResponse(
      settings.api,
      await oauth.resourceDiscoveryRequest(settings.api, options),
    )
    const issuer = new URL(described.authorization_servers?.[0] ?? '')
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...options }),
    )
    // Every token is bound to this key (RFC 9449); it lives as long as the program.
    const pair = await oauth.generateKeyPair('ES256')
    return new Session(settings, server, oauth.DPoP({}, pair))
  }

  get #client(): oauth.Client {
    return { client_id: this.#settings.clientId }
  }

  get #options() {
    return { ...optionsFor(this.#settings.api), DPoP: this.#proof }
  }

  /** Signs an assertion with the registered key (RFC 7523); its audience is the issuer alone (FAPI 2.0). */
  get #authentication(): oauth.ClientAuth {
    return oauth.PrivateKeyJwt(this.#settings.key, {
      [oauth.modifyAssertion]: (_header, claims) => {
        claims['aud'] = this.#server.issuer
      },
    })
  }

  /** Pushes an authorization request (RFC 9126) and returns the address to which the customer's browser goes. */
  async requestConsent(): Promise<URL> {
    const parameters = new URLSearchParams({
      response_type: 'code',
      redirect_uri: this.#settings.callback.href,
      scope: SCOPE,
      state: this.#state,
      code_challenge: await oauth.calculatePKCECodeChallenge(this.#verifier),
      code_challenge_method: 'S256',
      authorization_details: JSON.stringify([{ type: 'partner_access', actions: ACTIONS, purpose: PURPOSE }]),
    })
    const answer = await oauth.pushedAuthorizationRequest(
      this.#server,
      this.#client,
      this.#authentication,
      parameters,
      this.#options,
    )
    const pushed = await oauth.processPushedAuthorizationResponse(this.#server, this.#client, answer)
    const address = new URL(this.#server.authorization_endpoint ?? '')
    address.searchParams.set('client_id', this.#settings.clientId)
    address.searchParams.set('request_uri', pushed.request_uri)
    return address
  }

  /** Redeems what the browser brought back. Throws when the customer did not allow it. */
  async redeem(arrival: URL): Promise<string> {
    const parameters = oauth.validateAuthResponse(this.#server, this.#client, arrival, this.#state)
    const answer = await oauth.authorizationCodeGrantRequest(
      this.#server,
      this.#client,
      this.#authentication,
      parameters,
      this.#settings.callback.href,
      this.#verifier,
      this.#options,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(this.#server, this.#client, answer)
    return tokens.access_token
  }

  /** Makes of the wholesaler's own token one that acts for an end customer (RFC 8693). */
  async exchange(ban: string): Promise<string> {
    const own = await this.#askFor('client_credentials', {})
    return this.#askFor(EXCHANGE, {
      subject_token: own,
      subject_token_type: ACCESS_TOKEN,
      authorization_details: JSON.stringify([
        { type: 'partner_access', actions: ACTIONS.slice(0, 2), customer_ban: ban },
      ]),
    })
  }

  async #askFor(grantType: string, parameters: Record<string, string>): Promise<string> {
    const answer = await oauth.genericTokenEndpointRequest(
      this.#server,
      this.#client,
      this.#authentication,
      grantType,
      parameters,
      this.#options,
    )
    const tokens = await oauth.processGenericTokenEndpointResponse(this.#server, this.#client, answer)
    return tokens.access_token
  }

  /** A fetch that sends each request with a token and a fresh proof of the key that it is bound to (RFC 9449). */
  fetchWith(token: string): (request: Request) => Promise<Response> {
    return async (request) => {
      const body = request.body === null ? undefined : await request.text()
      const address = new URL(request.url)
      return oauth.protectedResourceRequest(
        token,
        request.method,
        address,
        request.headers,
        body,
        this.#options,
      )
    }
  }
}

/** Plain http is for a server on this computer. */
function optionsFor(api: URL) {
  const isHere = ['localhost', '127.0.0.1', '[::1]'].includes(api.hostname)
  return { [oauth.allowInsecureRequests]: isHere && api.protocol === 'http:' }
}
