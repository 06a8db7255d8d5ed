import { sql } from 'kysely'
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

/** The day that it is where the program is at home. */
export async function readProgramDay(mandate: Mandate<'program'>): Promise<string> {
  const { rows } = await sql<{ today: string }>`
    select access.program_day(${mandate.origin.now}::timestamptz)::text as today`.execute(
    tables<PayoutTables>(mandate),
  )
  return rows[0]?.today ?? ''
}

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
