import type { TenantId } from '@liaison/access'
import type { ReadingMandate } from '#platform/reach.ts'
import type { Span } from './spans.ts'
import { measureUptime, toShownPercentage, toTimeline } from './uptime.ts'
import type { Calendar, Outage, Timeline } from './uptime.ts'
import { listUptimeTerms, listZoneDays, readMonitoring, toOutages } from './uptime-store.ts'
import type { UptimeTerms, ZoneDays } from './uptime-store.ts'

/** A tenant whose service is to be measured, with what was agreed and its own days. */
export interface Watched {
  readonly id: TenantId
  readonly terms: UptimeTerms
  readonly zone: ZoneDays
}

/** What is known of a tenant's service: its outages as they count, and all of it merged. */
export interface Known {
  readonly outages: readonly Outage[]
  readonly timeline: Timeline
}

export const UNKNOWN: Known = { outages: [], timeline: { planned: [], down: [], watched: [] } }

type Monitoring = Awaited<ReturnType<typeof readMonitoring>>

/** The stretch of time in which all zones have their period. */
function wholeOf(zones: readonly ZoneDays[]): Span {
  const spans = zones.map((zone) => zone.whole).filter(({ from, to }) => from < to)
  return {
    from: Math.min(...spans.map(({ from }) => from)),
    to: Math.max(...spans.map(({ to }) => to)),
  }
}

interface Records {
  readonly watched: readonly Monitoring['watched'][number][]
  readonly measured: readonly Monitoring['measured'][number][]
}

/** When a tenant's service was watched: what was said so, and its own days with a record of usage. */
function watchedOf({ watched, measured }: Records, zone: ZoneDays): Span[] {
  const told = watched.map(({ from_ms: from, to_ms: to }) => ({ from, to: to ?? Number.MAX_SAFE_INTEGER }))
  const days = measured.flatMap(({ first, last }) => {
    const from = zone.days[firstOn(zone.days, (name) => name >= first)]
    const to = zone.days[firstOn(zone.days, (name) => name > last) - 1]
    return from && to && from.name <= to.name ? [{ from: from.from, to: to.to }] : []
  })
  return [...told, ...days]
}

/** The index of the first day whose name is as asked; the days before it are not, and those after it are. */
function firstOn(days: readonly Calendar[], isAsked: (name: string) => boolean): number {
  let [low, high] = [0, days.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isAsked(days[middle]?.name ?? '')) high = middle
    else low = middle + 1
  }
  return low
}

/** What planned work is in a service that must stand through it: downtime like any other. */
function countPlanned(outages: readonly Outage[], excludesPlanned: boolean): readonly Outage[] {
  return excludesPlanned ? outages : outages.map((outage) => ({ ...outage, isPlanned: false }))
}

/** The records of tenants' services as they count for each; the one way by which uptime is measured, in reports and elsewhere. */
export async function readTimelines(
  mandate: ReadingMandate,
  tenants: readonly Watched[],
): Promise<ReadonlyMap<TenantId, Known>> {
  const whole = wholeOf(tenants.map(({ zone }) => zone))
  if (tenants.length === 0 || whole.from >= whole.to) return new Map()
  const ids = tenants.map(({ id }) => id)
  const read = await readMonitoring(mandate, ids, whole)
  const outagesOf = new Map(read.outages.map((row) => [row.tenant_id, row]))
  const watchedRows = Map.groupBy(read.watched, (row) => row.tenant_id)
  const measuredRows = Map.groupBy(read.measured, (row) => row.tenant_id)
  const now = mandate.origin.now.getTime()
  return new Map(
    tenants.map(({ id, terms, zone }) => {
      const outages = countPlanned(toOutages(outagesOf.get(id)), terms.excludes_planned)
      const records = { watched: watchedRows.get(id) ?? [], measured: measuredRows.get(id) ?? [] }
      return [id, { outages, timeline: toTimeline({ outages, watched: watchedOf(records, zone) }, now) }]
    }),
  )
}

const DAY_MS = 86_400_000
const dayOf = (instant: number): string => new Date(instant).toISOString().slice(0, 10)

/**
 * The uptime of a tenant's service in the days before now, as the service-level report measures and shows it. Null without
 * a record in those days, and for whoever may not read that report. Source: B5 endpoint 2, B8.
 */
export async function readRecentUptime(
  mandate: ReadingMandate,
  tenantId: TenantId,
  days: number,
): Promise<number | null> {
  const [terms] = await listUptimeTerms(mandate, [tenantId])
  if (!terms) return null
  const now = mandate.origin.now.getTime()
  const window = { from: now - days * DAY_MS, to: now }
  // A time zone may be a day ahead or behind, so the days around the window are read as well.
  const period = { from: dayOf(window.from - DAY_MS), to: dayOf(now + DAY_MS), days: days + 2 }
  const zone = (await listZoneDays(mandate, [terms.time_zone], period)).get(terms.time_zone)
  if (!zone) return null
  const known = (await readTimelines(mandate, [{ id: tenantId, terms, zone }])).get(tenantId)
  return toShownPercentage(measureUptime((known ?? UNKNOWN).timeline, window).uptimePercentage)
}
