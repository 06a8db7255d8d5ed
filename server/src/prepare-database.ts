import { writeConfigurationKeys } from '#modules/configuration/index.ts'
import { writeCatalogue } from '#modules/delegations/index.ts'
import type { ConnectionSettings } from '#platform/database.ts'
import { installJobs } from '#platform/jobs.ts'
import { migrate } from '#platform/migrate.ts'
import type { MigrateOptions } from '#platform/migrate.ts'

// Only when one is missing: making a partition keeps everybody from writing events for a moment, and servers start often.
const ADD_MISSING_MONTHS = `
  select private.add_audit_partitions((now() - interval '1 month')::date, 4)
  where exists (
    select from generate_series(-1, 2) n
    where to_regclass(to_char(date_trunc('month', now()) + make_interval(months => n), '"public.audit_event_"YYYY"_"MM')) is null)`

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
