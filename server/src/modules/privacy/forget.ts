import { z } from 'zod'
import type { Database } from '#platform/database.ts'

const HOUR_MS = 3_600_000
const BEGINNING = new Date(0)
const MOST_AT_ONCE = 5000

const Contacts = z.strictObject({ sessions: z.coerce.number(), mails: z.coerce.number() })
const Blanked = z.object({ blanked: z.coerce.number() })
const Origin = z.strictObject({ at: z.date(), is_blanked: z.boolean() })
const Border = z.object({ border: z.date() })

/** What a night forgot. */
interface Forgotten {
  readonly origins: number
  readonly sessions: number
  readonly mails: number
}

type Pool = ReturnType<Database['pool']>

async function findOrigin(pool: Pool, from: Date, until: Date): Promise<z.output<typeof Origin> | null> {
  const { rows } = await pool.query('select at, is_blanked from access.first_origin($1, $2)', [from, until])
  return rows[0] === undefined ? null : Origin.parse(rows[0])
}

/**
 * Up to where earlier nights came, within an hour. Each works from the oldest event on, so however many nights were missed
 * or broken off, everything before that moment is blanked and nothing after it: it is found by halving.
 */
async function findStart(pool: Pool, border: Date): Promise<Date> {
  const first = await findOrigin(pool, BEGINNING, border)
  if (!first?.is_blanked) return first?.at ?? border
  let [blanked, open] = [first.at.getTime(), border.getTime()]
  while (open - blanked > HOUR_MS) {
    const middle = Math.floor((blanked + open) / 2)
    const found = await findOrigin(pool, new Date(middle), border)
    if (found?.is_blanked) blanked = Math.max(found.at.getTime(), middle)
    else open = middle
  }
  return new Date(blanked)
}

/** From there to the border, an hour in a statement; time in which nothing happened is skipped. */
async function blankOrigins(pool: Pool, border: Date): Promise<number> {
  let [origins, from] = [0, await findStart(pool, border)]
  while (from < border) {
    const until = new Date(Math.min(from.getTime() + HOUR_MS, border.getTime()))
    const { rows } = await pool.query('select access.blank_origins($1, $2) as blanked', [from, until])
    origins += Blanked.parse(rows[0]).blanked
    from = (await findOrigin(pool, until, border))?.at ?? border
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
