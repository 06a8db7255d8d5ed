import { takeEvents } from '../mandate.ts'
import type { Mandate } from '../mandate.ts'
import { ProblemError } from '../problem.ts'
import type { Transaction } from '../transaction.ts'

/** A refusal that must be written down commits its events; everything else that failed leaves nothing behind. Always throws. */
export async function keepRefusal(
  { mandate, transaction }: { readonly mandate: Mandate; readonly transaction: Transaction },
  error: unknown,
): Promise<never> {
  if (error instanceof ProblemError && error.extras.keepsEvents)
    await transaction.commit(takeEvents(mandate, null), 'durable')
  throw error
}
