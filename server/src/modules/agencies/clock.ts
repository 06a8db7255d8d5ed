import { randomUUID } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'
import { endOverlaps, tellRushes } from './clock-store.ts'

const BATCH = 100
const MAXIMUM_BATCHES = 100

async function inTransaction(
  database: Database,
  work: (mandate: Mandate<'system'>) => Promise<number>,
): Promise<number> {
  const { mandate, transaction } = await openForSystem(database, 'agency-clock', `job_${randomUUID()}`)
  try {
    const done = await work(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return done
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

/**
 * Notes replaced tokens whose overlap is over, and tells of forms that issue far more than usual. Whether a token works
 * never waits for it: that is computed at each request. Running it again changes nothing more. Source: E1, E11.
 */
export async function runAgencyClock(database: Database): Promise<{ ended: number; suspected: number }> {
  let ended = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const done = await inTransaction(database, (mandate) => endOverlaps(mandate, BATCH))
    ended += done
    if (done < BATCH) break
  }
  const suspected = await inTransaction(database, tellRushes)
  return { ended, suspected }
}
