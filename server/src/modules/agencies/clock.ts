import type { Database } from '#platform/database.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { endOverlaps, tellRushes } from './clock-store.ts'

const WORK = { job: 'agency-clock' }

const BATCH = 100
const MAXIMUM_BATCHES = 100

/**
 * Notes replaced tokens whose overlap is over, and tells of forms that issue far more than usual. Whether a token works
 * never waits for it: that is computed at each request. Running it again changes nothing more. Source: E1, E11.
 */
export async function runAgencyClock(database: Database): Promise<{ ended: number; suspected: number }> {
  let ended = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const done = await inSystemTransaction(database, WORK, (mandate) => endOverlaps(mandate, BATCH))
    ended += done
    if (done < BATCH) break
  }
  const suspected = await inSystemTransaction(database, WORK, tellRushes)
  return { ended, suspected }
}
