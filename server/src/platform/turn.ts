import { runStatements } from './mandate.ts'
import type { Mandate } from './mandate.ts'

/**
 * Lets whoever does the same for the same owner wait until this transaction is over: what is counted after it holds until
 * the commit, however many ask at the same moment. Others than those that take the turn are not held up.
 */
export async function takeTurn(mandate: Mandate, what: string, ownerId: string): Promise<void> {
  await runStatements(mandate, [
    { text: 'select pg_advisory_xact_lock(access.lock_key($1, $2::uuid))', values: [what, ownerId] },
  ])
}
