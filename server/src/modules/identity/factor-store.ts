import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { IdentityTables } from './tables.ts'

/** A passkey as it is shown to its owner. */
export interface PasskeyRow {
  readonly id: string
  readonly label: string
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

/** A passkey as it is verified with. */
export interface PasskeyCredential {
  readonly id: string
  readonly personId: string
  readonly credentialId: string
  readonly publicKey: Buffer
  readonly signCount: number
  readonly transports: readonly string[]
}

/** The confirmed authenticator app of a person: its sealed secret, and the last 30-second step that was used. */
export async function findTotp(
  mandate: Mandate<'identity'>,
  personId: string,
): Promise<{ readonly sealed: Buffer; readonly lastStep: number } | null> {
  const row = await tables<IdentityTables>(mandate)
    .selectFrom('totp_factor')
    .select(['secret as sealed', 'last_step as lastStep'])
    .where('person_id', '=', personId)
    .where('confirmed_at', 'is not', null)
    .executeTakeFirst()
  return row ?? null
}

/** Takes a 30-second step; false when it or a later one was taken before, whoever else tries at the same moment (RFC 6238 section 5.2). */
export async function takeTotpStep(
  mandate: Mandate<'identity'>,
  personId: string,
  step: number,
): Promise<boolean> {
  const { numUpdatedRows } = await tables<IdentityTables>(mandate)
    .updateTable('totp_factor')
    .set({ last_step: step })
    .where('person_id', '=', personId)
    .where('confirmed_at', 'is not', null)
    .where('last_step', '<', step)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Keeps a confirmed authenticator app; false when the person has one already. */
export async function addTotp(
  mandate: Mandate<'identity'>,
  personId: string,
  factor: { readonly secret: Buffer; readonly step: number },
): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await tables<IdentityTables>(mandate)
    .insertInto('totp_factor')
    .values({
      person_id: personId,
      secret: factor.secret,
      last_step: factor.step,
      confirmed_at: sql<Date>`statement_timestamp()`,
    })
    .onConflict((conflict) => conflict.column('person_id').doNothing())
    .executeTakeFirst()
  return (numInsertedOrUpdatedRows ?? 0n) > 0n
}

/** Removes the authenticator app. */
export async function removeTotp(mandate: Mandate<'identity'>, personId: string): Promise<boolean> {
  const { numDeletedRows } = await tables<IdentityTables>(mandate)
    .deleteFrom('totp_factor')
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** Replaces all recovery codes. */
export async function replaceRecoveryCodes(
  mandate: Mandate<'identity'>,
  personId: string,
  hashes: readonly Buffer[],
): Promise<void> {
  await runStatements(mandate, [
    { text: 'delete from recovery_code where person_id = $1', values: [personId] },
    {
      text: `insert into recovery_code (person_id, hash) select $1::uuid, decode(code, 'hex') from unnest($2::text[]) code`,
      values: [personId, hashes.map((hash) => hash.toString('hex'))],
    },
  ])
}

/** Uses a recovery code, once. */
export async function takeRecoveryCode(
  mandate: Mandate<'identity'>,
  personId: string,
  hash: Buffer,
): Promise<boolean> {
  const { numUpdatedRows } = await tables<IdentityTables>(mandate)
    .updateTable('recovery_code')
    .set({ used_at: sql<Date>`statement_timestamp()` })
    .where('person_id', '=', personId)
    .where('hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** How many recovery codes are left. */
export async function countRecoveryCodes(mandate: Mandate<'identity'>, personId: string): Promise<number> {
  const row = await tables<IdentityTables>(mandate)
    .selectFrom('recovery_code')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('person_id', '=', personId)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return row?.count ?? 0
}

/** Removes all recovery codes, when no factor is left that they stand in for. */
export async function dropRecoveryCodes(mandate: Mandate<'identity'>, personId: string): Promise<void> {
  await tables<IdentityTables>(mandate)
    .deleteFrom('recovery_code')
    .where('person_id', '=', personId)
    .execute()
}

/** The passkeys of a person, oldest first. */
export async function listPasskeys(mandate: Mandate<'identity'>, personId: string): Promise<PasskeyRow[]> {
  const rows = await tables<IdentityTables>(mandate)
    .selectFrom('passkey')
    .select(['id', 'label', 'created_at', 'last_used_at'])
    .where('person_id', '=', personId)
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    label: row.label,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }))
}

const credentials = (mandate: Mandate) =>
  tables<IdentityTables>(mandate)
    .selectFrom('passkey')
    .select(['id', 'person_id', 'credential_id', 'public_key', 'sign_count', 'transports'])

type CredentialRow = Awaited<ReturnType<ReturnType<typeof credentials>['execute']>>[number]

function toCredential(row: CredentialRow): PasskeyCredential {
  return {
    id: row.id,
    personId: row.person_id,
    credentialId: row.credential_id,
    publicKey: row.public_key,
    signCount: row.sign_count,
    transports: row.transports,
  }
}

/** What a browser is told about the passkeys that a person has. */
export async function listCredentials(
  mandate: Mandate<'identity'>,
  personId: string,
): Promise<PasskeyCredential[]> {
  const rows = await credentials(mandate).where('person_id', '=', personId).execute()
  return rows.map(toCredential)
}

/** The passkey with this credential id, whoever's it is. */
export async function findCredential(
  mandate: Mandate<'identity'>,
  credentialId: string,
): Promise<PasskeyCredential | null> {
  const row = await credentials(mandate).where('credential_id', '=', credentialId).executeTakeFirst()
  return row ? toCredential(row) : null
}

/** Notes that a passkey was used. */
export async function touchPasskey(
  mandate: Mandate<'identity'>,
  id: string,
  signCount: number,
): Promise<void> {
  await tables<IdentityTables>(mandate)
    .updateTable('passkey')
    .set({ sign_count: signCount, last_used_at: sql<Date>`statement_timestamp()` })
    .where('id', '=', id)
    .execute()
}

/** Keeps a new passkey. */
export async function addPasskey(
  mandate: Mandate<'identity'>,
  passkey: Omit<PasskeyCredential, 'id'> & { readonly label: string },
): Promise<void> {
  await tables<IdentityTables>(mandate)
    .insertInto('passkey')
    .values({
      person_id: passkey.personId,
      credential_id: passkey.credentialId,
      public_key: passkey.publicKey,
      sign_count: passkey.signCount,
      transports: [...passkey.transports],
      label: passkey.label,
    })
    .execute()
}

/** Removes a passkey of its owner. */
export async function removePasskey(
  mandate: Mandate<'identity'>,
  personId: string,
  id: string,
): Promise<boolean> {
  const { numDeletedRows } = await tables<IdentityTables>(mandate)
    .deleteFrom('passkey')
    .where('id', '=', id)
    .where('person_id', '=', personId)
    .executeTakeFirst()
  return numDeletedRows > 0n
}

/** The public form of a passkey's id. */
export function toPasskeyId(id: string): string {
  return publicIdOf('passkey', id)
}
