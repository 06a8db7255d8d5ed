import type { ConsentId } from '@liaison/access'
import { createLocalJWKSet, jwtVerify } from 'jose'
import type { JSONWebKeySet, JWTPayload } from 'jose'
import { gatewayRoutes } from '#modules/gateway/index.ts'
import { makeSignals, signalStreamRoutes } from '#modules/signals/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { Answered } from './oauth-client.ts'
import { OAuthWorld } from './oauth-world.ts'
import type { OAuthCast } from './oauth-world.ts'
import { people } from './shop.ts'
import { WebhookReceiver } from './webhook-receiver.ts'
import type { Received } from './webhook-receiver.ts'
import { TEST_ORIGIN } from './world.ts'

export const PUSH = 'urn:ietf:rfc:8935'
export const POLL = 'urn:ietf:rfc:8936'
export const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/'
export const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/'

/** The customer ends a consent. */
export const REVOKE = `update delegation set status = 'revoked', status_changed_by_side = 'tenant' where id = $1`

/** What answers in a test. */
export interface Said {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Readonly<Record<string, unknown>>
}

/** A receiver as it calls the transmitter. */
export type Call = (
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
) => Promise<Said>

/** A token of the transmitter that has been verified with the published keys. */
export interface Verified {
  readonly claims: JWTPayload & {
    readonly jti: string
    readonly txn: string
    readonly sub_id: Record<string, unknown>
    readonly events: Record<string, Record<string, unknown>>
  }
  readonly header: Readonly<Record<string, unknown>>
  readonly type: string
}

/** A transmitter, a gateway and partners with clients that receive from it, and a server that is pushed to. */
export class SignalWorld implements AsyncDisposable {
  readonly oauth: OAuthWorld
  readonly receiver: WebhookReceiver
  readonly signals: Deliverer
  readonly errors: Error[] = []

  private constructor(oauth: OAuthWorld, receiver: WebhookReceiver) {
    this.oauth = oauth
    this.receiver = receiver
    this.signals = this.pusher({ allowsLoopback: true })
  }

  /** What pushes, as a process of its own would have it. */
  pusher({ allowsLoopback }: { readonly allowsLoopback: boolean }): Deliverer {
    const { app, database } = this.world
    if (!app.events) throw new Error('There is no authorization server.')
    return makeSignals({
      database,
      vault: app.services.vault,
      issuer: app.events,
      allowsLoopback,
      random: () => 0,
      onError: (error) => this.errors.push(error),
    })
  }

  static async start(): Promise<SignalWorld> {
    const oauth = await OAuthWorld.start(() => [...gatewayRoutes, ...signalStreamRoutes], { isDemo: true })
    return new SignalWorld(oauth, await WebhookReceiver.start())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.signals.stop()
    await this.receiver[Symbol.asyncDispose]()
    await this.oauth[Symbol.asyncDispose]()
  }

  get world() {
    return this.oauth.world
  }

  /** Lets the receiver of pushes take everything, and forget what it took. */
  calm(): void {
    this.receiver.received.length = 0
    this.receiver.answer = () => ({ status: 202 })
  }

  /** Removes every stream, and what waits to be told. */
  async clear(): Promise<void> {
    await this.world.seed('delete from signal_stream', [])
    await this.world.sql('delete from outbox')
  }

  /** A registered gateway before an API of which only orders can be read; its id is the UUID. */
  async gateway(
    name: string,
    permission = 'api.orders.read',
  ): Promise<{
    readonly id: string
    readonly publicId: string
    readonly credential: string
    readonly call: Call
  }> {
    const { world } = this
    const admin = await people.provider(world)
    await world.call(admin, 'PUT', `/api/v1/admin/upstreams/${name.toLowerCase()}`, {
      body: {
        audience: `upstream:${name}`,
        origin: `https://${name.toLowerCase()}.carrier.example`,
        routes: [{ method: 'GET', path_template: '/v1/customers/{customer_ban}/orders', permission }],
      },
    })
    const made = await world.call(admin, 'POST', '/api/v1/admin/gateways', {
      body: { name, upstreams: [name.toLowerCase()] },
    })
    const { credential, gateway_id: publicId } = made.json<{ credential: string; gateway_id: string }>()
    const [row] = await world.sql<{ id: string }>('select id from gateway where name = $1', [name])
    return {
      id: row?.id ?? '',
      publicId,
      credential,
      call: (method, path, body) => this.send(method, path, { body, authorization: `Bearer ${credential}` }),
    }
  }

