import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { NEAR_PAGE_ROWS, readMerged, skipMerged } from '#platform/merged-page.ts'
import type { Looked, Skipped } from '#platform/merged-page.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { conditionsOf, isBreached, isPressing, searchedTickets } from './filter-store.ts'
import type { Condition, TicketFilter } from './filter-store.ts'
import type { Priority, SlaMetric, TicketStatus } from './rules.ts'
import type { SupportTables } from './tables.ts'

/** One ticket of a list; `sort_key` is its place in the order, with the precision of the database. */
export interface TicketRow {
  tenant_id: string
  id: string
  number: string
  subscriber_id: string | null
  customer_name: string | null
  subject: string
  status: TicketStatus
  priority: Priority
  category: string
  assigned_to: string | null
  assigned_to_name: string | null
  created_by_name: string | null
  created_by_partner_name: string | null
  sla_metric: SlaMetric | null
  sla_due_at: Date | null
  sla_target_minutes: number | null
  sla_paused_since: Date | null
  sla_breached_at: Date | null
  sla_version_id: string | null
  sla_is_business: boolean | null
  sla_at_risk_at: Date | null
  sla_timezone: string | null
  last_response_at: Date | null
  response_count: number
  created_at: Date
  updated_at: Date
  sort_key: string
}

export interface TicketOrder {
  readonly by: 'created_at' | 'updated_at' | 'sla_due' | 'priority'
  readonly direction: 'asc' | 'desc'
}

/** The wanted part of an ordered list; `after` is the sort key and id of the ticket before it. */
export interface TicketWindow {
  readonly order: TicketOrder
  readonly after: { readonly key: string; readonly id: string } | null
  readonly offset: number
  readonly limit: number
}

const COLUMNS = sql`t.tenant_id, t.id, t.number, t.subscriber_id, t.customer_name, t.subject, t.status, t.priority, t.category, t.assigned_to,
  t.assigned_to_name, t.created_by_name, t.created_by_partner_name, t.sla_metric, t.sla_due_at, t.sla_target_minutes, t.sla_paused_since,
  t.sla_breached_at, t.sla_version_id, t.sla_is_business, t.sla_at_risk_at, t.sla_timezone, t.last_response_at, t.response_count, t.created_at, t.updated_at`

const KEYS: Readonly<Record<TicketOrder['by'], { column: Condition; type: Condition; isIndexed: boolean }>> =
  {
    created_at: { column: sql`t.created_at`, type: sql`timestamptz`, isIndexed: true },
    updated_at: { column: sql`t.updated_at`, type: sql`timestamptz`, isIndexed: true },
    sla_due: { column: sql`coalesce(t.sla_due_at, 'infinity')`, type: sql`timestamptz`, isIndexed: false },
    priority: {
      column: sql`array_position('{low,normal,high,urgent}', t.priority)`,
      type: sql`integer`,
      isIndexed: false,
    },
  }

interface Reading {
  readonly filter: TicketFilter
  readonly window: TicketWindow
  readonly direction: Condition
  /** Either comparison is between a sort key with its id and another such pair. */
  readonly isAfter: Condition
  readonly isBefore: Condition
}

/** The keys of what is to be sorted: by an indexed order the first of each tenant, else of every ticket of the filter. */
function takenSql({ filter, window, direction, isAfter }: Reading, depth: number): Condition {
  const { column, type, isIndexed } = KEYS[window.order.by]
  const { after } = window
  const isPast =
    after === null ? sql`true` : sql`(${column}, t.id) ${isAfter} (${after.key}::${type}, ${after.id}::uuid)`
  const conditions = sql`${conditionsOf(filter)} and ${isPast}`
  if (!isIndexed || filter.search !== undefined)
    return sql`select t.tenant_id, t.id, ${column} as key, 0 as place from ${searchedTickets(filter)} t where ${conditions}`
  return sql`
    select x.tenant_id, x.id, x.key, x.place
    from unnest(${[...filter.tenantIds]}::uuid[]) o (id)
    cross join lateral (
      select t.tenant_id, t.id, t.key, row_number() over () as place
      from (
        select t.tenant_id, t.id, ${column} as key from ticket t
        where t.tenant_id = o.id and ${conditions} order by ${column} ${direction}, t.id ${direction} limit ${depth}) t) x`
}

/** The tickets at the window, when no tenant is read further than the depth. */
async function lookAt(mandate: Mandate, reading: Reading, depth: number): Promise<Looked<TicketRow>> {
  const { window, direction, isBefore } = reading
  const order = sql`key ${direction}, id ${direction}`
  const { rows } = await sql<TicketRow & { is_sure: boolean }>`
    with taken as materialized (${takenSql(reading, depth)}),
    page as (select * from taken order by ${order} limit ${window.limit} offset ${window.offset}),
    first_unread as (select key, id from taken where place = ${depth} order by ${order} limit 1)
    select ${COLUMNS}, page.key::text as sort_key, coalesce((page.key, page.id) ${isBefore} (select u.key, u.id from first_unread u), true) as is_sure
    from page
    cross join lateral (select t.* from ticket t where t.tenant_id = page.tenant_id and t.id = page.id) t
    order by page.key ${direction}, page.id ${direction}`.execute(tables<SupportTables>(mandate))
  return { rows, isSure: rows.every((row) => row.is_sure) }
}

