import { sql } from 'kysely'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { ClaimLimits } from '#platform/outgoing/deliverer.ts'
import type { Attempted, DeliveryStatus } from '#platform/outgoing/attempts.ts'
import { VERIFY_EVENT } from './catalogue.ts'
import type { DisabledReason, WebhookTables } from './tables.ts'

type System = Mandate<'system'>

const db = (mandate: System) => tables<WebhookTables>(mandate)

const Audience = z.object({
  endpoints: z.array(z.string()),
  delegation_kind: z.string().nullable(),
  state: z.string().nullable(),
})

/** When a message was put into the outbox: its id says so. */
export async function timeOfMessage(mandate: System, messageId: string): Promise<Date> {
  const [result] = await runStatements(mandate, [
    { text: 'select uuid_extract_timestamp($1::uuid) as at', values: [messageId] },
  ])
  const at = result?.rows[0]?.['at']
  if (!(at instanceof Date)) throw new Error('A message of the outbox has no time.')
  return at
}

/** What the database decides in a function of its own; everything else in one for all. */
const AUDIENCES: Readonly<Record<string, string>> = {
  alert: 'access.alert_webhook_audience',
  checkpoint: 'access.checkpoint_webhook_audience',
  service: 'access.service_webhook_audience',
}

/** The endpoints that may hear of an event, and the state of what it is about. */
export async function findAudience(
  mandate: System,
  event: Readonly<Record<string, unknown>>,
): Promise<z.output<typeof Audience>> {
  const decide = AUDIENCES[String(event['about'])] ?? 'access.webhook_audience'
  const [result] = await runStatements(mandate, [
    { text: `select ${decide}($1) as audience`, values: [event] },
  ])
  return Audience.parse(result?.rows[0]?.['audience'])
}

const IS_ACTIVE = sql<boolean>`webhook_endpoint.status = 'active'`

/**
 * Writes down one delivery for each endpoint; one that is there already stays as it is. For an endpoint that is disabled
 * it is kept as cancelled, so that its owner may replay it.
 */
export async function insertDeliveries(
  mandate: System,
  endpointIds: readonly string[],
  event: {
    readonly eventId: string
    readonly type: string
    readonly occurredAt: Date
    readonly data: Record<string, unknown>
  },
): Promise<void> {
  if (endpointIds.length === 0) return
  await db(mandate)
    .insertInto('webhook_delivery')
    .columns(['endpoint_id', 'event_id', 'event_type', 'occurred_at', 'data', 'status', 'finished_at'])
    .expression((builder) =>
      builder
        .selectFrom('webhook_endpoint')
        .where('id', 'in', [...endpointIds])
        .select([
          'id',
          sql<string>`${event.eventId}::uuid`.as('event_id'),
          sql<string>`${event.type}::text`.as('event_type'),
          sql<Date>`${event.occurredAt}::timestamptz`.as('occurred_at'),
          sql<Record<string, unknown>>`${JSON.stringify(event.data)}::jsonb`.as('data'),
          sql<DeliveryStatus>`case when ${IS_ACTIVE} then 'waiting' else 'cancelled' end`.as('status'),
          sql<Date | null>`case when ${IS_ACTIVE} then null else statement_timestamp() end`.as('finished_at'),
        ])
        .orderBy('id')
        // Whoever stops or starts one of them at this moment comes before or after.
        .forShare(),
    )
    .onConflict((conflict) => conflict.columns(['endpoint_id', 'event_id']).doNothing())
    .execute()
}

const Claimed = z.object({
  id: z.string(),
  endpoint_id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  occurred_at: z.date(),
  data: z.record(z.string(), z.unknown()),
  attempt: z.int(),
  url: z.string(),
  due_at: z.date(),
  claimed_at: z.date(),
})

/** A delivery that this process tries now. */
export type ClaimedDelivery = z.output<typeof Claimed>

/**
 * Takes deliveries that are due, so that no other process tries them until the claim ends. To one endpoint at most
 * `perEndpoint` are under way, so that a slow one leaves room for the others.
 */
