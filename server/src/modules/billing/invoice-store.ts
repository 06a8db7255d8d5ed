import type { InvoiceId, TenantId } from '@liaison/access'
import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { allOf, conditionsOf, needsRows, OWED, storedStatusesIn, uuidArray } from './filter-store.ts'
import type { Condition, InvoiceFilter } from './filter-store.ts'
import { BAN, COLUMNS } from './invoice-columns-store.ts'
import type { InvoiceOrder, InvoicePosition, InvoiceRow, InvoiceWindow } from './invoice-columns-store.ts'
import { readNewest } from './newest-store.ts'
import { NEAR_PAGE_ROWS, readMerged, skipMerged } from '#platform/merged-page.ts'
import type { Looked, Skipped } from '#platform/merged-page.ts'
import { INVOICE_STATUSES, OWED_STATUSES } from './rules.ts'
import type { InvoiceStatus, StoredStatus } from './rules.ts'
import { countByStatus } from './sum-store.ts'
import type { BillingTables } from './tables.ts'

/** One run of the list within which all rows are ordered by one column and the id. */
interface Run {
  readonly rank: number
  /** The one status of the run, in a list by status. */
  readonly status?: InvoiceStatus
  readonly filter: InvoiceFilter
}

/** The place of a status in a list by status, in the direction of the list. */
export function rankOf(status: InvoiceStatus, { by, direction }: InvoiceOrder): number {
  if (by !== 'status') return 0
  const index = INVOICE_STATUSES.indexOf(status)
  return direction === 'asc' ? index : INVOICE_STATUSES.length - 1 - index
}

/** A list by status is one run per status: overdue is no column, so no index holds that order. */
function runsOf(filter: InvoiceFilter, order: InvoiceOrder): Run[] {
  if (order.by !== 'status') return [{ rank: 0, filter }]
  return INVOICE_STATUSES.filter((status) => filter.statuses?.includes(status) ?? true)
    .map((status) => ({ rank: rankOf(status, order), status, filter: { ...filter, statuses: [status] } }))
    .toSorted((left, right) => left.rank - right.rank)
}

/** What a run is ordered by, before the id. */
interface Key {
  readonly column: Condition
  readonly type: Condition
  /** Whether an index holds this order. */
  readonly isIndexed: boolean
  /** What comes before and after every key. */
  readonly extremes: readonly [least: string, greatest: string]
}

const LEAST_ID = '00000000-0000-0000-0000-000000000000'
const GREATEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

function keyOf({ by }: InvoiceOrder, stored: readonly StoredStatus[] | null): Key {
  if (by !== 'amount') {
    const extremes = ['-infinity', 'infinity'] as const
    return { column: sql`i.issued_on`, type: sql`date`, isIndexed: true, extremes }
  }
  // Paid invoices are most of all; the few others are found by their state, not by walking all amounts.
  const isRare = stored !== null && !stored.includes('paid')
  const extremes = ['-9223372036854775808', '9223372036854775807'] as const
  const column = isRare ? sql`(i.total_minor + 0)` : sql`i.total_minor`
  return { column, type: sql`bigint`, isIndexed: !isRare, extremes }
}

/** The direction in which rows of one run follow each other, and the comparisons that go with it. */
export function orderSql({ by, direction }: InvoiceOrder): {
  direction: Condition
  isAfter: Condition
  isBefore: Condition
  isRising: boolean
} {
  // Within one status the newest come first, whichever end of the list the status is at.
  const isRising = by !== 'status' && direction === 'asc'
  return isRising
    ? { direction: sql`asc`, isAfter: sql`>`, isBefore: sql`<=`, isRising }
    : { direction: sql`desc`, isAfter: sql`<`, isBefore: sql`>=`, isRising }
}