/**
 * The rows of a near page. The heads of all tenants hold at least as many rows as are wanted, so none after the last of
 * those can be wanted: a second, bounded look reads the few tenants that reach so far.
 */
async function lookNear(mandate: Mandate, reading: Reading): Promise<TicketRow[]> {
  const { filter, window, direction, isAfter, isBefore } = reading
  const { column } = KEYS[window.order.by]
  const needed = window.offset + window.limit
  const isPast =
    window.after === null
      ? sql`true`
      : sql`(${column}, t.id) ${isAfter} (${window.after.key}::timestamptz, ${window.after.id}::uuid)`
  const conditions = sql`${conditionsOf(filter)} and ${isPast}`
  const end =
    window.order.direction === 'asc'
      ? sql`'infinity'::timestamptz as key, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid as id`
      : sql`'-infinity'::timestamptz as key, '00000000-0000-0000-0000-000000000000'::uuid as id`
  const { rows } = await sql<TicketRow>`
    with head as materialized (
      select o.id as tenant_id, h.key, h.id
      from unnest(${[...filter.tenantIds]}::uuid[]) o (id)
      cross join lateral (
        select ${column} as key, t.id from ticket t where t.tenant_id = o.id and ${conditions}
        order by ${column} ${direction}, t.id ${direction} limit ${Math.ceil(needed / filter.tenantIds.length) + 1}) h),
    edge as materialized (
      select key, id from (
        (select key, id from head order by key ${direction}, id ${direction} limit 1 offset ${needed - 1}) union all select ${end}) e
      order by key ${direction}, id ${direction} limit 1)
    select t.*, t.key::text as sort_key
    from edge
    cross join lateral (select distinct h.tenant_id as id from head h where (h.key, h.id) ${isBefore} (edge.key, edge.id)) o
    cross join lateral (
      select ${COLUMNS}, ${column} as key from ticket t
      where t.tenant_id = o.id and ${conditions} and (${column}, t.id) ${isBefore} (edge.key, edge.id)
      order by ${column} ${direction}, t.id ${direction} limit ${needed}) t
    order by t.key ${direction}, t.id ${direction} limit ${window.limit} offset ${window.offset}`.execute(
    tables<SupportTables>(mandate),
  )
  return rows
}

type Place = NonNullable<TicketWindow['after']>

function readingOf(filter: TicketFilter, window: TicketWindow): Reading {
  const isRising = window.order.direction === 'asc'
  return {
    filter,
    window,
    direction: isRising ? sql`asc` : sql`desc`,
    isAfter: isRising ? sql`>` : sql`<`,
    isBefore: isRising ? sql`<=` : sql`>=`,
  }
}

/** What a ticket of one tenant must satisfy to be in the rest of the list. */
function ofTenantSql({ filter, window: { after, order }, isAfter }: Reading): Condition {
  const { column, type } = KEYS[order.by]
  const isPast =
    after === null ? sql`true` : sql`(${column}, t.id) ${isAfter} (${after.key}::${type}, ${after.id}::uuid)`
  return sql`t.tenant_id = o.id and ${conditionsOf(filter)} and ${isPast}`
}

/** The first place at which the list of one tenant is so deep, with the number of tickets of all tenants up to it. */
async function stepOver(
  mandate: Mandate,
  reading: Reading,
  depth: number,
): Promise<Skipped<Place> | undefined> {
  const { filter, window, direction, isBefore } = reading
  const { column } = KEYS[window.order.by]
  const tenants = sql`unnest(${[...filter.tenantIds]}::uuid[]) o (id)`
  const { rows } = await sql<Place & { rows: number }>`
    with deep as materialized (
      select d.key, d.id
      from ${tenants}
      cross join lateral (
        select ${column} as key, t.id from ticket t where ${ofTenantSql(reading)}
        order by ${column} ${direction}, t.id ${direction} limit 1 offset ${depth - 1}) d
      order by d.key ${direction}, d.id ${direction} limit 1)
    select deep.key::text as key, deep.id, sum(c.rows)::integer as rows
    from deep cross join ${tenants}
    cross join lateral (select count(*) as rows from ticket t where ${ofTenantSql(reading)} and (${column}, t.id) ${isBefore} (deep.key, deep.id)) c
    group by deep.key, deep.id`.execute(tables<SupportTables>(mandate))
  const [found] = rows
  return found && { place: { key: found.key, id: found.id }, rows: found.rows }
}

