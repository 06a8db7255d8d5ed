import { maskOfActions, toBits } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { API_AUDIENCE, API_ORIGIN, GatewayWorld, TEST_ISSUER } from '../../../server/testing/gateway.ts'
import type { CallWish } from '../../../server/testing/gateway.ts'
import { DecisionPointDoor } from './decision-point.ts'
import type { Mood } from './decision-point.ts'
import type { Placeholders } from './gateway-process.ts'
import { portOf } from '../../../server/testing/ports.ts'
import { sendRequest } from './raw-http.ts'
import type { RawAnswer } from './raw-http.ts'
import { Upstream } from './upstream.ts'

/** How a call is made through the gateway; the evidence is for what it says, the request is what it does. */
export interface ThroughWish extends CallWish {
  /** What is really sent, when it differs from what token and proof are for. */
  readonly sent?: { readonly method?: string; readonly target?: string; readonly host?: string }
  readonly fields?: readonly (readonly [string, string])[]
  readonly body?: string
  /** Leaves the token, the proof or both out. */
  readonly leave?: readonly ('authorization' | 'dpop')[]
}

/** A call and what came of it. */
export interface Outcome {
  readonly answer: RawAnswer
  /** Whether the API got a request during the call. */
  readonly reached: boolean
}

/** A real decision point, a door to it, an API, and calls through whatever gateway stands between. */
export class GatewayScene implements AsyncDisposable {
  readonly world: GatewayWorld
  readonly door: DecisionPointDoor
  readonly upstream: Upstream
  port = 0

  private constructor(world: GatewayWorld, door: DecisionPointDoor, upstream: Upstream) {
    this.world = world
    this.door = door
    this.upstream = upstream
  }

  static async start(): Promise<GatewayScene> {
    const world = await GatewayWorld.start()
    const { http } = world.world.app
    await http.listen({ port: 0, host: '127.0.0.1' })
    const address = http.server.address()
    if (address === null || typeof address === 'string')
      throw new Error('The decision point does not listen.')
    const keys = { keys: [world.keys.issuer.publicJwk] }
    return new GatewayScene(
      world,
      await DecisionPointDoor.start(portOf(http.server)),
      await Upstream.start(keys),
    )
  }

  /** What the placeholders of configurations that verify tokens themselves stand for besides. */
  get issuer(): Placeholders {
    return {
      JWKS_URI: `http://127.0.0.1:${this.upstream.port}/test-keys`,
      ISSUER: TEST_ISSUER,
      AUDIENCE: API_AUDIENCE,
    }
  }

  /** What the placeholders of the reference configurations stand for here. */
  get placeholders(): Placeholders {
    return {
      API_HOST: new URL(API_ORIGIN).host,
      DECISION_POINT: `127.0.0.1:${this.door.port}`,
      UPSTREAM: `127.0.0.1:${this.upstream.port}`,
      CREDENTIAL: this.world.credential,
    }
  }

  get path(): string {
    return this.world.ordersPath
  }

  /** Makes a call through the gateway. */
  async call(wish: ThroughWish = {}): Promise<Outcome> {
    const { method = 'GET', path = this.path, body } = wish
    const evidence = await this.world.evidence({ ...wish, method, path: path.split('?')[0] ?? path })
    const sent = { method, target: path, host: new URL(API_ORIGIN).host, ...wish.sent }
    const presented = [
      ['authorization', 'Authorization', evidence.authorization],
      ['dpop', 'DPoP', evidence.dpop],
    ] as const
    const before = this.upstream.seen.length
    const answer = await sendRequest(this.port, {
      method: sent.method,
      target: sent.target,
      fields: [
        ['Host', sent.host],
        ...presented
          .filter(([key]) => !wish.leave?.includes(key))
          .map(([, name, value]) => [name, value] as const),
        ...(wish.fields ?? []),
      ],
      ...(body !== undefined && { body }),
    })
    return { answer, reached: this.upstream.seen.length > before }
  }

  private wide: string | null = null

  /** Leaves of the consent that calls are made under the reading of orders alone. */
  async narrowConsent(): Promise<void> {
    const { consent, tenant } = this.world.scene
    const [row] = await this.world.world.sql<{ mask: string }>('select mask from delegation where id = $1', [
      consent,
    ])
    this.wide = row?.mask ?? null
    await this.setMask(toBits(maskOfActions(['order.read'])), tenant)
  }

  /** Gives back what `narrowConsent` took. */
  async widenConsent(): Promise<void> {
    if (this.wide !== null) await this.setMask(this.wide, this.world.scene.tenant)
  }

  private async setMask(mask: string, tenant: TenantId): Promise<void> {
    await this.world.world.seed(
      'update delegation set epoch = epoch + 1, mask = $2, role_mask = $2 where id = $1',
      [this.world.scene.consent, mask],
      tenant,
    )
  }

  /** Does something while the decision point is in another mood. */
  async during<T>(mood: Mood, act: () => Promise<T>): Promise<T> {
    this.door.mood = mood
    // Connections that are kept open would hide that there is nobody any more.
    if (mood === 'down') this.door.drop()
    try {
      return await act()
    } finally {
      this.door.mood = 'real'
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door[Symbol.asyncDispose]()
    await this.upstream[Symbol.asyncDispose]()
    await this.world[Symbol.asyncDispose]()
  }
}
