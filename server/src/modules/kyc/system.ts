import type { Database } from '#platform/database.ts'
import { endMandate, takeEvents } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'

/** Work in one transaction of the system login; its events commit with it. */
export async function inTransaction<Result>(
  { database, requestId }: { readonly database: Database; readonly requestId: string },
  work: (mandate: Mandate<'system'>) => Promise<Result>,
): Promise<Result> {
  const { mandate, transaction } = await openForSystem(database, 'identity-checks', requestId)
  try {
    const result = await work(mandate)
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return result
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}
