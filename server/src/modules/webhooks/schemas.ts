import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { makeAddress } from '#platform/outgoing/receiver.ts'
import { messageIdOf, showPublicKey } from '#platform/outgoing/signatures.ts'
import type { AddressRules } from '#platform/outgoing/addresses.ts'
import { DELIVERY_STATUSES, OUTCOMES } from '#platform/outgoing/attempts.ts'
import { isoOf } from '#platform/instant.ts'
import { EVENT_TYPE_NAMES, EVENT_TYPES, eventTypesOf } from './catalogue.ts'
import type { DeliveryRow, EndpointRow } from './store.ts'

const DAY_MS = 86_400_000
export const KEPT_DAYS = 30

/** What makes an endpoint. */
export function makeBodies(rules: () => AddressRules) {
  const url = makeAddress(rules)
  const eventTypes = z
    .array(z.enum(EVENT_TYPE_NAMES))
    .min(1)
    .max(EVENT_TYPE_NAMES.length)
    .refine((names) => new Set(names).size === names.length, 'must not repeat a type')
  const description = plainText(0, 500).nullable()
  return {
    create: z.strictObject({ url, event_types: eventTypes, description: description.default(null) }),
    change: z
      .strictObject({ url, event_types: eventTypes, description })
      .partial()
      .refine((body) => Object.keys(body).length > 0, 'must change something'),
  }
}

// The database tells years before the first by another name. Aborts, because what is asked of two instants together must
// not be asked of what is none.
const instant = z.iso
  .datetime({ offset: true, abort: true })
  .transform((text) => new Date(text))
  .refine((at) => at.getUTCFullYear() >= 2000, 'must not be before the year 2000')

export const ReplayBody = z
  .strictObject({
    since: instant,
    until: instant,
    statuses: z
      .array(z.enum(['delivered', 'failed', 'cancelled']))
      .min(1)
      .default(['failed', 'cancelled']),
  })
  .refine(({ since, until }) => since < until, { path: ['until'], message: 'must be after since' })
  .refine(({ since, until }) => until.getTime() - since.getTime() <= KEPT_DAYS * DAY_MS, {
    path: ['since'],
    message: `must be at most ${KEPT_DAYS} days before until`,
  })

export const EndpointParams = z.strictObject({ endpoint_id: publicId('webhook_endpoint') })
export const DeliveryParams = z.strictObject({
  endpoint_id: publicId('webhook_endpoint'),
  delivery_id: publicId('webhook_delivery'),
})

/** An endpoint as its owner sees it; its secret is not part of it. */
export const EndpointBody = z.strictObject({
  endpoint_id: z.string(),
  url: z.string(),
  description: z.string().nullable(),
  event_types: z.array(z.enum(EVENT_TYPE_NAMES)),
  status: z.enum(['active', 'disabled']),
  disabled_reason: z.enum(['by_owner', 'gone', 'failing', 'leaked']).nullable(),
  disabled_at: z.string().nullable(),
  verified_at: z.string().nullable().meta({
    description:
      'When the address answered a signed `endpoint.verify` with 2xx. While it is null nothing else is sent; what happens meanwhile waits.',
  }),
  public_keys: z.array(z.string()).meta({
    description:
      'What verifies signatures `v1a` (Ed25519, Standard Webhooks), the newest first; two while a rotation overlaps.',
  }),
  previous_secret_ends_at: z
    .string()
    .nullable()
    .meta({ description: 'Until then messages are signed with the secret before the last rotation, too.' }),
  failing_since: z.string().nullable(),
  last_success_at: z.string().nullable(),
  last_failure_at: z.string().nullable(),
  created_by_name: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
})

/** An endpoint with its new secret. */
export const EndpointWithSecret = EndpointBody.extend({
  secret: z
    .string()
    .meta({ description: 'The secret that signs (Standard Webhooks). It is shown this once.' }),
})

export const EventTypesBody = z.strictObject({
  items: z.array(z.strictObject({ event_type: z.enum(EVENT_TYPE_NAMES), description: z.string() })),
})

export const DeliveryBody = z.strictObject({
  delivery_id: z.string(),
  webhook_id: z
    .string()
    .meta({ description: 'The `webhook-id` of the message, the same for every attempt.' }),
  event_type: z.string(),
  occurred_at: z.string(),
  data: z.record(z.string(), z.unknown()),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  next_attempt_at: z.string().nullable(),
  response_code: z.int().nullable().meta({ description: 'The status of the last answer, if there was one.' }),
  outcome: z.enum(OUTCOMES).nullable(),
  duration_ms: z.int().nullable(),
  response_excerpt: z.string().nullable().meta({
    description:
      'The beginning of the last answer, at most 2 kB of text; what looks like a credential is left out.',
  }),
  created_at: z.string(),
  finished_at: z.string().nullable(),
})

/** A message that did not arrive, with where it was to go. */
export const FailedDelivery = z
  .strictObject({
    ...DeliveryBody.shape,
    endpoint_id: z.string(),
    url: z.string(),
    endpoint_status: z.enum(['active', 'disabled']),
  })
  .meta({ id: 'FailedDelivery' })

/** The types of events that can be chosen. */
export function toEventTypes(side: 'partner' | 'tenant'): z.input<typeof EventTypesBody> {
  return {
    items: eventTypesOf(side).map((name) => ({ event_type: name, description: EVENT_TYPES[name].says })),
  }
}

/** The public form of an endpoint. */
export function toEndpoint(row: EndpointRow): z.input<typeof EndpointBody> {
  return {
    endpoint_id: publicIdOf('webhook_endpoint', row.id),
    url: row.url,
    description: row.description,
    event_types: EVENT_TYPE_NAMES.filter((name) => row.event_types.includes(name)),
    status: row.status,
    disabled_reason: row.disabled_reason,
    disabled_at: isoOf(row.disabled_at),
    verified_at: isoOf(row.verified_at),
    public_keys: row.public_keys.map((key) => showPublicKey(Buffer.from(key, 'base64'))),
    previous_secret_ends_at: isoOf(row.previous_secret_ends_at),
    failing_since: isoOf(row.failing_since),
    last_success_at: isoOf(row.last_success_at),
    last_failure_at: isoOf(row.last_failure_at),
    created_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

/** The public form of a delivery. */
export function toDelivery(row: DeliveryRow): z.input<typeof DeliveryBody> {
  return {
    delivery_id: publicIdOf('webhook_delivery', row.id),
    webhook_id: messageIdOf(row.event_id),
    event_type: row.event_type,
    occurred_at: row.occurred_at.toISOString(),
    data: row.data,
    status: row.status,
    attempts: row.attempt,
    next_attempt_at: row.status === 'waiting' ? row.next_attempt_at.toISOString() : null,
    response_code: row.response_code,
    outcome: OUTCOMES.find((outcome) => outcome === row.outcome) ?? null,
    duration_ms: row.duration_ms,
    response_excerpt: row.response_excerpt,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  }
}

/** A message that did not arrive as its owner reads it. */
export function toFailedDelivery(
  row: DeliveryRow & {
    readonly endpoint_id: string
    readonly url: string
    readonly endpoint_status: 'active' | 'disabled'
  },
): z.input<typeof FailedDelivery> {
  return {
    ...toDelivery(row),
    endpoint_id: publicIdOf('webhook_endpoint', row.endpoint_id),
    url: row.url,
    endpoint_status: row.endpoint_status,
  }
}
