import type { Database } from '#platform/database.ts'

const MOST_AT_ONCE = 5000

/** Removes kept decisions whose 30 days are over, some at a time so that no night is too long for a statement; returns how many. */
export async function forgetExplanations(database: Database): Promise<number> {
  const pool = database.pool('liaison_job')
  for (let gone = 0; ;) {
    const { rowCount } = await pool.query(
      `delete from access_explanation where id = any(array(
         select e.id from access_explanation e where e.ends_at <= statement_timestamp() order by e.ends_at limit $1))`,
      [MOST_AT_ONCE],
    )
    gone += rowCount ?? 0
    if ((rowCount ?? 0) < MOST_AT_ONCE) return gone
  }
}
