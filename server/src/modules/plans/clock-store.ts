import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { guarded } from './refusals.ts'
import type { EndReason, PlanTables } from './tables.ts'

/** Subscriptions that time has ended without anybody having noted it. */
export function findOverdue(mandate: Mandate<'system'>, limit: number) {
  return tables<PlanTables>(mandate)
    .selectFrom('subscription as s')
    .select(['s.id', 's.status'])
    .select(
      sql<EndReason>`case when s.cancel_at <= statement_timestamp() then 'period_over' else 'timed_out' end`.as(
        'reason',
      ),
    )
    .where('s.status', 'in', ['signing', 'signed', 'suspended'])
    .where(
      sql<boolean>`least(s.cancel_at, case when s.status = 'signing' then s.signing_until end) <= statement_timestamp()`,
    )
    .orderBy('s.asked_at')
    .limit(limit)
    .execute()
}

/** Notes that a subscription is over; the database writes the history and the audit event. */
export async function noteEnd(
  mandate: Mandate<'system'>,
  row: Awaited<ReturnType<typeof findOverdue>>[number],
): Promise<boolean> {
  const updated = await guarded(
    tables<PlanTables>(mandate)
      .updateTable('subscription')
      .set({ status: 'unsigned', end_reason: row.reason })
      .where('id', '=', row.id)
      .where('status', '=', row.status)
      .executeTakeFirst(),
  )
  return updated.numUpdatedRows > 0n
}
