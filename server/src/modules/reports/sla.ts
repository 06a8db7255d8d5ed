import { encodeId } from '@liaison/access'
import type { z } from 'zod'
import { toScope } from '#platform/reach.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import { dayIn, MOST_DAYS, readPeriod } from './period.ts'
import { chooseTenants, noteReport } from './reading.ts'
import type { Chosen, Subject } from './reading.ts'
import { SLA_REPORT_METRICS } from './schemas.ts'
import type { SlaQueryValues, SlaReportMetric, slaReportFields } from './schemas.ts'
import type { Span } from './spans.ts'
import { meanKnown, round, shareOf, sumKnown } from './sums.ts'
import { readTimelines, UNKNOWN } from './timelines.ts'
import { listPromises, listUptimeTerms, listZoneDays } from './uptime-store.ts'
import type { PromiseRow, UptimeTerms, ZoneDays } from './uptime-store.ts'
import { findWorstDay, meanRepairMinutes, measureUptime, meetsTarget, toShownPercentage } from './uptime.ts'
import type { Outage, Standing, Timeline } from './uptime.ts'

type Report = z.input<z.ZodObject<typeof slaReportFields>>
type TenantStanding = Report['by_tenant'][number]
type Target = Pick<TenantStanding, 'sla_target' | 'target_source'>

/** The uptime that a report counts against, and where it comes from: what was asked for, else what holds. */
const targetOf = (terms: UptimeTerms, asked: number | undefined): Target =>
  asked === undefined
    ? { sla_target: terms.target, target_source: terms.target_source }
    : { sla_target: asked, target_source: 'query' }

/** One tenant with everything that its row is made of. */
interface Measured {
  readonly subject: Subject
  readonly terms: UptimeTerms
  readonly zone: ZoneDays
  readonly outages: readonly Outage[]
  readonly timeline: Timeline
  readonly whole: Standing
  readonly target: Target
  readonly promises: readonly PromiseRow[]
}

function toPromises(measured: Measured, metric: PromiseRow['metric']): TenantStanding['response'] {
  const row = measured.promises.find((one) => one.metric === metric)
  if (!row) return null
  return {
    ...complianceOf(row),
    median_minutes: round(row.median_minutes, 1),
    p95_minutes: round(row.p95_minutes, 1),
  }
}

function complianceOf({ met, breached, running }: Pick<PromiseRow, 'met' | 'breached' | 'running'>) {
  const settled = met + breached
  return {
    met,
    breached,
    running,
    compliance_percentage: settled === 0 ? null : toShownPercentage((100 * met) / settled),
  }
}

function toMonths({ timeline, zone, target }: Measured): TenantStanding['months'] {
  return zone.months.map((month) => {
    const standing = measureUptime(timeline, month)
    return {
      month: month.name,
      uptime_percentage: toShownPercentage(standing.uptimePercentage),
      downtime_minutes: round(standing.downtimeMinutes, 2),
      coverage: shareOf(standing.coverage, 1),
      meets_sla: meetsTarget(standing.uptimePercentage, target.sla_target),
    }
  })
}

const touches = (window: Span) => (outage: Outage) =>
  !outage.isPlanned &&
  outage.startedAt < window.to &&
  (outage.endedAt === null || outage.endedAt > window.from)

/** The uptime figures of a tenant; all null when they are not asked for or there is no record. */
function toUptime(measured: Measured) {
  const { whole, outages, zone, timeline, target, terms } = measured
  const isKnown = whole.coverage > 0
  const months = toMonths(measured)
  const worst = findWorstDay(timeline, zone.days)
  const felt = outages.filter(touches(zone.whole))
  return {
    uptime_percentage: toShownPercentage(whole.uptimePercentage),
    downtime_minutes: round(whole.downtimeMinutes, 2),
    planned_minutes: round(whole.plannedMinutes, 2),
    breach_count: isKnown ? months.filter((month) => month.meets_sla === false).length : null,
    meets_sla: meetsTarget(whole.uptimePercentage, target.sla_target),
    floor:
      terms.floor_target === null
        ? null
        : {
            target_percentage: terms.floor_target,
            is_kept: meetsTarget(whole.uptimePercentage, terms.floor_target),
          },
    worst_day: worst && {
      date: worst.date,
      uptime_percentage: toShownPercentage(worst.uptimePercentage) ?? 0,
    },
    outage_count: isKnown ? felt.length : null,
    open_outage_count: isKnown ? felt.filter((outage) => outage.endedAt === null).length : null,
    mttr_minutes: round(meanRepairMinutes(outages, zone.whole), 2),
    coverage: shareOf(whole.coverage, 1),
    months,
  }
}

const NOT_ASKED: ReturnType<typeof toUptime> = {
  uptime_percentage: null,
  downtime_minutes: null,
  planned_minutes: null,
  breach_count: null,
  meets_sla: null,
  floor: null,
  worst_day: null,
  outage_count: null,
  open_outage_count: null,
  mttr_minutes: null,
  coverage: 0,
  months: [],
}

function toTenant(metrics: readonly SlaReportMetric[]) {
  return (measured: Measured): TenantStanding => ({
    tenant_id: encodeId('tenant', measured.subject.id),
    tenant_name: measured.subject.name,
    time_zone: measured.terms.time_zone,
    ...measured.target,
    ...(metrics.includes('uptime') ? toUptime(measured) : NOT_ASKED),
    response: metrics.includes('response') ? toPromises(measured, 'first_response') : null,
    resolution: metrics.includes('resolution') ? toPromises(measured, 'resolution') : null,
  })
}

