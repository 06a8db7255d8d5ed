import type { PartnerId } from '@liaison/access'
import { Webhook } from 'standardwebhooks'
import { makeWebhooks, SENT_MESSAGES } from '#modules/webhooks/index.ts'
import type { Deliverer } from '#platform/outgoing/deliverer.ts'
import { WebhookReceiver } from './webhook-receiver.ts'
import type { Received } from './webhook-receiver.ts'
import type { Caller, TestWorld } from './world.ts'

export const PARTNER_ENDPOINTS = '/api/v1/partner/webhook-endpoints'
export const TENANT_ENDPOINTS = '/api/v1/tenant/webhook-endpoints'

/** An endpoint with the receiver behind it. */
export interface MadeEndpoint {
  readonly path: string
  readonly id: string
  readonly secret: string
  readonly etag: string
}

/** What a receiver reads of a message. */
export interface WebhookMessage {
  readonly type: string
  readonly timestamp: string
  readonly data: Record<string, unknown>
}

/** The deliverer of a world, as a process of its own would have it. */
export function webhooksOf(world: TestWorld, errors: Error[] = [], { timeoutMs = 10_000 } = {}): Deliverer {
  return makeWebhooks({
    database: world.database,
    vault: world.app.services.vault,
    allowsLoopback: true,
    timeoutMs,
    random: () => 0,
    onError: (error) => errors.push(error),
  })
}

/** Hands what waits in the outbox to its handlers, twice each as the queue may, and delivers. */
export async function pump(world: TestWorld, webhooks: Deliverer): Promise<void> {
  const rows = await world.sql<{ id: string; topic: string; payload: Record<string, unknown> }>(
    'delete from outbox returning id, topic, payload',
  )
  for (const { id, topic, payload } of rows) {
    await webhooks.topics[topic]?.(payload, id)
    await webhooks.topics[topic]?.(payload, id)
  }
  await webhooks.deliverDue()
}

/** Somebody answers for an endpoint at the receiver; it has answered its `endpoint.verify` unless told otherwise. */
export async function makeEndpoint(
  world: TestWorld,
  caller: Caller,
  wish: {
    readonly url: string
    readonly eventTypes: readonly string[]
    readonly path?: string
    readonly isVerified?: boolean
  },
): Promise<MadeEndpoint> {
  const path = wish.path ?? PARTNER_ENDPOINTS
  const body = { url: wish.url, event_types: wish.eventTypes }
  const answer = await world.call(caller, 'POST', path, { body })
  if (answer.statusCode !== 201) throw new Error(answer.body)
  const { endpoint_id: publicId, secret } = answer.json()
  const [row] = await world.sql<{ id: string }>('select id from webhook_endpoint order by id desc limit 1')
  if (wish.isVerified ?? true) await skipHandshake(world, row?.id ?? '')
  return {
    path: `${path}/${publicId}`,
    id: row?.id ?? '',
    secret,
    etag: String(answer.headers['etag']),
  }
}

/** An endpoint whose address answered long ago, for tests that are about what comes afterwards. */
async function skipHandshake(world: TestWorld, id: string): Promise<void> {
  await world.sql('delete from webhook_delivery where endpoint_id = $1', [id])
  await world.seed('update webhook_endpoint set verified_at = now() where id = $1', [id])
}

const DESCRIBED = new Map(SENT_MESSAGES.map(({ type, body }) => [type, body]))

/**
 * What arrived, verified as the receiver would with the library. Throws for a signature that is not right, and for a
 * message of another form than the OpenAPI document describes for its type.
 */
export function verify(received: Received, secret: string): WebhookMessage {
  // The receiver of the test knows what it was sent.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const message = new Webhook(secret).verify(
    received.body,
    WebhookReceiver.fieldsOf(received),
  ) as WebhookMessage
  DESCRIBED.get(message.type)?.parse(message)
  return message
}

/** A partner's owner, signed in. */
export async function ownerOf(world: TestWorld, partner: PartnerId): Promise<Caller> {
  const { id } = await world.person()
  await world.partnerMember(partner, id, 'PARTNER_OWNER')
  return world.signIn(id)
}
