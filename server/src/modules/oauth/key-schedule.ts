import type { Vault } from '#platform/credentials/vault.ts'
import type { Database } from '#platform/database.ts'
import { rotateOldKeys } from './key-store.ts'
import { makeSigningKey } from './keys.ts'

/**
 * Takes the next key into use once the one that signs has done so for this many days (0: never), so that nobody need think
 * of it. Processes that do it at once rotate once. Whether this one did. Source: reliability.md section 9, 90 days.
 */
export async function rotateKeysInTime(
  database: Database,
  { vault, days }: { readonly vault: Vault; readonly days: number },
): Promise<boolean> {
  if (days === 0) return false
  return rotateOldKeys(database, days, () => makeSigningKey(vault))
}
