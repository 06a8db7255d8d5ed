import type { Database } from '#platform/database.ts'
import { ProblemError } from '#platform/problem.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findOverdue, noteEnd } from './clock-store.ts'

const WORK = { job: 'subscription-clock' }

const BATCH = 100
const MAXIMUM_BATCHES = 100

/**
 * Notes subscriptions that nobody confirmed in 24 hours and those whose end has come, so that webhooks hear of it. What an
 * end user may use never waits for it: that is computed at each request. Running it again changes nothing more. Answers
 * how many it noted. Source: C7.
 */
export async function runSubscriptionClock(database: Database): Promise<number> {
  const failures = new Map<string, unknown>()
  let noted = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const due = await inSystemTransaction(database, WORK, (mandate) =>
      findOverdue(mandate, BATCH + failures.size),
    )
    const left = due.filter(({ id }) => !failures.has(id))
    if (left.length === 0) break
    for (const row of left) {
      try {
        if (await inSystemTransaction(database, WORK, (mandate) => noteEnd(mandate, row))) noted += 1
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
