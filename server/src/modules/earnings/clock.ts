import type { Database } from '#platform/database.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { approveDue, releaseReactivated } from './clock-store.ts'

const WORK = { job: 'earning-clock' }

const BATCH = 500
const MAXIMUM_BATCHES = 100

async function untilNoneIsLeft(database: Database, work: typeof approveDue): Promise<number> {
  let moved = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const more = await inSystemTransaction(database, WORK, (mandate) => work(mandate, BATCH))
    moved += more
    if (more < BATCH) break
  }
  return moved
}

/**
 * Lets wait again what was held only because its partner was suspended and is active again, and approves what the policy
 * approves by itself once its waiting time is over. Running it again changes nothing more. Answers how many moved (D6).
 */
export async function runEarningClock(database: Database): Promise<{ released: number; approved: number }> {
  const released = await untilNoneIsLeft(database, releaseReactivated)
  const approved = await untilNoneIsLeft(database, approveDue)
  return { released, approved }
}
