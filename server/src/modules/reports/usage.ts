import { encodeId } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import type { z } from 'zod'
import { toScope } from '#platform/reach.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import {
  addDays,
  countDays,
  dayIn,
  groupOf,
  groupsOf,
  MOST_DAYS,
  MOST_DAYS_BY_MONTH,
  previousPeriod,
  readPeriod,
} from './period.ts'
import type { Grouping, Period } from './period.ts'
import { chooseTenants, noteReport } from './reading.ts'
import type { Chosen, Subject } from './reading.ts'
import { USAGE_METRICS } from './schemas.ts'
import type { UsageMetric, UsageQueryValues, usageReportFields } from './schemas.ts'
import { differenceOf, maxKnown, meanKnown, round, shareOf, sumKnown } from './sums.ts'
import { readUsage } from './usage-store.ts'
import type { ChangeRow, UsageRead, UsageRow, UseRow } from './usage-store.ts'

type Report = z.input<z.ZodObject<typeof usageReportFields>>
type Point = Report['time_series'][number]
type TenantFigures = Report['by_tenant'][number]

/** The sums of one tenant, or of one group of days. */
interface Sums {
  readonly usage: UsageRow | undefined
  readonly changes: ChangeRow | undefined
  readonly use: UseRow | undefined
}

/** What is asked for, and what is known about the asking. */
interface Frame {
  readonly has: (metric: UsageMetric) => boolean
  readonly period: Period
  readonly today: string
  /** The day up to which calls are counted; null when nobody has counted. */
  readonly countedTo: string | null
  /** The tenants with any record of subscribers. */
  readonly standing: ReadonlyMap<string, { active: number; suspended: number }>
  /** Null where the reader is the tenant, whose business the partner's people are not. */
  readonly seats: ReadonlyMap<string | null, number> | null
}

/** The days of a period that are over, which are those that can have a record. */
function daysOver({ from, to }: Period, today: string): number {
  return Math.max(0, countDays(from, to < today ? to : addDays(today, -1)))
}

const NO_CHANGES = { activated: 0, closed: 0 }
const NO_USE = { api_calls: 0, exports: 0 }
const UNKNOWN = { activated: null, closed: null, api_calls: null, exports: null }
const NO_USAGE = { data_gb: null, peak_mbps: null, average_mbps: null }

/** What is known of the tenants behind some sums, and the first day that the sums are of. */
interface Known {
  readonly hasSubscribers: boolean
  readonly from: string
}

/** The figures that groups of days and tenants have in common; null where there is no record, and where not asked. */
function toFigures(
  { has, countedTo }: Frame,
  { usage, changes, use }: Sums,
  { hasSubscribers, from }: Known,
) {
  const only = <Value>(metric: UsageMetric, value: Value) => (has(metric) ? value : null)
  const measured = usage ?? NO_USAGE
  const changed = hasSubscribers ? (changes ?? NO_CHANGES) : UNKNOWN
  const counted = countedTo !== null && countedTo >= from ? (use ?? NO_USE) : UNKNOWN
  return {
    new_subscribers: only('subscribers', changed.activated),
    churned_subscribers: only('subscribers', changed.closed),
    total_data_gb: only('data', round(measured.data_gb, 3)),
    peak_bandwidth_mbps: only('bandwidth', round(measured.peak_mbps, 3)),
    avg_bandwidth_mbps: only('bandwidth', round(measured.average_mbps, 3)),
    api_calls: only('api_calls', counted.api_calls),
    exports: only('exports', counted.exports),
  }
}

type Figures = ReturnType<typeof toFigures>

function perSubscriber({ has }: Frame, usage: { data_gb: number; active_subscribers: number } | undefined) {
  if (!has('data') || usage === undefined || usage.active_subscribers === 0) return null
  return round(usage.data_gb / usage.active_subscribers, 3)
}

function toDelta(now: Figures & { active: number | null }, before: Figures & { active: number | null }) {
  const data = differenceOf(now.total_data_gb, before.total_data_gb)
  const percent = data === null || !before.total_data_gb ? null : (100 * data) / before.total_data_gb
  return {
    total_data_gb: round(data, 3),
    total_data_percent: round(percent, 1),
    active_subscribers: round(differenceOf(now.active, before.active), 1),
    new_subscribers: differenceOf(now.new_subscribers, before.new_subscribers),
    churned_subscribers: differenceOf(now.churned_subscribers, before.churned_subscribers),
    api_calls: differenceOf(now.api_calls, before.api_calls),
    exports: differenceOf(now.exports, before.exports),
  }
}

const activeOf = ({ has }: Frame, usage: { active_subscribers: number } | undefined) =>
  has('subscribers') ? (usage?.active_subscribers ?? null) : null

