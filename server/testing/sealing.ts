import { checkpointFileIn, makeAuditKey, startSealer } from '#modules/audit/index.ts'
import type { Sealer } from '#modules/audit/index.ts'
import { withAdminClient } from '#platform/admin.ts'
import { readConfig } from '#platform/config.ts'
import { openDatabase } from '#platform/database.ts'
import type { ConnectionSettings } from '#platform/embedded/index.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { testRoleSecret } from './database.ts'
import { TEST_SECRET_KEY } from './world.ts'

/** Transactions of other tests, which share the cluster, hold back what is sealed as long as they run. */
const PATIENCE_MS = 15_000
const HOUR_MS = 3_600_000

/** Seals all there is. Throws when something still waits after 15 seconds. */
export async function sealAll(sealer: Sealer): Promise<void> {
  const waiting = await sealer.sealEverything(PATIENCE_MS)
  if (waiting > 0) throw new Error(`${waiting} events still wait for their seal.`)
}

async function countLeaves(connection: ConnectionSettings): Promise<number> {
  return withAdminClient(connection, async (client) => {
    const { rows } = await client.query('select count(*)::integer as n from audit_leaf')
    return Number(rows[0]?.n)
  })
}

/** Seals a whole database, publishes its checkpoints to a data folder and ends. Returns how many events that were. */
export async function sealDatabase(connection: ConnectionSettings, folder: string): Promise<number> {
  const before = await countLeaves(connection)
  const database = openDatabase({ connection, roleSecret: testRoleSecret(), poolSize: 2 })
  const failures: Error[] = []
  try {
    const sealer = await startSealer({
      database,
      key: makeAuditKey(makeVault(TEST_SECRET_KEY), readConfig({}).auditOrigin),
      checkpointFile: checkpointFileIn(folder),
      intervalMs: HOUR_MS,
      onError: (error) => failures.push(error),
    })
    if (failures[0]) throw failures[0]
    await sealAll(sealer)
    await sealer.stop()
  } finally {
    await database.close()
  }
  return (await countLeaves(connection)) - before
}
