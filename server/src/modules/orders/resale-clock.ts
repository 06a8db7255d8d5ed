import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { recordResale } from './events.ts'
import { announceResale } from './resale-news.ts'
import { findOverdueResales, moveResale } from './resale-store.ts'
import type { ResaleRow } from './tables.ts'

const WORK = { job: 'resale-clock' }

async function expire(mandate: Mandate<'system'>, row: ResaleRow): Promise<boolean> {
  await moveResale(mandate, row, { to: 'expired', event: 'expired' })
  recordResale(mandate, row, {
    action: 'resales.expire',
    changes: { status: { before: row.stored_status, after: 'expired' } },
  })
  await announceResale(mandate, row, { news: 'expired' })
  return true
}

/**
 * Notes that resales ran out, and tells both sides. Access never waits for it: whether a resale is in force is computed
 * at each call. Running it again, or twice at once, changes nothing more. Answers how many it noted. Source: A5.
 */
export async function runResaleClock(database: Database): Promise<number> {
  const round = new ClockRound()
  const noted = await round.workThrough({
    find: (limit) => inSystemTransaction(database, WORK, (mandate) => findOverdueResales(mandate, limit)),
    each: (row) => inSystemTransaction(database, WORK, (mandate) => expire(mandate, row)),
  })
  round.end('resales')
  return noted
}
