import type { TenantId } from '@liaison/access'
import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { tables } from '#platform/mandate.ts'
import { readTogether } from '#platform/together.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import type { Period } from './period.ts'
import type { Span } from './spans.ts'
import type { ReportTables } from './tables.ts'
import type { Calendar, Outage } from './uptime.ts'

const uuids = (tenantIds: readonly TenantId[]) => sql`${[...tenantIds]}::uuid[]`

/** What holds for a tenant's uptime. */
export interface UptimeTerms {
  readonly tenant_id: string
  readonly time_zone: string
  /** In percent. */
  readonly target: number
  readonly target_source: 'agreement' | 'link' | 'tenant' | 'default' | 'floor'
  /** Under which a headquarters lets none fall; null without one. */
  readonly floor_target: number | null
  readonly excludes_planned: boolean
}

/** The terms of those of the tenants whose reports may be read. */
export async function listUptimeTerms(
  mandate: ReadingMandate,
  tenantIds: readonly TenantId[],
): Promise<UptimeTerms[]> {
  const { rows } = await sql<UptimeTerms>`
    select tenant_id, time_zone, target::float8, target_source, floor_target::float8, excludes_planned
    from access.uptime_rules(${uuids(tenantIds)})`.execute(tables<ReportTables>(mandate))
  return rows
}

/** The days of a period in a time zone. */
export interface ZoneDays {
  readonly days: readonly Calendar[]
  readonly months: readonly Calendar[]
  readonly whole: Span
}

function toCalendars(names: readonly string[], bounds: readonly number[]): Calendar[] {
  return names.map((name, index) => ({ name, from: bounds[index] ?? 0, to: bounds[index + 1] ?? 0 }))
}

/** The part of each calendar month that lies in the days. */
function toMonths(days: readonly Calendar[]): Calendar[] {
  const months: { name: string; from: number; to: number }[] = []
  for (const { name, from, to } of days) {
    const month = name.slice(0, 7)
    const last = months.at(-1)
    if (last?.name === month) last.to = to
    else months.push({ name: month, from, to })
  }
  return months
}

/**
 * When the days of a period begin in each of the time zones, as far as they have begun; the last one ends now at the
 * latest. A day of a clock change has 23 or 25 hours; where midnight is left out, the day begins with the next hour.
 */
export async function listZoneDays(
  mandate: ReadingMandate,
  zones: readonly string[],
  { from, to }: Period,
): Promise<Map<string, ZoneDays>> {
  const { rows } = await sql<{ zone: string; names: string[]; bounds: number[] }>`
    select z.zone, array_agg(g.day::date::text order by g.day) as names,
      array_agg(extract(epoch from g.day at time zone z.zone)::float8 * 1000 order by g.day) as bounds
    from unnest(${[...zones]}::text[]) z (zone), generate_series(${from}::timestamp, ${to}::timestamp + interval '1 day', interval '1 day') g (day)
    group by z.zone`.execute(tables<ReportTables>(mandate))
  const now = mandate.origin.now.getTime()
  return new Map(
    rows.map(({ zone, names, bounds }) => {
      const days = toCalendars(names.slice(0, -1), bounds)
        .filter((day) => day.from < now)
        .map((day) => ({ ...day, to: Math.min(day.to, now) }))
      const whole = { from: days[0]?.from ?? 0, to: days.at(-1)?.to ?? 0 }
      return [zone, { days, months: toMonths(days), whole }]
    }),
  )
}

/** The outages of a tenant, by their beginning: when each started and ended (null while it lasts), and whether it was planned. */
interface OutagesRow {
  readonly tenant_id: string
  readonly started_us: readonly number[] | null
  readonly ended_us: readonly (number | null)[] | null
  readonly is_planned: readonly boolean[] | null
}

interface WatchedRow {
  readonly tenant_id: string
  readonly from_ms: number
  readonly to_ms: number | null
}

/** Days of one month in a row of which there are usage records, the last one included. */
interface MeasuredRow {
  readonly tenant_id: string
  readonly first: string
  readonly last: string
}

const epochMs = (column: RawBuilder<unknown>) => sql`(extract(epoch from ${column}) * 1000)::float8`

