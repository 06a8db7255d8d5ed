import * as oauth from 'oauth4webapi'
import { AskingWorld } from './access-request-acts.ts'
import type { AskingScene } from './access-request-acts.ts'
import { readAnswer } from './oauth-client.ts'
import type { Answered } from './oauth-client.ts'
import { TEST_ORIGIN } from './world.ts'
import type { Caller } from './world.ts'

export const CIBA = 'urn:openid:params:grant-type:ciba'
export const MESSAGE = 'Approve 3 × Fibre 1G, EUR 240/month, ref 7F2A'
export const ORDERS = '/api/v1/customers/BAN-1001/orders'

/** A world in which clients may ask customers without a browser, and what they and people do about that. */
export class BackchannelWorld implements AsyncDisposable {
  readonly asking: AskingWorld

  private constructor(asking: AskingWorld) {
    this.asking = asking
  }

  static async start(...[options, more]: Parameters<typeof AskingWorld.start>): Promise<BackchannelWorld> {
    return new BackchannelWorld(await AskingWorld.start({ asksWithoutBrowser: true, ...options }, more))
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.asking[Symbol.asyncDispose]()
  }

  get world() {
    return this.asking.world
  }

  /** A client that reads orders of a customer, and may ask it to approve more. */
  async open(accounts = 1): Promise<AskingScene> {
    const scene = await this.asking.open(accounts)
    await this.world.seed('update api_client set asks_without_browser = true where id = $1', [
      scene.cast.client,
    ])
    return scene
  }

  /** The parameters of a request that is in order; null leaves one out. */
  parameters(scene: AskingScene, changes: Readonly<Record<string, string | null>> = {}): URLSearchParams {
    const all: Record<string, string | null> = {
      scope: 'openid orders.write',
      login_hint: scene.grantId,
      binding_message: MESSAGE,
      authorization_details: JSON.stringify([
        { type: 'partner_access', actions: ['order.create'], customer_hint: 'BAN-1001' },
      ]),
      ...changes,
    }
    const kept = new URLSearchParams()
    for (const [name, value] of Object.entries(all)) if (value !== null) kept.set(name, value)
    return kept
  }

  /** Asks, whatever becomes of it. */
  async ask(
    scene: AskingScene,
    changes: Readonly<Record<string, string | null>> = {},
    auth?: oauth.ClientAuth,
  ): Promise<Answered> {
    const { app } = scene.cast
    const response = await oauth.backchannelAuthenticationRequest(
      await app.server(),
      app.client,
      auth ?? app.auth(),
      this.parameters(scene, changes),
      app.options,
    )
    return readAnswer(response)
  }

  /** Asks for the token; as another client where one is named. */
  poll({ cast }: Pick<AskingScene, 'cast'>, { body }: Answered): Promise<Answered> {
    return cast.app.token(CIBA, { auth_req_id: String(body['auth_req_id']) })
  }

  /** As if the interval of polls had gone by. */
  async letPollAgain(): Promise<void> {
    await this.world.seed('delete from oauth_replay', [])
  }

  /** As if the time for the answer had gone by. */
  async letExpire({ cast }: Pick<AskingScene, 'cast'>): Promise<void> {
    await this.world.seed(
      `update backchannel_request set created_at = created_at - interval '1 hour', ends_at = ends_at - interval '1 hour' where client_id = $1`,
      [cast.client],
      cast.tenant,
    )
  }

  /** The page to which the mail of the request that waits leads. */
  async page(scene: AskingScene): Promise<string> {
    const [mail] = await this.asking.mailsAbout(scene)
    const path = /\/backchannel-requests\/\w+/.exec(mail?.text ?? '')?.[0]
    if (path === undefined) throw new Error('No mail was sent.')
    return path
  }

  /** An administrator begins to decide; returns the key of the pages of consents. */
  async begin(path: string, as: Caller): Promise<{ readonly status: number; readonly key: string }> {
    const answer = await this.world.app.http.inject({
      method: 'POST',
      url: `${path}/decide`,
      headers: {
        cookie: as.cookie ?? '',
        origin: TEST_ORIGIN,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: '',
    })
    const location = String(answer.headers['location'])
    return { status: answer.statusCode, key: /^\/consent\/([^/]+)\//.exec(location)?.[1] ?? '' }
  }

  /** An administrator reads the request and allows it. */
  async approve(scene: AskingScene): Promise<void> {
    const { key } = await this.begin(await this.page(scene), scene.people.admin)
    const done = await this.asking.acts.allow(scene.people, key, { actions: ['order.create'] })
    if (done.statusCode !== 303) throw new Error(done.body)
  }

  async decline(scene: AskingScene): Promise<void> {
    const { key } = await this.begin(await this.page(scene), scene.people.admin)
    const done = await this.asking.acts.decide(scene.people, key)
    if (done.statusCode !== 303) throw new Error(done.body)
  }
}
