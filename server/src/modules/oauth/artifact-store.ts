import { decodeId } from '@liaison/access'
import type { Database } from '#platform/database.ts'
import { digestOf } from './digest.ts'

/** What the library hands over of one artifact. The id is the bearer's secret, so it is kept as its digest and put back at reading. */
export interface StoredPayload {
  readonly [name: string]: unknown
}

interface ArtifactRow {
  readonly payload: StoredPayload
  readonly consumed: number | null
}

const LIVE = 'expires_at > statement_timestamp()'

function withoutSecrets(payload: StoredPayload): StoredPayload {
  // A grant id opens nothing by itself, but it names the family; the payload needs it whole.
  const { jti: _jti, ...rest } = payload
  return rest
}

/** Keeps an artifact until its end. */
export async function keepArtifact(
  database: Database,
  model: string,
  kept: { readonly id: string; readonly payload: StoredPayload; readonly seconds: number },
): Promise<void> {
  const { id, payload, seconds } = kept
  const grantId = typeof payload['grantId'] === 'string' ? payload['grantId'] : null
  const clientId =
    typeof payload['clientId'] === 'string' ? decodeId('api_client', payload['clientId']) : null
  await database.pool('liaison_auth').query(
    `insert into oauth_artifact (model, id_hash, grant_hash, client_id, payload, expires_at)
     values ($1, $2, $3, $4, $5, statement_timestamp() + make_interval(secs => $6))
     on conflict (model, id_hash) do update set payload = excluded.payload, expires_at = excluded.expires_at, grant_hash = excluded.grant_hash`,
    [
      model,
      digestOf(id),
      grantId === null ? null : digestOf(grantId),
      clientId,
      JSON.stringify(withoutSecrets(payload)),
      seconds,
    ],
  )
}

/** An artifact that has not expired, as the library expects it; undefined otherwise. */
export async function findArtifact(
  database: Database,
  model: string,
  id: string,
): Promise<StoredPayload | undefined> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<ArtifactRow>(
      `select payload, extract(epoch from consumed_at)::integer as consumed from oauth_artifact where model = $1 and id_hash = $2 and ${LIVE}`,
      [model, digestOf(id)],
    )
  const row = rows[0]
  if (!row) return undefined
  return { ...row.payload, jti: id, ...(row.consumed !== null && { consumed: row.consumed }) }
}

/**
 * Uses a single-use artifact. False when it was used before: the one conditional update decides, however many try at
 * the same moment.
 */
export async function consumeArtifact(database: Database, model: string, id: string): Promise<boolean> {
  const { rowCount } = await database
    .pool('liaison_auth')
    .query(
      `update oauth_artifact set consumed_at = statement_timestamp() where model = $1 and id_hash = $2 and consumed_at is null and ${LIVE} returning id_hash`,
      [model, digestOf(id)],
    )
  return rowCount === 1
}

/**
 * Puts an artifact that waits under its grant, once; false when another process did, or it is gone or used. It never
 * brings one back: what was removed meanwhile stays away.
 */
export async function bindToGrant(
  database: Database,
  model: string,
  bound: { readonly id: string; readonly grantId: string; readonly more: StoredPayload },
): Promise<boolean> {
  const { id, grantId, more } = bound
  const { rowCount } = await database
    .pool('liaison_auth')
    .query(
      `update oauth_artifact set payload = payload || $3::jsonb, grant_hash = $4 where model = $1 and id_hash = $2 and grant_hash is null and consumed_at is null and ${LIVE}`,
      [model, digestOf(id), JSON.stringify({ ...more, grantId }), digestOf(grantId)],
    )
  return rowCount === 1
}

/** The grant that an artifact belongs to, consumed or not. */
export async function grantHashOf(database: Database, model: string, id: string): Promise<Buffer | null> {
  const { rows } = await database
    .pool('liaison_auth')
    .query<{ grant_hash: Buffer | null }>(
      'select grant_hash from oauth_artifact where model = $1 and id_hash = $2',
      [model, digestOf(id)],
    )
  return rows[0]?.grant_hash ?? null
}

/** Removes one artifact; nothing happens when it is gone already. */
export async function removeArtifact(database: Database, model: string, id: string): Promise<void> {
  await database
    .pool('liaison_auth')
    .query('delete from oauth_artifact where model = $1 and id_hash = $2', [model, digestOf(id)])
}

/** Keeps an interaction for longer, or for less. */
export async function keepFor(
  database: Database,
  model: string,
  kept: { readonly id: string; readonly seconds: number },
): Promise<void> {
  await database
    .pool('liaison_auth')
    .query(
      'update oauth_artifact set expires_at = statement_timestamp() + make_interval(secs => $3) where model = $1 and id_hash = $2',
      [model, digestOf(kept.id), kept.seconds],
    )
}

/** Removes the artifacts of one model that belong to a grant. */
export async function removeByGrant(database: Database, model: string, grantId: string): Promise<void> {
  await database
    .pool('liaison_auth')
    .query('delete from oauth_artifact where model = $1 and grant_hash = $2', [model, digestOf(grantId)])
}

/** What is written of a use, and where nothing is there that says so already. */
const USE_ONCE = `insert into oauth_replay (key_hash, ends_at)
  select $1::bytea, statement_timestamp() + make_interval(secs => $2) from wait
  on conflict (key_hash) do update set ends_at = excluded.ends_at where oauth_replay.ends_at <= statement_timestamp()`

async function noteUse(
  database: Database,
  key: string,
  { seconds, commit }: { readonly seconds: number; readonly commit: 'on' | 'off' },
): Promise<boolean> {
  const { rowCount } = await database.pool('liaison_auth').query({
    name: `oauth_use_once_${commit}`,
    text: `with wait as materialized (select set_config('synchronous_commit', '${commit}', true)) ${USE_ONCE}`,
    values: [digestOf(key), seconds],
  })
  return rowCount === 1
}

/**
 * Notes that something good for one use was used; false when it was used before and that still counts. The insert is
 * the check (delegation.md section 2, trap 2), and what it answered outlives a crash.
 */
export function useOnce(database: Database, key: string, seconds: number): Promise<boolean> {
  return noteUse(database, key, { seconds, commit: 'on' })
}

/**
 * The same for the proof of one call, which nobody can make use of without the token's key at its own method and address:
 * it does not wait for the disk, so a crash of the database may forget the uses of the last half second.
 */
export function useProofOnce(database: Database, key: string, seconds: number): Promise<boolean> {
  return noteUse(database, key, { seconds, commit: 'off' })
}

/** Deletes what has expired; of tokens what no clock takes for running any more. Returns how many rows went. */
export async function sweepAuthorizationServer(database: Database): Promise<number> {
  const pool = database.pool('liaison_job')
  const gone = [
    await pool.query('delete from oauth_artifact where expires_at <= statement_timestamp()'),
    await pool.query('delete from oauth_replay where ends_at <= statement_timestamp()'),
    await pool.query(
      'delete from issued_token where ends_at <= statement_timestamp() - access.token_leeway()',
    ),
    await pool.query(
      'delete from revoked_token where ends_at <= statement_timestamp() - access.token_leeway()',
    ),
  ]
  return gone.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0)
}