export async function claimDue(mandate: System, limits: ClaimLimits): Promise<ClaimedDelivery[]> {
  const [result] = await runStatements(mandate, [
    {
      text: `with due as (
          select d.id, e.url from (
            select distinct w.endpoint_id from webhook_delivery w
            where w.status = 'waiting' and w.next_attempt_at <= statement_timestamp()) ready
          join webhook_endpoint e on e.id = ready.endpoint_id
          cross join lateral (
            select w.id from webhook_delivery w
            where w.endpoint_id = e.id and w.status = 'waiting' and w.next_attempt_at <= statement_timestamp()
              and (w.claimed_until is null or w.claimed_until <= statement_timestamp())
              and (e.verified_at is not null or w.event_type = $4)
            order by w.next_attempt_at, w.id
            limit greatest(0, $2 - (select count(*) from webhook_delivery u
              where u.endpoint_id = e.id and u.status = 'waiting' and u.claimed_until > statement_timestamp()))
            for update skip locked) d
          where e.status = 'active' and access.webhook_owner_works(e.partner_id, e.tenant_id)
          limit $1)
        update webhook_delivery d
        set attempt = d.attempt + 1, claimed_until = statement_timestamp() + make_interval(secs => $3)
        from due where d.id = due.id
        returning d.id, d.endpoint_id, d.event_id, d.event_type, d.occurred_at, d.data, d.attempt, due.url, d.next_attempt_at as due_at, statement_timestamp() as claimed_at`,
      values: [limits.most, limits.perReceiver, limits.claimSeconds, VERIFY_EVENT],
    },
  ])
  return z.array(Claimed).parse(result?.rows ?? [])
}

/** The sealed secrets that sign for an endpoint now, the newest first. */
export function findSecrets(mandate: System, endpointId: string) {
  return db(mandate)
    .selectFrom('webhook_secret')
    .select(['id', 'sealed_secret', 'sealed_signing_key'])
    .where('endpoint_id', '=', endpointId)
    .where((builder) =>
      builder.or([builder('ends_at', 'is', null), builder('ends_at', '>', sql<Date>`statement_timestamp()`)]),
    )
    .orderBy('ends_at', (order) => order.desc().nullsFirst())
    .execute()
}

/** Writes down how an attempt went; `delayMs` until the next one, null when there is none. */
export async function noteAttempt(
  mandate: System,
  delivery: Pick<ClaimedDelivery, 'id' | 'attempt'>,
  { attempted, delayMs }: { readonly attempted: Attempted; readonly delayMs: number | null },
): Promise<void> {
  const isDone = attempted.outcome === 'delivered' || delayMs === null
  await db(mandate)
    .updateTable('webhook_delivery')
    .set({
      status: attempted.outcome === 'delivered' ? 'delivered' : isDone ? 'failed' : 'waiting',
      claimed_until: null,
      response_code: attempted.code,
      outcome: attempted.outcome,
      duration_ms: attempted.durationMs,
      response_excerpt: attempted.excerpt,
      finished_at: isDone ? sql<Date>`statement_timestamp()` : null,
      ...(!isDone && {
        next_attempt_at: sql<Date>`statement_timestamp() + make_interval(secs => ${delayMs / 1000})`,
      }),
    })
    .where('id', '=', delivery.id)
    .where('status', '=', 'waiting')
    // An attempt whose claim ended, and that somebody else has repeated since, says nothing any more.
    .where('attempt', '=', delivery.attempt)
    .execute()
}

/** Something that waited for longer than this after it was due was not tried: its owner was suspended, or no process ran. */
const REST_MS = 3_600_000

/** A failure before this instant has nothing to do with one now, since nothing was tried between them; null where it was. */
function restedUntil({
  due_at: dueAt,
  claimed_at: claimedAt,
}: Pick<ClaimedDelivery, 'due_at' | 'claimed_at'>) {
  return claimedAt.getTime() - dueAt.getTime() > REST_MS ? new Date(claimedAt.getTime() - REST_MS) : null
}

/**
 * Writes down how the endpoint does; tells since when it fails, as the database's clock has it. Null, with nothing written
 * down, when the endpoint has another address by now. Holds the endpoint until the transaction ends, so that its address
 * stays; to be called before its deliveries are written, in the order in which whoever stops an endpoint does it.
 */
