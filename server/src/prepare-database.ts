import { writeCatalogue } from '#modules/delegations/index.ts'
import type { ConnectionSettings } from '#platform/database.ts'
import { installJobs } from '#platform/jobs.ts'
import { migrate } from '#platform/migrate.ts'
import type { MigrateOptions } from '#platform/migrate.ts'

/**
 * Brings a database to the state that this code needs: schema, permission catalogue, and audit partitions for the
 * months ahead. Safe to run at every start and from several processes at once.
 */
export function prepareDatabase(
  admin: ConnectionSettings,
  options: Omit<MigrateOptions, 'afterwards'> = {},
): Promise<{ applied: string[] }> {
  return migrate(admin, {
    ...options,
    afterwards: async (pool) => {
      await writeCatalogue(pool)
      await installJobs(pool)
      await pool.query(`select private.add_audit_partitions((now() - interval '1 month')::date, 4)`)
    },
  })
}
