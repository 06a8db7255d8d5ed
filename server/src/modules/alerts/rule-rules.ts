import type { FieldFaultBody } from '#platform/problem.ts'

/** The kinds of alert for which a partner may set rules of its own. */
export const RULED_TYPES = [
  'ticket_clock',
  'uptime',
  'ar_threshold',
  'overdue_threshold',
  'link_expiry',
] as const
export type RuledType = (typeof RULED_TYPES)[number]

/** The levels of a rule; null takes the default. */
export interface Levels {
  readonly warning: number | null
  readonly critical: number | null
}

interface Bounds {
  readonly warning: readonly [least: number, most: number]
  /** Null where the critical level is what the kind of alert means, and cannot be moved. */
  readonly critical: readonly [least: number, most: number] | null
  readonly defaults: { readonly warning: number; readonly critical: number }
  /** Whether a critical level is a lower number than a warning, as for days that are left. */
  readonly isFalling: boolean
  readonly words: string
}

/** The shares of a ticket's time at which its clock gives a signal before the end. */
const CLOCK_SHARES = [50, 75, 90]

const BOUNDS: Readonly<Record<RuledType, Bounds>> = {
  ticket_clock: {
    warning: [50, 90],
    critical: null,
    defaults: { warning: 75, critical: 100 },
    isFalling: false,
    words: 'percent of the promised time',
  },
  uptime: {
    warning: [1, 99],
    critical: null,
    defaults: { warning: 75, critical: 100 },
    isFalling: false,
    words: 'percent of the downtime that the month allows',
  },
  ar_threshold: {
    warning: [1, 999],
    critical: [2, 1000],
    defaults: { warning: 80, critical: 100 },
    isFalling: false,
    words: 'percent of the threshold of the link',
  },
  overdue_threshold: {
    warning: [1, 364],
    critical: [2, 365],
    defaults: { warning: 30, critical: 60 },
    isFalling: false,
    words: 'days overdue',
  },
  link_expiry: {
    warning: [2, 90],
    critical: [1, 89],
    defaults: { warning: 30, critical: 1 },
    isFalling: true,
    words: 'days before the end',
  },
}

const fault = (field: string, code: string, detail: string): FieldFaultBody => ({
  pointer: `/body/${field}`,
  code,
  detail,
})

function outside(value: number, [least, most]: readonly [number, number]): boolean {
  return !Number.isInteger(value) || value < least || value > most
}

function faultOfWarning(type: RuledType, warning: number | null): FieldFaultBody[] {
  if (warning === null) return []
  const bounds = BOUNDS[type]
  const [least, most] = bounds.warning
  if (type === 'ticket_clock' && !CLOCK_SHARES.includes(warning))
    return [fault('warning', 'OUT_OF_RANGE', `A clock warns at ${CLOCK_SHARES.join(', ')} percent.`)]
  return outside(warning, bounds.warning)
    ? [fault('warning', 'OUT_OF_RANGE', `Give a whole number from ${least} to ${most}: ${bounds.words}.`)]
    : []
}

function faultOfCritical(type: RuledType, critical: number | null): FieldFaultBody[] {
  if (critical === null) return []
  const { critical: range, words } = BOUNDS[type]
  if (range === null)
    return [fault('critical', 'FIXED', 'Here critical means that the promise is broken; it cannot be moved.')]
  return outside(critical, range)
    ? [fault('critical', 'OUT_OF_RANGE', `Give a whole number from ${range[0]} to ${range[1]}: ${words}.`)]
    : []
}

/** Every fault of the levels of a rule, those of both together included. */
export function checkLevels(type: RuledType, levels: Levels): FieldFaultBody[] {
  const faults = [...faultOfWarning(type, levels.warning), ...faultOfCritical(type, levels.critical)]
  if (faults.length > 0) return faults
  const { defaults, isFalling } = BOUNDS[type]
  const warning = levels.warning ?? defaults.warning
  const critical = levels.critical ?? defaults.critical
  if (isFalling ? critical < warning : critical > warning) return []
  const detail = `Critical must come after the warning: with a warning at ${warning}, it must be ${isFalling ? 'less' : 'more'}.`
  return [fault(levels.critical === null ? 'warning' : 'critical', 'NOT_AFTER_WARNING', detail)]
}