/** The rows of a read under the tenant, or under the first day of the group, that they belong to. */
function indexRows<Row extends { tenant_id: string | null; starts_on: string | null }>(rows: readonly Row[]) {
  const byTenant = new Map<string, Row>()
  const byDay = new Map<string, Row>()
  for (const row of rows) {
    if (row.tenant_id !== null) byTenant.set(row.tenant_id, row)
    else if (row.starts_on !== null) byDay.set(row.starts_on, row)
  }
  return { byTenant, byDay }
}

function indexRead(read: UsageRead) {
  const [usage, changes, use] = [indexRows(read.usage), indexRows(read.changes), indexRows(read.use)]
  const [usageBefore, changesBefore, useBefore] = [
    indexRows(read.usageBefore),
    indexRows(read.changesBefore),
    indexRows(read.useBefore),
  ]
  return {
    ofTenant: (id: TenantId): Sums => ({
      usage: usage.byTenant.get(id),
      changes: changes.byTenant.get(id),
      use: use.byTenant.get(id),
    }),
    ofTenantBefore: (id: TenantId): Sums => ({
      usage: usageBefore.byTenant.get(id),
      changes: changesBefore.byTenant.get(id),
      use: useBefore.byTenant.get(id),
    }),
    ofDay: (day: string): Sums => ({
      usage: usage.byDay.get(day),
      changes: changes.byDay.get(day),
      use: use.byDay.get(day),
    }),
  }
}

type Index = ReturnType<typeof indexRead>

/** What one tenant's row and the summary are made of. */
interface Measured {
  readonly subject: Subject
  readonly now: Sums
  readonly before: Sums
  readonly figures: Figures
  readonly figuresBefore: Figures
}

function measure(frame: Frame, index: Index, before: Period) {
  return (subject: Subject): Measured => {
    const [now, earlier] = [index.ofTenant(subject.id), index.ofTenantBefore(subject.id)]
    const hasSubscribers = frame.standing.has(subject.id)
    return {
      subject,
      now,
      before: earlier,
      figures: toFigures(frame, now, { hasSubscribers, from: frame.period.from }),
      figuresBefore: toFigures(frame, earlier, { hasSubscribers, from: before.from }),
    }
  }
}

function toTenant(frame: Frame) {
  return ({ subject, now, before, figures, figuresBefore }: Measured): TenantFigures => {
    const standing = frame.has('subscribers') ? frame.standing.get(subject.id) : undefined
    return {
      tenant_id: encodeId('tenant', subject.id),
      tenant_name: subject.name,
      subscriber_count: standing ? standing.active + standing.suspended : null,
      active_subscriber_count: standing?.active ?? null,
      suspended_subscriber_count: standing?.suspended ?? null,
      ...figures,
      avg_data_per_subscriber_gb: perSubscriber(frame, now.usage),
      seats_used: frame.has('seats') && frame.seats ? (frame.seats.get(subject.id) ?? 0) : null,
      coverage: shareOf(now.usage?.measured_days ?? 0, daysOver(frame.period, frame.today)),
      delta: toDelta(
        { ...figures, active: activeOf(frame, now.usage) },
        { ...figuresBefore, active: activeOf(frame, before.usage) },
      ),
    }
  }
}

function sumFigures(all: readonly Figures[]): Figures {
  const sum = (key: keyof Figures) => sumKnown(all.map((figures) => figures[key]))
  return {
    new_subscribers: sum('new_subscribers'),
    churned_subscribers: sum('churned_subscribers'),
    total_data_gb: round(sum('total_data_gb'), 3),
    peak_bandwidth_mbps: maxKnown(all.map((figures) => figures.peak_bandwidth_mbps)),
    avg_bandwidth_mbps: round(sum('avg_bandwidth_mbps'), 3),
    api_calls: sum('api_calls'),
    exports: sum('exports'),
  }
}

function sumUsage(rows: readonly (UsageRow | undefined)[]) {
  const known = rows.filter((row) => row !== undefined)
  if (known.length === 0) return undefined
  return {
    data_gb: known.reduce((sum, row) => sum + row.data_gb, 0),
    active_subscribers: known.reduce((sum, row) => sum + row.active_subscribers, 0),
  }
}

