import { z } from 'zod'
import type { Transaction } from '#platform/transaction.ts'
import type { StatementResult } from '#platform/statement.ts'
import type { Receiver, ReceiverWork } from './receiver.ts'

export const STREAM_STATUSES = ['enabled', 'paused', 'disabled'] as const
export type StreamStatus = (typeof STREAM_STATUSES)[number]

const StreamRow = z.object({
  id: z.string(),
  delivery: z.enum(['push', 'poll']),
  endpoint_url: z.string().nullable(),
  events_requested: z.array(z.string()),
  description: z.string().nullable(),
  status: z.enum(STREAM_STATUSES),
  status_reason: z.string().nullable(),
  status_set_by: z.enum(['receiver', 'partner', 'provider', 'clock']).nullable(),
})

/** A stream as its receiver sees it. */
export type StreamRow = z.output<typeof StreamRow>

/** Whether the provider stopped it, so that nobody else changes its state or deletes it. */
export const isHeldByProvider = (row: Pick<StreamRow, 'status' | 'status_set_by'>): boolean =>
  row.status !== 'enabled' && row.status_set_by === 'provider'

/** What a receiver chooses. */
export interface StreamSettings {
  readonly delivery: 'push' | 'poll'
  readonly endpointUrl: string | null
  /** Undefined keeps what is there. */
  readonly sealedAuthorization: Buffer | null | undefined
  readonly events: readonly string[]
  readonly description: string | null
}

const COLUMNS =
  'id, delivery, endpoint_url, events_requested, description, status, status_reason, status_set_by'

async function one(transaction: Transaction, text: string, values: readonly unknown[]) {
  const [result] = await transaction.send([{ text, values }])
  return result
}

const rowOf = (result: StatementResult | undefined): StreamRow | null =>
  StreamRow.nullable().parse(result?.rows[0] ?? null)

/** The receiver's stream; null when it has none. With `hold`, whoever changes it at the same moment comes before or after. */
export async function findStream(
  { transaction }: ReceiverWork,
  { hold = false } = {},
): Promise<StreamRow | null> {
  const lock = hold ? ' for no key update' : ''
  return rowOf(await one(transaction, `select ${COLUMNS} from signal_stream limit 1${lock}`, []))
}

/** Adds the receiver's stream; null when it has one. */
export async function insertStream(
  { transaction, receiver }: ReceiverWork,
  id: string,
  settings: StreamSettings,
): Promise<StreamRow | null> {
  const { delivery, endpointUrl, sealedAuthorization, events, description } = settings
  const [gateway, client] = ownerOf(receiver)
  return rowOf(
    await one(
      transaction,
      `insert into signal_stream (id, gateway_id, client_id, delivery, endpoint_url, sealed_authorization, events_requested, description)
       values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning ${COLUMNS}`,
      [id, gateway, client, delivery, endpointUrl, sealedAuthorization ?? null, events, description],
    ),
  )
}

const ownerOf = ({ kind, id }: Receiver) => (kind === 'gateway' ? [id, null] : [null, id])

/** Puts other settings in place. */
export async function updateStream(
  { transaction }: ReceiverWork,
  id: string,
  settings: StreamSettings,
): Promise<StreamRow | null> {
  const { delivery, endpointUrl, sealedAuthorization, events, description } = settings
  const keeps = sealedAuthorization === undefined && delivery === 'push'
  return rowOf(
    await one(
      transaction,
      `update signal_stream set delivery = $2, endpoint_url = $3, events_requested = $4, description = $5
       ${keeps ? '' : ', sealed_authorization = $6'} where id = $1 returning ${COLUMNS}`,
      [id, delivery, endpointUrl, events, description, ...(keeps ? [] : [sealedAuthorization ?? null])],
    ),
  )
}

/** Puts a stream into another state; what waits for one that is disabled goes. */
export async function setStatus(
  { transaction }: ReceiverWork,
  id: string,
  to: { readonly status: StreamStatus; readonly reason: string | null },
): Promise<StreamRow | null> {
  const [changed] = await transaction.send([
    {
      text: `update signal_stream set status = $2, status_reason = $3 where id = $1 returning ${COLUMNS}`,
      values: [id, to.status, to.reason],
    },
    {
      text: `update signal_event set status = 'dropped', finished_at = statement_timestamp(), claimed_until = null
        where stream_id = $1 and status = 'waiting' and $2 = 'disabled'`,
      values: [id, to.status],
    },
  ])
  return rowOf(changed)
}

/** Removes a stream with what waits in it. */
export async function deleteStream({ transaction }: ReceiverWork, id: string): Promise<void> {
  await one(transaction, 'delete from signal_stream where id = $1', [id])
}

/** How often a receiver may ask for a verification. */
export const VERIFICATION_SECONDS = 30

/** Notes that a verification was asked for; false when it is too soon for another one. */
export async function noteVerification({ transaction }: ReceiverWork, id: string): Promise<boolean> {
  const result = await one(
    transaction,
    `insert into signal_health (stream_id, verified_at) values ($1, statement_timestamp())
     on conflict (stream_id) do update set verified_at = excluded.verified_at
     where signal_health.verified_at is null or signal_health.verified_at <= statement_timestamp() - make_interval(secs => $2)
     returning stream_id`,
    [id, VERIFICATION_SECONDS],
  )
  return (result?.rows.length ?? 0) > 0
}

/** Puts an event of the stream itself into it. */
export async function insertOwnEvent(
  { transaction }: ReceiverWork,
  id: string,
  event: { readonly type: string; readonly subject: object; readonly claims: object },
): Promise<void> {
  await one(
    transaction,
    `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at) values ($1, uuidv7(), $2, $3, $4, statement_timestamp())`,
    [id, event.type, event.subject, event.claims],
  )
}

const Waiting = z.object({
  id: z.string(),
  message_id: z.string(),
  event_type: z.string(),
  subject: z.record(z.string(), z.unknown()),
  claims: z.record(z.string(), z.unknown()),
  created_at: z.date(),
})

/** The oldest events that wait, one more than are wanted, so that it shows whether there are others. */
export async function listWaiting({ transaction }: ReceiverWork, id: string, most: number) {
  const result = await one(
    transaction,
    `select id, message_id, event_type, subject, claims, created_at from signal_event
     where stream_id = $1 and status = 'waiting' order by id limit $2`,
    [id, most + 1],
  )
  return z.array(Waiting).parse(result?.rows ?? [])
}

/** What a receiver says of one event: taken, or why it never will be. */
export interface Said {
  readonly id: string
  readonly refusal: string | null
}

/** Writes down what the receiver says of events; of what does not wait any more, or never did, it says nothing. */
export async function noteSaid(
  { transaction }: ReceiverWork,
  id: string,
  said: readonly Said[],
): Promise<void> {
  if (said.length === 0) return
  await one(
    transaction,
    `update signal_event e set status = case when s.refusal is null then 'acknowledged' else 'refused' end, refusal = s.refusal,
       finished_at = statement_timestamp(), claimed_until = null
     from jsonb_to_recordset($2::jsonb) as s (id uuid, refusal text)
     where e.id = s.id and e.stream_id = $1 and e.status = 'waiting'`,
    [id, JSON.stringify(said)],
  )
}
