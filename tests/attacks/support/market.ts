import { createHash, randomUUID } from 'node:crypto'
import { encodeId, idFromUuid } from '@liaison/access'
import type { ConsentId, ResaleId, TenantId } from '@liaison/access'
import { decodeJwt, exportJWK, SignJWT } from 'jose'
import { allRoutes } from '../../../server/src/app.ts'
import { makeResourceServers } from '../../../server/src/modules/gateway/index.ts'
import { makeOAuth, makeOAuthRoutes } from '../../../server/src/modules/oauth/index.ts'
import type { OAuthContext } from '../../../server/src/modules/oauth/index.ts'
import type { Route } from '../../../server/src/platform/route.ts'
import type { Services } from '../../../server/src/platform/services.ts'
import { makeConsentActs } from '../../../server/testing/consent-acts.ts'
import type { ConsentCast } from '../../../server/testing/consent-acts.ts'
import { makeTestKey, PartnerApp, readAnswer, seedClient } from '../../../server/testing/oauth-client.ts'
import type { Answered, CookieJar } from '../../../server/testing/oauth-client.ts'
import { OAuthWorld } from '../../../server/testing/oauth-world.ts'
import type { OAuthCast } from '../../../server/testing/oauth-world.ts'
import { people, stockShop } from '../../../server/testing/shop.ts'
import { TEST_ORIGIN } from '../../../server/testing/world.ts'
import type { Caller, TestWorld } from '../../../server/testing/world.ts'
import { SecondServer } from '../../support/second-server.ts'

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

/** Where the orders of an account are read and placed. */
export const ordersOf = (ban: string): string => `/api/v1/customers/${ban}/orders`
/** An order that may be placed. */
export const ORDER = { items: [{ product_code: 'ROUTER', quantity: 1 }] } as const

const keyOf = ({ method, path }: Route): string => `${method} ${path}`

/** Every route but those of the authorization server, which its own world adds. */
function otherRoutes(services: Services): readonly Route[] {
  const own = new Set(makeOAuthRoutes(services).map(keyOf))
  return allRoutes(services, { demoSignIns: () => [] }).filter((route) => !own.has(keyOf(route)))
}

/** What an application holds after a person allowed it on the consent pages. */
export interface Consented {
  readonly accessToken: string
  readonly refreshToken: string
  readonly claims: Record<string, unknown>
  readonly consentId: ConsentId
  readonly publicId: string
}

/** One request to the API. */
export interface Asked {
  readonly method?: string
  readonly path: string
  /** Where it is addressed; our own API without it. */
  readonly origin?: string
}

/** A wholesaler with its own token, and an end customer whose account it resells. */
export interface Wholesale extends OAuthCast {
  readonly endTenant: TenantId
  readonly resale: ResaleId
}

/** The whole product on a database of its own: consent pages, authorization server and API, called as their users call them. */
export class Market implements AsyncDisposable {
  readonly oauth: OAuthWorld
  readonly acts: ReturnType<typeof makeConsentActs>
  readonly provider: Caller

  private constructor(oauth: OAuthWorld, provider: Caller) {
    this.oauth = oauth
    this.acts = makeConsentActs(() => oauth.world)
    this.provider = provider
  }

  static async open(options: Parameters<typeof OAuthWorld.start>[1] = {}): Promise<Market> {
    const oauth = await OAuthWorld.start(otherRoutes, { usesRealDesk: true, ...options })
    await stockShop(oauth.world)
    return new Market(oauth, await people.provider(oauth.world))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.oauth[Symbol.asyncDispose]()
  }

  /** A further process over the same database. */
  another(): Promise<SecondServer> {
    const routes = (services: Services) => allRoutes(services, { demoSignIns: () => [] })
    const oauth = (context: OAuthContext) =>
      makeOAuth(context, { apis: makeResourceServers(context.database) })
    return SecondServer.start(this.world, routes, { oauth })
  }

  get world(): TestWorld {
    return this.oauth.world
  }

  /** A partner with an application, and a customer with an administrator. */
  cast(options: Parameters<OAuthWorld['cast']>[0] = {}): Promise<OAuthCast> {
    return this.oauth.cast(options)
  }

  /** The same people in the words of the consent pages. */
  peopleOf(cast: OAuthCast): ConsentCast {
    const { partner, client, tenant, admin, accounts } = cast
    return {
      partner,
      tenant,
      clientId: client,
      adminId: admin.id,
      owner: { cookie: null },
      admin: { cookie: admin.cookie, tenantId: tenant },
      accounts: accounts.map(({ id, ban }) => ({ id, ban, publicId: encodeId('billing_account', id) })),
    }
  }

  /** The administrator of the customer, in the portal. */
  admin(cast: OAuthCast): Caller {
    return { cookie: cast.admin.cookie, tenantId: cast.tenant }
  }