function toSummary(
  frame: Frame,
  measured: readonly Measured[],
  tenants: readonly TenantFigures[],
): Report['summary'] {
  const figures = sumFigures(measured.map((one) => one.figures))
  const [now, before] = [
    sumUsage(measured.map((one) => one.now.usage)),
    sumUsage(measured.map((one) => one.before.usage)),
  ]
  const figuresBefore = sumFigures(measured.map((one) => one.figuresBefore))
  return {
    total_subscribers: sumKnown(tenants.map((tenant) => tenant.subscriber_count)),
    active_subscribers: sumKnown(tenants.map((tenant) => tenant.active_subscriber_count)),
    suspended_subscribers: sumKnown(tenants.map((tenant) => tenant.suspended_subscriber_count)),
    ...figures,
    avg_data_per_subscriber_gb: perSubscriber(frame, now),
    seats_used: frame.has('seats') && frame.seats && tenants.length > 0 ? (frame.seats.get(null) ?? 0) : null,
    coverage: round(meanKnown(tenants.map((tenant) => tenant.coverage)), 4) ?? 0,
    delta: toDelta(
      { ...figures, active: activeOf(frame, now) },
      { ...figuresBefore, active: activeOf(frame, before) },
    ),
    period_days: frame.period.days,
    tenant_count: tenants.length,
    tenants_with_data: measured.filter((one) => one.now.usage !== undefined).length,
  }
}

function toPoint(
  frame: Frame,
  index: Index,
  { tenantCount, grouping }: { tenantCount: number; grouping: Grouping },
) {
  return (group: Period): Point => {
    const sums = index.ofDay(groupOf(group.from, grouping))
    return {
      date: group.from,
      to_date: group.to,
      ...toFigures(frame, sums, { hasSubscribers: frame.standing.size > 0, from: group.from }),
      active_subscribers: round(activeOf(frame, sums.usage), 1),
      coverage: shareOf(sums.usage?.measured_days ?? 0, tenantCount * daysOver(group, frame.today)),
    }
  }
}

function toFrame(
  read: UsageRead,
  asked: Pick<Frame, 'period' | 'today'> & { metrics: readonly UsageMetric[]; isOwn: boolean },
): Frame {
  const { period, today, metrics, isOwn } = asked
  return {
    has: (metric) => metrics.includes(metric),
    period,
    today,
    countedTo: read.mark[0]?.counted_to ?? null,
    standing: new Map(read.standing.map((row) => [row.tenant_id, row])),
    seats: isOwn ? null : new Map(read.seats.map((row) => [row.tenant_id, row.seats])),
  }
}

interface AskedUsage {
  readonly subjects: readonly Subject[]
  readonly period: Period
  readonly today: string
  readonly grouping: Grouping
  readonly metrics: readonly UsageMetric[]
}

/** The usage of tenants in a period and in the one before, per tenant, in all, and per group of days. */
export async function measureUsage(mandate: ReadingMandate, asked: AskedUsage) {
  const { subjects, period, today, grouping } = asked
  // Of a period that runs, only what is over can be compared; where nothing is over, all of it stands for itself.
  const before = previousPeriod({ ...period, days: daysOver(period, today) || period.days })
  const tenantIds = subjects.map(({ id }) => id)
  const read = await readUsage(mandate, { tenantIds, period, grouping, today }, before)
  const frame = toFrame(read, { ...asked, isOwn: mandate.kind === 'tenant' })
  const index = indexRead(read)
  const measured = subjects.map(measure(frame, index, before))
  const tenants = measured.map(toTenant(frame))
  const point = toPoint(frame, index, { tenantCount: subjects.length, grouping })
  const measuredBefore = measured.reduce((sum, one) => sum + (one.before.usage?.measured_days ?? 0), 0)
  return {
    tenants,
    summary: toSummary(frame, measured, tenants),
    points: grouping === 'tenant' ? [] : groupsOf(period, grouping).map(point),
    before: { ...before, coverage: shareOf(measuredBefore, subjects.length * daysOver(before, today)) },
    countedTo: frame.countedTo,
  }
}

/** The usage report of the tenants in reach. Source: managed-tenants.md sections 1 (10), 6 (Usage) and 7 (A10). */
export async function answerUsage(mandate: ReadingMandate, query: UsageQueryValues & Chosen) {
  const { reach, subjects } = await chooseTenants(mandate, query)
  const today = dayIn(mandate.origin.now, query.tz)
  const { group_by: grouping } = query
  const period = readPeriod(query, today, grouping === 'month' ? MOST_DAYS_BY_MONTH : MOST_DAYS)
  const metrics = query.metric ?? USAGE_METRICS
  const { tenants, summary, points, before, countedTo } = await measureUsage(mandate, {
    subjects,
    period,
    today,
    grouping,
    metrics,
  })
  noteReport(
    mandate,
    mandate.kind === 'tenant' ? 'tenant.reports.usage.read' : 'reports.usage.read',
    subjects,
  )
  return {
    summary,
    by_tenant: tenants,
    time_series: points,
    group_by: grouping,
    metrics: [...metrics],
    period: { from_date: period.from, to_date: period.to, days: period.days },
    previous_period: {
      from_date: before.from,
      to_date: before.to,
      days: before.days,
      coverage: before.coverage,
    },
    tz: query.tz,
    use_counted_to: countedTo,
    scope: toScope(reach),
  }
}
