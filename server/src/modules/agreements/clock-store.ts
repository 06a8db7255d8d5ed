import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { AgreementRow } from './store.ts'
import type { AgreementTables } from './tables.ts'

const COLUMNS = ['id', 'partner_id', 'version', 'title', 'state', 'expires_at', 'terminates_at'] as const

/** What the clock knows of an agreement. */
export type Overdue = Pick<AgreementRow, (typeof COLUMNS)[number]>

/** Offers that ran out without anybody having noted it. */
export function findOverdue(mandate: Mandate<'system'>, limit: number): Promise<Overdue[]> {
  return tables<AgreementTables>(mandate)
    .selectFrom('agreement')
    .select(COLUMNS)
    .where('state', '=', 'offered')
    .where('expires_at', '<=', sql<Date>`statement_timestamp()`)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
}

/** Offers that run out within three days and whose owners were not told yet; who cannot sign now is told once that is over. */
export function findEnding(mandate: Mandate<'system'>, limit: number): Promise<Overdue[]> {
  return tables<AgreementTables>(mandate)
    .selectFrom('agreement')
    .select(COLUMNS)
    .where('state', '=', 'offered')
    .where('warned_at', 'is', null)
    .where('expires_at', '>', sql<Date>`statement_timestamp()`)
    .where('expires_at', '<=', sql<Date>`statement_timestamp() + interval '3 days'`)
    .where(sql<boolean>`access.partner_is_active(partner_id)`)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
}

/** Notes that an offer ran out; false when somebody was faster. */
export async function noteExpired(mandate: Mandate<'system'>, row: Overdue): Promise<boolean> {
  const updated = await tables<AgreementTables>(mandate)
    .updateTable('agreement')
    .set({ state: 'expired' })
    .where('id', '=', row.id)
    .where('state', '=', 'offered')
    .executeTakeFirst()
  return updated.numUpdatedRows > 0n
}

/** Notes that the owners were told. */
export async function noteWarned(mandate: Mandate<'system'>, row: Overdue): Promise<boolean> {
  const updated = await tables<AgreementTables>(mandate)
    .updateTable('agreement')
    .set({ warned_at: sql<Date>`statement_timestamp()` })
    .where('id', '=', row.id)
    .where('warned_at', 'is', null)
    .executeTakeFirst()
  return updated.numUpdatedRows > 0n
}

/** The name of a partner, for what is told. */
export async function readPartnerName(mandate: Mandate<'system'>, partnerId: string): Promise<string> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.agreement_partner_name($1) as name', values: [partnerId] },
  ])
  const name: unknown = result?.rows[0]?.['name']
  return typeof name === 'string' ? name : ''
}