/** What a run is read with: the conditions, the order, and the ordered lists that it is merged from. */
interface Reading {
  readonly conditions: Condition
  readonly key: Key
  readonly direction: Condition
  /** A key and id that come after all others. */
  readonly end: Condition
  /** The comparison of a key and id that stand before another pair, or are the same. */
  readonly isBefore: Condition
  /** Stored states that are lists of their own, so that an index holds each in order. */
  readonly states: readonly StoredStatus[] | null
  readonly sources: number
}

const isOwed = (status: StoredStatus): boolean => OWED_STATUSES.some((owed) => owed === status)

/** The stored states as a condition. Those that are owed have an index of their own, which their names open. */
function statesSql(stored: readonly StoredStatus[] | null): Condition | null {
  if (stored === null) return null
  const named = sql`i.status = any (${[...stored]}::text[])`
  return stored.every(isOwed) ? sql`${OWED} and ${named}` : named
}

function readingOf(run: Run, window: InvoiceWindow): Reading {
  const stored = storedStatusesIn(run.filter)
  const key = keyOf(window.order, stored)
  const { column, type } = key
  const { direction, isAfter, isBefore, isRising } = orderSql(window.order)
  const { after } = window
  const isPast =
    after === null || run.rank > after.rank
      ? null
      : sql`(${column}, i.id) ${isAfter} (${after.key}::${type}, ${after.id}::uuid)`
  const isWhole = stored === null || stored.every(isOwed)
  const lists = run.filter.tenantIds.length * (isWhole ? Math.min(1, stored?.length ?? 1) : stored.length)
  return {
    conditions: allOf([isWhole ? statesSql(stored) : null, conditionsOf(run.filter), isPast]),
    key,
    direction,
    end: isRising
      ? sql`${key.extremes[1]}::${type} as key, ${GREATEST_ID}::uuid as id`
      : sql`${key.extremes[0]}::${type} as key, ${LEAST_ID}::uuid as id`,
    isBefore,
    states: isWhole ? null : stored,
    sources: lists,
  }
}

/** Which tenants' lists are read, and how far. */
interface Part {
  readonly tenants: Condition
  readonly depth: number
  /** What else a row must satisfy. */
  readonly bound?: Condition
  /** What is read of a row besides its key; every further reference to the table would ask its policy again. */
  readonly columns?: Condition
}

/** The first rows of each list, with their place among those; what is left unread comes after them. */
function takenSql({ states, key: { column }, direction, conditions }: Reading, part: Part): Condition {
  const lists = states === null ? sql`` : sql`cross join unnest(${[...states]}::text[]) s (status)`
  const isOfState = states === null ? null : sql`i.status = s.status`
  return sql`
    select x.*
    from ${part.tenants} ${lists}
    cross join lateral (
      select i.*, row_number() over () as place
      from (
        select ${part.columns ?? sql`i.tenant_id, i.id`}, ${column} as key from invoice i
        where ${allOf([sql`i.tenant_id = t.id`, isOfState, conditions, part.bound ?? null])}
        order by ${column} ${direction}, i.id ${direction} limit ${part.depth}) i) x`
}

const tenantsOf = (filter: InvoiceFilter): Condition => sql`unnest(${uuidArray(filter.tenantIds)}) t (id)`

/** The rows of one run at the window, when no source is read further than the depth. */
async function lookAt(
  mandate: Mandate,
  told: { run: Run; window: InvoiceWindow; reading: Reading },
  depth: number,
): Promise<Looked<InvoiceRow>> {
  const { run, window, reading } = told
  const { direction, isBefore } = reading
  const { rows } = await sql<InvoiceRow & { is_sure: boolean }>`
    with taken as materialized (${takenSql(reading, { tenants: tenantsOf(run.filter), depth })}),
    page as (select * from taken order by key ${direction}, id ${direction} limit ${window.limit} offset ${window.offset}),
    first_unread as (select key, id from taken where place = ${depth} order by key ${direction}, id ${direction} limit 1)
    select ${COLUMNS}, ${BAN}, coalesce((page.key, page.id) ${isBefore} (select u.key, u.id from first_unread u), true) as is_sure
    from page
    cross join lateral (select i.* from invoice i where i.tenant_id = page.tenant_id and i.id = page.id) i
    order by page.key ${direction}, page.id ${direction}`.execute(tables<BillingTables>(mandate))
  return { rows, isSure: rows.every((row) => row.is_sure) }
}

