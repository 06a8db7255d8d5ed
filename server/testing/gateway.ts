import { randomUUID } from 'node:crypto'
import { ACTION_NAMES, decodeId, encodeId, fromBits, maskOfActions, SCOPE_NAMES } from '@liaison/access'
import type { Action, ClientId, PartnerId, TenantId } from '@liaison/access'
import { createGuard } from '@liaison/guard'
import type { Guard, GuardOptions } from '@liaison/guard'
import type { JWTPayload } from 'jose'
import { publicIdOf } from '#platform/public-id.ts'
import { makeTestKey, signProof, signToken, thumbprintOf } from '../../guard/testing/issuer.ts'
import type { TestKey } from '../../guard/testing/issuer.ts'
import { gatewayRoutes, mountGateway } from '#modules/gateway/index.ts'
import { ApiClients, TestTokens } from './api-client.ts'
import type { SeededAccount } from './api-client.ts'
import { noteToken } from './issued-token.ts'
import { openDirect, people } from './shop.ts'
import type { DirectScene } from './shop.ts'
import { TEST_ORIGIN, TestWorld } from './world.ts'
import type { Caller } from './world.ts'

/** Where callers address the API behind the gateways of these tests. */
export const API_ORIGIN = 'https://api.carrier.example'
export const API_AUDIENCE = 'https://api.carrier.example'
export const TEST_ISSUER = `${TEST_ORIGIN}/oauth`

/** What may be called at the upstream of these tests. */
export const API_ROUTES = [
  { method: 'GET', path_template: '/v1/customers/{customer_ban}/orders', permission: 'api.orders.read' },
  { method: 'POST', path_template: '/v1/customers/{customer_ban}/orders', permission: 'api.orders.create' },
  {
    method: 'GET',
    path_template: '/v1/customers/{customer_ban}/orders/{order_id}',
    permission: 'api.orders.read',
  },
  { method: 'GET', path_template: '/v1/customers/{customer_ban}/services', permission: 'api.services.read' },
  { method: 'GET', path_template: '/v1/me', permission: 'api.accounts.read' },
] as const

/** What a call is to be made with; what is left out holds. */
export interface CallWish {
  readonly method?: string
  readonly path?: string
  readonly origin?: string
  readonly claims?: JWTPayload
  readonly token?: string
  readonly key?: TestKey
  readonly proof?: Parameters<typeof signProof>[2]
}

/** A decision point with signed tokens of its own, one registered upstream, and a partner that may work on one account. */
export class GatewayWorld implements AsyncDisposable {
  readonly world: TestWorld
  readonly clients: ApiClients
  readonly scene: DirectScene
  readonly admin: Caller
  readonly credential: string
  readonly gatewayId: string
  readonly #keys: { readonly issuer: TestKey; readonly client: TestKey; readonly thumbprint: string }

  private constructor(
    parts: Pick<GatewayWorld, 'world' | 'clients' | 'scene' | 'admin' | 'credential' | 'gatewayId'> & {
      keys: GatewayWorld['keys']
    },
  ) {
    this.world = parts.world
    this.clients = parts.clients
    this.scene = parts.scene
    this.admin = parts.admin
    this.credential = parts.credential
    this.gatewayId = parts.gatewayId
    this.#keys = parts.keys
  }

