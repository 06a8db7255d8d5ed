import { ClockRound } from '#platform/clock-round.ts'
import type { Database } from '#platform/database.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findOverdue, noteEnd } from './clock-store.ts'

const WORK = { job: 'subscription-clock' }

/**
 * Notes subscriptions that nobody confirmed in 24 hours and those whose end has come, so that webhooks hear of it. What an
 * end user may use never waits for it: that is computed at each request. Running it again changes nothing more. Answers
 * how many it noted. Source: C7.
 */
export async function runSubscriptionClock(database: Database): Promise<number> {
  const round = new ClockRound()
  const noted = await round.workThrough({
    find: (limit) => inSystemTransaction(database, WORK, (mandate) => findOverdue(mandate, limit)),
    each: (row) => inSystemTransaction(database, WORK, (mandate) => noteEnd(mandate, row)),
  })
  round.end('subscriptions')
  return noted
}
