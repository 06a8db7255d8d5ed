import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { announceElevation, recordElevation } from './news.ts'
import { findOverdue, moveElevation } from './store.ts'
import type { ElevationRow } from './store.ts'

const WORK = { job: 'elevation-clock' }

const BATCH = 100
const MAXIMUM_BATCHES = 100

async function note(mandate: Mandate<'system'>, row: ElevationRow): Promise<void> {
  const to = row.state === 'ended' ? 'ended' : 'lapsed'
  await moveElevation(mandate, row, { to, ended_at: mandate.origin.now, ended_by_side: 'clock' })
  recordElevation(mandate, row, {
    action: to === 'ended' ? 'elevations.end' : 'elevations.lapse',
    changes: { status: { before: row.status, after: to } },
  })
  await announceElevation(mandate, row, { news: to })
}

/**
 * Notes that more access ran out and that nobody answered, and tells those who asked. Access never waits for it: whether
 * an elevation is in force is computed at each request. Running it again, or twice at once, changes nothing more. One that
 * it cannot work on does not keep it from the others; it throws at the end. Answers how many it noted. Source: B13.
 */
export async function runElevationClock(database: Database): Promise<number> {
  const failures = new Map<string, unknown>()
  let noted = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const due = await inSystemTransaction(database, WORK, (mandate) =>
      findOverdue(mandate, BATCH + failures.size),
    )
    const left = due.filter(({ id }) => !failures.has(id))
    if (left.length === 0) break
    for (const row of left) {
      try {
        await inSystemTransaction(database, WORK, (mandate) => note(mandate, row))
        noted += 1
      } catch (error) {
        failures.set(row.id, error)
      }
    }
  }
  // What somebody answered in between is no failure.
  const real = [...failures.values()].filter(
    (error) => !(error instanceof ProblemError && error.status < 500),
  )
  if (real.length > 0) throw new AggregateError(real, `The clock could not note ${real.length} elevations.`)
  return noted
}