/** Whole microseconds are written and read faster than fractions of milliseconds, and are as exact. */
const epochUs = (column: RawBuilder<unknown>) => sql`(date_part('epoch', ${column}) * 1000000)::bigint`

/** The records of tenants that touch a stretch of time: outages, watched times, and the days with usage records. */
export async function readMonitoring(
  mandate: ReadingMandate,
  tenantIds: readonly TenantId[],
  { from, to }: Span,
): Promise<{ outages: OutagesRow[]; watched: WatchedRow[]; measured: MeasuredRow[] }> {
  const first = sql`${new Date(from)}::timestamptz`
  const last = sql`${new Date(to)}::timestamptz`
  return readTogether(mandate, {
    outages: sql<OutagesRow>`
      select t.id as tenant_id, o.started_us, o.ended_us, o.is_planned
      from unnest(${uuids(tenantIds)}) t (id)
      cross join lateral (
        select json_agg(${epochUs(sql`b.started_at`)}) as started_us, json_agg(${epochUs(sql`b.ended_at`)}) as ended_us, json_agg(b.is_planned) as is_planned
        from (
          select * from outage o where o.tenant_id = t.id and coalesce(o.ended_at, 'infinity') > ${first} and o.started_at < ${last}
          order by o.started_at) b) o`,
    watched: sql<WatchedRow>`
      select w.tenant_id, ${epochMs(sql`w.started_at`)} as from_ms, ${epochMs(sql`w.ended_at`)} as to_ms
      from monitoring_period w
      where w.tenant_id = any (${uuids(tenantIds)}) and w.started_at < ${last} and coalesce(w.ended_at, 'infinity') > ${first}`,
    measured: sql<MeasuredRow>`
      with month as materialized (
        select w.tenant_id, w.month as first, (w.month + interval '1 month - 1 day')::date as last, w.measured_days
        from usage_month w
        where w.tenant_id = any (${uuids(tenantIds)}) and w.measured_days > 0 and w.month <= (${last} + interval '1 day')::date and w.month > (${first} - interval '1 month 1 day')::date)
      select m.tenant_id, m.first::text, m.last::text from month m where m.measured_days = m.last - m.first + 1
      union all
      select d.tenant_id, min(d.day)::text, max(d.day)::text
      from (
        -- Days in a row are as far from the day as from their number.
        select u.tenant_id, u.day, u.day - (row_number() over (partition by u.tenant_id, m.first order by u.day))::integer as row_begins
        from month m join usage_day u on u.tenant_id = m.tenant_id and u.day between m.first and m.last
        where m.measured_days <= m.last - m.first) d
      group by d.tenant_id, d.row_begins`,
  })
}

/** How the promises of one kind were kept that began in a tenant's window. */
export interface PromiseRow {
  readonly tenant_id: string
  readonly metric: 'first_response' | 'resolution'
  readonly met: number
  readonly breached: number
  readonly running: number
  readonly median_minutes: number | null
  readonly p95_minutes: number | null
}

/** How promises for tickets were kept, per tenant and kind; without a row there was none. */
export async function listPromises(
  mandate: ReadingMandate,
  windows: ReadonlyMap<TenantId, Span>,
): Promise<PromiseRow[]> {
  const entries = [...windows]
  const { rows } = await sql<PromiseRow>`
    select * from access.ticket_promises(${entries.map(([id]) => id)}::uuid[], ${entries.map(([, { from }]) => new Date(from))}::timestamptz[],
      ${entries.map(([, { to }]) => new Date(to))}::timestamptz[], ${mandate.origin.now}::timestamptz)`.execute(
    tables<ReportTables>(mandate),
  )
  return rows
}

/** Outages as the rules see them. */
export function toOutages(row: OutagesRow | undefined): Outage[] {
  const { started_us: started, ended_us: ended, is_planned: planned } = row ?? {}
  return (started ?? []).map((startedUs, index) => {
    const endedUs = ended?.[index] ?? null
    return {
      startedAt: startedUs / 1000,
      endedAt: endedUs === null ? null : endedUs / 1000,
      isPlanned: planned?.[index] === true,
    }
  })
}
