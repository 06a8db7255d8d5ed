import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { announceAccess, recordAccess } from './news.ts'
import { changeAccess, findOverdue } from './store.ts'
import type { AccessRow } from './store.ts'

const WORK = { job: 'assistance-clock' }

async function note(mandate: Mandate<'system'>, row: AccessRow): Promise<boolean> {
  const to = row.status === 'active' ? 'ended' : 'lapsed'
  await changeAccess(mandate, row, { status: to, ended_at: mandate.origin.now, ended_by_side: 'clock' })
  recordAccess(mandate, row, {
    action: to === 'ended' ? 'assistance.end' : 'assistance.lapse',
    changes: { status: { before: row.status, after: to } },
  })
  await announceAccess(mandate, row, { news: to })
  return true
}

/**
 * Notes that support's access ran out and that a tenant did not answer, and tells both sides. Access never waits for it:
 * whether it is in force is computed at each statement. One that it cannot work on does not keep it from the others; it
 * throws at the end. Answers how many it noted.
 */
export async function runAssistanceClock(database: Database): Promise<number> {
  const round = new ClockRound()
  const noted = await round.workThrough({
    find: (limit) => inSystemTransaction(database, WORK, (mandate) => findOverdue(mandate, limit)),
    each: (row) => inSystemTransaction(database, WORK, (mandate) => note(mandate, row)),
  })
  round.end('support accesses')
  return noted
}
