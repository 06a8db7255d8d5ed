import { z } from 'zod'
import type { Database } from '#platform/database.ts'

const HOUR_MS = 3_600_000
/** So many hours without anything to blank, going back, and what lies before them was blanked on an earlier night. */
const QUIET_HOURS = 7 * 24
const MOST_AT_ONCE = 5000

const Contacts = z.strictObject({ sessions: z.coerce.number(), mails: z.coerce.number() })
const Blanked = z.object({ blanked: z.coerce.number() })
const Border = z.object({ border: z.date() })

/** What a night forgot. */
interface Forgotten {
  readonly origins: number
  readonly sessions: number
  readonly mails: number
}

type Pool = ReturnType<Database['pool']>

// Hour by hour from the border back, each in a statement of its own, whatever number of nights the job missed.
async function blankOrigins(pool: Pool, border: Date): Promise<number> {
  let [origins, quiet, until] = [0, 0, border.getTime()]
  while (quiet < QUIET_HOURS) {
    const stretch = [new Date(until - HOUR_MS), new Date(until)]
    const { rows } = await pool.query('select access.blank_origins($1, $2) as blanked', stretch)
    const { blanked } = Blanked.parse(rows[0])
    origins += blanked
    quiet = blanked === 0 ? quiet + 1 : 0
    until -= HOUR_MS
  }
  return origins
}

async function forgetContacts(pool: Pool, keepDays: number): Promise<Omit<Forgotten, 'origins'>> {
  let [sessions, mails] = [0, 0]
  for (let isMore = true; isMore;) {
    const { rows } = await pool.query('select * from access.forget_contacts($1, $2)', [
      keepDays,
      MOST_AT_ONCE,
    ])
    const taken = Contacts.parse(rows[0])
    sessions += taken.sessions
    mails += taken.mails
    isMore = taken.sessions === MOST_AT_ONCE || taken.mails === MOST_AT_ONCE
  }
  return { sessions, mails }
}

/**
 * Blanks network addresses and browsers in the audit log, and removes sign-ins that are over and mails, once they are
 * older than the given days. Doing it twice changes nothing.
 */
export async function forgetPersonalData(database: Database, keepDays: number): Promise<Forgotten> {
  const pool = database.pool('liaison_job')
  const { rows } = await pool.query('select now() - make_interval(days => $1) as border', [keepDays])
  const origins = await blankOrigins(pool, Border.parse(rows[0]).border)
  return { origins, ...(await forgetContacts(pool, keepDays)) }
}
