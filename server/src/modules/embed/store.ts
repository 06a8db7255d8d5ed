import type { Statement, StatementResult } from '#platform/statement.ts'

/** A daily bound that is reached, and in how many seconds the day ends. */
export interface ReachedBound {
  readonly name: string
  readonly seconds: number
}

/** Counts one voucher of the day; where that is one too many, says how long the day lasts. */
export const COUNT_ISSUE: readonly Statement[] = [
  {
    text: `select c.reached, case when c.reached is not null then access.seconds_of_day_left() end as seconds
      from (select access.count_issue() as reached offset 0) c`,
    values: [],
  },
]

/** The bound that counting reached; null while the agency and its form are within theirs. */
export function readReachedBound([counted]: readonly StatementResult[]): ReachedBound | null {
  const name = counted?.rows[0]?.['reached']
  return typeof name === 'string' ? { name, seconds: Number(counted?.rows[0]?.['seconds'] ?? 60) } : null
}
