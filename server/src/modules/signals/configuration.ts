import { z } from 'zod'
import { findUrlFault } from '#platform/outgoing/addresses.ts'
import type { AddressRules } from '#platform/outgoing/addresses.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { EVENTS_SUPPORTED } from './events.ts'
import { audienceOf } from './receiver.ts'
import type { Receiver, SignalParts } from './receiver.ts'
import { STREAM_STATUSES, VERIFICATION_SECONDS } from './stream-store.ts'
import type { StreamRow } from './stream-store.ts'

export const PUSH = 'urn:ietf:rfc:8935'
const POLL = 'urn:ietf:rfc:8936'
export const SSF_PATH = '/ssf'

/** The id under which a receiver knows its stream. */
export const streamIdOf = (uuid: string): string => publicIdOf('signal_stream', uuid)

/** The address of an endpoint of ours. */
const addressOf = ({ issuer }: SignalParts, path: string): string => `${issuer.issuer()}${SSF_PATH}${path}`

/** The metadata of the transmitter (OpenID Shared Signals Framework 1.0 section 7.1). */
export function describeTransmitter(parts: SignalParts): Record<string, unknown> {
  return {
    spec_version: '1_0',
    issuer: parts.issuer.issuer(),
    jwks_uri: parts.issuer.jwksUri(),
    delivery_methods_supported: [PUSH, POLL],
    configuration_endpoint: addressOf(parts, '/stream'),
    status_endpoint: addressOf(parts, '/status'),
    verification_endpoint: addressOf(parts, '/verify'),
    critical_subject_members: ['session', 'tenant', 'application', 'partner'],
    authorization_schemes: [
      { spec_urn: 'urn:ietf:rfc:6749' },
      { spec_urn: 'urn:ietf:rfc:9449' },
      { spec_urn: 'urn:ietf:rfc:6750' },
    ],
    default_subjects: 'ALL',
  }
}

/** A stream as its receiver reads it (section 8.1.1). The authorization header is never shown again. */
export function describeStream(
  parts: SignalParts,
  receiver: Receiver,
  row: StreamRow,
): Record<string, unknown> {
  const delivery =
    row.delivery === 'push'
      ? { method: PUSH, endpoint_url: row.endpoint_url }
      : { method: POLL, endpoint_url: addressOf(parts, `/poll/${streamIdOf(row.id)}`) }
  return {
    stream_id: streamIdOf(row.id),
    iss: parts.issuer.issuer(),
    aud: audienceOf(receiver),
    delivery,
    events_supported: EVENTS_SUPPORTED,
    events_requested: row.events_requested,
    events_delivered: EVENTS_SUPPORTED.filter((type) => row.events_requested.includes(type)),
    min_verification_interval: VERIFICATION_SECONDS,
    ...(row.description !== null && { description: row.description }),
  }
}

const HEADER_VALUE = /^[\x20-\x7e]{1,1000}$/

const Push = z.object({
  method: z.literal(PUSH),
  endpoint_url: z.string().max(2000),
  authorization_header: z.string().regex(HEADER_VALUE).optional(),
})
const Poll = z.object({ method: z.literal(POLL), endpoint_url: z.string().max(2000).optional() })

const PLAIN = /^[^\p{C}]*$/u

/** What a receiver may set; what the transmitter supplies may stand beside it, as it is. */
export const Wanted = z.looseObject({
  stream_id: z.string().optional(),
  delivery: z.discriminatedUnion('method', [Push, Poll]).optional(),
  events_requested: z.array(z.string().max(300)).max(20).optional(),
  description: z.string().max(500).regex(PLAIN).optional(),
})
export type Wanted = z.output<typeof Wanted>

export const StatusWanted = z.object({
  stream_id: z.string(),
  status: z.enum(STREAM_STATUSES),
  reason: z.string().max(500).regex(PLAIN).optional(),
})

export const Verification = z.object({ stream_id: z.string(), state: z.string().max(1000).optional() })

/** Reads a body. Throws SIGNAL_STREAM_INVALID with every fault at once. */
export function readBody<Output>(schema: z.ZodType<Output>, body: unknown): Output {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  throw new ProblemError(400, 'SIGNAL_STREAM_INVALID', 'The body is not as it must be.', {
    errors: parsed.error.issues.map(({ path, code, message }) => ({
      pointer: ['', 'body', ...path.map(String)].join('/'),
      code: code.toUpperCase(),
      detail: message,
    })),
  })
}

function refuse(pointer: string, detail: string): never {
  throw new ProblemError(400, 'SIGNAL_STREAM_INVALID', 'The body is not as it must be.', {
    errors: [{ pointer, code: 'INVALID_VALUE', detail }],
  })
}

/** The address that is pushed to, in the one spelling that is connected to. Refuses those that webhooks refuse (API7:2023). */
export function checkedAddress(url: string, rules: AddressRules): string {
  const fault = findUrlFault(url, rules)
  return fault === null ? new URL(url).href : refuse('/body/delivery/endpoint_url', fault)
}

const SUPPLIED = ['iss', 'aud', 'events_supported', 'events_delivered', 'min_verification_interval']

/** What the transmitter supplies is not the receiver's to change (section 8.1.1.3). */
export function requireSupplied(wanted: Wanted, current: Readonly<Record<string, unknown>>): void {
  for (const name of SUPPLIED)
    if (name in wanted && JSON.stringify(wanted[name]) !== JSON.stringify(current[name]))
      refuse(`/body/${name}`, 'is supplied by the transmitter')
}
