import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { isoOf } from '#platform/instant.ts'
import { streamIdOf } from './configuration.ts'
import { EVENTS_SUPPORTED } from './events.ts'
import { moveOverseen, readOverseen, removeOverseen, verifyOverseen } from './people-acts.ts'
import type { Overseen, StreamMove } from './people-acts.ts'
import type { OverseenStream, ReceiverRef } from './people-store.ts'
import { isHeldByProvider, STREAM_STATUSES } from './stream-store.ts'
import './problems.ts'

const StreamBody = z.strictObject({
  stream_id: z.string(),
  delivery: z.enum(['push', 'poll']),
  delivers_to: z.string().nullable().meta({
    description: 'The origin that is pushed to; what follows it often holds a secret of the receiver.',
  }),
  events: z
    .array(z.string())
    .meta({ description: 'The names of the events of CAEP 1.0 that are delivered.' }),
  description: z.string().nullable(),
  status: z.enum(STREAM_STATUSES),
  status_reason: z.string().nullable(),
  held_by_provider: z.boolean().meta({
    description: 'Whether the provider stopped it: then only the provider lets it go on or deletes it.',
  }),
  waiting: z.int(),
  oldest_waiting_at: z.string().nullable(),
  last_delivered_at: z.string().nullable(),
  failing_since: z.string().nullable(),
  verified_at: z.string().nullable(),
  created_at: z.string(),
})
const StreamAnswer = z.strictObject({
  stream: StreamBody.nullable().meta({ description: 'Null for a receiver that has made none.' }),
})

const laterOf = (one: Date | null, other: Date | null): Date | null =>
  one === null || (other !== null && other > one) ? other : one

function toStream(row: OverseenStream): z.input<typeof StreamBody> {
  return {
    stream_id: streamIdOf(row.id),
    delivery: row.delivery,
    delivers_to: row.endpoint_url === null ? null : new URL(row.endpoint_url).origin,
    events: EVENTS_SUPPORTED.filter((type) => row.events_requested.includes(type)).map(
      (type) => type.split('/').at(-1) ?? type,
    ),
    description: row.description,
    status: row.status,
    status_reason: row.status_reason,
    held_by_provider: isHeldByProvider(row),
    waiting: row.waiting,
    oldest_waiting_at: isoOf(row.oldest_waiting_at),
    last_delivered_at: isoOf(laterOf(row.last_success_at, row.last_acknowledged_at)),
    failing_since: isoOf(row.failing_since),
    verified_at: isoOf(row.verified_at),
    created_at: row.created_at.toISOString(),
  }
}

const answer = ({ stream }: Overseen) => ({ stream: stream && toStream(stream) })

const ClientParams = z.strictObject({ client_id: publicId('api_client') })
const GatewayParams = z.strictObject({ gateway_id: publicId('gateway') })
const ReasonBody = z.strictObject({ reason: plainText(1, 500).optional() }).optional()
const noInput = z.strictObject({}).optional()

type Access =
  | { readonly permission: 'partner_org.clients.read' }
  | { readonly permission: 'partner_org.clients.manage' }
  | { readonly permission: 'platform.clients.read' }
  | { readonly permission: 'platform.clients.manage' }
  | { readonly permission: 'platform.gateways.manage' }

/** The receivers of one kind, as one side oversees them. */
interface Side {
  readonly path: `/api/v1/${string}/signal-stream`
  readonly params: typeof ClientParams | typeof GatewayParams
  readonly read: Access
  readonly manage: Access
}

const SIDES: readonly Side[] = [
  {
    path: '/api/v1/partner/clients/:client_id/signal-stream',
    params: ClientParams,
    read: { permission: 'partner_org.clients.read' },
    manage: { permission: 'partner_org.clients.manage' },
  },
  {
    path: '/api/v1/admin/clients/:client_id/signal-stream',
    params: ClientParams,
    read: { permission: 'platform.clients.read' },
    manage: { permission: 'platform.clients.manage' },
  },
  {
    path: '/api/v1/admin/gateways/:gateway_id/signal-stream',
    params: GatewayParams,
    read: { permission: 'platform.gateways.manage' },
    manage: { permission: 'platform.gateways.manage' },
  },
]

const refOf = (params: z.output<typeof ClientParams> | z.output<typeof GatewayParams>): ReceiverRef =>
  'client_id' in params
    ? { kind: 'client', id: params.client_id }
    : { kind: 'gateway', id: params.gateway_id }

const missing = ['SIGNAL_RECEIVER_NOT_FOUND'] as const
const problems = [...missing, 'SIGNAL_STREAM_NOT_FOUND'] as const
const SUMMARIES: Readonly<Record<StreamMove, string>> = {
  pause: 'Pause the stream of security signals; what happens meanwhile waits for seven days',
  resume: 'Let a paused or disabled stream of security signals go on',
}

function makeReadRoute({ path, params, read }: Side): Route {
  return route({
    method: 'GET',
    path,
    summary: 'The stream of security signals of a receiver, and how it does',
    input: { params },
    access: read,
    limit: 'detail',
    problems: missing,
    responses: { 200: StreamAnswer },
    async handle({ mandate, params: given }) {
      const found = await readOverseen(mandate, refOf(given))
      noteRead(mandate, {
        action: 'signals.streams.read',
        ...(found.receiver.partner_id !== null && { partnerId: found.receiver.partner_id }),
        ...(found.stream && {
          resource: { type: 'signal_stream', id: found.stream.id, label: found.receiver.name },
        }),
      })
      return answer(found)
    },
  })
}

function makeChangeRoutes({ path, params, manage }: Side): readonly Route[] {
  const names: readonly StreamMove[] = ['pause', 'resume']
  return [
    ...names.map((name) =>
      route({
        method: 'POST',
        path: `${path}/${name}`,
        summary: SUMMARIES[name],
        input: { params, body: ReasonBody },
        access: manage,
        limit: 'write',
        problems: [...problems, 'SIGNAL_STREAM_STATE_CONFLICT', 'SIGNAL_STREAM_HELD'],
        responses: { 200: StreamAnswer },
        handle: async ({ mandate, params: given, body }) =>
          answer(await moveOverseen(mandate, refOf(given), { name, reason: body?.reason })),
      }),
    ),
    route({
      method: 'POST',
      path: `${path}/verify`,
      summary: 'Send a verification through a stream of security signals',
      input: { params, body: noInput },
      access: manage,
      limit: 'write',
      problems: [...problems, 'SIGNAL_STREAM_STATE_CONFLICT', 'SIGNAL_VERIFICATION_TOO_SOON'],
      responses: { 200: StreamAnswer },
      handle: async ({ mandate, params: given }) => answer(await verifyOverseen(mandate, refOf(given))),
    }),
    route({
      method: 'DELETE',
      path,
      summary: 'Delete a stream of security signals with what waits in it',
      input: { params },
      access: manage,
      limit: 'write',
      problems: [...problems, 'SIGNAL_STREAM_HELD'],
      responses: { 204: null },
      handle: async ({ mandate, params: given }) =>
        removeOverseen(mandate, refOf(given)).then(() => undefined),
    }),
  ]
}

/** The routes with which people see, pause and delete the streams that clients and gateways have made (A16). */
export const signalStreamRoutes: readonly Route[] = SIDES.flatMap((side) => [
  makeReadRoute(side),
  ...makeChangeRoutes(side),
])
