import { inputRefused } from '#platform/problem.ts'
import type { FieldFaultBody } from '#platform/problem.ts'
import { addDays, daysBetween, FIRST_DAY } from './rules.ts'
import type { SummaryDays, SummaryQueryValues } from './summary-schemas.ts'

const DEFAULT_DAYS = 30
const LONGEST_DAYS = 1830

function faultsOf(query: SummaryQueryValues, days: SummaryDays, today: string): FieldFaultBody[] {
  const faults: FieldFaultBody[] = []
  const fault = (name: string, code: string, detail: string) =>
    faults.push({ pointer: `/query/${name}`, code, detail })
  if (days.from > days.to) fault('from_date', 'PERIOD_REVERSED', 'must not be later than to_date')
  if (days.days > LONGEST_DAYS)
    fault('from_date', 'PERIOD_TOO_LONG', `must be at most ${LONGEST_DAYS} days before to_date`)
  if (days.asOf > today) fault('as_of', 'IN_THE_FUTURE', 'must not be later than today')
  if (query.status !== undefined && days.asOf !== today)
    fault(
      'status',
      'STATUS_OF_ANOTHER_DAY',
      'cannot be asked of an earlier day: states are known as of today',
    )
  return faults
}

/** The days that a query asks for, the last thirty unless it names others. Throws VALIDATION_ERROR with every fault of them. */
export function daysOf(query: SummaryQueryValues, today: string): SummaryDays {
  const to = query.to_date ?? today
  const first = addDays(to, 1 - DEFAULT_DAYS)
  const from = query.from_date ?? (first < FIRST_DAY ? FIRST_DAY : first)
  const days = { from, to, days: daysBetween(from, to) + 1, asOf: query.as_of ?? today }
  const errors = faultsOf(query, days, today)
  if (errors.length === 0) return days
  throw inputRefused(errors)
}
