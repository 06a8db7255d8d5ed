import { openDatabase } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { startKeyRing } from '#platform/credentials/key-ring.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import type { Vault } from '#platform/credentials/vault.ts'

/** Lends the vault of the installation with every data key that there is. */
export async function withVault<Result>(
  { admin, roleSecret, secretKey }: Installation,
  work: (vault: Vault) => Promise<Result>,
): Promise<Result> {
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
