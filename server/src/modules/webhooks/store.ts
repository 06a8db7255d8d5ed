import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { takeTurn } from '#platform/turn.ts'
import type { DeliveryStatus } from '#platform/outgoing/attempts.ts'
import type { WebhookTables } from './tables.ts'

/** The organisation that owns endpoints; row policies show each only its own. */
export type OwnerMandate = Mandate<'program'> | Mandate<'tenant'>

const MOST_ENDPOINTS = 20

const db = (mandate: OwnerMandate) => tables<WebhookTables>(mandate)

/** The public keys that verify signatures now, the newest first. */
const PUBLIC_KEYS = sql<string[]>`array(
  select encode(s.public_key, 'base64') from webhook_secret s
  where s.endpoint_id = e.id and s.public_key is not null and (s.ends_at is null or s.ends_at > statement_timestamp())
  order by s.ends_at desc nulls first)`.as('public_keys')

function endpoints(mandate: OwnerMandate) {
  return db(mandate)
    .selectFrom('webhook_endpoint as e')
    .leftJoin('webhook_health as h', 'h.endpoint_id', 'e.id')
    .select([
      'e.id',
      'e.partner_id',
      'e.tenant_id',
      'e.url',
      'e.description',
      'e.event_types',
      'e.status',
      'e.disabled_reason',
      'e.disabled_at',
      'e.verified_at',
      'e.version',
      'e.created_by_name',
      'e.created_at',
      'e.updated_at',
      'h.failing_since',
      'h.last_success_at',
      'h.last_failure_at',
    ])
    .select((builder) =>
      builder
        .selectFrom('webhook_secret as s')
        .whereRef('s.endpoint_id', '=', 'e.id')
        .where('s.ends_at', '>', sql<Date>`statement_timestamp()`)
        .select(({ fn }) => fn.max('s.ends_at').as('ends_at'))
        .as('previous_secret_ends_at'),
    )
    .select(PUBLIC_KEYS)
}

export type EndpointRow = Awaited<ReturnType<ReturnType<typeof endpoints>['execute']>>[number]

interface Page {
  readonly limit: number
  readonly offset: number
}

/** A page of the endpoints, the newest first. */
export async function listEndpoints(
  mandate: OwnerMandate,
  page: Page,
): Promise<{ rows: EndpointRow[]; total: number }> {
  const rows = await endpoints(mandate)
    .orderBy('e.id', 'desc')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  return { rows, total: await countEndpoints(mandate) }
}

async function countEndpoints(mandate: OwnerMandate): Promise<number> {
  const row = await db(mandate)
    .selectFrom('webhook_endpoint')
    .select(sql<number>`count(*)::integer`.as('total'))
    .executeTakeFirst()
  return row?.total ?? 0
}

