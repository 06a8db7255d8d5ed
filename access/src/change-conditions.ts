import { directionOf, keepNarrower } from './change-terms.ts'
import type { ChangeRow, Direction, FieldChange } from './change-terms.ts'
import type { Conditions, Hours } from './facts.ts'
import { minutesOfHours, windowsOfMinutes } from './hours.ts'
import { intersectIpLists, isIpListWithin } from './network.ts'

type Change = FieldChange<Partial<Conditions>>

const UNCHANGED: Change = { rows: [], narrowed: {} }

/** The ranges that may get in; null when every address may. A monitored list keeps nobody out. */
function allowedRanges({ ip_mode, ip_allow }: Conditions): readonly string[] | null {
  return ip_mode === 'enforce' ? ip_allow : null
}

function isRangeWithin(inner: readonly string[] | null, outer: readonly string[] | null): boolean {
  if (outer === null) return true
  return inner !== null && isIpListWithin(inner, outer)
}

function describeIp({ ip_mode, ip_allow }: Conditions): string {
  const list = ip_allow.length > 0 ? ip_allow.join(', ') : 'no address'
  if (ip_mode === 'enforce') return `Only from ${list}`
  return ip_mode === 'monitor' ? `From anywhere, noting what is not in ${list}` : 'From anywhere'
}

function compareIp(before: Conditions, after: Conditions): Change {
  const isSame =
    before.ip_mode === after.ip_mode && JSON.stringify(before.ip_allow) === JSON.stringify(after.ip_allow)
  if (isSame) return UNCHANGED
  const [old, next] = [allowedRanges(before), allowedRanges(after)]
  const direction = directionOf(!isRangeWithin(next, old), !isRangeWithin(old, next))
  const source = keepNarrower(direction, [before, after])
  const narrowed =
    direction === 'mixed'
      ? { ip_mode: 'enforce' as const, ip_allow: intersectIpLists(before.ip_allow, after.ip_allow) }
      : { ip_mode: source.ip_mode, ip_allow: source.ip_allow }
  const [was, becomes] = [describeIp(before), describeIp(after)]
  const row = { field: 'conditions.ip_allow', label: 'Network addresses', before: was, after: becomes }
  return { rows: [{ ...row, direction }], narrowed }
}

function describeHours(hours: Hours | null): string {
  if (!hours) return 'At any hour'
  const windows = hours.windows.map(({ days, from, to }) => `days ${days.join(', ')} ${from} to ${to}`)
  return `${windows.join('; ') || 'Never'} (${hours.tz})`
}

/** Compares the open minutes of a week; sets in two zones move against each other and are compared as a whole. */
function directionOfHours(before: Hours | null, after: Hours | null): Direction {
  if (!before || !after) return directionOf(before !== null, after !== null)
  if (before.tz !== after.tz) return 'mixed'
  const [old, next] = [minutesOfHours(before), minutesOfHours(after)]
  return directionOf(
    next.some((isOpen, minute) => isOpen && !old[minute]),
    old.some((isOpen, minute) => isOpen && !next[minute]),
  )
}

/** The hours open under both; in two zones the old ones, since their common part cannot be written as hours. */
function meetHours(before: Hours, after: Hours): Hours {
  if (before.tz !== after.tz) return before
  const next = minutesOfHours(after)
  const both = minutesOfHours(before).map((isOpen, minute) => isOpen && (next[minute] ?? false))
  return { tz: before.tz, windows: windowsOfMinutes(both) }
}

function compareHours(before: Conditions, after: Conditions): Change {
  const [old, next] = [before.hours, after.hours]
  if (JSON.stringify(old) === JSON.stringify(next)) return UNCHANGED
  const direction = directionOfHours(old, next)
  const row: ChangeRow = {
    field: 'conditions.hours',
    label: 'Hours',
    before: describeHours(old),
    after: describeHours(next),
    direction,
  }
  const hours =
    direction === 'mixed' && old && next ? meetHours(old, next) : keepNarrower(direction, [old, next])
  return { rows: [row], narrowed: { hours } }
}

function describeAge(seconds: number | null): string {
  return seconds === null ? 'Any age' : `At most ${seconds} seconds`
}

function compareAge(before: Conditions, after: Conditions): Change {
  const [old, next] = [before.mfa_max_age_s, after.mfa_max_age_s]
  if (old === next) return UNCHANGED
  const direction = directionOf(
    (next ?? Infinity) > (old ?? Infinity),
    (next ?? Infinity) < (old ?? Infinity),
  )
  const row: ChangeRow = {
    field: 'conditions.mfa_max_age_s',
    label: 'Age of the second factor',
    before: describeAge(old),
    after: describeAge(next),
    direction,
  }
  return { rows: [row], narrowed: { mfa_max_age_s: keepNarrower(direction, [old, next]) } }
}

const DEMANDS = [
  { key: 'phishing_resistant', label: 'Passkey demanded' },
  { key: 'read_reason_required', label: 'Reason demanded for reading' },
  { key: 'tenant_elevation_approval', label: 'Own approval demanded for elevations' },
  { key: 'elevation_required', label: 'Elevation demanded for sensitive permissions' },
] as const

function demandRows(before: Conditions, after: Conditions, demand: (typeof DEMANDS)[number]): ChangeRow[] {
  const [old, next] = [before[demand.key] ?? false, after[demand.key] ?? false]
  if (old === next) return []
  const direction = directionOf(old, next)
  const row: ChangeRow = {
    field: `conditions.${demand.key}`,
    label: demand.label,
    before: old ? 'Yes' : 'No',
    after: next ? 'Yes' : 'No',
    direction,
  }
  return [row]
}

/** A demand that either side makes is a demand of both. */
function meetDemands(before: Conditions, after: Conditions): Partial<Conditions> {
  return {
    phishing_resistant: before.phishing_resistant || after.phishing_resistant,
    read_reason_required: before.read_reason_required || after.read_reason_required,
    tenant_elevation_approval:
      (before.tenant_elevation_approval ?? false) || (after.tenant_elevation_approval ?? false),
    elevation_required: (before.elevation_required ?? false) || (after.elevation_required ?? false),
  }
}

/** Compares conditions field by field; what may hold at once lets through nobody that either would not. */
export function compareConditions(before: Conditions, after: Conditions): FieldChange<Conditions> {
  const [ip, hours, age] = [compareIp(before, after), compareHours(before, after), compareAge(before, after)]
  const demands = DEMANDS.flatMap((demand) => demandRows(before, after, demand))
  return {
    rows: [...ip.rows, ...hours.rows, ...age.rows, ...demands],
    narrowed: {
      ...before,
      ...ip.narrowed,
      ...hours.narrowed,
      ...age.narrowed,
      ...meetDemands(before, after),
    },
  }
}
