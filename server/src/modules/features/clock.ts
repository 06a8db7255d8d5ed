import type { Database } from '#platform/database.ts'
import { inSystemTransaction } from '#platform/system-transaction.ts'
import { findReachedSteps, noteStep } from './clock-store.ts'
import { recordFeature } from './events.ts'

const BATCH = 100

/**
 * Notes each step of a ramp that was reached, with its audit event, and tells every process and open page. Decisions never wait
 * for it: the share is computed from the steps and the time. Running it again, or twice at once, notes nothing twice. Answers how
 * many it noted. Source: C3.
 */
export function runFeatureClock(database: Database): Promise<number> {
  return inSystemTransaction(database, { job: 'feature-clock' }, async (mandate) => {
    let noted = 0
    for (const step of await findReachedSteps(mandate, BATCH)) {
      if (!(await noteStep(mandate, step.id))) continue
      recordFeature(
        mandate,
        { id: step.flag_id, name: step.name },
        {
          action: 'features.reach_step',
          changes: { share_bp: step.share_bp, starts_at: step.starts_at.toISOString() },
        },
      )
      noted += 1
    }
    return noted
  })
}
