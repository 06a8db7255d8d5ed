import { randomUUID } from 'node:crypto'
import type { Database } from '#platform/database.ts'
import { endMandate, runStatements, takeEvents } from '#platform/mandate.ts'
import { openForSystem } from '#platform/resolver-without-person.ts'

/**
 * Lets a team that still brings a person take over where another assignment has ended. Bookkeeping only: what has ended
 * gives nothing, whether or not this ever runs. Returns how many links changed.
 */
export async function runTeamClock(database: Database): Promise<number> {
  const { mandate, transaction } = await openForSystem(database, 'team-clock', `job_${randomUUID()}`)
  try {
    const [result] = await runStatements(mandate, [
      { text: 'select access.derive_ended() as changed', values: [] },
    ])
    await transaction.commit(takeEvents(mandate, null), 'durable')
    return Number(result?.rows[0]?.['changed'])
  } finally {
    endMandate(mandate)
    await transaction.rollback()
  }
}