  /** A request with whatever credential, or none. */
  async send(
    method: Parameters<Call>[0],
    path: string,
    { body, authorization }: { readonly body?: unknown; readonly authorization?: string } = {},
  ): Promise<Said> {
    const {
      statusCode,
      body: text,
      headers,
    } = await this.world.app.http.inject({
      method,
      url: path,
      headers: {
        ...(authorization !== undefined && { authorization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { payload: JSON.stringify(body) }),
    })
    return { status: statusCode, body: text === '' ? {} : (JSON.parse(text) as Said['body']), headers }
  }

  /** A client of a partner, with a token for streams. */
  async client(cast: OAuthCast, scope = 'ssf.manage'): Promise<Call> {
    const answer = await cast.app.token('client_credentials', { resource: `${TEST_ORIGIN}/ssf`, scope })
    const token = String(answer.body['access_token'])
    return async (method, path, body) => {
      const said: Answered = await cast.app.call(token, method, path, body)
      return { status: said.status, body: said.body, headers: Object.fromEntries(said.headers) }
    }
  }

  /** A partner's client with a consent in force. */
  async consented(): Promise<OAuthCast & { readonly consent: ConsentId; readonly publicConsent: string }> {
    const cast = await this.oauth.cast()
    const { consentId } = await this.oauth.grant(cast)
    return {
      ...cast,
      consent: consentId,
      publicConsent: publicIdOf('consent', consentId),
    }
  }

  /** A change as anybody might make it, told to whoever listens, twice as the queue may, and pushed. */
  async change(sql: string, values: readonly unknown[], cast?: OAuthCast): Promise<void> {
    await this.world.seed(sql, [...values], cast?.tenant)
    await this.pump()
  }

  async pump(signals = this.signals): Promise<void> {
    const rows = await this.world.sql<{ id: string; topic: string; payload: Record<string, unknown> }>(
      'delete from outbox returning id, topic, payload',
    )
    for (const { id, topic, payload } of rows) {
      await signals.topics[topic]?.(payload, id)
      await signals.topics[topic]?.(payload, id)
    }
    await signals.deliverDue()
  }

  /** What a security event token says, verified as a receiver would with the published metadata and keys. */
  async verify(token: string, audience: string): Promise<Verified> {
    const { body: metadata } = await this.send('GET', '/.well-known/ssf-configuration')
    const jwks = await this.oauth.world.app.http.inject({
      method: 'GET',
      url: new URL(String(metadata['jwks_uri'])).pathname,
      headers: { host: new URL(TEST_ORIGIN).host },
    })
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createLocalJWKSet(jwks.json<JSONWebKeySet>()),
      { issuer: String(metadata['issuer']), audience, typ: 'secevent+jwt', algorithms: ['ES256'] },
    )
    // The receiver of the test looks at what it was sent.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const claims = payload as Verified['claims']
    return { claims, header: { ...protectedHeader }, type: Object.keys(claims.events)[0] ?? '' }
  }

  /** What was pushed. */
  pushed(audience: string): Promise<Verified[]> {
    return Promise.all(this.receiver.received.map(({ body }: Received) => this.verify(body, audience)))
  }

  /** A stream with an address to push to. */
  async pushStream(call: Call, more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const made = await call('POST', '/ssf/stream', {
      delivery: { method: PUSH, endpoint_url: this.receiver.url },
      ...more,
    })
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    return String(made.body['stream_id'])
  }

  /** A stream that is polled, with its path. */
  async pollStream(
    call: Call,
  ): Promise<{ readonly id: string; readonly poll: (body?: object) => Promise<Record<string, string>> }> {
    const made = await call('POST', '/ssf/stream', {})
    if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    const id = String(made.body['stream_id'])
    const { endpoint_url: url } = made.body['delivery'] as { endpoint_url: string }
    return {
      id,
      poll: async (body = {}) => {
        const said = await call('POST', new URL(url).pathname, { returnImmediately: true, ...body })
        if (said.status !== 200) throw new Error(JSON.stringify(said.body))
        return said.body['sets'] as Record<string, string>
      },
    }
  }
}
