import { ACTION_NAMES, encodeId } from '@liaison/access'
import type { Action, ClientId, ConsentId, PartnerId, PersonId, TenantId } from '@liaison/access'
import { decodeJwt } from 'jose'
import { makeResourceServers } from '#modules/gateway/index.ts'
import { makeOAuth, makeOAuthRoutes } from '#modules/oauth/index.ts'
import type { ConsentDesk, OAuth, OAuthContext } from '#modules/oauth/index.ts'
import { makeCertificateReader } from '#platform/credentials/client-certificate.ts'
import { systemClock } from '#platform/clock.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { AppOptions } from '../src/app.ts'
import { ApiClients, TestTokens } from './api-client.ts'
import type { SeededAccount } from './api-client.ts'
import { CookieJar, makeTestKey, PartnerApp, seedClient } from './oauth-client.ts'
import type { Answered, TestKey } from './oauth-client.ts'
import { TestWorld } from './world.ts'

/** Until when a request is granted that says nothing else: months ahead, whenever the tests run. */
export const GRANTED_UNTIL = new Date(systemClock().getTime() + 200 * 86_400_000)

type Question = Parameters<ConsentDesk['open']>[1]
type Outcome = Awaited<ReturnType<ConsentDesk['read']>>

/** What is decided about a request of one client, before it is asked. */
interface Decision {
  readonly state: Outcome['state']
  readonly partner: PartnerId
  readonly accounts: readonly SeededAccount[]
  /** Fewer than were asked for. */
  readonly actions?: readonly Action[]
  readonly endsAt?: Date
}

/** Stands where people decide, so that tests of the authorization server need no pages: it decides as it was told. */
export class TestDesk implements ConsentDesk {
  readonly asked: Question[] = []
  readonly left = new Set<string>()
  readonly #decisions = new Map<string, Decision>()
  readonly #given = new Map<string, NonNullable<Outcome['delegation']>>()
  readonly #world: () => { readonly world: TestWorld; readonly clients: ApiClients }

  constructor(world: () => { readonly world: TestWorld; readonly clients: ApiClients }) {
    this.#world = world
  }

  decide(client: ClientId, decision: Decision): void {
    this.#decisions.set(client, decision)
  }

  open(_mandate: unknown, question: Question): Promise<{ path: string }> {
    this.asked.push(question)
    return Promise.resolve({ path: `/consent/${question.uid}` })
  }

  async read(_mandate: unknown, uid: string): Promise<Outcome> {
    const question = this.asked.findLast((asked) => asked.uid === uid)
    const decision = question && this.#decisions.get(question.clientId)
    if (!question || !decision) return { state: 'open', delegation: null }
    if (decision.state !== 'approved') return { state: decision.state, delegation: null }
    const known = this.#given.get(uid)
    const given = known ?? (await this.#give(question, decision))
    this.#given.set(uid, given)
    return { state: 'approved', delegation: given }
  }

  async #give(question: Question, decision: Decision) {
    const actions = question.actions.filter((action) => (decision.actions ?? ACTION_NAMES).includes(action))
    const { world, clients } = this.#world()
    const id = await clients.consent({ client: question.clientId, ...decision, actions })
    const endsAt = decision.endsAt ?? GRANTED_UNTIL
    await world.seed(
      'with c as (update consent set scopes = $3, actions = $4 where id = $1) update delegation set ends_at = $2, approved_by = uuidv7() where id = $1',
      [id, endsAt, question.scopes, actions],
      decision.accounts[0]?.tenantId,
    )
    const tenantId = decision.accounts[0]?.tenantId ?? ''
    return {
      id,
      tenantId,
      bans: decision.accounts.map(({ ban }) => ban),
      scopes: question.scopes,
      actions,
      endsAt,
    }
  }

  isStillBacked(_trace: unknown, consentId: string): Promise<boolean> {
    return Promise.resolve(!this.left.has(consentId))
  }
}

/** A partner with an application, and a tenant with an administrator who is signed in and decides as told. */
export interface OAuthCast {
  readonly partner: PartnerId
  readonly client: ClientId
  readonly key: TestKey
  readonly app: PartnerApp
  readonly tenant: TenantId
  readonly customerId: string
  readonly accounts: readonly SeededAccount[]
  readonly admin: { readonly id: PersonId; readonly cookie: string }
}

/** The tokens of an authorization, with what a test looks at. */
export interface Granted {
  readonly answer: Answered
  readonly accessToken: string
  readonly refreshToken: string
  readonly claims: Record<string, unknown>
  readonly consentId: ConsentId
}

/** A server with its authorization server, and what people and applications do there. */
export class OAuthWorld implements AsyncDisposable {
  readonly world: TestWorld
  readonly desk: TestDesk
  readonly clients: ApiClients
  readonly logged: string[]

