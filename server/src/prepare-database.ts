import { writeConfigurationKeys } from '#modules/configuration/index.ts'
import { writeCatalogue } from '#modules/delegations/index.ts'
import type { ConnectionSettings } from '#platform/database.ts'
import { installJobs } from '#platform/jobs.ts'
import { migrate } from '#platform/migrate.ts'
import type { MigrateOptions } from '#platform/migrate.ts'

// One month back, for what is written while a month turns; ahead as far as the daily job of a running server goes.
const ADD_MISSING_MONTHS = `select private.add_audit_months((now() - interval '1 month')::date, 5)`

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
      await writeConfigurationKeys(pool)
      await installJobs(pool)
      await pool.query(ADD_MISSING_MONTHS)
    },
  })
}
