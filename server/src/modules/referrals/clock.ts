import { randomUUID } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { endMandate } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'
import { pruneClicks } from './follow-store.ts'

/** Removes clicks thirty days after their window. Nothing waits for it: a click outside its window never counts. */
export async function sweepClicks(database: Database): Promise<number> {
  const { mandate, transaction } = await openForSystem(database, 'referral-clicks', `job_${randomUUID()}`)
  try {
    const removed = await pruneClicks(mandate)
    await transaction.commit([], 'durable')
    return removed
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}
