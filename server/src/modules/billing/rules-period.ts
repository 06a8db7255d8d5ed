import { addDays, daysBetween, monthStart, nextMonth } from './rules.ts'

/** Days that are added to whole months (sign 1) or taken off them (sign −1); both ends included. */
export interface SignedDays {
  readonly from: string
  readonly to: string
  readonly sign: 1 | -1
}

/** A span of days as whole months, `[firstMonth, endMonth)`, corrected by days. */
export interface PeriodParts {
  readonly firstMonth: string
  readonly endMonth: string
  readonly days: readonly SignedDays[]
}

const length = (from: string, to: string): number => daysBetween(from, to) + 1

function missing(from: string, to: string): SignedDays[] {
  return from > to ? [] : [{ from, to, sign: -1 }]
}

/** Within one month: its days, or the whole month less the others, whichever is fewer. */
function partsWithin(from: string, to: string): PeriodParts {
  const first = monthStart(from)
  const end = nextMonth(from)
  const inside = length(from, to)
  if (inside <= length(first, addDays(end, -1)) - inside)
    return { firstMonth: first, endMonth: first, days: [{ from, to, sign: 1 }] }
  return {
    firstMonth: first,
    endMonth: end,
    days: [...missing(first, addDays(from, -1)), ...missing(addDays(to, 1), addDays(end, -1))],
  }
}

/**
 * Splits a span so that sums kept per month and per day answer for it with the fewest days: at each end either the days
 * inside it, or the whole month less the days outside. Every day of the span counts once, and no other.
 */
export function splitPeriod(from: string, to: string): PeriodParts {
  if (from > to) return { firstMonth: from, endMonth: from, days: [] }
  if (monthStart(from) === monthStart(to)) return partsWithin(from, to)
  const head = partsWithin(from, addDays(nextMonth(from), -1))
  const tail = partsWithin(monthStart(to), to)
  const isHeadWhole = head.firstMonth !== head.endMonth
  const isTailWhole = tail.firstMonth !== tail.endMonth
  return {
    firstMonth: isHeadWhole ? monthStart(from) : nextMonth(from),
    endMonth: isTailWhole ? nextMonth(to) : monthStart(to),
    days: [...head.days, ...tail.days],
  }
}
