import type { Vault } from '#platform/credentials/vault.ts'
import { judge } from '#platform/outgoing/attempts.ts'
import { makeSealedSecret } from '#platform/outgoing/sealed-secret.ts'
import type { EventTypeName } from './catalogue.ts'
import { ENDPOINT_PLACES } from './secret-places.ts'

const HOUR_MS = 3_600_000

/** A message of the past, and what the receiver answered. */
export interface DemoDelivery {
  readonly type: EventTypeName
  readonly hoursAgo: number
  readonly data: Readonly<Record<string, unknown>>
  /** The last status, after how many attempts, and what it took; a delivery that failed for good has a reason. */
  readonly answer: {
    readonly code: number
    readonly attempts: number
    readonly ms: number
    readonly excerpt: string | null
  }
}

/** What an endpoint of the demo world is made of. */
export interface DemoEndpointGround {
  readonly now: Date
  /** A UUID that sorts by the given time. */
  readonly uuid: (at: Date) => string
  readonly vault: Vault
  /** One of both. */
  readonly owner: { readonly partner_id: string | null; readonly tenant_id: string | null }
  readonly by: { readonly id: string; readonly name: string }
  readonly url: string
  readonly description: string
  readonly types: readonly EventTypeName[]
  readonly daysOld: number
  readonly deliveries: readonly DemoDelivery[]
}

/** Rows by table, in the order in which they can be written. All rows of a table have the same columns. */
export type DemoEndpointRows = readonly (readonly [
  table: 'webhook_endpoint' | 'webhook_secret' | 'webhook_health' | 'webhook_delivery',
  rows: readonly Readonly<Record<string, unknown>>[],
])[]

const toBytes = (value: Buffer): string => `\\x${value.toString('hex')}`

function makeDelivery(
  endpointId: string,
  uuid: DemoEndpointGround['uuid'],
  given: DemoDelivery & { readonly at: Date },
): Readonly<Record<string, unknown>> {
  const { at, answer } = given
  const isDelivered = answer.code < 300
  // A message is tried for four days, and answered at once where everything works.
  const finishedAt = isDelivered ? new Date(at.getTime() + 2000) : new Date(at.getTime() + 76 * HOUR_MS)
  return {
    id: uuid(at),
    endpoint_id: endpointId,
    event_id: uuid(at),
    event_type: given.type,
    occurred_at: at,
    data: given.data,
    status: isDelivered ? 'delivered' : 'failed',
    attempt: answer.attempts,
    next_attempt_at: finishedAt,
    response_code: answer.code,
    outcome: judge(answer.code),
    duration_ms: answer.ms,
    response_excerpt: answer.excerpt,
    created_at: at,
    finished_at: finishedAt,
  }
}

/** What was sent lately; how an address answered when it was new is kept no longer than any other message. */
function makeDeliveries({ now, uuid, deliveries }: DemoEndpointGround, endpointId: string) {
  return deliveries.map((one) =>
    makeDelivery(endpointId, uuid, { ...one, at: new Date(now.getTime() - one.hoursAgo * HOUR_MS) }),
  )
}

function makeSecret({ uuid, vault }: DemoEndpointGround, endpoint: { id: string; since: Date }) {
  const { id, sealed, digest, sealedSigningKey, publicKey } = makeSealedSecret(
    vault,
    uuid(endpoint.since),
    ENDPOINT_PLACES,
  )
  return {
    id,
    endpoint_id: endpoint.id,
    sealed_secret: toBytes(sealed),
    digest: toBytes(digest),
    sealed_signing_key: toBytes(sealedSigningKey),
    public_key: toBytes(publicKey),
    created_at: endpoint.since,
  }
}

/** An endpoint with its secret and what was sent to it; its address answered long ago. The secret is new with each call. */
export function makeDemoEndpoint(ground: DemoEndpointGround): DemoEndpointRows {
  const { now, uuid, owner, by } = ground
  const since = new Date(now.getTime() - ground.daysOld * 24 * HOUR_MS)
  const id = uuid(since)
  const endpoint = {
    id,
    ...owner,
    url: ground.url,
    description: ground.description,
    event_types: ground.types,
    status: 'active',
    verified_at: since,
    version: 1,
    created_by: by.id,
    created_by_name: by.name,
    created_at: since,
    updated_at: since,
  }
  const deliveries = makeDeliveries(ground, id)
  const newest = (status: string): unknown =>
    deliveries.findLast((row) => row['status'] === status)?.['finished_at'] ?? null
  return [
    ['webhook_endpoint', [endpoint]],
    ['webhook_secret', [makeSecret(ground, { id, since })]],
    [
      'webhook_health',
      [{ endpoint_id: id, last_success_at: newest('delivered'), last_failure_at: newest('failed') }],
    ],
    ['webhook_delivery', deliveries],
  ]
}
