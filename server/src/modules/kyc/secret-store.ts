import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { placeOfSecret } from './event-store.ts'
import type { KycTables, Vendor } from './tables.ts'

/** Who keeps a secret, and what seals it. */
export interface Keeping {
  readonly mandate: Mandate<'program' | 'system'>
  readonly vault: Vault
}

/** Keeps a secret sealed and bound to its row; it lasts until it is replaced. */
export async function insertSecret(
  { mandate, vault }: Keeping,
  kept: { readonly partnerId: string; readonly vendor: Vendor; readonly by: string; readonly secret: Buffer },
): Promise<void> {
  const [result] = await runStatements(mandate, [{ text: 'select uuidv7() as id', values: [] }])
  const id = String(result?.rows[0]?.['id'])
  await tables<KycTables>(mandate)
    .insertInto('kyc_secret')
    .values({
      id,
      partner_id: kept.partnerId,
      provider: kept.vendor,
      sealed_secret: vault.seal(kept.secret, placeOfSecret(id)),
      created_by_name: kept.by,
    })
    .execute()
}

/** Ends what lasts now: after the overlap, or at once when it is 0. What ended before is removed. */
export async function endSecrets(
  mandate: Mandate<'program'>,
  ending: { readonly vendor: Vendor; readonly overlapHours: number },
): Promise<void> {
  const own = tables<KycTables>(mandate)
  await own
    .deleteFrom('kyc_secret')
    .where('provider', '=', ending.vendor)
    .where('ends_at', 'is not', null)
    .execute()
  await own
    .updateTable('kyc_secret')
    .set({ ends_at: sql<Date>`statement_timestamp() + make_interval(hours => ${ending.overlapHours})` })
    .where('provider', '=', ending.vendor)
    .where('ends_at', 'is', null)
    .execute()
}

/** The keys of the partner's vendors, the newest first; never the secret itself. */
export function listSecrets(mandate: Mandate<'program'>) {
  return tables<KycTables>(mandate)
    .selectFrom('kyc_secret')
    .select(['id', 'provider', 'created_at', 'created_by_name', 'ends_at'])
    .orderBy('created_at', 'desc')
    .execute()
}
