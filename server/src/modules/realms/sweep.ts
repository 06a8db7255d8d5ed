import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'

/**
 * Removes links of mails a week after their end, sessions a month after theirs, and what is kept of deleted accounts when
 * it counts no more; returns how many rows went.
 */
export async function sweepRealms(mandate: Mandate<'system'>): Promise<number> {
  const results = await runStatements(mandate, [
    { text: `delete from end_user_token where ends_at < now() - interval '7 days'`, values: [] },
    {
      text: `delete from end_user_session where least(ends_at, ended_at) < now() - interval '30 days'`,
      values: [],
    },
    { text: `delete from former_standing where kept_until <= now()`, values: [] },
  ])
  return results.reduce((sum, { rowCount }) => sum + rowCount, 0)
}