function sumPromises(all: readonly TenantStanding['response'][]): Report['summary']['response'] {
  const known = all.filter((one) => one !== null)
  if (known.length === 0) return null
  const sum = (key: 'met' | 'breached' | 'running') => known.reduce((total, one) => total + one[key], 0)
  return complianceOf({ met: sum('met'), breached: sum('breached'), running: sum('running') })
}

/** The figures over all tenants: the mean of those with records, the worst, and how many kept their target. */
function toSummary(
  tenants: readonly TenantStanding[],
  exact: ReadonlyMap<string, number | null>,
): Report['summary'] {
  const known = tenants.filter((tenant) => tenant.uptime_percentage !== null)
  const worst = known.toSorted((a, b) => (a.uptime_percentage ?? 0) - (b.uptime_percentage ?? 0))[0]
  return {
    tenant_count: tenants.length,
    tenants_with_data: known.length,
    avg_uptime_percentage: toShownPercentage(
      meanKnown(known.map((tenant) => exact.get(tenant.tenant_id) ?? null)),
    ),
    tenants_meeting_sla: tenants.filter((tenant) => tenant.meets_sla === true).length,
    tenants_breaching_sla: tenants.filter((tenant) => tenant.meets_sla === false).length,
    tenants_below_floor: tenants.filter((tenant) => tenant.floor?.is_kept === false).length,
    total_breach_count: sumKnown(tenants.map((tenant) => tenant.breach_count)),
    total_downtime_minutes: round(sumKnown(tenants.map((tenant) => tenant.downtime_minutes)), 2),
    worst_uptime_percentage: worst?.uptime_percentage ?? null,
    worst_tenant_id: worst?.tenant_id ?? null,
    coverage: round(meanKnown(tenants.map((tenant) => tenant.coverage)), 4) ?? 0,
    response: sumPromises(tenants.map((tenant) => tenant.response)),
    resolution: sumPromises(tenants.map((tenant) => tenant.resolution)),
  }
}

interface Asked {
  readonly subjects: readonly Subject[]
  readonly metrics: readonly SlaReportMetric[]
  readonly target: number | undefined
}

/** What was agreed for each tenant, and the days of each time zone. */
interface Calendars {
  readonly zones: ReadonlyMap<string, ZoneDays>
  readonly terms: ReadonlyMap<string, UptimeTerms>
}

async function measureAll(
  mandate: ReadingMandate,
  asked: Asked,
  { zones, terms }: Calendars,
): Promise<Measured[]> {
  const known = asked.subjects.flatMap((subject) => {
    const ofTenant = terms.get(subject.id)
    const zone = ofTenant && zones.get(ofTenant.time_zone)
    return ofTenant && zone ? [{ subject, terms: ofTenant, zone }] : []
  })
  const wanted = known.map(({ subject, terms: ofTenant, zone }) => ({
    id: subject.id,
    terms: ofTenant,
    zone,
  }))
  const records = await readTimelines(mandate, asked.metrics.includes('uptime') ? wanted : [])
  const wantsTickets = asked.metrics.some((metric) => metric !== 'uptime')
  const promises = wantsTickets
    ? await listPromises(mandate, new Map(known.map(({ subject, zone }) => [subject.id, zone.whole])))
    : []
  const promisesOf = Map.groupBy(promises, (row) => row.tenant_id)
  return known.map(({ subject, terms: ofTenant, zone }) => {
    const { outages, timeline } = records.get(subject.id) ?? UNKNOWN
    return {
      subject,
      terms: ofTenant,
      zone,
      outages,
      timeline,
      whole: measureUptime(timeline, zone.whole),
      target: targetOf(ofTenant, asked.target),
      promises: promisesOf.get(subject.id) ?? [],
    }
  })
}

/** How the tenants stood in a period, each in its own calendar, by name; with the exact uptime beside what is shown. */
export async function readStandings(
  mandate: ReadingMandate,
  asked: Asked,
  period: { from: string; to: string; days: number },
) {
  const terms = await listUptimeTerms(
    mandate,
    asked.subjects.map(({ id }) => id),
  )
  const zones = await listZoneDays(mandate, [...new Set(terms.map((one) => one.time_zone))], period)
  const measured = await measureAll(mandate, asked, {
    zones,
    terms: new Map(terms.map((one) => [one.tenant_id, one])),
  })
  const tenants = measured.map(toTenant(asked.metrics))
  const exact = new Map(
    measured.map((one) => [encodeId('tenant', one.subject.id), one.whole.uptimePercentage]),
  )
  return { tenants, exact }
}

/** The SLA report of the tenants in reach. Source: managed-tenants.md sections 1 (11), 6 (Uptime) and 7 (A11). */
export async function answerSla(mandate: ReadingMandate, query: SlaQueryValues & Chosen) {
  const { reach, subjects } = await chooseTenants(mandate, query)
  const period = readPeriod(query, dayIn(mandate.origin.now, query.tz), MOST_DAYS)
  const metrics = query.metric ?? SLA_REPORT_METRICS
  const asked = { subjects, metrics, target: query.target_percentage }
  const { tenants, exact } = await readStandings(mandate, asked, period)
  noteReport(mandate, mandate.kind === 'tenant' ? 'tenant.reports.sla.read' : 'reports.sla.read', subjects)
  return {
    summary: toSummary(tenants, exact),
    by_tenant: tenants,
    metrics: [...metrics],
    period: { from_date: period.from, to_date: period.to, days: period.days },
    scope: toScope(reach),
  }
}
