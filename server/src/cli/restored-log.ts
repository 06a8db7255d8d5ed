import { existsSync } from 'node:fs'
import {
  checkpointFileIn,
  makeAuditKey,
  readAuditKeys,
  readNamedNotes,
  startSealer,
  verifyDatabase,
} from '#modules/audit/index.ts'
import { inAdminTransaction, withAdminClient } from '#platform/admin.ts'
import { openDatabase } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { recordEvent } from '#platform/mandate.ts'
import { actAsOperator } from '#platform/operator.ts'
import { makeLogVerifier } from '#platform/signed-log/index.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { keepAuditOrigin } from '../installation-marks.ts'
import { CommandError } from './command.ts'
import type { Surroundings } from './command.ts'
import { addFreeze, findFreeze } from './freeze-store.ts'
import { withVault } from './key-ring.ts'

const SEAL_INTERVAL_MS = 3_600_000
/** How long a restore waits for transactions of other databases of the cluster; what they hold back is counted as unsealed. */
const SEAL_PATIENCE_MS = 30_000

/** What is known of the audit log at the moment that was restored. */
export interface RestoredLog {
  /** How many events were signed at that moment. */
  readonly size: number
  /** The newest checkpoint of that moment, where it was kept with the rows. */
  readonly checkpoint: string | null
}

/** What the check of a restored audit log came to. */
export interface RestoredAudit {
  readonly events: number
  readonly sealed: number
  readonly unsealed: number
  readonly root: string
  /** Signed events that were written after the moment that was restored, as far as checkpoints kept elsewhere tell. */
  readonly lacking: number
}

/** Refuses when the data folder still says what the log held before: it shows later what the restored log lacks. */
export function refuseOldCheckpoints({ config }: Surroundings): void {
  const file = checkpointFileIn(config.dataDir)
  if (existsSync(file))
    throw new CommandError(
      `${file} says what the audit log held before. Keep it elsewhere: it shows later what the restored log lacks.`,
    )
}

/**
 * Seals what was committed but not sealed at the moment of the backup, before anything new is written, and lets sealing
 * begin anew: transaction numbers of another cluster mean nothing in this one. Source: reliability.md section 1.
 */
async function sealLeftOver(
  { admin, roleSecret }: Installation,
  { config }: Surroundings,
  vault: Vault,
): Promise<void> {
  const database = openDatabase({ connection: admin, roleSecret, poolSize: 2 })
  const failures: Error[] = []
  try {
    const sealer = await startSealer({
      database,
      key: makeAuditKey(vault, config.auditOrigin),
      checkpointFile: checkpointFileIn(config.dataDir),
      intervalMs: SEAL_INTERVAL_MS,
      onError: (error) => failures.push(error),
    })
    if (failures[0]) throw failures[0]
    await sealer.sealEverything(SEAL_PATIENCE_MS)
    await sealer.stop()
  } finally {
    await database.close()
  }
}

/** Checkpoints that were kept elsewhere, and in which file. */
export interface KeptElsewhere {
  readonly path: string
  readonly notes: readonly string[]
}

/** Reads what was kept elsewhere, before anything is changed; null where nothing is named. Refuses a file without any. */
export async function readKeptElsewhere(path: string | undefined): Promise<KeptElsewhere | null> {
  if (path === undefined) return null
  const notes = await readNamedNotes(path)
  if (notes.length === 0) throw new CommandError(`${path} holds no checkpoint.`)
  return { path, notes }
}

/** The checkpoints kept elsewhere that the restored log must contain, and how many events it lacks of the newest one. */
function compareWith(
  elsewhere: KeptElsewhere | null,
  restored: RestoredLog,
  keyList: string,
): { notes: string[]; lacking: number } {
  const own = restored.checkpoint === null ? [] : [restored.checkpoint]
  if (elsewhere === null) return { notes: own, lacking: 0 }
  const { path, notes } = elsewhere
  const verifier = makeLogVerifier(keyList)
  const kept = notes.map((note) => {
    const size = verifier.open(note)?.size
    if (size === undefined)
      throw new CommandError(`${path} holds a checkpoint that the keys of this log did not sign.`)
    return { note, size }
  })
  const newest = kept.reduce((size, note) => Math.max(size, note.size), 0)
  const within = kept.filter(({ size }) => size <= restored.size).map(({ note }) => note)
  return { notes: [...within, ...own], lacking: Math.max(0, newest - restored.size) }
}

/** What a restored log is compared with. */
export interface RestoredCheck {
  readonly restored: RestoredLog
  readonly elsewhere: KeptElsewhere | null
}

/** Recomputes the restored log and compares it with the root in the backup, and with the checkpoints kept elsewhere. */
async function verify(
  { admin }: Installation,
  keyList: string,
  { restored, elsewhere }: RestoredCheck,
): Promise<RestoredAudit> {
  const { notes, lacking } = compareWith(elsewhere, restored, keyList)
  const report = await withAdminClient(admin, (client) => verifyDatabase(client, notes, keyList))
  // The backup holds the newest of the checkpoints that were published, not each of them.
  const faults = report.faults.filter(({ code }) => code !== 'CHECKPOINT_UNPUBLISHED')
  if (faults.length > 0)
    throw new CommandError(
      `The rows are restored, but the audit log does not hold: ${faults.map(({ detail }) => detail).join(' ')}`,
    )
  const { events, sealed, unsealed, root } = report
  return { events, sealed, unsealed, root, lacking }
}

/**
 * Seals what has no leaf yet, then recomputes the whole log and compares it with what was signed up to the moment that was
 * restored. Throws when it does not hold.
 */
export async function sealAndVerify(
  installation: Installation,
  surroundings: Surroundings,
  check: RestoredCheck,
): Promise<RestoredAudit> {
  await keepAuditOrigin(installation, surroundings.config)
  const keyList = await withVault(installation, async (vault) => {
    await sealLeftOver(installation, surroundings, vault)
    const first = makeAuditKey(vault, surroundings.config.auditOrigin)
    return (await inAdminTransaction(installation.admin, (sql) => readAuditKeys(sql, first))).list
  })
  return verify(installation, keyList, check)
}

/**
 * Records the restore and, unless told otherwise, freezes all access of partners: a delegation that was revoked after
 * the moment of the backup is in force again, and only somebody who looks through them can know. Source: product.md, the
 * one rule.
 */
export async function recordRestore(
  { admin }: Installation,
  { operator }: Surroundings,
  { restoreId, takenAt, isOpen }: { restoreId: string; takenAt: string; isOpen: boolean },
): Promise<void> {
  const reason = `The state of ${takenAt} was restored: what was revoked later is in force again.`
  await actAsOperator(admin, { operator, command: 'restore' }, async (mandate) => {
    recordEvent(mandate, {
      action: 'platform.backups.restore',
      reason,
      resource: { type: 'backup', id: restoreId, label: takenAt },
    })
    const platform = { scope: 'platform', target: null } as const
    if (isOpen || (await findFreeze(mandate, platform))) return
    const id = await addFreeze(mandate, platform, { operator, reason })
    recordEvent(mandate, {
      action: 'platform.freezes.set',
      reason,
      resource: { type: 'freeze', id, label: 'the platform' },
    })
  })
}
