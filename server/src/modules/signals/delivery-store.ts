import { z } from 'zod'
import type { ClaimLimits } from '#platform/outgoing/deliverer.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { STREAM_UPDATED } from './events.ts'
import { Audience, REST_MS } from './rules.ts'
import type { Change } from './rules.ts'

type System = Mandate<'system'>

async function rowsOf(mandate: System, text: string, values: readonly unknown[]) {
  const [result] = await runStatements(mandate, [{ text, values }])
  return result?.rows ?? []
}

/** The streams that may hear of a change, and what the database knows of it besides. */
export async function findAudience(mandate: System, change: Change): Promise<Audience> {
  const [row] = await rowsOf(mandate, 'select access.signal_audience($1) as audience', [change])
  return Audience.parse(row?.['audience'])
}

/** When a message was put into the outbox: its id says so. */
export async function timeOfMessage(mandate: System, messageId: string): Promise<Date> {
  const [row] = await rowsOf(mandate, 'select uuid_extract_timestamp($1::uuid) as at', [messageId])
  return z.date().parse(row?.['at'])
}

/** An event for one stream. */
export interface NewEvent {
  readonly streamId: string
  readonly messageId: string
  readonly type: string
  readonly subject: object
  readonly claims: object
  readonly occurredAt: Date
}

/** Writes an event down, unless the stream has that of this message, or was disabled meanwhile. */
export async function insertEvent(mandate: System, event: NewEvent): Promise<void> {
  await rowsOf(
    mandate,
    `insert into signal_event (stream_id, message_id, event_type, subject, claims, occurred_at)
     select s.id, $2, $3, $4, $5, $6 from signal_stream s where s.id = $1 and (s.status <> 'disabled' or $3 = $7) for share
     on conflict (stream_id, message_id) do nothing`,
    [
      event.streamId,
      event.messageId,
      event.type,
      event.subject,
      event.claims,
      event.occurredAt,
      STREAM_UPDATED,
    ],
  )
}

const Claimed = z.object({
  id: z.string(),
  stream_id: z.string(),
  message_id: z.string(),
  event_type: z.string(),
  subject: z.record(z.string(), z.unknown()),
  claims: z.record(z.string(), z.unknown()),
  created_at: z.date(),
  attempt: z.int(),
  endpoint_url: z.string(),
  sealed_authorization: z.instanceof(Buffer).nullable(),
  gateway_id: z.string().nullable(),
  client_id: z.string().nullable(),
})

/** An event that this process pushes now. */
export type ClaimedEvent = z.output<typeof Claimed>

/**
 * Takes events that are due, so that no other process pushes them until the claim ends; to one receiver at most
 * `perStream` at once, so that a slow one leaves room. The receiver must be one that we work with at this moment.
 */
export async function claimDue(mandate: System, limits: ClaimLimits): Promise<ClaimedEvent[]> {
  const rows = await rowsOf(
    mandate,
    `with due as (
       select e.id, s.endpoint_url, s.sealed_authorization, s.gateway_id, s.client_id
       from (select distinct w.stream_id from signal_event w where w.status = 'waiting' and w.next_attempt_at <= statement_timestamp()) ready
       join signal_stream s on s.id = ready.stream_id
       cross join lateral (
         select w.id from signal_event w
         where w.stream_id = s.id and w.status = 'waiting' and w.next_attempt_at <= statement_timestamp()
           and (w.claimed_until is null or w.claimed_until <= statement_timestamp())
           and (s.status = 'enabled' or w.event_type = $4)
         order by w.next_attempt_at, w.id
         limit greatest(0, $2 - (select count(*) from signal_event u where u.stream_id = s.id and u.status = 'waiting' and u.claimed_until > statement_timestamp()))
         for update skip locked) e
       where s.delivery = 'push' and access.signal_receiver_works(s.gateway_id, s.client_id)
       limit $1)
     update signal_event e
     set attempt = e.attempt + 1, claimed_until = statement_timestamp() + make_interval(secs => $3)
     from due where e.id = due.id
     returning e.id, e.stream_id, e.message_id, e.event_type, e.subject, e.claims, e.created_at, e.attempt,
       due.endpoint_url, due.sealed_authorization, due.gateway_id, due.client_id`,
    [limits.most, limits.perReceiver, limits.claimSeconds, STREAM_UPDATED],
  )
  return z.array(Claimed).parse(rows)
}

