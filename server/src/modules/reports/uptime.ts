import { firstAfter, lengthWithin, mergeSpans, withoutSpans } from './spans.ts'
import type { Span } from './spans.ts'

const MINUTE_MS = 60_000

/** A time in which a tenant's service was down, or was to be; `endedAt` is null while it still is. */
export interface Outage {
  readonly startedAt: number
  readonly endedAt: number | null
  readonly isPlanned: boolean
}

/** A calendar day or month of the tenant, with the instants at which it begins and the next one begins. */
export interface Calendar extends Span {
  /** `2026-10-25` or `2026-10`. */
  readonly name: string
}

/** What is known of a tenant's service. */
export interface Records {
  readonly outages: readonly Outage[]
  /** When the service was watched; the outages themselves count as watched. */
  readonly watched: readonly Span[]
}

/** How a service stood in a stretch of time. Percentages are exact, not rounded; null when nothing is known of it. */
export interface Standing {
  readonly uptimePercentage: number | null
  readonly downtimeMinutes: number | null
  readonly plannedMinutes: number | null
  /** The share of the stretch of which there are records, 0 to 1. */
  readonly coverage: number
}

/** The merged records of a tenant, made once and then asked about days, months and the whole. */
export interface Timeline {
  readonly planned: readonly Span[]
  /** Down without being planned. */
  readonly down: readonly Span[]
  readonly watched: readonly Span[]
}

/** Merges records into a timeline; what is still down is down until `now`, and nothing is known of what comes after. */
export function toTimeline({ outages, watched }: Records, now: number): Timeline {
  const spanOf = ({ startedAt, endedAt }: Outage) => ({
    from: startedAt,
    to: Math.min(endedAt ?? now, now),
  })
  const merge = (isPlanned: boolean) =>
    mergeSpans(outages.filter((outage) => outage.isPlanned === isPlanned).map(spanOf))
  const planned = merge(true)
  const unplanned = merge(false)
  const known = watched.map(({ from, to }) => ({ from, to: Math.min(to, now) }))
  return {
    planned,
    down: withoutSpans(unplanned, planned),
    watched: mergeSpans([...known, ...planned, ...unplanned]),
  }
}

const NOTHING: Standing = {
  uptimePercentage: null,
  downtimeMinutes: null,
  plannedMinutes: null,
  coverage: 0,
}

/** The percentage of what was not planned that was up; null when all of it was planned. */
function shareUp({
  length,
  planned,
  down,
}: {
  length: number
  planned: number
  down: number
}): number | null {
  return planned === length ? null : 100 * (1 - down / (length - planned))
}

/**
 * 100 × (1 − unplanned minutes ÷ (window − planned minutes)) of the part of a window that has passed. What was down
 * during planned work was planned. Null without any record in the window, and when all of it was planned.
 * Source: managed-tenants.md section 6, Uptime; fault 9.
 */
export function measureUptime(timeline: Timeline, window: Span): Standing {
  const length = window.to - window.from
  const watched = lengthWithin(timeline.watched, window)
  if (length <= 0 || watched === 0) return NOTHING
  const planned = lengthWithin(timeline.planned, window)
  const down = lengthWithin(timeline.down, window)
  return {
    uptimePercentage: shareUp({ length, planned, down }),
    downtimeMinutes: down / MINUTE_MS,
    plannedMinutes: planned / MINUTE_MS,
    coverage: watched / length,
  }
}

/** The days in which a service was down unplanned, in order, and for how long. */
function downDays(timeline: Timeline, days: readonly Calendar[]): Map<Calendar, number> {
  const found = new Map<Calendar, number>()
  for (const { from, to } of timeline.down)
    for (let index = firstAfter(days, from); index < days.length; index += 1) {
      const day = days[index]
      if (day === undefined || day.from >= to) break
      found.set(day, (found.get(day) ?? 0) + Math.min(to, day.to) - Math.max(from, day.from))
    }
  return found
}

/** The day with the lowest uptime, the first of equals; null when no day had unplanned downtime. */
export function findWorstDay(
  timeline: Timeline,
  days: readonly Calendar[],
): { date: string; uptimePercentage: number } | null {
  let worst: { date: string; uptimePercentage: number } | null = null
  for (const [day, down] of downDays(timeline, days)) {
    if (down === 0) continue
    const planned = lengthWithin(timeline.planned, day)
    const uptimePercentage = shareUp({ length: day.to - day.from, planned, down })
    if (uptimePercentage === null || uptimePercentage >= (worst?.uptimePercentage ?? 100)) continue
    worst = { date: day.name, uptimePercentage }
  }
  return worst
}

/** How long unplanned outages that ended within a window lasted on average, in minutes; null without any. */
export function meanRepairMinutes(outages: readonly Outage[], window: Span): number | null {
  const lengths = outages
    .filter(({ isPlanned }) => !isPlanned)
    .flatMap(({ startedAt, endedAt }) =>
      endedAt !== null && endedAt > window.from && endedAt <= window.to ? [endedAt - startedAt] : [],
    )
  if (lengths.length === 0) return null
  return lengths.reduce((sum, length) => sum + length, 0) / lengths.length / MINUTE_MS
}

/** What binary fractions may take from a percentage; a millisecond of a year is more. */
const FRACTION = 1e-9

/** Whether a measured percentage keeps a target; null when nothing was measured. */
export function meetsTarget(uptimePercentage: number | null, target: number): boolean | null {
  return uptimePercentage === null ? null : uptimePercentage >= target - FRACTION
}

/** Three decimals, cut off and never rounded up: what is shown as 99.900 has kept 99.9. */
export function toShownPercentage(percentage: number | null): number | null {
  return percentage === null ? null : Math.floor((percentage + FRACTION) * 1000) / 1000
}
