import { sql } from 'kysely'
import { ProblemError } from '#platform/problem.ts'
import { takeTurn } from '#platform/turn.ts'
import { db, revocationBy } from './agency-store.ts'
import type { TenantMandate } from './agency-store.ts'
import type { KEY_SCOPES } from './tables.ts'
import { HASH_KEY_ID } from './token.ts'

export type KeyScope = (typeof KEY_SCOPES)[number]

const MOST_KEYS = 10

function keys(mandate: TenantMandate) {
  return db(mandate)
    .selectFrom('agency_key as k')
    .leftJoin('agency_credential_use as u', 'u.credential_id', 'k.id')
    .where('k.tenant_id', '=', mandate.tenant.id)
    .select([
      'k.id',
      'k.agency_id',
      'k.name',
      'k.display_prefix',
      'k.last4',
      'k.scopes',
      'k.allowed_voucher_types',
      'k.calls_per_minute',
      'k.status',
      'k.created_by_name',
      'k.created_at',
      'k.revoked_at',
      'k.revoked_by_name',
      'k.revoked_reason',
      'u.last_used_at',
    ])
    .select(sql<string[]>`k.allowed_networks::text[]`.as('allowed_networks'))
}

export type KeyRow = Awaited<ReturnType<ReturnType<typeof keys>['execute']>>[number]

/** The server keys of an agency: those that work before the last of those that do not, the newest of each first. */
export function listKeys(mandate: TenantMandate, agencyId: string): Promise<KeyRow[]> {
  return keys(mandate)
    .where('k.agency_id', '=', agencyId)
    .orderBy(sql`k.status = 'active'`, 'desc')
    .orderBy('k.id', 'desc')
    .limit(50)
    .execute()
}

/** One server key. Throws AGENCY_KEY_NOT_FOUND, also for one of another organisation. */
export async function getKey(mandate: TenantMandate, id: string): Promise<KeyRow> {
  const row = await keys(mandate).where('k.id', '=', id).executeTakeFirst()
  if (row) return row
  throw new ProblemError(404, 'AGENCY_KEY_NOT_FOUND', 'No server key of your organisation has this id.')
}

export interface NewKey {
  readonly agencyId: string
  readonly name: string
  readonly hash: Buffer
  readonly display_prefix: string
  readonly last4: string
  readonly scopes: readonly KeyScope[]
  readonly allowed_voucher_types: readonly string[]
  readonly allowed_networks: readonly string[]
  readonly calls_per_minute: number
}

/** Keeps a server key's digest; returns its id. Throws AGENCY_LIMIT_REACHED. */
export async function insertKey(mandate: TenantMandate, key: NewKey): Promise<string> {
  await takeTurn(mandate, 'keys of an agency', key.agencyId)
  const live = await keys(mandate)
    .where('k.agency_id', '=', key.agencyId)
    .where('k.status', '=', 'active')
    .execute()
  if (live.length >= MOST_KEYS)
    throw new ProblemError(
      409,
      'AGENCY_LIMIT_REACHED',
      `An agency has at most ${MOST_KEYS} server keys that work.`,
    )
  const { id } = await db(mandate)
    .insertInto('agency_key')
    .values({
      tenant_id: mandate.tenant.id,
      agency_id: key.agencyId,
      name: key.name,
      key_hash: key.hash,
      hash_key_id: HASH_KEY_ID,
      display_prefix: key.display_prefix,
      last4: key.last4,
      scopes: [...key.scopes],
      allowed_voucher_types: [...key.allowed_voucher_types],
      allowed_networks: [...key.allowed_networks],
      calls_per_minute: key.calls_per_minute,
      created_by: mandate.actor.id,
      created_by_name: mandate.actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Ends a server key at once. Throws AGENCY_KEY_STATE_CONFLICT. */
export async function revokeKey(mandate: TenantMandate, row: KeyRow, reason: string): Promise<void> {
  const revoked = await db(mandate)
    .updateTable('agency_key')
    .set(revocationBy(mandate, reason))
    .where('tenant_id', '=', mandate.tenant.id)
    .where('id', '=', row.id)
    .where('status', '=', 'active')
    .executeTakeFirst()
  if (revoked.numUpdatedRows === 0n)
    throw new ProblemError(409, 'AGENCY_KEY_STATE_CONFLICT', 'The server key was stopped before.')
}
