import type { Database } from './database.ts'

/**
 * Whether the database has every migration that this code comes with; what a newer version added changes nothing, since
 * older servers work on its schema. Asked until the answer was yes once: migrations are never taken back.
 */
export function watchSchema(database: Database, names: readonly string[]): () => Promise<boolean> {
  let isComplete = false
  return async () => {
    if (isComplete) return true
    const { rows } = await database
      .pool('liaison_guard')
      .query<{ done: number }>(
        'select count(*)::integer as done from liaison_migration where name = any($1)',
        [[...names]],
      )
    isComplete = rows[0]?.done === names.length
    return isComplete
  }
}
