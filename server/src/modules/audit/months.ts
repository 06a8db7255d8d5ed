import { setTimeout as pause } from 'node:timers/promises'
import { databaseCodeOf } from '#platform/database.ts'
import type { Database } from '#platform/database.ts'

const ATTEMPTS = 5
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Makes the tables of the audit log for the months ahead, and returns how many were missing: without the table of its month
 * no event can be written, and a server may run for longer than a start provides for. Gives way to whoever works on the log
 * and comes again, a few times.
 */
export async function addComingMonths(database: Database, pauseMs = 5000): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { rows } = await database
        .pool('liaison_job')
        .query<{ added: number }>('select audit.add_coming_months() as added')
      return rows[0]?.added ?? 0
    } catch (error) {
      if (databaseCodeOf(error) !== LOCK_NOT_AVAILABLE || attempt === ATTEMPTS) throw error
      await pause(pauseMs)
    }
  }
}
