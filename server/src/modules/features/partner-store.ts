import type { PartnerId } from '@liaison/access'
import { containsPattern } from '#platform/list.ts'
import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import type { FeatureTables } from './tables.ts'

/** The partners whose name or code holds the text, by name; all of them without one. */
export function listPartnerNames(mandate: Mandate<'platform'>, search: string | undefined) {
  let query = tables<FeatureTables>(mandate).selectFrom('partner').select(['id', 'name', 'status'])
  if (search !== undefined) {
    const pattern = containsPattern(search)
    query = query.where((eb) => eb.or([eb('name', 'ilike', pattern), eb('slug', 'ilike', pattern)]))
  }
  return query.orderBy('name').orderBy('id').execute()
}

/** The name of a partner. Throws PARTNER_UNKNOWN. */
export async function getPartnerName(mandate: Mandate<'platform'>, id: PartnerId): Promise<string> {
  const row = await tables<FeatureTables>(mandate)
    .selectFrom('partner')
    .select('name')
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new ProblemError(404, 'PARTNER_UNKNOWN', 'No partner has this id.')
  return row.name
}

/** What is set and chosen about one feature for some partners. */
export function listSettings(
  mandate: Mandate<'platform'>,
  about: { readonly flagId?: string; readonly partnerIds: readonly string[] },
) {
  let query = tables<FeatureTables>(mandate)
    .selectFrom('partner_feature as x')
    .innerJoin('feature_flag as f', 'f.id', 'x.flag_id')
    .selectAll('x')
    .select('f.key')
    .where('x.partner_id', 'in', [...about.partnerIds])
  if (about.flagId !== undefined) query = query.where('x.flag_id', '=', about.flagId)
  return query.execute()
}

export type SettingRow = Awaited<ReturnType<typeof listSettings>>[number]

/** What the provider sets for one partner; null takes it away again. */
export interface Override {
  readonly override: 'on' | 'off' | null
  readonly until: Date | null
  readonly reason: string
}

/** Sets a feature on or off for one partner, or leaves it to the rules again. */
export async function saveOverride(
  mandate: Mandate<'platform'>,
  about: { readonly partnerId: PartnerId; readonly flagId: string },
  { override, until, reason }: Override,
): Promise<void> {
  const values = {
    override,
    override_until: override === null ? null : until,
    override_by_name: mandate.actor.name,
    override_at: mandate.origin.now,
    reason,
  }
  await tables<FeatureTables>(mandate)
    .insertInto('partner_feature')
    .values({ partner_id: about.partnerId, flag_id: about.flagId, ...values })
    .onConflict((conflict) => conflict.columns(['partner_id', 'flag_id']).doUpdateSet(values))
    .execute()
}

/** The features that are left to partners to choose, with what this one chose. */
export function listOffered(mandate: Mandate<'program'>) {
  return tables<FeatureTables>(mandate)
    .selectFrom('feature_flag as f')
    .leftJoin('partner_feature as x', (join) =>
      join.onRef('x.flag_id', '=', 'f.id').on('x.partner_id', '=', mandate.partner.id),
    )
    .select([
      'f.id',
      'f.key',
      'f.name',
      'f.description',
      'f.partner_choice',
      'x.choice',
      'x.choice_by_name',
      'x.choice_at',
    ])
    .orderBy('f.name')
    .orderBy('f.key')
    .limit(200)
    .execute()
}

export type OfferedRow = Awaited<ReturnType<typeof listOffered>>[number]

/** Writes what the partner chose; null is no choice. */
export async function saveChoice(
  mandate: Mandate<'program'>,
  flagId: string,
  choice: 'in' | 'out' | null,
): Promise<void> {
  const values = {
    choice,
    choice_by: mandate.actor.id,
    choice_by_name: mandate.actor.name,
    choice_at: mandate.origin.now,
  }
  if (choice === null) {
    await tables<FeatureTables>(mandate)
      .updateTable('partner_feature')
      .set(values)
      .where('flag_id', '=', flagId)
      .execute()
    return
  }
  await tables<FeatureTables>(mandate)
    .insertInto('partner_feature')
    .values({ partner_id: mandate.partner.id, flag_id: flagId, ...values })
    .onConflict((conflict) => conflict.columns(['partner_id', 'flag_id']).doUpdateSet(values))
    .execute()
}
