import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { DealTables } from './tables.ts'

const COLUMNS = ['id', 'partner_id', 'company_name', 'state', 'protected_until'] as const

/** Approved deals whose time is over without anybody having noted it. */
export function findOver(mandate: Mandate<'system'>, limit: number) {
  return tables<DealTables>(mandate)
    .selectFrom('deal_registration')
    .select(COLUMNS)
    .where('state', '=', 'approved')
    .where('protected_until', '<=', sql<Date>`statement_timestamp()`)
    .orderBy('protected_until')
    .limit(limit)
    .execute()
}

export type OverDeal = Awaited<ReturnType<typeof findOver>>[number]

/** Forgets contacts and notes of deals that ended as long ago as the provider says; answers how many. */
export async function forgetContactsOfDeals(mandate: Mandate<'system'>, limit: number): Promise<number> {
  const { numUpdatedRows } = await tables<DealTables>(mandate)
    .updateTable('deal_registration')
    .set({ contact_name: null, contact_email: null, notes: null })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('deal_registration')
        .select('id')
        .where((or) =>
          or.or([
            or('contact_name', 'is not', null),
            or('contact_email', 'is not', null),
            or('notes', 'is not', null),
          ]),
        )
        .where('ended_at', '<=', sql<Date>`access.contacts_kept_since()`)
        .orderBy('ended_at')
        .limit(limit),
    )
    .executeTakeFirst()
  return Number(numUpdatedRows)
}
