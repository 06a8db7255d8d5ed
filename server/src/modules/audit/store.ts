import { idFromUuid } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { SelectQueryBuilder } from 'kysely'
import { containsPattern } from '#platform/list.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { PLANES_OF } from './rules.ts'
import type { ActivityFilters, Window } from './rules.ts'
import type { AuditTables } from './tables.ts'

/** Where a page of the feed begins: behind this event. */
export interface Position {
  /** With microseconds, which a Date does not hold. */
  readonly at: string
  readonly id: string
}

/** What one page is read with. */
export interface FeedQuestion {
  readonly filters: ActivityFilters
  readonly window: Window
  readonly after: Position | null
  readonly limit: number
}

type Feed = SelectQueryBuilder<AuditTables & { e: AuditTables['audit_event'] }, 'e', unknown>

/** The columns from which an event is told. */
export const EVENT_COLUMNS = [
  'e.id',
  'e.occurred_at',
  'e.plane',
  'e.action',
  'e.outcome',
  'e.code',
  'e.actor_type',
  'e.actor_id',
  'e.actor_name',
  'e.partner_id',
  'e.partner_name',
  'e.tenant_id',
  'e.tenant_name',
  'e.role',
  'e.permission',
  'e.resource_type',
  'e.resource_id',
  'e.resource_label',
  'e.changes',
  'e.repeats',
  'e.request_id',
  'e.source',
  'e.explain_id',
  'e.config_version',
] as const

const SEARCHED = [
  'actor_name',
  'partner_name',
  'tenant_name',
  'resource_label',
  'action',
  'code',
  'request_id',
] as const

function filterIds(query: Feed, filters: ActivityFilters): Feed {
  let found = query
  if (filters.person_id !== undefined) found = found.where('e.actor_id', '=', filters.person_id)
  if (filters.partner_id !== undefined) found = found.where('e.partner_id', '=', filters.partner_id)
  if (filters.delegation_id !== undefined) found = found.where('e.delegation_id', '=', filters.delegation_id)
  if (filters.request_id !== undefined) found = found.where('e.request_id', '=', filters.request_id)
  if (filters.tenant_id !== undefined) {
    const tenantId = filters.tenant_id
    found = found.where((eb) =>
      eb.or([
        eb('e.tenant_id', '=', tenantId),
        sql<boolean>`(e.tenant_id is null and audit.concerns(e.id, e.occurred_at, ${tenantId}))`,
      ]),
    )
  }
  return found
}

/** A tenant's own agencies act under what it gave them, and no partner is among them. */
function filterSide(query: Feed, side: keyof typeof PLANES_OF): Feed {
  const ofPlanes = query.where((eb) => {
    const isOfPlane = eb('e.plane', 'in', PLANES_OF[side])
    const isOfAgency = eb.and([
      eb('e.plane', '=', 'delegation'),
      eb('e.partner_id', 'is', null),
      eb('e.actor_type', '<>', 'stranger'),
    ])
    return side === 'tenant' ? eb.or([isOfPlane, isOfAgency]) : isOfPlane
  })
  return side === 'partner' ? ofPlanes.where('e.partner_id', 'is not', null) : ofPlanes
}

function filterFeed(query: Feed, filters: ActivityFilters): Feed {
  let found = filterIds(query, filters)
  if (filters.by !== undefined) found = filterSide(found, filters.by)
  if (filters.outcome !== undefined) found = found.where('e.outcome', 'in', filters.outcome)
  const { action, search } = filters
  if (action !== undefined) {
    found = found.where(sql<boolean>`(e.action = ${action} or starts_with(e.action, ${`${action}.`}))`)
  }
  if (search !== undefined) {
    const pattern = containsPattern(search)
    found = found.where((eb) => eb.or(SEARCHED.map((column) => eb(`e.${column}`, 'ilike', pattern))))
  }
  return found
}

