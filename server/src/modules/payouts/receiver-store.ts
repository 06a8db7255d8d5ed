import { sql } from 'kysely'
import { makeSealedSecret } from '#platform/outgoing/sealed-secret.ts'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import type { PayoutTables } from './tables.ts'

type Provider = Mandate<'platform'>

/** Where the keys are kept that sign what is handed over. */
export const RECEIVER_PLACES = {
  secret: (id: string): string => placeIn(SEALED_COLUMNS.payoutReceiverSecret, id),
  seed: (id: string): string => placeIn(SEALED_COLUMNS.payoutReceiverSeed, id),
}

/** Where batches are handed over now: the newest version. */
export function getReceiver(mandate: Provider) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_receiver')
    .selectAll()
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow()
}

export type ReceiverRow = Awaited<ReturnType<typeof getReceiver>>

/** Puts another version in force. */
export async function insertReceiver(
  mandate: Provider,
  next: { readonly version: number; readonly url: string | null },
): Promise<ReceiverRow> {
  await tables<PayoutTables>(mandate)
    .insertInto('payout_receiver')
    .values({ ...next, set_by: mandate.actor.id, set_by_name: mandate.actor.name })
    .execute()
  return getReceiver(mandate)
}

/** The keys that sign now, without their secret halves, the newest first. */
export function listKeys(mandate: Provider) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_receiver_secret')
    .select(['public_key', 'ends_at'])
    .where((builder) =>
      builder.or([builder('ends_at', 'is', null), builder('ends_at', '>', sql<Date>`statement_timestamp()`)]),
    )
    .orderBy('ends_at', (order) => order.desc().nullsFirst())
    .execute()
}

/** Drops the keys that sign, all of them, or all but the newest, which signs on for so many hours. */
async function retireKeys(mandate: Provider, overlapHours: number): Promise<void> {
  await tables<PayoutTables>(mandate)
    .deleteFrom('payout_receiver_secret')
    .where((builder) => builder.or([builder('ends_at', 'is not', null), builder.val(overlapHours === 0)]))
    .execute()
  await tables<PayoutTables>(mandate)
    .updateTable('payout_receiver_secret')
    .set({ ends_at: sql<Date>`statement_timestamp() + make_interval(hours => ${overlapHours})` })
    .where('ends_at', 'is', null)
    .execute()
}

/** Has nothing signed any more. */
export const dropKeys = (mandate: Provider): Promise<void> => retireKeys(mandate, 0)

/** Puts a new secret in force; the one before signs on for the overlap. Answers it as it is shown this once. */
export async function renewKeys(mandate: Provider, vault: Vault, overlapHours: number): Promise<string> {
  const [result] = await runStatements(mandate, [{ text: 'select uuidv7() as id', values: [] }])
  const made = makeSealedSecret(vault, String(result?.rows[0]?.['id']), RECEIVER_PLACES)
  await retireKeys(mandate, overlapHours)
  await tables<PayoutTables>(mandate)
    .insertInto('payout_receiver_secret')
    .values({
      id: made.id,
      sealed_secret: made.sealed,
      sealed_signing_key: made.sealedSigningKey,
      public_key: made.publicKey,
    })
    .execute()
  return made.shown
}
