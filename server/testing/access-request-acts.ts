import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { makeConsentRoutes } from '#modules/consents/index.ts'
import { recordEvent } from '#platform/mandate.ts'
import { problemPage } from '#platform/pages/index.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { makeConsentActs } from './consent-acts.ts'
import type { ConsentCast } from './consent-acts.ts'
import { TEST_ISSUER } from './oauth-client.ts'
import type { Answered } from './oauth-client.ts'
import { OAuthWorld } from './oauth-world.ts'
import type { OAuthCast } from './oauth-world.ts'
import { TEST_ORIGIN } from './world.ts'
import type { Caller } from './world.ts'

const params = z.strictObject({ customer_ban: z.string() })
const probes = (['GET', 'POST'] as const).map((method) =>
  route({
    method,
    path: '/api/v1/customers/:customer_ban/orders',
    summary: 'A protected operation',
    input: { params },
    access: {
      api: method === 'GET' ? 'api.orders.read' : 'api.orders.create',
      account: ({ params: { customer_ban: ban } }) => ban,
    },
    limit: 'list',
    responses: { 200: z.strictObject({ done: z.boolean() }) },
    handle({ mandate }) {
      if (method === 'POST') recordEvent(mandate, { action: 'orders.create' })
      return Promise.resolve({ done: true })
    },
  }),
)

/** A client that may read orders of a customer, and an administrator who could allow more. */
export interface AskingScene {
  readonly cast: OAuthCast
  readonly consentId: string
  readonly grantId: string
  readonly refreshToken: string
  readonly accessToken: string
  readonly people: ConsentCast
}

/** What a client asks for that may read orders. */
export const MORE = { type: 'partner_access', actions: ['order.create'] }

/** The page to which the mail about a request leads. */
export const pathOf = ({ body }: Answered) => `/access-requests/${String(body['access_request_id'])}`

/** A server with the authorization server, the pages of consents, and what clients and people do about access requests. */
export class AskingWorld implements AsyncDisposable {
  readonly oauth: OAuthWorld
  readonly acts: ReturnType<typeof makeConsentActs>

  private constructor(oauth: OAuthWorld) {
    this.oauth = oauth
    this.acts = makeConsentActs(() => oauth.world)
  }

  static async start(
    options: Parameters<typeof OAuthWorld.start>[1] = {},
    more: readonly Route[] = [],
  ): Promise<AskingWorld> {
    const makeRoutes: typeof makeConsentRoutes = (services) => [
      ...makeConsentRoutes(services),
      ...probes,
      ...more,
    ]
    return new AskingWorld(await OAuthWorld.start(makeRoutes, { problemPage, ...options }))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.oauth[Symbol.asyncDispose]()
  }

  get world() {
    return this.oauth.world
  }

  async open(accounts = 2): Promise<AskingScene> {
    const cast = await this.oauth.cast({ accounts })
    this.oauth.desk.decide(cast.client, {
      state: 'approved',
      partner: cast.partner,
      accounts: cast.accounts.slice(0, 1),
      actions: ['order.read'],
    })
    const { consentId, refreshToken, accessToken } = await this.oauth.grant(cast, {
      scope: 'orders.read',
      authorization_details: JSON.stringify([{ type: 'partner_access', actions: ['order.read'] }]),
    })
    const admin = await this.world.signIn(cast.admin.id, { tenantId: cast.tenant })
    const people: ConsentCast = {
      tenant: cast.tenant,
      partner: cast.partner,
      clientId: cast.client,
      owner: admin,
      admin,
      adminId: cast.admin.id,
      accounts: cast.accounts.map(({ id, ban }) => ({ id, ban, publicId: encodeId('billing_account', id) })),
    }
    return { cast, consentId, grantId: encodeId('consent', consentId), refreshToken, accessToken, people }
  }

  /** A request of the client with a token for its grants. */
  async send({ cast }: Pick<AskingScene, 'cast'>, method: 'GET' | 'POST', path: string, body?: unknown) {
    const asked = await cast.app.token('client_credentials', {
      resource: `${TEST_ISSUER}/grants`,
      scope: 'access_request grant_management_query',
    })
    return cast.app.call(String(asked.body['access_token']), method, path, body)
  }

  post(scene: AskingScene, detail: object = MORE, grantId = scene.grantId) {
    const body = { grant_id: grantId, authorization_details: [detail] }
    return this.send(scene, 'POST', '/oauth/access-requests', body)
  }

  poll(scene: AskingScene, { body }: Answered) {
    return this.send(scene, 'GET', `/oauth/access-requests/${String(body['access_request_id'])}`)
  }

  /** An administrator begins to decide; returns the key of the pages of consents. */
  async begin(asked: Answered, as: Caller) {
    const answer = await this.world.app.http.inject({
      method: 'POST',
      url: `${pathOf(asked)}/decide`,
      headers: {
        cookie: as.cookie ?? '',
        origin: TEST_ORIGIN,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: '',
    })
    return {
      status: answer.statusCode,
      key: /^\/consent\/([^/]+)\//.exec(String(answer.headers['location']))?.[1] ?? '',
    }
  }

  /** The mails that asked the administrator for more. */
  mailsAbout(scene: AskingScene) {
    return this.world.sql<{ subject: string; text: string }>(
      `select payload ->> 'subject' as subject, payload ->> 'text' as text from outbox
       where topic = 'mail' and payload ->> 'to' = (select email from person where id = $1) and payload ->> 'subject' like '%asks%' order by id`,
      [scene.cast.admin.id],
    )
  }
}
