import { randomUUID } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'

/** Work in one transaction of the system login, under the name of its job; its events commit with it. */
export async function inTransaction<Result>(
  database: Database,
  name: string,
  work: (mandate: Mandate<'system'>) => Promise<Result>,
): Promise<Result> {
  const { mandate, transaction } = await openForSystem(database, name, `job_${randomUUID()}`)
  try {
    const result = await work(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return result
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}

/** Whether somebody else changed the record in between; the next run sees it as it is then. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof ProblemError && error.status < 500
}