  static async start(
    options: Partial<GuardOptions> = {},
    app: Parameters<typeof TestWorld.start>[1] = {},
  ): Promise<GatewayWorld> {
    const [issuer, client] = await Promise.all([makeTestKey('issuer-1'), makeTestKey('client')])
    const keys = { issuer, client, thumbprint: await thumbprintOf(client) }
    const world = await TestWorld.start(() => gatewayRoutes, app)
    const { engine, services, http } = world.app
    const guard = makeTestGuard(issuer, options)
    mountGateway(http, { engine, services, guard: () => guard })
    const clients = new ApiClients(world, new TestTokens())
    const scene = await openDirect(world, clients)
    const admin = await people.provider(world)
    await world.call(admin, 'PUT', '/api/v1/admin/upstreams/orders', {
      body: { audience: 'upstream:orders', origin: API_ORIGIN, routes: API_ROUTES },
    })
    const registered = await world.call(admin, 'POST', '/api/v1/admin/gateways', {
      body: { name: 'Edge', upstreams: ['orders'] },
    })
    const { credential, gateway_id: gatewayId } = registered.json<{
      credential: string
      gateway_id: string
    }>()
    return new GatewayWorld({ world, clients, scene, admin, credential, gatewayId, keys })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]()
  }

  get keys() {
    return this.#keys
  }

  /** The claims of a token for the scene's consent, as an issuer would make and note them from what is so now. */
  async claims(change: JWTPayload = {}): Promise<JWTPayload> {
    const { client, consent, account, partner } = this.scene
    return this.claimsFor({ client, consent, account, partner }, change)
  }

  async claimsFor(
    about: {
      readonly client: ClientId
      readonly consent: string
      readonly account: SeededAccount
      readonly partner: PartnerId
    },
    change: JWTPayload = {},
  ): Promise<JWTPayload> {
    const { client, consent, account, partner } = about
    const [row] = await this.world.sql<{
      epoch: number
      mask: string
      payer: string | null
      payer_ban: string | null
    }>(
      `select d.epoch, d.mask::text, b.billing ->> 'payer_tenant_id' as payer, b.billing ->> 'payer_ban' as payer_ban
       from delegation d cross join lateral (select access.billing_of($2, $3) as billing) b where d.id = $1`,
      [consent, account.tenantId, account.id],
    )
    if (!row) throw new Error('There is no such consent.')
    const actions = ACTION_NAMES.filter((action) => isAllowed(row.mask, action))
    const now = Math.floor(this.world.app.engine.clock().getTime() / 1000)
    const tenant = encodeId('tenant', account.tenantId)
    return this.note({
      iss: TEST_ISSUER,
      aud: API_AUDIENCE,
      sub: tenant,
      client_id: encodeId('api_client', client),
      jti: randomUUID(),
      iat: now - 1,
      exp: now + 299,
      scope: SCOPE_NAMES.join(' '),
      access: 'delegated',
      partner_id: encodeId('partner', partner),
      partner_kind: 'partner',
      customer_id: tenant,
      customer_ban: account.ban,
      delegation_id: publicIdOf('consent', consent),
      delegation_ver: row.epoch,
      authorized_by: 'apr_test',
      act: { sub: `client:${encodeId('api_client', client)}`, partner_id: encodeId('partner', partner) },
      billing: {
        party: row.payer === null ? tenant : publicIdOf('tenant', row.payer),
        ban: row.payer_ban ?? account.ban,
        mode: 'direct',
      },
      authorization_details: [
        {
          type: 'partner_access',
          customer_id: tenant,
          customer_ban: account.ban,
          actions,
          locations: [API_AUDIENCE],
        },
      ],
      cnf: { jkt: this.#keys.thumbprint },
      ...change,
    })
  }

  /** Notes what these claims say as issued, as an issuer does; they are given back. */
  async note(claims: JWTPayload): Promise<JWTPayload> {
    const { jti = '', exp = 0, client_id: client } = claims
    const clientId = typeof client === 'string' ? decodeId('api_client', client) : null
    if (clientId)
      await noteToken(this.world, {
        tokenId: jti,
        clientId,
        endsAt: new Date(exp * 1000),
      })
    return claims
  }

  /** Signs claims as whoever has the issuer's key can; nothing is noted. */
  sign(claims: JWTPayload): Promise<string> {
    return signToken(this.#keys.issuer, claims)
  }

  /** A signed token for the scene's consent. */
  async token(change: JWTPayload = {}): Promise<string> {
    return this.sign(await this.claims(change))
  }

  /** The evidence of one call: token and proof. */
  async evidence(wish: CallWish = {}): Promise<{ authorization: string; dpop: string }> {
    const { method = 'GET', path = this.ordersPath, origin = API_ORIGIN } = wish
    const token = wish.token ?? (await this.token(wish.claims))
    const claims = { iat: Math.floor(this.world.app.engine.clock().getTime() / 1000), ...wish.proof?.claims }
    const proof = await signProof(
      wish.key ?? this.#keys.client,
      { method, url: `${origin}${path}`, token },
      { ...wish.proof, claims },
    )
    return { authorization: `DPoP ${token}`, dpop: proof }
  }

  get ordersPath(): string {
    return `/v1/customers/${this.scene.account.ban}/orders`
  }

  /** What a gateway sends about a call. */
  async asked(wish: CallWish = {}): Promise<Record<string, string>> {
    const { method = 'GET', path = this.ordersPath } = wish
    return {
      ...(await this.evidence(wish)),
      'x-gateway-authorization': `Bearer ${this.credential}`,
      'x-forwarded-method': method,
      'x-forwarded-proto': 'https',
      'x-forwarded-host': new URL(API_ORIGIN).host,
      'x-forwarded-uri': path,
      'x-forwarded-for': '203.0.113.7',
    }
  }

  /** Asks the decision point about a call, with header fields put in, or taken out as undefined. */
  async ask(wish: CallWish = {}, change: Record<string, string | string[] | undefined> = {}) {
    const headers = Object.fromEntries(
      Object.entries({ ...(await this.asked(wish)), ...change }).filter(([, value]) => value !== undefined),
    ) as Record<string, string>
    return this.world.app.http.inject({ method: 'GET', url: '/gateway/v1/authorize', headers })
  }

  /** Another client of another partner, with a consent of another tenant. */
  async rival(): Promise<{
    client: ClientId
    consent: string
    account: SeededAccount
    partner: PartnerId
    tenant: TenantId
  }> {
    const { partner, tenant, client, account, consent } = await openDirect(this.world, this.clients)
    return { partner, tenant, client, account, consent }
  }
}

function isAllowed(bits: string, action: Action): boolean {
  return (maskOfActions([action]) & ~fromBits(bits)) === 0n
}

/** A guard for tokens that the tests sign. */
function makeTestGuard(issuer: TestKey, options: Partial<GuardOptions> = {}): Guard {
  return createGuard({
    issuer: TEST_ISSUER,
    audience: API_AUDIENCE,
    jwks: { keys: [issuer.publicJwk] },
    ...options,
  })
}