// Pages are short and logs are long: the order comes from the index, row by row, until the page is full. The planner would
// sort everything instead, because it takes the row policies to hide nearly all of it.
export const IN_ORDER_OF_THE_INDEX = {
  text: `select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
  values: [],
}

/** The rows of one partner's or tenant's log, newest first: driven by its scope rows, whose key is the order of the feed. */
export async function readScopedFeed(
  mandate: Mandate,
  scope: { kind: 'tenant' | 'partner'; id: string },
  question: FeedQuestion,
) {
  const { window, after, limit } = question
  await runStatements(mandate, [IN_ORDER_OF_THE_INDEX])
  const scoped = tables<AuditTables>(mandate)
    .selectFrom('audit_scope as s')
    .innerJoin('audit_event as e', (join) =>
      join.onRef('e.id', '=', 's.event_id').onRef('e.occurred_at', '=', 's.occurred_at'),
    )
    .where('s.kind', '=', scope.kind)
    .where('s.scope_id', '=', scope.id)
    .where('s.occurred_at', '>=', window.from)
    .where('s.occurred_at', '<', window.to)
    .$if(after !== null, (query) =>
      query.where(
        sql<boolean>`(s.occurred_at, s.event_id) < (${after?.at}::timestamptz, ${after?.id}::uuid)`,
      ),
    )
    .orderBy('s.occurred_at', 'desc')
    .orderBy('s.event_id', 'desc')
    .limit(limit + 1)
  const filtered = filterFeed(scoped, question.filters)
  return filtered
    .select([
      ...EVENT_COLUMNS,
      sql<number | null>`s.row_count`.as('row_count'),
      sql<string>`e.occurred_at::text`.as('at'),
    ])
    .execute()
}

/** As many events are counted: one more than a file holds. */
export const MOST_COUNTED = 500_001

/** What of an organisation's own log, or of what a partner did in tenants that it reads across, is counted. */
interface Counted {
  readonly tenantIds: readonly TenantId[]
  readonly filters: ActivityFilters
  readonly window: Pick<Window, 'from' | 'to'>
}

/** The filters in the words of `audit.find_activity`. */
function toldFilters({ filters: { search, ...filters } }: Counted) {
  return {
    ...filters,
    ...(filters.by !== undefined && { planes: PLANES_OF[filters.by] }),
    ...(search !== undefined && { pattern: containsPattern(search) }),
  }
}

/** How many events the filters let through, counted no further than no file would hold them. */
export async function countActivity(
  mandate: Mandate<'tenant' | 'portfolio'>,
  asked: Counted,
): Promise<number> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select audit.count_activity($1, $2, $3, $4, $5) as total',
      values: [asked.tenantIds, asked.window.from, asked.window.to, toldFilters(asked), MOST_COUNTED],
    },
  ])
  return Number(result?.rows[0]?.['total'] ?? 0)
}

/** The tenants of the events that the filters let through, as far as so many events; all of them where there are no more. */
export async function findActiveTenants(
  mandate: Mandate<'tenant' | 'portfolio'>,
  asked: Counted,
  most: number,
): Promise<TenantId[]> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select distinct id from audit.find_activity($1, $2, $3, $4, $5) id',
      values: [asked.tenantIds, asked.window.from, asked.window.to, toldFilters(asked), most],
    },
  ])
  return (result?.rows ?? []).map(({ id }) => idFromUuid('tenant', String(id)))
}

/** The rows of the whole log, newest first. */
export async function readWholeFeed(mandate: Mandate<'platform'>, question: FeedQuestion) {
  const { window, after, limit } = question
  await runStatements(mandate, [IN_ORDER_OF_THE_INDEX])
  const whole = tables<AuditTables>(mandate)
    .selectFrom('audit_event as e')
    .where('e.occurred_at', '>=', window.from)
    .where('e.occurred_at', '<', window.to)
    .$if(after !== null, (query) =>
      query.where(sql<boolean>`(e.occurred_at, e.id) < (${after?.at}::timestamptz, ${after?.id}::uuid)`),
    )
    .orderBy('e.occurred_at', 'desc')
    .orderBy('e.id', 'desc')
    .limit(limit + 1)
  const filtered = filterFeed(whole, question.filters)
  return filtered
    .select([...EVENT_COLUMNS, 'e.row_count', sql<string>`e.occurred_at::text`.as('at')])
    .execute()
}

export type EventRow = Awaited<ReturnType<typeof readScopedFeed>>[number]

/** What only the side that acted sees, and what is still being counted. */
export interface OwnDetails {
  readonly ip: string | null
  readonly reason: string | null
  readonly countedRepeats: number
  readonly countedRows: number
}

/** The details of these events that are the reader's own. */
export async function readOwnDetails(
  mandate: Mandate,
  ids: readonly string[],
  tenantId?: TenantId,
): Promise<Map<string, OwnDetails>> {
  const columns = 'event_id, host(ip) as ip, reason, counted_repeats, counted_rows'
  const [result] = await runStatements(mandate, [
    tenantId === undefined
      ? { text: `select ${columns} from audit.own_details($1)`, values: [ids] }
      : { text: `select ${columns} from audit.own_acts_in($1, $2)`, values: [ids, tenantId] },
  ])
  const text = (value: unknown) => (typeof value === 'string' ? value : null)
  return new Map(
    (result?.rows ?? []).map((row) => [
      String(row['event_id']),
      {
        ip: text(row['ip']),
        reason: text(row['reason']),
        countedRepeats: Number(row['counted_repeats'] ?? 0),
        countedRows: Number(row['counted_rows'] ?? 0),
      },
    ]),
  )
}

/** The newest checkpoints before a size, newest first, with where each was published. */
export function readCheckpoints(mandate: Mandate<'platform'>, before: number | null, limit: number) {
  return tables<AuditTables>(mandate)
    .selectFrom('audit_checkpoint as c')
    .leftJoin('audit_publication as p', 'p.size', 'c.size')
    .$if(before !== null, (query) => query.where('c.size', '<', before ?? 0))
    .select((eb) => ['c.size', 'c.note', 'c.sealed_at', eb.fn.min('p.published_at').as('published_at')])
    .groupBy('c.size')
    .orderBy('c.size', 'desc')
    .limit(limit + 1)
    .execute()
}
