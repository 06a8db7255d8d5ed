import type { Database } from '#platform/database.ts'

const BATCH = 500
const MAXIMUM_BATCHES = 10_000

/**
 * Joins what changes added to the kept sums of promises, month by month in small transactions. Nobody waits for it: a
 * report adds up whatever rows there are. Returns of how many months it joined rows.
 */
export async function joinPromises(database: Database): Promise<number> {
  let joined = 0
  for (let batch = 0; batch < MAXIMUM_BATCHES; batch += 1) {
    const { rows } = await database
      .pool('liaison_job')
      .query<{ joined: number }>('select private.join_promises($1) as joined', [BATCH])
    const count = rows[0]?.joined ?? 0
    joined += count
    if (count < BATCH) break
  }
  return joined
}

/**
 * Compares every kept sum of promises with the promises. Throws when one differs, so that operators are told: a sum that
 * is wrong is a fault of ours, mended by `select private.rebuild_promises()`.
 */
export async function comparePromises(database: Database): Promise<void> {
  const { rows } = await database
    .pool('liaison_job')
    .query<{ detail: string }>('select detail from private.differing_promises() limit 20')
  if (rows.length === 0) return
  throw new Error(`Kept sums of promises differ from them: ${rows.map(({ detail }) => detail).join('; ')}`)
}