  /** Brings a browser to the consent page of a new request; returns the interaction. */
  async begin(cast: OAuthCast, jar: CookieJar): Promise<string> {
    const pushed = await cast.app.push()
    const page = await cast.app.open(cast.app.authorizePath(String(pushed.body['request_uri'])), jar)
    const path = page.headers.get('location') ?? ''
    await cast.app.open(path, jar)
    return path.split('/').at(-1) ?? ''
  }

  /** From the request to the tokens, through the pages on which the administrator allows it. */
  async consent(
    cast: OAuthCast,
    choice: Parameters<ReturnType<typeof makeConsentActs>['allow']>[2] = {},
  ): Promise<Consented> {
    const jar = this.oauth.browser(cast)
    const uid = await this.begin(cast, jar)
    const done = await this.acts.allow(this.peopleOf(cast), uid, choice)
    if (done.statusCode !== 303) throw new Error(`Not allowed: ${done.body}`)
    const { url } = await cast.app.browse(`/oauth/interaction/${uid}`, jar)
    const answer = await cast.app.redeem(url.searchParams.get('code') ?? '')
    if (answer.status !== 200) throw new Error(`No tokens: ${answer.text}`)
    const accessToken = String(answer.body['access_token'])
    const claims = decodeJwt(accessToken)
    const publicId = String(claims['delegation_id'])
    const [row] = await this.world.sql<{ id: string }>(
      'select id from consent where client_id = $1 order by id desc limit 1',
      [cast.client],
    )
    return {
      accessToken,
      refreshToken: String(answer.body['refresh_token']),
      claims,
      consentId: idFromUuid('consent', row?.id ?? ''),
      publicId,
    }
  }

  /** A wholesaler that buys for itself, and resells to one end customer. */
  async wholesale(): Promise<Wholesale> {
    const cast = await this.cast({ kinds: ['wholesaler'] })
    await this.world.seed('update partner set home_tenant_id = $2 where id = $1', [cast.partner, cast.tenant])
    const endTenant = await this.world.tenant('Endco')
    const account = await this.oauth.clients.account(endTenant, 'BAN-E-7')
    const [payer] = cast.accounts
    if (!payer) throw new Error('The wholesaler has an account.')
    const relationship = await this.oauth.clients.paidBy(account, payer, cast.partner)
    const resale = await this.oauth.clients.resale({
      partner: cast.partner,
      accounts: [account],
      relationship,
      actions: ['order.create', 'order.read'],
    })
    return { ...cast, endTenant, resale }
  }

  /** A token of a client for its own organisation. */
  async ownToken(cast: Pick<OAuthCast, 'app'>): Promise<string> {
    return tokenOf(await cast.app.token('client_credentials', {}))
  }

  /** A wholesaler's token for its end customer. */
  async resaleToken(cast: Wholesale): Promise<string> {
    const answer = await cast.app.token(EXCHANGE, {
      subject_token: await this.ownToken(cast),
      subject_token_type: ACCESS_TOKEN,
      authorization_details: JSON.stringify([{ type: 'partner_access', customer_ban: 'BAN-E-7' }]),
    })
    return tokenOf(answer)
  }

  /** An application of a customer's own. */
  async ownApp(tenant: TenantId): Promise<PartnerApp> {
    const key = await makeTestKey()
    return new PartnerApp(this.world, { id: await seedClient(this.world, { tenant }, { key }), key })
  }

  /** A fresh proof for one request with this token, as the application would make it. */
  async proof({ app }: Pick<OAuthCast, 'app'>, token: string, asked: Asked): Promise<string> {
    const { method = 'GET', path, origin = TEST_ORIGIN } = asked
    const { privateKey, publicKey } = await app.proofKey
    return new SignJWT({
      jti: randomUUID(),
      htm: method,
      htu: `${origin}${path}`,
      ath: createHash('sha256').update(token).digest('base64url'),
    })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .setIssuedAt()
      .sign(privateKey)
  }

  /** Token and proof for one request, as header fields. */
  async evidence(cast: Pick<OAuthCast, 'app'>, token: string, asked: Asked): Promise<Record<string, string>> {
    return { authorization: `DPoP ${token}`, dpop: await this.proof(cast, token, asked) }
  }

  /** Presents header fields as given, right or wrong, to the API. */
  async present(
    { app }: Pick<OAuthCast, 'app'>,
    { method = 'GET', path, body }: Asked & { readonly body?: string },
    headers: Readonly<Record<string, string>>,
  ): Promise<Answered> {
    const request = { method, headers, ...(body !== undefined && { body }) }
    return readAnswer(await app.fetch(new URL(path, TEST_ORIGIN), request))
  }

  /** How many orders there are. */
  async orders(): Promise<number> {
    const [row] = await this.world.sql<{ n: number }>('select count(*)::integer as n from service_order')
    return row?.n ?? -1
  }
}

function tokenOf(answer: Answered): string {
  if (answer.status !== 200) throw new Error(`No token: ${answer.text}`)
  return String(answer.body['access_token'])
}
