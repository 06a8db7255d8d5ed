import { sql } from 'kysely'
import type { Generated } from 'kysely'
import { guardedBy } from '#platform/guarded.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { VERIFICATION } from './events.ts'
import { VERIFICATION_SECONDS } from './stream-store.ts'
import type { StreamStatus } from './stream-store.ts'

/** Somebody of the partner whose client receives, or of the provider; row policies show each only its own. */
export type Overseer = Mandate<'program'> | Mandate<'platform'>

/** The receiver that a stream belongs to. */
export interface ReceiverRef {
  readonly kind: 'client' | 'gateway'
  /** The UUID. */
  readonly id: string
}

interface SignalTables {
  signal_stream: {
    id: string
    gateway_id: string | null
    client_id: string | null
    delivery: 'push' | 'poll'
    endpoint_url: string | null
    events_requested: string[]
    description: string | null
    status: StreamStatus
    status_reason: string | null
    status_set_by: 'receiver' | 'partner' | 'provider' | 'clock' | null
    created_at: Generated<Date>
  }
  signal_health: {
    stream_id: string
    failing_since: Date | null
    last_success_at: Date | null
    verified_at: Date | null
  }
  signal_event: {
    id: Generated<string>
    stream_id: string
    message_id: string
    event_type: string
    subject: string
    claims: string
    occurred_at: Date
    status: Generated<'waiting' | 'acknowledged' | 'refused' | 'dropped'>
    created_at: Generated<Date>
    finished_at: Date | null
  }
  api_client: { id: string; name: string; partner_id: string | null }
  partner: { id: string; name: string }
  gateway: { id: string; name: string }
}

const db = (mandate: Overseer) => tables<SignalTables>(mandate)

/** A receiver as an event of the audit log names it. */
export interface ReceiverRow {
  readonly name: string
  readonly partner_id: string | null
  readonly partner_name: string | null
}

/** Who receives. Throws SIGNAL_RECEIVER_NOT_FOUND, also for a client of somebody else. */
export async function getReceiver(mandate: Overseer, { kind, id }: ReceiverRef): Promise<ReceiverRow> {
  const row =
    kind === 'gateway'
      ? await db(mandate)
          .selectFrom('gateway')
          .where('id', '=', id)
          .select(['name', sql<null>`null`.as('partner_id'), sql<null>`null`.as('partner_name')])
          .executeTakeFirst()
      : await db(mandate)
          .selectFrom('api_client as k')
          .innerJoin('partner as p', 'p.id', 'k.partner_id')
          .where('k.id', '=', id)
          .select(['k.name', 'k.partner_id', 'p.name as partner_name'])
          .executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'SIGNAL_RECEIVER_NOT_FOUND', 'No receiver that you can see has this id.')
  return row
}

function streams(mandate: Overseer) {
  return db(mandate)
    .selectFrom('signal_stream as s')
    .leftJoin('signal_health as h', 'h.stream_id', 's.id')
    .select([
      's.id',
      's.delivery',
      's.endpoint_url',
      's.events_requested',
      's.description',
      's.status',
      's.status_reason',
      's.status_set_by',
      's.created_at',
      'h.failing_since',
      'h.last_success_at',
      'h.verified_at',
    ])
    .select([
      sql<number>`(select count(*)::integer from signal_event e where e.stream_id = s.id and e.status = 'waiting')`.as(
        'waiting',
      ),
      sql<Date | null>`(select min(e.created_at) from signal_event e where e.stream_id = s.id and e.status = 'waiting')`.as(
        'oldest_waiting_at',
      ),
      // A poll leaves no trace of its own: what it acknowledged is the last that was taken.
      sql<Date | null>`(select max(e.finished_at) from signal_event e where e.stream_id = s.id and e.status = 'acknowledged')`.as(
        'last_acknowledged_at',
      ),
    ])
}

/** A stream as people see it: never the secrets of its receiver, never what an event says. */
export type OverseenStream = Awaited<ReturnType<ReturnType<typeof streams>['execute']>>[number]

/** The stream of a receiver; null when it has none. */
export async function findStreamOf(
  mandate: Overseer,
  { kind, id }: ReceiverRef,
): Promise<OverseenStream | null> {
  const column = kind === 'gateway' ? 's.gateway_id' : 's.client_id'
  return (await streams(mandate).where(column, '=', id).executeTakeFirst()) ?? null
}

/** What the provider stopped, the provider alone lets go on or deletes. */
const guarded = guardedBy({
  signal_stream_held: ['SIGNAL_STREAM_HELD', 'The provider stopped this stream and lets it go on.', 403],
})

/** Moves a stream that is in one of the states named; false when somebody moved it meanwhile. Throws SIGNAL_STREAM_HELD. */
export async function moveStream(
  mandate: Overseer,
  id: string,
  move: { readonly from: readonly StreamStatus[]; readonly to: StreamStatus; readonly reason: string | null },
): Promise<boolean> {
  const { numUpdatedRows } = await guarded(
    db(mandate)
      .updateTable('signal_stream')
      .set({ status: move.to, status_reason: move.reason })
      .where('id', '=', id)
      .where('status', 'in', [...move.from])
      .executeTakeFirst(),
  )
  return numUpdatedRows > 0n
}

/** Removes a stream with what waits in it. */
export async function deleteStreamOf(mandate: Overseer, id: string): Promise<void> {
  await guarded(db(mandate).deleteFrom('signal_stream').where('id', '=', id).execute())
}

/** Notes that a verification was asked for; false when it is too soon for another one. */
export async function noteVerificationOf(mandate: Overseer, id: string): Promise<boolean> {
  const noted = await db(mandate)
    .insertInto('signal_health')
    .columns(['stream_id', 'verified_at'])
    .values({ stream_id: id, verified_at: sql<Date>`statement_timestamp()` })
    .onConflict((conflict) =>
      conflict
        .column('stream_id')
        .doUpdateSet({ verified_at: sql<Date>`statement_timestamp()` })
        .where((builder) =>
          builder.or([
            builder('signal_health.verified_at', 'is', null),
            builder(
              'signal_health.verified_at',
              '<=',
              sql<Date>`statement_timestamp() - make_interval(secs => ${VERIFICATION_SECONDS})`,
            ),
          ]),
        ),
    )
    .returning('stream_id')
    .execute()
  return noted.length > 0
}

/** Puts the question whether a stream works into it. */
export async function insertVerification(mandate: Overseer, id: string, subject: object): Promise<void> {
  await db(mandate)
    .insertInto('signal_event')
    .values({
      stream_id: id,
      message_id: sql<string>`uuidv7()`,
      event_type: VERIFICATION,
      subject: JSON.stringify(subject),
      claims: '{}',
      occurred_at: sql<Date>`statement_timestamp()`,
    })
    .execute()
}
