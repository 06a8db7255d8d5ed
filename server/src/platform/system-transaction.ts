import { randomUUID } from 'node:crypto'
import type { Database } from './database.ts'
import { endMandate, takeEvents } from './mandate.ts'
import type { Mandate } from './mandate.ts'
import { openForSystem } from './resolvers/resolver-without-person.ts'

/** Under which name the audit log and the traces know the work, and for which request it is, if for one. */
export interface SystemWork {
  readonly job: string
  readonly requestId?: string
}

/** Work in one transaction of the system login; its events commit with it, and nothing of it stays when it throws. */
export async function inSystemTransaction<Result>(
  database: Database,
  { job, requestId = `job_${randomUUID()}` }: SystemWork,
  work: (mandate: Mandate<'system'>) => Promise<Result>,
): Promise<Result> {
  const { mandate, transaction } = await openForSystem(database, job, requestId)
  try {
    const result = await work(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return result
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}