/** What became of a push. */
export interface Settled {
  readonly status: 'waiting' | 'acknowledged' | 'refused'
  readonly refusal: string | null
  readonly delayMs: number
}

/** Writes down how a push went; one whose claim ended, and that somebody else has repeated since, says nothing any more. */
export async function noteAttempt(
  mandate: System,
  { id, attempt }: Pick<ClaimedEvent, 'id' | 'attempt'>,
  { status, refusal, delayMs }: Settled,
): Promise<void> {
  await rowsOf(
    mandate,
    `update signal_event set status = $3, refusal = $4, claimed_until = null,
       finished_at = case when $3 = 'waiting' then null else statement_timestamp() end,
       next_attempt_at = statement_timestamp() + make_interval(secs => $5)
     where id = $1 and attempt = $2 and status = 'waiting'`,
    [id, attempt, status, refusal, delayMs / 1000],
  )
}

const Health = z.object({ failing_since: z.date().nullable(), now: z.date() })

/** Where a push went, and with what: a stream that goes elsewhere by now has nothing to do with how it went. */
type Pushed = Pick<ClaimedEvent, 'stream_id' | 'endpoint_url' | 'sealed_authorization'>

const GOES_THERE_STILL =
  's.id = $1 and s.endpoint_url = $2 and s.sealed_authorization is not distinct from $3'

const placeOf = (event: Pushed) => [event.stream_id, event.endpoint_url, event.sealed_authorization]

/**
 * Writes down how the receiver does; tells since when it fails with every attempt, as the database's clock has it. Null, with nothing written
 * down, when the stream has another address or authorization by now. Holds the stream until the transaction ends, so that
 * neither changes meanwhile; to be called before anything of its events is written, as whoever stops a stream does it.
 */
export async function noteHealth(mandate: System, event: Pushed, hasSucceeded: boolean) {
  const [row] = await rowsOf(
    mandate,
    `insert into signal_health as h (stream_id, failing_since, last_success_at, last_failure_at)
     select s.id, case when $4 then null else statement_timestamp() end, case when $4 then statement_timestamp() end,
       case when $4 then null else statement_timestamp() end
     from signal_stream s where ${GOES_THERE_STILL} for no key update of s
     on conflict (stream_id) do update set
       failing_since = case when $4 then null
         when h.last_failure_at < statement_timestamp() - make_interval(secs => $5) then statement_timestamp()
         else coalesce(h.failing_since, statement_timestamp()) end,
       last_failure_at = case when $4 then h.last_failure_at else statement_timestamp() end,
       last_success_at = case when $4 then statement_timestamp() else h.last_success_at end
     returning failing_since, statement_timestamp() as now`,
    [...placeOf(event), hasSucceeded, REST_MS / 1000],
  )
  const health = Health.nullable().parse(row ?? null)
  return health && { failingSince: health.failing_since, now: health.now }
}

const Stopped = z.object({ gateway_id: z.string().nullable(), partner_id: z.string().nullable() })

/** Disables a stream that is enabled, with what waits in it; null when somebody else did. */
export async function stopStream(mandate: System, streamId: string, reason: string) {
  const [row] = await rowsOf(
    mandate,
    `update signal_stream s set status = 'disabled', status_reason = $2 where s.id = $1 and s.status = 'enabled'
     returning s.gateway_id, access.partner_of_receiver(s.client_id) as partner_id`,
    [streamId, reason],
  )
  if (!row) return null
  await rowsOf(
    mandate,
    `update signal_event set status = 'dropped', claimed_until = null, finished_at = statement_timestamp() where stream_id = $1 and status = 'waiting'`,
    [streamId],
  )
  return Stopped.parse(row)
}

/** Drops so much of what nobody took in time, and forgets what is older than that; returns how many events there were. */
export async function forgetEvents(
  mandate: System,
  { keptDays, most }: { readonly keptDays: number; readonly most: number },
): Promise<number> {
  const [gone] = await runStatements(mandate, [
    {
      text: `delete from signal_event where id = any(array(
        select e.id from signal_event e where e.created_at < statement_timestamp() - make_interval(days => $1)
        order by e.created_at limit $2))`,
      values: [keptDays, most],
    },
  ])
  return gone?.rowCount ?? 0
}