/** One page of tickets. */
export async function listTickets(
  mandate: Mandate,
  filter: TicketFilter,
  asked: TicketWindow,
): Promise<TicketRow[]> {
  const sources = filter.tenantIds.length
  if (sources === 0) return []
  if (!KEYS[asked.order.by].isIndexed || filter.search !== undefined)
    return readMerged(asked, 1, (depth) => lookAt(mandate, readingOf(filter, asked), depth))
  const window = await skipMerged<Place, TicketWindow>(asked, sources, (depth, reached) =>
    stepOver(mandate, readingOf(filter, reached), depth),
  )
  const reading = readingOf(filter, window)
  if (sources > 1 && window.offset + window.limit <= NEAR_PAGE_ROWS) return lookNear(mandate, reading)
  return readMerged(window, sources, (depth) => lookAt(mandate, reading, depth))
}

/** How many tickets of a filter have one status and priority. */
export interface TicketCount {
  status: TicketStatus
  priority: Priority
  tickets: number
  breached: number
  resolved: number
  resolution_seconds: number
}

/** The exact counts over everything that a filter matches. */
export async function countTickets(mandate: Mandate, filter: TicketFilter): Promise<TicketCount[]> {
  if (filter.tenantIds.length === 0) return []
  const { rows } = await sql<TicketCount>`
    select t.status, t.priority, count(*)::integer as tickets, (count(*) filter (where ${isBreached(filter.now)}))::integer as breached,
      count(t.resolved_at)::integer as resolved, coalesce(extract(epoch from sum(t.resolved_at - t.created_at)), 0)::float8 as resolution_seconds
    from ${searchedTickets(filter)} t
    where ${conditionsOf(filter)}
    group by t.status, t.priority`.execute(tables<SupportTables>(mandate))
  return rows
}

/** Tenants of a filter in which there is any ticket of it, at most so many. */
export async function findTenantsOf(
  mandate: Mandate,
  filter: TicketFilter,
  most: number,
): Promise<TenantId[]> {
  const found =
    filter.search === undefined
      ? sql`select o.id as tenant_id from unnest(${[...filter.tenantIds]}::uuid[]) o (id)
          where exists (select from ticket t where t.tenant_id = o.id and ${conditionsOf(filter)})`
      : sql`select distinct t.tenant_id from ${searchedTickets(filter)} t where ${conditionsOf(filter)}`
  const { rows } = await sql<{ tenant_id: TenantId }>`${found} limit ${most}`.execute(
    tables<SupportTables>(mandate),
  )
  return rows.map((row) => row.tenant_id)
}

/** How many unfinished tickets there are in these tenants, counted no further than so many. */
export async function countUnfinished(
  mandate: Mandate,
  tenantIds: readonly TenantId[],
  most: number,
): Promise<number> {
  const { rows } = await sql<{ tickets: number }>`
    select count(*)::integer as tickets from (
      select from unnest(${[...tenantIds]}::uuid[]) o (id)
      cross join lateral (select from ticket t where t.tenant_id = o.id and t.status in ('open', 'pending', 'on_hold') limit ${most}) t
      limit ${most}) t`.execute(tables<SupportTables>(mandate))
  return rows[0]?.tickets ?? 0
}

/** How a tenant's tickets stand. */
export interface TicketStanding {
  tenant_id: string
  /** Not yet resolved. */
  open_tickets: number
  /** With three quarters or more of a promised time used up, missed ones included: what the list shows as missed or at risk. */
  at_risk: number
  /** With three quarters or more of a running clock used up. */
  pressing: number
  /** Open ones with a running clock past its time. */
  overdue: number
}

/** How the tickets of each tenant stand; tenants without an unresolved ticket are left out. */
export function standingByTenant(tenantIds: readonly TenantId[], now: Date): RawBuilder<TicketStanding> {
  return sql<TicketStanding>`
    select t.tenant_id, count(*)::integer as open_tickets, (count(*) filter (where ${isPressing(now)} or ${isBreached(now)}))::integer as at_risk,
      (count(*) filter (where ${isPressing(now)}))::integer as pressing,
      (count(*) filter (where t.sla_paused_since is null and t.sla_due_at < ${now}::timestamptz))::integer as overdue
    from ticket t
    where t.tenant_id = any (${[...tenantIds]}::uuid[]) and t.status in ('open', 'pending', 'on_hold')
    group by t.tenant_id`
}

/** How many promised times were missed in the 30 days before now, per tenant; tenants without any are left out. */
export function breachesByTenant(
  tenantIds: readonly TenantId[],
  now: Date,
): RawBuilder<{ tenant_id: string; breaches: number }> {
  return sql`
    select c.tenant_id, count(*)::integer as breaches
    from ticket_sla_clock c
    where c.tenant_id = any (${[...tenantIds]}::uuid[])
      and (c.breached_at is not null or coalesce(c.met_at, c.paused_since, ${now}::timestamptz) > c.due_at)
      and coalesce(c.breached_at, c.due_at) > ${now}::timestamptz - interval '30 days'
    group by c.tenant_id`
}
