import { z } from 'zod'
import type { Database } from '#platform/database.ts'

/** What a night forgot. */
const Forgotten = z.strictObject({
  origins: z.coerce.number(),
  sessions: z.coerce.number(),
  mails: z.coerce.number(),
})

/**
 * Blanks network addresses and browsers in the audit log, and removes sign-ins that are over and mails, once they are
 * older than the given days. Doing it twice changes nothing.
 */
export async function forgetPersonalData(
  database: Database,
  keepDays: number,
): Promise<z.output<typeof Forgotten>> {
  const pool = database.pool('liaison_job')
  const { rows } = await pool.query('select * from access.forget_personal_data($1)', [keepDays])
  return Forgotten.parse(rows[0])
}
