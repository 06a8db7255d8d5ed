import { recordEvent } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { streamIdOf } from './configuration.ts'
import {
  deleteStreamOf,
  findStreamOf,
  getReceiver,
  insertVerification,
  moveStream,
  noteVerificationOf,
} from './people-store.ts'
import type { OverseenStream, Overseer, ReceiverRef, ReceiverRow } from './people-store.ts'
import { VERIFICATION_SECONDS } from './stream-store.ts'
import type { StreamStatus } from './stream-store.ts'

/** A receiver and its stream, as one person sees them. */
export interface Overseen {
  readonly receiver: ReceiverRow
  readonly stream: OverseenStream | null
}

/** A receiver with its stream. Throws SIGNAL_RECEIVER_NOT_FOUND. */
export async function readOverseen(mandate: Overseer, ref: ReceiverRef): Promise<Overseen> {
  const receiver = await getReceiver(mandate, ref)
  return { receiver, stream: await findStreamOf(mandate, ref) }
}

async function needStream(
  mandate: Overseer,
  ref: ReceiverRef,
): Promise<{ receiver: ReceiverRow; stream: OverseenStream }> {
  const { receiver, stream } = await readOverseen(mandate, ref)
  if (!stream) throw new ProblemError(404, 'SIGNAL_STREAM_NOT_FOUND', 'This receiver has no stream.')
  return { receiver, stream }
}

function note(
  mandate: Overseer,
  { receiver, stream }: { readonly receiver: ReceiverRow; readonly stream: OverseenStream },
  event: {
    readonly action: string
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | undefined
  },
): void {
  const { partner_id: partnerId, partner_name: partnerName } = receiver
  recordEvent(mandate, {
    action: event.action,
    ...(event.changes && { changes: event.changes }),
    ...(event.reason !== undefined && { reason: event.reason }),
    ...(partnerId !== null && { partnerId }),
    ...(partnerName !== null && { partnerName }),
    resource: { type: 'signal_stream', id: stream.id, label: receiver.name },
  })
}

function conflict(detail: string): ProblemError {
  return new ProblemError(409, 'SIGNAL_STREAM_STATE_CONFLICT', detail)
}

const BY = { program: 'the partner', platform: 'the provider' } as const

interface Move {
  readonly from: readonly StreamStatus[]
  readonly to: StreamStatus
  readonly refusal: string
}

/** What people may do to the state of a stream. Disabling is the receiver's own: it forgets what waits. */
export const STREAM_MOVES = {
  pause: { from: ['enabled'], to: 'paused', refusal: 'Only a stream that is enabled is paused.' },
  resume: { from: ['paused', 'disabled'], to: 'enabled', refusal: 'The stream is enabled already.' },
} as const satisfies Readonly<Record<string, Move>>
export type StreamMove = keyof typeof STREAM_MOVES

/** Pauses a stream, or lets it go on. Its receiver reads that people did it; why, the audit log alone says. */
export async function moveOverseen(
  mandate: Overseer,
  ref: ReceiverRef,
  wanted: { readonly name: StreamMove; readonly reason: string | undefined },
): Promise<Overseen> {
  const { to, from, refusal }: Move = STREAM_MOVES[wanted.name]
  const before = await needStream(mandate, ref)
  const reason = to === 'enabled' ? null : `Paused by ${BY[mandate.kind]}.`
  if (!(await moveStream(mandate, before.stream.id, { from, to, reason }))) throw conflict(refusal)
  note(mandate, before, {
    action: `signals.streams.${wanted.name}`,
    changes: { status: { before: before.stream.status, after: to } },
    reason: wanted.reason,
  })
  return readOverseen(mandate, ref)
}

/** Asks the receiver of a stream to show that it gets what is sent. Throws SIGNAL_VERIFICATION_TOO_SOON. */
export async function verifyOverseen(mandate: Overseer, ref: ReceiverRef): Promise<Overseen> {
  const found = await needStream(mandate, ref)
  if (found.stream.status !== 'enabled')
    throw conflict('Nothing is sent through a stream that is not enabled.')
  if (!(await noteVerificationOf(mandate, found.stream.id)))
    throw new ProblemError(429, 'SIGNAL_VERIFICATION_TOO_SOON', 'A stream is verified from time to time.', {
      headers: { 'Retry-After': String(VERIFICATION_SECONDS) },
    })
  const subject = { format: 'opaque', id: streamIdOf(found.stream.id) }
  await insertVerification(mandate, found.stream.id, subject)
  note(mandate, found, { action: 'signals.streams.verify' })
  return readOverseen(mandate, ref)
}

/** Removes a stream with what waits in it; its receiver may make another one. */
export async function removeOverseen(mandate: Overseer, ref: ReceiverRef): Promise<void> {
  const found = await needStream(mandate, ref)
  await deleteStreamOf(mandate, found.stream.id)
  note(mandate, found, { action: 'signals.streams.delete' })
}
