import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { RunSql } from '#platform/admin.ts'
import { formatKeyList, makeNoteSigner } from '#platform/signed-log/index.ts'
import type { NoteSigner } from '#platform/signed-log/index.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { insertKey, readKeyRows, readSealedSize, replaceSealedKey, waitForPlace } from './key-store.ts'
import type { KeyRow } from './key-store.ts'

const SEED_BYTES = 32
const FIRST = 1

const Body = z.strictObject({
  verifier_key: z.string(),
  after_size: z.int().min(0),
  is_predecessor_stolen: z.boolean(),
  seed: z.base64().nullable(),
})
type Body = z.output<typeof Body>

/** The first key of an installation's audit log, and how those that follow it are opened. */
export interface AuditKey extends NoteSigner {
  /** What was sealed for a later key. Throws when it was altered or belongs to another number. */
  open(row: KeyRow): Body
  seal(number: number, body: Body): Buffer
}

const placeOf = (number: number): string => placeIn(SEALED_COLUMNS.auditKey, number)

/** The first key: Ed25519, derived from the root secret; `origin` is the name of the log. */
export function makeAuditKey(vault: Vault, origin: string): AuditKey {
  return {
    ...makeNoteSigner(origin, vault.deriveKey('audit log signing')),
    open: ({ number, sealed }) =>
      Body.parse(JSON.parse(vault.open(sealed, placeOf(number)).toString('utf8'))),
    seal: (number, body) => vault.seal(Buffer.from(JSON.stringify(body)), placeOf(number)),
  }
}

/** The keys of the log as they are now. */
export interface AuditKeys {
  readonly signer: NoteSigner
  /** For `makeLogVerifier`: every key with its sizes. */
  readonly list: string
}

function openAll(first: AuditKey, rows: readonly KeyRow[]): Body[] {
  return rows.map((row, index) => {
    const body = first.open(row)
    if (row.number !== FIRST + 1 + index || row.verifierKey !== body.verifier_key)
      throw new Error(`The key ${row.number} of the audit log is not what was stored.`)
    return body
  })
}

function listOf(first: AuditKey, bodies: readonly Body[]): string {
  const keys = [
    { verifierKey: first.verifierKey, afterSize: 0 },
    ...bodies.map((body) => ({ verifierKey: body.verifier_key, afterSize: body.after_size })),
  ]
  return formatKeyList(
    keys.map((key, index) => {
      const next = bodies[index]
      return {
        ...key,
        untilSize: next?.after_size ?? null,
        isStolen: next?.is_predecessor_stolen ?? false,
      }
    }),
  )
}

function signerOf(first: AuditKey, bodies: readonly Body[]): NoteSigner {
  const newest = bodies.at(-1)
  if (!newest) return first
  if (newest.seed === null) throw new Error('The newest key of the audit log has lost its private half.')
  return makeNoteSigner(first.name, Buffer.from(newest.seed, 'base64'))
}

/** Reads the keys. Throws when what the database holds is not what an owner of the data key put there. */
export async function readAuditKeys(run: RunSql, first: AuditKey): Promise<AuditKeys> {
  const bodies = openAll(first, await readKeyRows(run))
  return { signer: signerOf(first, bodies), list: listOf(first, bodies) }
}

/** What a rotation came to. */
export interface AuditKeyRotation {
  readonly number: number
  readonly verifier_key: string
  /** Checkpoints of up to so many events are those of the keys before. */
  readonly after_size: number
}

/**
 * Ends the key that signs checkpoints and begins the next, between two rounds of the sealer: no checkpoint is lost and
 * none has two keys. The private half of the ended key is removed. Source: reliability.md R10.
 */
export async function rotateAuditKey(
  run: RunSql,
  first: AuditKey,
  { isStolen, reason }: { readonly isStolen: boolean; readonly reason: string | null },
): Promise<AuditKeyRotation> {
  await waitForPlace(run)
  const rows = await readKeyRows(run)
  const ended = openAll(first, rows).at(-1)
  const number = FIRST + 1 + rows.length
  const seed = randomBytes(SEED_BYTES)
  const { verifierKey } = makeNoteSigner(first.name, seed)
  const body = {
    verifier_key: verifierKey,
    after_size: await readSealedSize(run),
    is_predecessor_stolen: isStolen,
    seed: seed.toString('base64'),
  }
  if (ended) await replaceSealedKey(run, number - 1, first.seal(number - 1, { ...ended, seed: null }))
  await insertKey(run, {
    number,
    verifierKey,
    afterSize: body.after_size,
    isPredecessorStolen: isStolen,
    reason,
    sealed: first.seal(number, body),
  })
  return { number, verifier_key: verifierKey, after_size: body.after_size }
}
