import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { ReferralTables } from './tables.ts'

export interface Settings {
  readonly default_url: string | null
  readonly allowed_hosts: readonly string[]
  readonly version: number
}

/** Where links of partners may lead. */
export function getSettings(mandate: Mandate<'platform'>): Promise<Settings> {
  return tables<ReferralTables>(mandate)
    .selectFrom('referral_setting')
    .select(['default_url', 'allowed_hosts', 'version'])
    .executeTakeFirstOrThrow()
}

/** Changes it when it still has the version that was read; tells whether it did. */
export async function putSettings(
  mandate: Mandate<'platform'>,
  settings: Pick<Settings, 'default_url' | 'allowed_hosts'>,
  expectedVersion: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tables<ReferralTables>(mandate)
    .updateTable('referral_setting')
    .set({ default_url: settings.default_url, allowed_hosts: [...settings.allowed_hosts] })
    .where('version', '=', expectedVersion)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
