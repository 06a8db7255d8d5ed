import type { RunSql } from '#platform/admin.ts'
import { LOCK } from './seal-store.ts'

/** A key after the first, as it is stored. */
export interface KeyRow {
  readonly number: number
  readonly verifierKey: string
  readonly sealed: Buffer
}

/** The keys after the first, in order. */
export async function readKeyRows(run: RunSql): Promise<KeyRow[]> {
  const rows = await run('select number, verifier_key, sealed_key from audit_key order by number')
  return rows.map((row) => {
    if (!Buffer.isBuffer(row['sealed_key'])) throw new Error('A key of the audit log is no bytes.')
    return {
      number: Number(row['number']),
      verifierKey: String(row['verifier_key']),
      sealed: row['sealed_key'],
    }
  })
}

/** Waits until no sealer works and keeps them from it until the transaction ends. */
export async function waitForPlace(run: RunSql): Promise<void> {
  await run(`select pg_advisory_xact_lock(${LOCK})`)
}

/** How many events are under a checkpoint. */
export async function readSealedSize(run: RunSql): Promise<number> {
  const [row] = await run('select coalesce(max(size), 0) as size from audit_checkpoint')
  return Number(row?.['size'])
}

/** Stores a new key. */
export async function insertKey(
  run: RunSql,
  key: KeyRow & {
    readonly afterSize: number
    readonly isPredecessorStolen: boolean
    readonly reason: string | null
  },
): Promise<void> {
  await run(
    `insert into audit_key (number, verifier_key, after_size, is_predecessor_stolen, reason, sealed_key) values ($1, $2, $3, $4, $5, $6)`,
    [key.number, key.verifierKey, key.afterSize, key.isPredecessorStolen, key.reason, key.sealed],
  )
}

/** Puts another sealed value in the place of a key's. */
export async function replaceSealedKey(run: RunSql, number: number, sealed: Buffer): Promise<void> {
  await run('update audit_key set sealed_key = $2 where number = $1', [number, sealed])
}