/** One endpoint. Throws WEBHOOK_NOT_FOUND, also for one of somebody else. */
export async function getEndpoint(mandate: OwnerMandate, id: string): Promise<EndpointRow> {
  const row = await endpoints(mandate).where('e.id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'WEBHOOK_NOT_FOUND', 'No webhook endpoint that you can see has this id.')
  return row
}

export interface EndpointSettings {
  readonly url: string
  readonly description: string | null
  readonly event_types: readonly string[]
}

/** Adds an endpoint. Throws WEBHOOK_LIMIT_REACHED. */
export async function insertEndpoint(mandate: OwnerMandate, settings: EndpointSettings): Promise<string> {
  const organisation = mandate.kind === 'program' ? mandate.partner.id : mandate.tenant.id
  await takeTurn(mandate, 'webhook endpoints', organisation)
  if ((await countEndpoints(mandate)) >= MOST_ENDPOINTS)
    throw new ProblemError(
      409,
      'WEBHOOK_LIMIT_REACHED',
      `An organisation has at most ${MOST_ENDPOINTS} webhook endpoints.`,
    )
  const owner =
    mandate.kind === 'program' ? { partner_id: mandate.partner.id } : { tenant_id: mandate.tenant.id }
  const { id } = await db(mandate)
    .insertInto('webhook_endpoint')
    .values({
      ...owner,
      ...settings,
      event_types: [...settings.event_types],
      created_by: mandate.actor.id,
      created_by_name: mandate.actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Changes an endpoint that is still in the version that was read. Throws PRECONDITION_FAILED. */
export async function updateEndpoint(
  mandate: OwnerMandate,
  endpoint: { readonly id: string; readonly version: number },
  settings: EndpointSettings,
): Promise<void> {
  const changed = await db(mandate)
    .updateTable('webhook_endpoint')
    .set({ ...settings, event_types: [...settings.event_types], version: endpoint.version + 1 })
    .where('id', '=', endpoint.id)
    .where('version', '=', endpoint.version)
    .executeTakeFirst()
  if (changed.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The webhook endpoint changed since it was read.')
}

/** Stops an endpoint, or starts it again. Throws WEBHOOK_STATE_CONFLICT when it is so already. */
export async function setEndpointStatus(
  mandate: OwnerMandate,
  id: string,
  status: 'active' | 'disabled',
): Promise<void> {
  const isDisabled = status === 'disabled'
  const moved = await db(mandate)
    .updateTable('webhook_endpoint')
    .set((builder) => ({
      status,
      disabled_reason: isDisabled ? 'by_owner' : null,
      disabled_at: isDisabled ? sql<Date>`now()` : null,
      version: builder('version', '+', 1),
    }))
    .where('id', '=', id)
    .where('status', '<>', status)
    .executeTakeFirst()
  if (moved.numUpdatedRows === 0n)
    throw new ProblemError(409, 'WEBHOOK_STATE_CONFLICT', `The webhook endpoint is ${status} already.`)
  if (isDisabled) await cancelWaiting(mandate, id)
}

async function cancelWaiting(mandate: OwnerMandate, endpointId: string): Promise<void> {
  await db(mandate)
    .updateTable('webhook_delivery')
    .set({ status: 'cancelled', finished_at: sql<Date>`now()` })
    .where('endpoint_id', '=', endpointId)
    .where('status', '=', 'waiting')
    .execute()
}

/** Removes an endpoint with its secrets and its deliveries. */
export async function deleteEndpoint(mandate: OwnerMandate, id: string): Promise<void> {
  await db(mandate).deleteFrom('webhook_endpoint').where('id', '=', id).execute()
}

/** An id for a secret that is sealed before it is stored. */
export async function makeSecretId(mandate: OwnerMandate): Promise<string> {
  const [result] = await runStatements(mandate, [{ text: 'select uuidv7() as id', values: [] }])
  return String(result?.rows[0]?.['id'])
}

/** Puts a secret in force. The one before signs on for the overlap; any that was replaced earlier is gone. */
export async function replaceSecret(
  mandate: OwnerMandate,
  endpointId: string,
  next: {
    readonly id: string
    readonly sealed: Buffer
    readonly digest: Buffer
    readonly sealedSigningKey: Buffer
    readonly publicKey: Buffer
    readonly overlapHours: number
  },
): Promise<void> {
  await db(mandate)
    .deleteFrom('webhook_secret')
    .where('endpoint_id', '=', endpointId)
    .where((builder) =>
      builder.or([builder('ends_at', 'is not', null), builder.val(next.overlapHours === 0)]),
    )
    .execute()
  await db(mandate)
    .updateTable('webhook_secret')
    .set({ ends_at: sql<Date>`statement_timestamp() + make_interval(hours => ${next.overlapHours})` })
    .where('endpoint_id', '=', endpointId)
    .execute()
  await db(mandate)
    .insertInto('webhook_secret')
    .values({
      id: next.id,
      endpoint_id: endpointId,
      sealed_secret: next.sealed,
      digest: next.digest,
      sealed_signing_key: next.sealedSigningKey,
      public_key: next.publicKey,
    })
    .execute()
}

/** Raises the version of an endpoint whose secret changed. */
export async function touchEndpoint(mandate: OwnerMandate, id: string): Promise<void> {
  await db(mandate)
    .updateTable('webhook_endpoint')
    .set((builder) => ({ version: builder('version', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

function deliveries(mandate: OwnerMandate, endpointId: string) {
  return db(mandate)
    .selectFrom('webhook_delivery')
    .select([
      'id',
      'event_id',
      'event_type',
      'occurred_at',
      'data',
      'status',
      'attempt',
      'next_attempt_at',
      'response_code',
      'outcome',
      'duration_ms',
      'response_excerpt',
      'created_at',
      'finished_at',
    ])
    .where('endpoint_id', '=', endpointId)
}

export type DeliveryRow = Awaited<ReturnType<ReturnType<typeof deliveries>['execute']>>[number]

/** A page of the deliveries to an endpoint, the newest first. */
export async function listDeliveries(
  mandate: OwnerMandate,
  endpointId: string,
  query: Page & { readonly status?: readonly DeliveryStatus[] | undefined },
): Promise<{ rows: DeliveryRow[]; total: number }> {
  const statuses = query.status ? [...query.status] : null
  let rows = deliveries(mandate, endpointId)
  let count = db(mandate)
    .selectFrom('webhook_delivery')
    .select(sql<number>`count(*)::integer`.as('total'))
    .where('endpoint_id', '=', endpointId)
  if (statuses) {
    rows = rows.where('status', 'in', statuses)
    count = count.where('status', 'in', statuses)
  }
  const page = await rows.orderBy('id', 'desc').limit(query.limit).offset(query.offset).execute()
  return { rows: page, total: (await count.executeTakeFirst())?.total ?? 0 }
}

/** The newest deliveries that did not arrive, to all endpoints of the organisation, each with its endpoint. */
export function listFailed(mandate: OwnerMandate, limit: number) {
  return db(mandate)
    .selectFrom('webhook_delivery as d')
    .innerJoin('webhook_endpoint as e', 'e.id', 'd.endpoint_id')
    .select([
      'd.id',
      'd.event_id',
      'd.event_type',
      'd.occurred_at',
      'd.data',
      'd.status',
      'd.attempt',
      'd.next_attempt_at',
      'd.response_code',
      'd.outcome',
      'd.duration_ms',
      'd.response_excerpt',
      'd.created_at',
      'd.finished_at',
      'e.id as endpoint_id',
      'e.url',
      'e.status as endpoint_status',
    ])
    .where('d.status', '=', 'failed')
    .orderBy('d.id', 'desc')
    .limit(limit)
    .execute()
}

/** One delivery. Throws WEBHOOK_DELIVERY_NOT_FOUND. */
export async function getDelivery(
  mandate: OwnerMandate,
  endpointId: string,
  id: string,
): Promise<DeliveryRow> {
  const row = await deliveries(mandate, endpointId).where('id', '=', id).executeTakeFirst()
  if (!row)
    throw new ProblemError(404, 'WEBHOOK_DELIVERY_NOT_FOUND', 'The endpoint has no delivery with this id.')
  return row
}

/** Adds a message to one endpoint that is about no event of the product; returns the delivery. */
export async function insertOwn(
  mandate: OwnerMandate,
  endpointId: string,
  message: { readonly eventType: string; readonly data: Record<string, unknown> },
): Promise<string> {
  const { id } = await db(mandate)
    .insertInto('webhook_delivery')
    .values({
      endpoint_id: endpointId,
      event_id: sql<string>`uuidv7()`,
      event_type: message.eventType,
      occurred_at: mandate.origin.now,
      data: message.data,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

const AGAIN = {
  status: 'waiting',
  attempt: 0,
  claimed_until: null,
  response_code: null,
  outcome: null,
  duration_ms: null,
  response_excerpt: null,
  finished_at: null,
} as const

/** Has one delivery tried again from the start, unless it is waiting anyway. */
export async function replayOne(mandate: OwnerMandate, endpointId: string, id: string): Promise<void> {
  await db(mandate)
    .updateTable('webhook_delivery')
    .set({ ...AGAIN, next_attempt_at: sql<Date>`now()` })
    .where('endpoint_id', '=', endpointId)
    .where('id', '=', id)
    .where('status', '<>', 'waiting')
    .execute()
}

/** Has the finished deliveries of events in a range of time tried again; returns how many. */
export async function replayRange(
  mandate: OwnerMandate,
  endpointId: string,
  range: {
    readonly since: Date
    readonly until: Date
    readonly statuses: readonly DeliveryStatus[]
  },
): Promise<number> {
  const changed = await db(mandate)
    .updateTable('webhook_delivery')
    .set({ ...AGAIN, next_attempt_at: sql<Date>`now()` })
    .where('endpoint_id', '=', endpointId)
    .where('status', 'in', [...range.statuses])
    .where('occurred_at', '>=', range.since)
    .where('occurred_at', '<', range.until)
    .executeTakeFirst()
  return Number(changed.numUpdatedRows)
}