const WHOLE_ROWS = sql`k cross join lateral (select i.* from invoice i where i.tenant_id = k.tenant_id and i.id = k.id limit 1) i`

/**
 * The rows of a near page. The heads of all lists hold at least as many rows as are wanted, so none after the last of
 * those can be wanted: a second, bounded look reads the few lists that reach so far. Of a thousand tenants some fifty are
 * then read instead of all, fifty rows deep.
 */
async function lookNear(
  mandate: Mandate,
  { run, window, reading }: { run: Run; window: InvoiceWindow; reading: Reading },
): Promise<InvoiceRow[]> {
  const { direction, isBefore, end, key } = reading
  const needed = window.offset + window.limit
  // Between amounts keys alone are found within one index; for whole rows a second one of all tenants' days would be read as well.
  const isOfKeys = needsRows(run.filter)
  const heads = { tenants: tenantsOf(run.filter), depth: Math.ceil(needed / reading.sources) + 1 }
  const reaching = {
    tenants: sql`edge cross join lateral (select distinct h.tenant_id as id from head h where (h.key, h.id) ${isBefore} (edge.key, edge.id)) t`,
    depth: needed,
    ...(!isOfKeys && { columns: COLUMNS }),
    bound: sql`(${key.column}, i.id) ${isBefore} (edge.key, edge.id)`,
  }
  const { rows } = await sql<InvoiceRow>`
    with head as materialized (${takenSql(reading, heads)}),
    edge as materialized (
      select key, id from (
        (select key, id from head order by key ${direction}, id ${direction} limit 1 offset ${needed - 1}) union all select ${end}) e
      order by key ${direction}, id ${direction} limit 1),
    taken as materialized (${takenSql(reading, reaching)})
    select ${COLUMNS}, ${BAN}
    from (select * from taken order by key ${direction}, id ${direction} limit ${window.limit} offset ${window.offset}) ${isOfKeys ? WHOLE_ROWS : sql`i`}
    order by ${isOfKeys ? sql`k` : sql`i`}.key ${direction}, i.id ${direction}`.execute(
    tables<BillingTables>(mandate),
  )
  return rows
}

/** The first place at which one of the lists of a run is so deep, with the number of rows of all lists up to it. */
async function stepOver(
  mandate: Mandate,
  { run, window }: { run: Run; window: InvoiceWindow },
  depth: number,
): Promise<Skipped<InvoicePosition> | undefined> {
  const reading = readingOf(run, window)
  const { direction, isBefore, key, states, conditions } = reading
  const tenants = tenantsOf(run.filter)
  const lists = states === null ? sql`` : sql`cross join unnest(${[...states]}::text[]) s (status)`
  const isOfState = states === null ? null : sql`i.status = s.status`
  const ofList = allOf([sql`i.tenant_id = t.id`, isOfState, conditions])
  const { rows } = await sql<{ key: string; id: string; rows: number }>`
    with deep as materialized (
      select d.key, d.id
      from ${tenants} ${lists}
      cross join lateral (
        select ${key.column} as key, i.id from invoice i where ${ofList}
        order by ${key.column} ${direction}, i.id ${direction} limit 1 offset ${depth - 1}) d
      order by d.key ${direction}, d.id ${direction} limit 1)
    select deep.key::text as key, deep.id, sum(c.rows)::integer as rows
    from deep cross join ${tenants} ${lists}
    cross join lateral (select count(*) as rows from invoice i where ${ofList} and (${key.column}, i.id) ${isBefore} (deep.key, deep.id)) c
    group by deep.key, deep.id`.execute(tables<BillingTables>(mandate))
  const [found] = rows
  return found && { place: { rank: run.rank, key: found.key, id: found.id }, rows: found.rows }
}

