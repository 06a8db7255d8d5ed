import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { AgreementTables } from './tables.ts'

/** What the provider asks of partners now: the newest version. */
export function getSetting(mandate: Mandate<'platform'>) {
  return tables<AgreementTables>(mandate)
    .selectFrom('program_setting')
    .selectAll()
    .orderBy('version', 'desc')
    .executeTakeFirstOrThrow()
}

export type SettingRow = Awaited<ReturnType<typeof getSetting>>

/** Puts another version in force. */
export async function insertSetting(
  mandate: Mandate<'platform'>,
  setting: Pick<SettingRow, 'version' | 'live_needs_agreement' | 'contact_kept_days'>,
): Promise<SettingRow> {
  await tables<AgreementTables>(mandate)
    .insertInto('program_setting')
    .values({ ...setting, set_by_name: mandate.actor.name })
    .execute()
  return getSetting(mandate)
}
