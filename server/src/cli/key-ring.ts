import type { Config } from '#platform/config.ts'
import { openDatabase } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { startKeyRing } from '#platform/credentials/key-ring.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { refuseOtherMarks } from '../installation-marks.ts'

/**
 * Lends the vault of the installation with every data key that there is. Refuses another root key than the installation's
 * and, where `config` is given, another name of its audit log.
 */
export async function withVault<Result>(
  installation: Installation,
  work: (vault: Vault) => Promise<Result>,
  config?: Pick<Config, 'auditOrigin'>,
): Promise<Result> {
  await refuseOtherMarks(installation, config)
  const { admin, roleSecret, secretKey } = installation
  const database = openDatabase({ connection: admin, roleSecret, poolSize: 1 })
  try {
    // A command is over before a key that is made meanwhile is used; it looks once.
    const ring = await startKeyRing({ database, secretKey, onError: () => undefined })
    ring.stop()
    return await work(makeVault(secretKey, ring))
  } finally {
    await database.close()
  }
}
