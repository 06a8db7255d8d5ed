import { tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { FeatureTables } from './tables.ts'

/** The steps that were reached and that nobody noted yet, oldest first. */
export function findReachedSteps(mandate: Mandate<'system'>, limit: number) {
  return tables<FeatureTables>(mandate)
    .selectFrom('feature_ramp_step as s')
    .innerJoin('feature_flag as f', 'f.id', 's.flag_id')
    .select(['s.id', 's.flag_id', 's.share_bp', 's.starts_at', 'f.name'])
    .where('s.withdrawn_at', 'is', null)
    .where('s.noted_at', 'is', null)
    .where('s.starts_at', '<=', mandate.origin.now)
    .orderBy('s.starts_at')
    .limit(limit)
    .execute()
}

/** Notes that a step was reached; false when somebody was faster. */
export async function noteStep(mandate: Mandate<'system'>, id: string): Promise<boolean> {
  const result = await tables<FeatureTables>(mandate)
    .updateTable('feature_ramp_step')
    .set({ noted_at: mandate.origin.now })
    .where('id', '=', id)
    .where('noted_at', 'is', null)
    .where('withdrawn_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
