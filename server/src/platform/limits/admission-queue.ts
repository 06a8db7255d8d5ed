import { outcomesOf, planOf, statementOf } from './admission-statement.ts'
import type { Allowances, Entry, Outcome } from './admission-statement.ts'
import { runBatch } from '#platform/wire/batch.ts'
import { acquire, databaseCodeOf, isUnavailable } from '../database.ts'
import type { Database } from '../database.ts'

interface Waiting extends Entry {
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (cause: unknown) => void
}

const MAXIMUM_BATCH = 64
const NOTHING: Outcome = { taken: [], holds: false }

/** Whether the database said no to what was asked, so that all of it was taken back. */
const isRefusedByDatabase = (cause: unknown): boolean =>
  databaseCodeOf(cause) !== undefined && !isUnavailable(cause)

/**
 * One round trip at a time, one transaction of its own: what is asked for meanwhile waits and goes together. Where the
 * database refuses what went together each goes alone, so that what fails is told to whom it concerns.
 */
export function makeAdmissionQueue(
  database: Database,
  allowances: Allowances,
): (entry: Entry) => Promise<Outcome> {
  const waiting: Waiting[] = []
  let isTaking = false
  const takeAll = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const outcomes = await takeFromDatabase(database, batch, allowances)
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index] ?? NOTHING)
    } catch (cause) {
      if (batch.length > 1 && isRefusedByDatabase(cause)) for (const one of batch) await takeAll([one])
      else for (const { reject } of batch) reject(cause)
    }
  }
  const run = async (): Promise<void> => {
    isTaking = true
    while (waiting.length > 0) await takeAll(waiting.splice(0, MAXIMUM_BATCH))
    isTaking = false
  }
  return (entry) =>
    new Promise((resolve, reject) => {
      waiting.push({ ...entry, resolve, reject })
      if (!isTaking) void run()
    })
}

async function takeFromDatabase(
  database: Database,
  batch: readonly Entry[],
  allowances: Allowances,
): Promise<Outcome[]> {
  const plan = planOf(batch)
  // On a connection of its own: a rollback of the request must not give the admission back.
  const client = await acquire(database, 'liaison_guard')
  let isBroken = false
  try {
    const [result] = await runBatch(client, [statementOf(plan, allowances)])
    return outcomesOf(plan, result?.rows ?? [])
  } catch (error) {
    isBroken = isUnavailable(error)
    throw error
  } finally {
    // The next who waits must not get a connection that is gone.
    client.release(isBroken)
  }
}
