import { cp } from 'node:fs/promises'
import { inject } from 'vitest'
import { startEmbeddedPostgres } from '#platform/embedded/index.ts'
import { runStatements, TEMPLATE_DATABASE, testRoleSecret } from './database.ts'

/**
 * Lays a cluster with the migrated, empty database (`TEMPLATE_DATABASE`) into a folder, for a test that starts one of its
 * own there: to migrate one takes seconds.
 */
export async function layPreparedCluster(dataDir: string): Promise<void> {
  await cp(inject('preparedCluster'), dataDir, { recursive: true })
}

/** The same as an installation has it, where the database is the cluster's own `postgres`. */
export async function layPreparedInstallation(dataDir: string): Promise<void> {
  await layPreparedCluster(dataDir)
  const postgres = await startEmbeddedPostgres({ dataDir, durability: 'fast' })
  try {
    await runStatements({ ...postgres.connection, database: 'template1' }, [
      'drop database postgres',
      `alter database ${TEMPLATE_DATABASE} is_template false`,
      `alter database ${TEMPLATE_DATABASE} rename to postgres`,
    ])
  } finally {
    await postgres.stop()
  }
}

/** What a world of the chaos harness takes instead of migrating. */
export const preparedCluster = () => ({
  database: TEMPLATE_DATABASE,
  roleSecret: testRoleSecret(),
  layInto: layPreparedCluster,
})
