import { randomUUID } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'
import { findOverdue, noteEnd } from './clock-store.ts'

const BATCH = 100
const MAXIMUM_BATCHES = 100

async function inTransaction<Result>(
  database: Database,
  work: (mandate: Mandate<'system'>) => Promise<Result>,
): Promise<Result> {
  const { mandate, transaction } = await openForSystem(database, 'subscription-clock', `job_${randomUUID()}`)
  try {
    const result = await work(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return result
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

/**
 * Notes subscriptions that nobody confirmed in 24 hours and those whose end has come, so that webhooks hear of it. What an
 * end user may use never waits for it: that is computed at each request. Running it again changes nothing more. Answers
 * how many it noted. Source: C7.
 */
export async function runSubscriptionClock(database: Database): Promise<number> {
  const failures = new Map<string, unknown>()
  let noted = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const due = await inTransaction(database, (mandate) => findOverdue(mandate, BATCH + failures.size))
    const left = due.filter(({ id }) => !failures.has(id))
    if (left.length === 0) break
    for (const row of left) {
      try {
        if (await inTransaction(database, (mandate) => noteEnd(mandate, row))) noted += 1
      } catch (error) {
        failures.set(row.id, error)
      }
    }
  }
  // What somebody moved in between is no failure.
  const real = [...failures.values()].filter(
    (error) => !(error instanceof ProblemError && error.status < 500),
  )
  if (real.length > 0)
    throw new AggregateError(real, `The clock could not note ${real.length} subscriptions.`)
  return noted
}
