import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { readTogether } from '#platform/together.ts'
import { reachOf } from '#platform/reach.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import { addDays } from './period.ts'
import type { Grouping, Period } from './period.ts'

/** Sums of one tenant over a period (without a day), or of one group of days over all tenants (with its first day). */
interface Grouped {
  readonly tenant_id: string | null
  readonly starts_on: string | null
}

/** What networks reported. */
export interface UsageRow extends Grouped {
  /** Days with a record that are over, counted once for each tenant. */
  readonly measured_days: number
  readonly data_gb: number
  /** The mean of a tenant's measured days, added over tenants. */
  readonly active_subscribers: number
  readonly peak_mbps: number | null
  readonly average_mbps: number | null
}

export interface ChangeRow extends Grouped {
  readonly activated: number
  readonly closed: number
}

export interface UseRow extends Grouped {
  readonly api_calls: number
  readonly exports: number
}

interface StandingRow {
  readonly tenant_id: string
  readonly active: number
  readonly suspended: number
}

/** A stretch of time whose whole past months are read from their sums. */
interface Parts {
  readonly firstMonth: string
  readonly endMonth: string
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

const monthOf = (day: string) => `${day.slice(0, 7)}-01`
const nextMonth = (day: string) => monthOf(addDays(monthOf(day), 31))

/** Splits a period into whole months that are over and the days around them; by days and weeks nothing is whole. */
function splitPeriod({ from, to }: Period, grouping: Grouping, today: string): Parts {
  const first = from === monthOf(from) ? from : nextMonth(from)
  const over = to < today ? addDays(to, 1) : today
  const end = monthOf(over)
  if (grouping === 'day' || grouping === 'week' || first >= end)
    return { firstMonth: first, endMonth: first, edges: [{ from, to }] }
  const head = from < first ? [{ from, to: addDays(first, -1) }] : []
  const tail = end <= to ? [{ from: end, to }] : []
  return { firstMonth: first, endMonth: end, edges: [...head, ...tail] }
}

interface Asked {
  readonly tenantIds: readonly TenantId[]
  readonly period: Period
  readonly grouping: Grouping
  readonly today: string
}

const uuids = (tenantIds: readonly TenantId[]) => sql`${[...tenantIds]}::uuid[]`

/** A day on one of the edges of the parts. */
function onEdge(column: RawBuilder<unknown>, { edges }: Parts): RawBuilder<unknown> {
  if (edges.length === 0) return sql`false`
  const tests = edges.map(({ from, to }) => sql`${column} between ${from}::date and ${to}::date`)
  return sql`(${sql.join(tests, sql` or `)})`
}

/** By tenant over the whole time, and by group of days over all tenants; by tenant alone when that is the grouping. */
function setsOf(grouping: Grouping): RawBuilder<unknown> {
  return grouping === 'tenant'
    ? sql`grouping sets ((tenant_id))`
    : sql`grouping sets ((tenant_id), (starts_on))`
}

/** The group's first day, which a row over a whole tenant has none of. */
const startName = (grouping: Grouping) => (grouping === 'tenant' ? sql`null::date` : sql`starts_on`)

const startOf = (column: RawBuilder<unknown>, grouping: Grouping) =>
  sql`date_trunc(${grouping === 'tenant' ? 'year' : grouping}, ${column}::timestamp)::date`

/** The days of the parts, one row for each tenant and day or whole month. */
function measuredRows({ tenantIds, today }: Asked, parts: Parts): RawBuilder<unknown> {
  return sql`
    select u.tenant_id, u.day, 1 as measured, (u.day < ${today}::date)::integer as over_days, u.data_gb, u.active_subscribers::numeric as active, u.peak_mbps as peak,
      u.average_mbps as mbps, (u.average_mbps is not null)::integer as mbps_days
    from usage_day u where u.tenant_id = any (${uuids(tenantIds)}) and ${onEdge(sql`u.day`, parts)}
    union all
    select m.tenant_id, m.month, m.measured_days, m.measured_days, m.data_gb, m.active_subscriber_days, m.peak_mbps, m.average_mbps_sum, m.average_mbps_days
    from usage_month m
    where m.tenant_id = any (${uuids(tenantIds)}) and m.month >= ${parts.firstMonth}::date and m.month < ${parts.endMonth}::date and m.measured_days > 0`
}

/** By day over all tenants, where a day of a tenant is one row; by tenant, whole months come from their sums. */
function dailyUsageOf(asked: Asked): RawBuilder<UsageRow> {
  const { tenantIds, period, today } = asked
  return sql<UsageRow>`
    ${usageOf({ ...asked, grouping: 'tenant' })}
    union all
    select null::uuid, d.day, d.measured_days, d.data_gb, d.active_subscribers, d.peak_mbps, d.average_mbps
    from access.usage_by_day(${uuids(tenantIds)}, ${period.from}::date, ${period.to}::date, ${today}::date) d`
}

function usageOf(asked: Asked): RawBuilder<UsageRow> {
  const { grouping, period, today } = asked
  if (grouping === 'day') return dailyUsageOf(asked)
  const rows = measuredRows(asked, splitPeriod(period, grouping, today))
  const grouped = sql`
    select tenant_id, ${startOf(sql`day`, grouping)} as starts_on, sum(measured) as measured, sum(over_days) as over_days, sum(data_gb) as data_gb,
      sum(active) as active, max(peak) as peak, sum(mbps) as mbps, sum(mbps_days) as mbps_days
    from (${rows}) d
    group by tenant_id, starts_on`
  return sql<UsageRow>`
    select tenant_id, ${startName(grouping)} as starts_on, sum(over_days)::integer as measured_days, sum(data_gb)::float8 as data_gb,
      (case when grouping(tenant_id) = 0 then sum(active) / nullif(sum(measured), 0) else sum(active / measured) end)::float8 as active_subscribers,
      max(peak)::float8 as peak_mbps,
      (case when grouping(tenant_id) = 0 then sum(mbps) / nullif(sum(mbps_days), 0) else sum(mbps / nullif(mbps_days, 0)) end)::float8 as average_mbps
    from (${grouped}) g
    group by ${setsOf(grouping)}`
}

/** As of usage: by day over all tenants, and by tenant from whole months. */
function dailyChangesOf(asked: Asked): RawBuilder<ChangeRow> {
  const { tenantIds, period } = asked
  return sql<ChangeRow>`
    ${changesOf({ ...asked, grouping: 'tenant' })}
    union all
    select null::uuid, d.day, d.activated, d.closed
    from access.changes_by_day(${uuids(tenantIds)}, ${period.from}::date, ${period.to}::date) d`
}

function changesOf(asked: Asked): RawBuilder<ChangeRow> {
  const { tenantIds, period, grouping, today } = asked
  if (grouping === 'day') return dailyChangesOf(asked)
  const parts = splitPeriod(period, grouping, today)
  return sql<ChangeRow>`
    select tenant_id, ${startName(grouping)} as starts_on, sum(activated)::integer as activated, sum(closed)::integer as closed
    from (
      select c.tenant_id, ${startOf(sql`c.starts_on`, grouping)} as starts_on, c.activated, c.closed
      from subscriber_change c
      where c.tenant_id = any (${uuids(tenantIds)})
        and ((c.grain = 'day' and ${onEdge(sql`c.starts_on`, parts)})
          or (c.grain = 'month' and c.starts_on >= ${parts.firstMonth}::date and c.starts_on < ${parts.endMonth}::date))) g
    group by ${setsOf(grouping)}`
}

function useOf({ tenantIds, period, grouping }: Asked): RawBuilder<UseRow> {
  return sql<UseRow>`
    select tenant_id, ${startName(grouping)} as starts_on, sum(api_calls)::float8 as api_calls, sum(exports)::float8 as exports
    from (
      select u.tenant_id, ${startOf(sql`u.day`, grouping)} as starts_on, u.api_calls, u.exports
      from partner_use_day u where u.tenant_id = any (${uuids(tenantIds)}) and u.day between ${period.from}::date and ${period.to}::date) g
    group by ${setsOf(grouping)}`
}

function seatsOf(mandate: ReadingMandate, tenantIds: readonly TenantId[]) {
  type Seats = { tenant_id: string | null; seats: number }
  if (mandate.kind === 'tenant') return sql<Seats>`select null::uuid as tenant_id, 0 as seats where false`
  const { tenants } = reachOf(mandate)
  // A link that has ended keeps whom it had; those may not be the people of the one that followed it.
  const links = tenantIds.flatMap((id) => tenants.get(id)?.facts.link?.id ?? [])
  return sql<Seats>`
    select m.tenant_id, count(distinct m.person_id)::integer as seats
    from link_member m
    join partner_member p on p.id = m.member_id and p.status = 'active'
    where m.partner_id = ${mandate.partner.id} and m.link_id = any (${links}::uuid[]) and m.tenant_id = any (${uuids(tenantIds)}) and (m.ends_at is null or m.ends_at > ${mandate.origin.now}::timestamptz)
    group by grouping sets ((m.tenant_id), ())`
}

/** Everything that a usage report is made of, in one round trip; `before` is the time before, by tenant only. */
export function readUsage(mandate: ReadingMandate, asked: Asked, before: Period) {
  const { tenantIds } = asked
  const earlier: Asked = { ...asked, period: before, grouping: 'tenant' }
  return readTogether(mandate, {
    usage: usageOf(asked),
    changes: changesOf(asked),
    use: useOf(asked),
    usageBefore: usageOf(earlier),
    changesBefore: changesOf(earlier),
    useBefore: useOf(earlier),
    standing: sql<StandingRow>`select tenant_id, active, suspended from subscriber_standing where tenant_id = any (${uuids(tenantIds)})`,
    seats: seatsOf(mandate, tenantIds),
    mark: sql<{ counted_to: string | null }>`
      select case when counted_to > '-infinity' then (counted_to at time zone 'UTC')::date::text end as counted_to from partner_use_mark`,
  })
}

export type UsageRead = Awaited<ReturnType<typeof readUsage>>
