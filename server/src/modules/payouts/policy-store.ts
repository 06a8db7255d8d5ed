import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { PayoutTables } from './tables.ts'

/** How payouts are made now: the newest version of the policy. */
export function getPolicy(mandate: Mandate<'platform' | 'program'>) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_policy')
    .selectAll()
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
}

export type PolicyRow = Awaited<ReturnType<typeof getPolicy>>

/** Puts another version of the policy in force. */
export async function insertPolicy(
  mandate: Mandate<'platform'>,
  policy: Pick<PolicyRow, 'version' | 'tax_document' | 'payout_day' | 'finance_source'>,
): Promise<PolicyRow> {
  await tables<PayoutTables>(mandate)
    .insertInto('payout_policy')
    .values({ ...policy, set_by_name: mandate.actor.name })
    .execute()
  return getPolicy(mandate)
}
