import type { Database } from '#platform/database.ts'
import { digestOf } from './digest.ts'

/** Why a grant ended. */
export type GrantEnd = 'reuse' | 'revoked' | 'deleted'

/** Notes that an OAuth grant stands on a delegation. */
export async function keepGrant(
  database: Database,
  grant: { readonly grantId: string; readonly clientId: string; readonly delegationId: string },
): Promise<void> {
  await database
    .pool('liaison_auth')
    .query('insert into oauth_grant (grant_hash, client_id, delegation_id) values ($1, $2, $3)', [
      digestOf(grant.grantId),
      grant.clientId,
      grant.delegationId,
    ])
}

/** An OAuth grant. */
export interface KnownGrant {
  readonly delegationId: string
  readonly proofKey: string | null
  readonly hasEnded: boolean
}

/** What a grant stands on; null for one that never was. */
export async function findGrant(database: Database, grantId: string): Promise<KnownGrant | null> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ delegation_id: string; proof_key: string | null; ended: boolean }>(
      'select delegation_id, proof_key, ended_at is not null as ended from oauth_grant where grant_hash = $1',
      [digestOf(grantId)],
    )
  const row = rows[0]
  return row ? { delegationId: row.delegation_id, proofKey: row.proof_key, hasEnded: row.ended } : null
}

/** A grant that has just ended. */
export interface EndedGrant {
  readonly clientId: string
  readonly delegationId: string
}

/**
 * Ends a grant: its codes and refresh tokens go, the access tokens issued under it are revoked. The delegation stays.
 * Null when it had ended before.
 */
export async function endGrant(
  database: Database,
  grantHash: Buffer,
  reason: GrantEnd,
): Promise<EndedGrant | null> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ client_id: string; delegation_id: string }>(
      'update oauth_grant set ended_at = statement_timestamp(), end_reason = $2 where grant_hash = $1 and ended_at is null returning client_id, delegation_id',
      [grantHash, reason],
    )
  const row = rows[0]
  return row ? { clientId: row.client_id, delegationId: row.delegation_id } : null
}

/** Ends every grant of a client on one delegation; returns how many. */
export async function endGrantsOf(
  database: Database,
  grants: { readonly clientId: string; readonly delegationId: string },
): Promise<number> {
  const { rowCount } = await database
    .pool('liaison_auth')
    .query(
      `update oauth_grant set ended_at = statement_timestamp(), end_reason = 'deleted' where client_id = $1 and delegation_id = $2 and ended_at is null`,
      [grants.clientId, grants.delegationId],
    )
  return rowCount ?? 0
}

/** Whether an access token was issued to this client, and neither revoked nor over: a signature alone makes no token. */
export async function isIssued(
  database: Database,
  token: { readonly tokenId: string; readonly clientId: string },
): Promise<boolean> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ counts: boolean }>('select access.token_counts_until($1, $2) is not null as counts', [
      token.clientId,
      token.tokenId,
    ])
  return rows[0]?.counts === true
}

/** Revokes one access token until its end (RFC 7009); false when it was revoked before. */
export async function revokeToken(
  database: Database,
  token: { readonly tokenId: string; readonly clientId: string; readonly endsAt: Date },
): Promise<boolean> {
  const { rowCount } = await database
    .pool('liaison_auth')
    .query(
      'insert into revoked_token (jti_hash, client_id, ends_at) values ($1, $2, $3) on conflict do nothing',
      [digestOf(token.tokenId), token.clientId, token.endsAt],
    )
  return rowCount === 1
}
