import { sql } from 'kysely'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { guarded } from './refusals.ts'
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

/** Puts another version in force. Throws TIME_ZONE_UNKNOWN. */
export async function insertSetting(
  mandate: Mandate<'platform'>,
  setting: Omit<SettingRow, 'set_by_name' | 'created_at'>,
): Promise<SettingRow> {
  await guarded(
    tables<AgreementTables>(mandate)
      .insertInto('program_setting')
      .values({ ...setting, set_by_name: mandate.actor.name })
      .execute(),
  )
  return getSetting(mandate)
}

/** How many agreements that are offered, signed or in force count another touch than this. */
export async function countOtherTouch(
  mandate: Mandate<'platform'>,
  model: SettingRow['attribution_model'],
): Promise<number> {
  const { total } = await tables<AgreementTables>(mandate)
    .selectFrom('agreement')
    .where('state', 'in', ['offered', 'signed', 'active'])
    .where(sql`terms -> 'attribution' ->> 'model'`, '<>', model)
    .select((eb) => eb.fn.countAll<string>().as('total'))
    .executeTakeFirstOrThrow()
  return Number(total)
}