/** The rows of one run at the window. */
async function readRun(mandate: Mandate, run: Run, asked: InvoiceWindow): Promise<InvoiceRow[]> {
  const { sources, key } = readingOf(run, asked)
  if (sources === 0) return []
  const newest = await readNewest(mandate, run.filter, asked)
  if (newest) return newest
  const isMerged = key.isIndexed && run.filter.search === undefined
  const window = isMerged
    ? await skipMerged<InvoicePosition, InvoiceWindow>(asked, sources, (depth, reached) =>
        stepOver(mandate, { run, window: reached }, depth),
      )
    : asked
  const reading = readingOf(run, window)
  if (isMerged && sources > 1 && window.offset + window.limit <= NEAR_PAGE_ROWS)
    return lookNear(mandate, { run, window, reading })
  return readMerged(window, sources, (depth) => lookAt(mandate, { run, window, reading }, depth))
}

/** One page of invoices. A list by status asks run by run until it is full, and passes over those before the page. */
export async function listInvoices(
  mandate: Mandate,
  filter: InvoiceFilter,
  window: InvoiceWindow,
): Promise<InvoiceRow[]> {
  const runs = runsOf(filter, window.order).filter((run) => run.rank >= (window.after?.rank ?? 0))
  if (runs.length === 1 && runs[0]) return readRun(mandate, runs[0], window)
  const counts = window.offset > 0 ? await countByStatus(mandate, filter) : new Map<InvoiceStatus, number>()
  const found: InvoiceRow[] = []
  let { offset } = window
  for (const run of runs) {
    if (found.length >= window.limit) break
    const count = counts.get(run.status ?? 'draft') ?? 0
    if (offset > 0 && offset >= count) {
      offset -= count
      continue
    }
    found.push(...(await readRun(mandate, run, { ...window, offset, limit: window.limit - found.length })))
    offset = 0
  }
  return found
}

/** The invoices with these keys, in the order of the keys. */
export async function readInvoices(
  mandate: Mandate,
  keys: readonly (readonly [tenantId: string, id: string])[],
): Promise<InvoiceRow[]> {
  if (keys.length === 0) return []
  const [tenants, ids] = [keys.map(([tenantId]) => tenantId), keys.map(([, id]) => id)]
  const { rows } = await sql<InvoiceRow>`
    select ${COLUMNS}, ${BAN}
    from unnest(${uuidArray(tenants)}, ${uuidArray(ids)}) with ordinality k (tenant_id, id, place)
    cross join lateral (select i.* from invoice i where i.tenant_id = k.tenant_id and i.id = k.id limit 1) i
    order by k.place`.execute(tables<BillingTables>(mandate))
  return rows
}

/** One invoice in the tenants given, or undefined when it is in none of them. */
export async function findInvoice(
  mandate: Mandate,
  id: InvoiceId,
  tenantIds: readonly TenantId[],
): Promise<InvoiceRow | undefined> {
  const { rows } = await sql<InvoiceRow>`
    select ${COLUMNS}, ${BAN}
    from unnest(${uuidArray(tenantIds)}) t (id) join invoice i on i.tenant_id = t.id and i.id = ${id}`.execute(
    tables<BillingTables>(mandate),
  )
  return rows[0]
}

/** The payments of an invoice, newest first. */
export function listPayments(mandate: Mandate, invoice: { tenant_id: string; id: string }) {
  return tables<BillingTables>(mandate)
    .selectFrom('payment')
    .select(['id', 'amount_minor', 'currency', 'received_at', 'method'])
    .where('tenant_id', '=', invoice.tenant_id)
    .where('invoice_id', '=', invoice.id)
    .orderBy('received_at', 'desc')
    .orderBy('id', 'desc')
    .execute()
}