  private constructor(world: TestWorld, parts: { desk: TestDesk; clients: ApiClients; logged: string[] }) {
    this.world = world
    this.desk = parts.desk
    this.clients = parts.clients
    this.logged = parts.logged
  }

  static async start(
    makeRoutes: (services: Services) => readonly Route[] = () => [],
    options: Partial<AppOptions> & { readonly usesRealDesk?: boolean } = {},
  ): Promise<OAuthWorld> {
    const { usesRealDesk = false, ...app } = options
    let started: { world: TestWorld; clients: ApiClients } | null = null
    const desk = new TestDesk(() => {
      if (!started) throw new Error('The world has not started.')
      return started
    })
    const logged: string[] = []
    const oauth = (context: OAuthContext): OAuth =>
      makeOAuth(context, {
        apis: makeResourceServers(context.database),
        ...(usesRealDesk ? {} : { consents: desk }),
        ...(app.places && { places: app.places }),
        ...(app.asksWithoutBrowser !== undefined && { asksWithoutBrowser: app.asksWithoutBrowser }),
        ...(app.clientCertificates && { certificates: makeCertificateReader(app.clientCertificates) }),
      })
    const world = await TestWorld.start(
      (services) => [...makeOAuthRoutes(services), ...makeRoutes(services)],
      {
        oauth,
        logger: { level: 'trace', stream: { write: (line: string) => void logged.push(line) } },
        ...app,
      },
    )
    const clients = new ApiClients(world, new TestTokens())
    started = { world, clients }
    return new OAuthWorld(world, { desk, clients, logged })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]()
  }

  async cast(
    options: {
      readonly kinds?: readonly string[]
      readonly accounts?: number
      readonly keyAlgorithm?: string
    } = {},
  ): Promise<OAuthCast> {
    const { world, clients } = this
    const partner = await world.partner('Northwind', options.kinds ?? ['msp'])
    const key = await makeTestKey(options.keyAlgorithm)
    const client = await seedClient(world, { partner }, { key })
    const tenant = await world.tenant('Globex')
    const admin = await world.person('Alice')
    await world.tenantMember(tenant, admin.id)
    const accounts: SeededAccount[] = []
    for (let index = 1; index <= (options.accounts ?? 1); index += 1) {
      const account = await clients.account(tenant, `BAN-100${index}`)
      await clients.paidBy(account)
      accounts.push(account)
    }
    const { cookie } = await world.signIn(admin.id)
    this.desk.decide(client, { state: 'approved', partner, accounts })
    const app = new PartnerApp(world, { id: client, key })
    const customerId = encodeId('tenant', tenant)
    return {
      partner,
      client,
      key,
      app,
      tenant,
      customerId,
      accounts,
      admin: { id: admin.id, cookie: cookie ?? '' },
    }
  }

  /** A browser in which the administrator is signed in. */
  browser(cast: OAuthCast): CookieJar {
    return new CookieJar(cast.admin.cookie)
  }

  /** The whole way of an application up to the code. */
  async authorize(
    cast: OAuthCast,
    changes: Readonly<Record<string, string | null>> = {},
    jar = this.browser(cast),
  ): Promise<{
    readonly code: string
    readonly url: URL
    readonly hops: readonly string[]
    readonly requestUri: string
  }> {
    const pushed = await cast.app.push(changes)
    const requestUri = String(pushed.body['request_uri'])
    const { url, hops } = await cast.app.browse(cast.app.authorizePath(requestUri), jar)
    return { code: url.searchParams.get('code') ?? '', url, hops, requestUri }
  }

  /** The whole way of an application up to its tokens. */
  async grant(cast: OAuthCast, changes: Readonly<Record<string, string | null>> = {}): Promise<Granted> {
    const { code } = await this.authorize(cast, changes)
    const answer = await cast.app.redeem(code)
    if (answer.status !== 200) throw new Error(`No tokens: ${answer.text}`)
    const accessToken = String(answer.body['access_token'])
    const claims = decodeJwt(accessToken)
    const [row] = await this.world.sql<{ id: ConsentId }>(
      'select id from consent where client_id = $1 order by id desc limit 1',
      [cast.client],
    )
    if (!row) throw new Error('There is no consent.')
    return {
      answer,
      accessToken,
      refreshToken: String(answer.body['refresh_token']),
      claims,
      consentId: row.id,
    }
  }

  /** The events of an action, with who reads them. */
  events(action: string): Promise<
    {
      action: string
      outcome: string
      code: string | null
      actor_id: string | null
      delegation_id: string | null
      readers: string[] | null
    }[]
  > {
    return this.world.sql(
      `select e.action, e.outcome, e.code, e.actor_id, e.delegation_id,
         (select array_agg(s.kind || ' ' || s.scope_id order by s.kind) from audit_scope s where s.event_id = e.id) as readers
       from audit_event e where e.action = $1 order by e.id`,
      [action],
    )
  }
}
