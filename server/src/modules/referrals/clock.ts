import type { Database } from '#platform/database.ts'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { forgetContacts, pruneClicks } from './follow-store.ts'

const BATCH = 1000

/** Removes clicks thirty days after their window. Nothing waits for it: a click outside its window never counts. */
export function sweepClicks(database: Database): Promise<number> {
  return inSystemTransaction(database, { job: 'referral-clicks' }, pruneClicks)
}

async function forgetSome(mandate: Mandate<'system'>): Promise<number> {
  const forgotten = await forgetContacts(mandate, BATCH)
  if (forgotten > 0) recordEvent(mandate, { action: 'program.contacts.forgotten', rowCount: forgotten })
  return forgotten
}

/**
 * Forgets contact addresses and networks of sign-ups that were kept as long as the provider says, by the database's clock.
 * Nobody reads them meanwhile, and running it again forgets nothing more. Answers how many sign-ups it concerned (D5, D11).
 */
export async function sweepContacts(database: Database): Promise<number> {
  let forgotten = 0
  for (;;) {
    const some = await inSystemTransaction(database, { job: 'referral-contacts' }, forgetSome)
    forgotten += some
    if (some < BATCH) return forgotten
  }
}