export async function noteHealth(
  mandate: System,
  delivery: Pick<ClaimedDelivery, 'endpoint_id' | 'url' | 'due_at' | 'claimed_at'>,
  hasSucceeded: boolean,
): Promise<{ failingSince: Date | null; now: Date } | null> {
  const { endpoint_id: id, url } = delivery
  const now = sql<Date>`statement_timestamp()`
  const row = await db(mandate)
    .insertInto('webhook_health')
    .columns(['endpoint_id', 'failing_since', 'last_success_at', 'last_failure_at'])
    .expression((builder) =>
      builder
        .selectFrom('webhook_endpoint')
        .where('id', '=', id)
        .where('url', '=', url)
        .select([
          'id',
          (hasSucceeded ? sql<Date | null>`null::timestamptz` : now).as('failing_since'),
          (hasSucceeded ? now : sql<Date | null>`null::timestamptz`).as('last_success_at'),
          (hasSucceeded ? sql<Date | null>`null::timestamptz` : now).as('last_failure_at'),
        ])
        .forNoKeyUpdate(),
    )
    .onConflict((conflict) =>
      conflict.column('endpoint_id').doUpdateSet(
        hasSucceeded
          ? { failing_since: null, last_success_at: now }
          : {
              failing_since: sql<Date>`case when webhook_health.last_failure_at < ${restedUntil(delivery)}::timestamptz then statement_timestamp()
                else coalesce(webhook_health.failing_since, statement_timestamp()) end`,
              last_failure_at: now,
            },
      ),
    )
    .returning(['failing_since', now.as('now')])
    .executeTakeFirst()
  return row ? { failingSince: row.failing_since, now: row.now } : null
}

/** Notes that an address has answered, unless the endpoint has another one by now; null when it had answered before. */
export async function noteVerified(mandate: System, { endpoint_id: id, url }: ClaimedDelivery) {
  const row = await db(mandate)
    .updateTable('webhook_endpoint')
    .set({ verified_at: sql<Date>`statement_timestamp()` })
    .where('id', '=', id)
    .where('url', '=', url)
    .where('verified_at', 'is', null)
    .returning(['id', 'partner_id', 'tenant_id', 'url'])
    .executeTakeFirst()
  return row ?? null
}

/** Stops an endpoint that is active, with what waits for it; null when somebody else did. */
export async function stopEndpoint(mandate: System, id: string, reason: DisabledReason) {
  const stopped = await db(mandate)
    .updateTable('webhook_endpoint')
    .set((builder) => ({
      status: 'disabled',
      disabled_reason: reason,
      disabled_at: sql<Date>`statement_timestamp()`,
      version: builder('version', '+', 1),
    }))
    .where('id', '=', id)
    .where('status', '=', 'active')
    .returning(['id', 'partner_id', 'tenant_id', 'url'])
    .executeTakeFirst()
  if (!stopped) return null
  await db(mandate)
    .updateTable('webhook_delivery')
    .set({ status: 'cancelled', claimed_until: null, finished_at: sql<Date>`statement_timestamp()` })
    .where('endpoint_id', '=', id)
    .where('status', '=', 'waiting')
    .execute()
  return stopped
}

/** Mails whoever answers for an endpoint. */
export async function mailOwners(
  mandate: System,
  endpointId: string,
  mail: { readonly subject: string; readonly text: string },
): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_webhook_owner($1, $2, $3)', values: [endpointId, mail.subject, mail.text] },
  ])
}

/** Forgets so many deliveries that are older than this, the oldest first; returns how many there were. */
export async function forgetDeliveries(
  mandate: System,
  { keptDays, most }: { readonly keptDays: number; readonly most: number },
): Promise<number> {
  const [gone] = await runStatements(mandate, [
    {
      text: `delete from webhook_delivery where id = any(array(
        select d.id from webhook_delivery d where d.created_at < statement_timestamp() - make_interval(days => $1)
        order by d.created_at limit $2))`,
      values: [keptDays, most],
    },
  ])
  return gone?.rowCount ?? 0
}
