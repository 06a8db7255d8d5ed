import { randomUUID } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'
import { approveDue, releaseReactivated } from './clock-store.ts'

const BATCH = 500
const MAXIMUM_BATCHES = 100

async function inTransaction(database: Database, work: typeof approveDue): Promise<number> {
  const { mandate, transaction } = await openForSystem(database, 'earning-clock', `job_${randomUUID()}`)
  try {
    const moved = await work(mandate, BATCH)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return moved
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

async function untilNoneIsLeft(database: Database, work: typeof approveDue): Promise<number> {
  let moved = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const more = await inTransaction(database, work)
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
