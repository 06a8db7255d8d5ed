import type { Database } from '#platform/database.ts'
import { runStatements } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'

/**
 * Lets a team that still brings a person take over where another assignment has ended. Bookkeeping only: what has ended
 * gives nothing, whether or not this ever runs. Returns how many links changed.
 */
export function runTeamClock(database: Database): Promise<number> {
  return inSystemTransaction(database, { job: 'team-clock' }, async (mandate) => {
    const [result] = await runStatements(mandate, [
      { text: 'select access.derive_ended() as changed', values: [] },
    ])
    return Number(result?.rows[0]?.['changed'])
  })
}
