import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { addressRulesOf } from '#platform/outgoing/receiver.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import { ProblemError } from '#platform/problem.ts'
import {
  checkedAddress,
  describeStream,
  streamIdOf,
  PUSH,
  readBody,
  requireSupplied,
  StatusWanted,
  Verification,
  Wanted,
} from './configuration.ts'
import { EVENTS_SUPPORTED, VERIFICATION } from './events.ts'
import { asReceiver, requireReceiver } from './receiver.ts'
import type { Demand, Receiver, ReceiverWork, SignalParts } from './receiver.ts'
import {
  deleteStream,
  findStream,
  insertOwnEvent,
  insertStream,
  isHeldByProvider,
  noteVerification,
  setStatus,
  updateStream,
  VERIFICATION_SECONDS,
} from './stream-store.ts'
import type { StreamRow, StreamSettings } from './stream-store.ts'

const READ: Demand = { scopes: ['ssf.read', 'ssf.manage'], limit: 'detail' }
const MANAGE: Demand = { scopes: ['ssf.manage'], limit: 'write' }

/** Where the header field that a push carries is kept. */
export const placeOfAuthorization = (streamId: string): string =>
  placeIn(SEALED_COLUMNS.signalAuthorization, streamId)

interface Call {
  readonly parts: SignalParts
  readonly receiver: Receiver
  readonly request: FastifyRequest
}

async function enter(parts: SignalParts, request: FastifyRequest, demand: Demand): Promise<Call> {
  return { parts, request, receiver: await requireReceiver(parts, request, demand) }
}

function notFound(): ProblemError {
  return new ProblemError(404, 'SIGNAL_STREAM_NOT_FOUND', 'You have no stream with this id.')
}

/** The receiver's stream, when it is the one that is named; whether another's id exists is not told. */
export async function requireStream(
  work: ReceiverWork,
  publicId: unknown,
  { hold = false } = {},
): Promise<StreamRow> {
  const row = await findStream(work, { hold })
  if (!row || publicId !== streamIdOf(row.id)) throw notFound()
  return row
}

/** Refuses to change what the provider stopped: a transmitter may say so by 403 (SSF 1.0, section 8.1.2.2). */
function requireNotHeld(row: StreamRow): void {
  if (isHeldByProvider(row))
    throw new ProblemError(403, 'SIGNAL_STREAM_HELD', 'The provider stopped this stream and lets it go on.')
}

function note(
  work: ReceiverWork,
  id: string,
  event: { readonly action: string; readonly changes?: Readonly<Record<string, unknown>> },
): void {
  work.record({ ...event, resource: { type: 'signal_stream', id } })
}

const DEFAULTS: StreamSettings = {
  delivery: 'poll',
  endpointUrl: null,
  sealedAuthorization: null,
  events: EVENTS_SUPPORTED,
  description: null,
}

/** What a stream is to be: what is left out stays as `before` has it. */
function settingsOf(
  { parts }: Call,
  wanted: Wanted,
  { id, before }: { readonly id: string; readonly before: StreamSettings },
): StreamSettings {
  const { delivery, events_requested: events = before.events, description = before.description } = wanted
  const kept = { ...before, events, description }
  if (!delivery) return kept
  if (delivery.method !== PUSH)
    return { ...kept, delivery: 'poll', endpointUrl: null, sealedAuthorization: null }
  const header = delivery.authorization_header
  return {
    ...kept,
    delivery: 'push',
    endpointUrl: checkedAddress(delivery.endpoint_url, addressRulesOf(parts.services)),
    sealedAuthorization:
      header === undefined ? null : parts.services.vault.seal(Buffer.from(header), placeOfAuthorization(id)),
  }
}

/** An address as it may be told: what follows the host often holds a secret of the receiver. */
const tell = ({ delivery, endpoint_url: url }: StreamRow): string =>
  url === null ? delivery : `${delivery} to ${new URL(url).origin}`

/** `POST /ssf/stream` (section 8.1.1.1). */
export async function createStream(
  parts: SignalParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const call = await enter(parts, request, MANAGE)
  const wanted = readBody(Wanted, request.body)
  const id = randomUUID()
  const settings = settingsOf(call, wanted, { id, before: DEFAULTS })
  const row = await asReceiver(parts, call, async (work) => {
    const added = await insertStream(work, id, settings)
    if (!added) throw new ProblemError(409, 'SIGNAL_STREAM_EXISTS', 'You have a stream already.')
    note(work, id, { action: 'signals.streams.create', changes: { delivery: tell(added) } })
    return added
  })
  return reply.status(201).send(describeStream(parts, call.receiver, row))
}

