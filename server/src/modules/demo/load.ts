import { digestRecoveryCode, sealTotpSecret } from '#modules/identity/index.ts'
import { hashPassword } from '#platform/credentials/password-hash.ts'
import { inAdminTransaction } from '#platform/admin.ts'
import type { ConnectionSettings } from '#platform/database.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { lockEmptyDatabase } from './store.ts'

/** The installation that a demo world is loaded into. */
export interface DemoTarget {
  /** The administrator's connection of an embedded database. */
  readonly admin: ConnectionSettings
  readonly secretKey: string
  readonly dataDir: string
  readonly now: Date
}

/** Loads the demo world into an embedded database that holds no record yet; tells whether it did. */
export async function loadDemoIfEmpty({ admin, secretKey, dataDir, now }: DemoTarget): Promise<boolean> {
  if (!(await inAdminTransaction(admin, lockEmptyDatabase))) return false
  // What makes the world is much, and the first start alone needs it.
  const { loadDemoWorld } = await import('./world.ts')
  const vault = makeVault(secretKey)
  const credentials = {
    hashPassword,
    hashRecoveryCode: (personId: string, code: string) => digestRecoveryCode(vault, personId, code),
    sealTotpSecret: (personId: string, secret: Buffer) => sealTotpSecret(vault, personId, secret),
  }
  return (await loadDemoWorld({ connection: admin, vault, dataDir, now, credentials })) !== null
}
