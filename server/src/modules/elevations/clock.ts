import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { announceElevation, recordElevation } from './news.ts'
import { findOverdue, moveElevation } from './store.ts'
import type { ElevationRow } from './store.ts'

const WORK = { job: 'elevation-clock' }

async function note(mandate: Mandate<'system'>, row: ElevationRow): Promise<boolean> {
  const to = row.state === 'ended' ? 'ended' : 'lapsed'
  await moveElevation(mandate, row, { to, ended_at: mandate.origin.now, ended_by_side: 'clock' })
  recordElevation(mandate, row, {
    action: to === 'ended' ? 'elevations.end' : 'elevations.lapse',
    changes: { status: { before: row.status, after: to } },
  })
  await announceElevation(mandate, row, { news: to })
  return true
}

/**
 * Notes that more access ran out and that nobody answered, and tells those who asked. Access never waits for it: whether
 * an elevation is in force is computed at each request. Running it again, or twice at once, changes nothing more. One that
 * it cannot work on does not keep it from the others; it throws at the end. Answers how many it noted. Source: B13.
 */
export async function runElevationClock(database: Database): Promise<number> {
  const round = new ClockRound()
  const noted = await round.workThrough({
    find: (limit) => inSystemTransaction(database, WORK, (mandate) => findOverdue(mandate, limit)),
    each: (row) => inSystemTransaction(database, WORK, (mandate) => note(mandate, row)),
  })
  round.end('elevations')
  return noted
}