/** `GET /ssf/stream`: the one that is named, or the list of all, which has one at most (section 8.1.1.2). */
export async function readStreams(parts: SignalParts, request: FastifyRequest): Promise<unknown> {
  const call = await enter(parts, request, READ)
  const wanted = streamIdIn(request)
  const row = await asReceiver(parts, call, (work) =>
    wanted === undefined ? findStream(work) : requireStream(work, wanted),
  )
  if (wanted !== undefined && row) return describeStream(parts, call.receiver, row)
  return row ? [describeStream(parts, call.receiver, row)] : []
}

function streamIdIn({ query }: FastifyRequest): unknown {
  return typeof query === 'object' && query !== null && 'stream_id' in query ? query.stream_id : undefined
}

/** `PATCH` keeps what is left out, `PUT` puts the defaults there (sections 8.1.1.3 and 8.1.1.4). */
export async function changeStream(
  parts: SignalParts,
  request: FastifyRequest,
  keeps: boolean,
): Promise<unknown> {
  const call = await enter(parts, request, MANAGE)
  const wanted = readBody(Wanted, request.body)
  const row = await asReceiver(parts, call, async (work) => {
    const found = await requireStream(work, wanted.stream_id, { hold: true })
    requireSupplied(wanted, describeStream(parts, call.receiver, found))
    const before = keeps ? settingsBefore(found) : DEFAULTS
    const after = await updateStream(work, found.id, settingsOf(call, wanted, { id: found.id, before }))
    if (!after) throw notFound()
    note(work, found.id, {
      action: 'signals.streams.change',
      changes: {
        delivery: { before: tell(found), after: tell(after) },
        events: { before: found.events_requested, after: after.events_requested },
      },
    })
    return after
  })
  return describeStream(parts, call.receiver, row)
}

const settingsBefore = (row: StreamRow): StreamSettings => ({
  delivery: row.delivery,
  endpointUrl: row.endpoint_url,
  sealedAuthorization: undefined,
  events: row.events_requested,
  description: row.description,
})

/** `DELETE /ssf/stream` (section 8.1.1.5). */
export async function removeStream(
  parts: SignalParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const call = await enter(parts, request, MANAGE)
  await asReceiver(parts, call, async (work) => {
    const found = await requireStream(work, streamIdIn(request), { hold: true })
    requireNotHeld(found)
    const { id } = found
    await deleteStream(work, id)
    note(work, id, { action: 'signals.streams.delete' })
  })
  return reply.status(204).send()
}

const statusOf = (row: StreamRow) => ({
  stream_id: streamIdOf(row.id),
  status: row.status,
  ...(row.status_reason !== null && { reason: row.status_reason }),
})

/** `GET /ssf/status` (section 8.1.2.1). */
export async function readStatus(parts: SignalParts, request: FastifyRequest): Promise<unknown> {
  const call = await enter(parts, request, READ)
  return statusOf(await asReceiver(parts, call, (work) => requireStream(work, streamIdIn(request))))
}

/** `POST /ssf/status`: enabled sends, paused keeps, disabled does neither (section 8.1.2.2). */
export async function changeStatus(parts: SignalParts, request: FastifyRequest): Promise<unknown> {
  const call = await enter(parts, request, MANAGE)
  const { stream_id: publicId, status, reason = null } = readBody(StatusWanted, request.body)
  const row = await asReceiver(parts, call, async (work) => {
    const before = await requireStream(work, publicId, { hold: true })
    requireNotHeld(before)
    const after = await setStatus(work, before.id, { status, reason })
    if (!after) throw notFound()
    note(work, before.id, {
      action: 'signals.streams.status',
      changes: { status: { before: before.status, after: status } },
    })
    return after
  })
  return statusOf(row)
}

/** `POST /ssf/verify`: puts an event with the receiver's own `state` into the stream (section 8.1.4). */
export async function verifyStream(
  parts: SignalParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const call = await enter(parts, request, READ)
  const { stream_id: publicId, state } = readBody(Verification, request.body)
  await asReceiver(parts, call, async (work) => {
    const { id } = await requireStream(work, publicId)
    if (!(await noteVerification(work, id)))
      throw new ProblemError(429, 'SIGNAL_VERIFICATION_TOO_SOON', 'A stream is verified from time to time.', {
        headers: { 'Retry-After': String(VERIFICATION_SECONDS) },
      })
    const subject = { format: 'opaque', id: streamIdOf(id) }
    await insertOwnEvent(work, id, {
      type: VERIFICATION,
      subject,
      claims: state === undefined ? {} : { state },
    })
  })
  return reply.status(204).send()
}
