import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import {
  checkpointFileIn,
  makeAuditKey,
  readAuditKeys,
  startSealer,
  verifyDatabase,
} from '#modules/audit/index.ts'
import { inAdminTransaction, withAdminClient } from '#platform/admin.ts'
import { openDatabase } from '#platform/database.ts'
import type { Installation } from '#platform/installation.ts'
import { recordEvent } from '#platform/mandate.ts'
import { actAsOperator } from '#platform/operator.ts'
import { makeLogVerifier, splitNotes } from '#platform/signed-log/index.ts'
import { makeVault } from '#platform/vault.ts'
import type { Vault } from '#platform/vault.ts'
import { prepareDatabase } from '../prepare-database.ts'
import { loadTable } from './backup-files.ts'
import { readManifest } from './backup-format.ts'
import type { BackupManifest } from './backup-format.ts'
import {
  addMonths,
  countRecords,
  endAccessOfSignIns,
  listTables,
  markRestored,
  nameInSql,
  openForCopy,
  readMigrations,
  seesEveryRow,
  setSequence,
} from './backup-store.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { addFreeze, findFreeze } from './freeze-store.ts'
import { withVault } from './key-ring.ts'

const SEAL_INTERVAL_MS = 3_600_000

async function refuseOtherSchema(client: pg.ClientBase, manifest: BackupManifest): Promise<void> {
  const here = await readMigrations(client)
  if (here.join() !== manifest.migrations.join())
    throw new CommandError(
      `The backup has ${manifest.migrations.length} migrations up to ${manifest.migrations.at(-1) ?? 'none'}, this version ${here.length} up to ${here.at(-1) ?? 'none'}. Restore with the version that made the backup, then run: npm run liaison -- migrate`,
    )
  const known = new Set((await listTables(client)).map(nameInSql))
  const unknown = manifest.tables.filter((table) => !known.has(nameInSql(table)))
  if (unknown.length > 0)
    throw new CommandError(`This database has no table ${unknown.map(nameInSql).join(', ')}.`)
}

/** Puts everything in within one transaction, each table read back and compared; whatever fails leaves nothing behind. */
async function loadAll(client: pg.ClientBase, manifest: BackupManifest, folder: string): Promise<number> {
  await openForCopy(client)
  if (!(await seesEveryRow(client)))
    throw new CommandError('A restore needs a superuser as the login of DATABASE_URL.')
  await client.query('begin')
  await client.query(`lock table person, tenant, partner, audit_event in access exclusive mode`)
  if ((await countRecords(client)) > 0)
    throw new CommandError('The database holds records already. A backup is restored into an empty one only.')
  await refuseOtherSchema(client, manifest)
  if (manifest.months) await addMonths(client, manifest.months)
  // The triggers and foreign keys of the schema held when the rows were written; here they would only ask again.
  await client.query(`set local session_replication_role = 'replica'`)
  await client.query(`truncate ${manifest.tables.map(nameInSql).join(', ')}`)
  for (const table of manifest.tables) await loadTable(client, table, folder)
  for (const sequence of manifest.sequences) await setSequence(client, sequence)
  await markRestored(client, manifest.audit.size)
  const ended = await endAccessOfSignIns(client)
  await client.query('commit')
  return ended
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
    await sealer.stop()
    if (failures[0]) throw failures[0]
  } finally {
    await database.close()
  }
}

interface Outcome {
  readonly taken_at: string
  readonly restore_id: string
  readonly tables: number
  readonly rows: number
  readonly sessions_ended: number
  /** Whether all access of partners waits until two people have lifted the freeze. */
  readonly is_frozen: boolean
  readonly audit: {
    readonly events: number
    readonly sealed: number
    readonly unsealed: number
    readonly root: string
    /** Signed events that were written after the moment of the backup, as far as checkpoints kept elsewhere tell. */
    readonly lacking: number
  }
}

/** The checkpoints kept elsewhere that the restored log must contain, and how many events it lacks of the newest one. */
async function readOutside(
  path: string | undefined,
  manifest: BackupManifest,
  keyList: string,
): Promise<{ notes: string[]; lacking: number }> {
  const own = manifest.audit.checkpoint === null ? [] : [manifest.audit.checkpoint]
  if (path === undefined) return { notes: own, lacking: 0 }
  const verifier = makeLogVerifier(keyList)
  const kept = splitNotes(await readFile(path, 'utf8')).map((note) => {
    const size = verifier.open(note)?.size
    if (size === undefined)
      throw new CommandError(`${path} holds a checkpoint that the keys of this log did not sign.`)
    return { note, size }
  })
  const newest = Math.max(0, ...kept.map(({ size }) => size))
  const within = kept.filter(({ size }) => size <= manifest.audit.size).map(({ note }) => note)
  return { notes: [...within, ...own], lacking: Math.max(0, newest - manifest.audit.size) }
}

/** Recomputes the restored log and compares it with the root in the backup, and with the checkpoints kept elsewhere. */
async function verify(
  { admin }: Installation,
  keyList: string,
  { manifest, checkpoints }: { manifest: BackupManifest; checkpoints: string | undefined },
): Promise<Outcome['audit']> {
  const { notes, lacking } = await readOutside(checkpoints, manifest, keyList)
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

interface Order {
  readonly folder: string
  /** A file of checkpoints that were kept elsewhere. */
  readonly checkpoints: string | undefined
  /** Whether delegations work again without anybody having looked through them. */
  readonly isOpen: boolean
}

/**
 * Records the restore and, unless told otherwise, freezes all access of partners: a delegation that was revoked after
 * the moment of the backup is in force again, and only somebody who looks through them can know. Source: product.md, the
 * one rule.
 */
async function recordRestore(
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

async function run(surroundings: Surroundings, { folder, checkpoints, isOpen }: Order): Promise<Outcome> {
  const installation = await surroundings.open()
  const manifest = await readManifest(folder, makeVault(installation.secretKey))
  const file = checkpointFileIn(surroundings.config.dataDir)
  if (existsSync(file))
    throw new CommandError(
      `${file} says what the audit log held before. Keep it elsewhere: it shows later what the restored log lacks.`,
    )
  const prepare = () => prepareDatabase(installation.admin, { roleSecret: installation.roleSecret })
  await prepare()
  const ended = await withAdminClient(installation.admin, (client) => loadAll(client, manifest, folder))
  await prepare()
  const keyList = await withVault(installation, async (vault) => {
    await sealLeftOver(installation, surroundings, vault)
    const first = makeAuditKey(vault, surroundings.config.auditOrigin)
    return (await inAdminTransaction(installation.admin, (sql) => readAuditKeys(sql, first))).list
  })
  const audit = await verify(installation, keyList, { manifest, checkpoints })
  const restoreId = randomUUID()
  await recordRestore(installation, surroundings, { restoreId, takenAt: manifest.taken_at, isOpen })
  return {
    taken_at: manifest.taken_at,
    restore_id: restoreId,
    tables: manifest.tables.length,
    rows: manifest.tables.reduce((total, table) => total + table.rows, 0),
    sessions_ended: ended,
    is_frozen: !isOpen,
    audit,
  }
}

export const restore: Command = {
  name: 'restore',
  help: `restore FOLDER [--checkpoints FILE] [--open] [--json]
  Puts a backup into an empty database (or an empty LIAISON_DATA_DIR that has the secrets.json of the installation),
  compares every table with what was backed up, seals and verifies the audit log, and ends every session, every OAuth grant
  and token, and every link in a mail that waits to be used.
  FILE holds checkpoints that were kept elsewhere: the restored log must contain them, up to the moment of the backup.
  Stop the servers first. What was revoked after the moment of the backup is in force again: so all access of partners is
  frozen until two people have looked through it and lifted the freeze, unless --open says that somebody has.`,
  async run(args, surroundings) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        checkpoints: { type: 'string' },
        open: { type: 'boolean', default: false },
        json: { type: 'boolean' },
      },
    })
    const [named, ...rest] = positionals
    if (named === undefined || rest.length > 0) throw new UsageError('Name one folder.')
    const outcome = await run(surroundings, {
      folder: resolve(named),
      checkpoints: values.checkpoints,
      isOpen: values.open,
    })
    if (values.json) writeJson(surroundings, outcome)
    else
      surroundings.out(
        `Restored the state of ${outcome.taken_at}: ${outcome.tables} tables with ${outcome.rows} rows are what was backed up.\n` +
          `The audit log holds: ${outcome.audit.events} events, ${outcome.audit.sealed} sealed; root ${outcome.audit.root}\n` +
          (outcome.audit.lacking > 0
            ? `It lacks the last ${outcome.audit.lacking} events that were signed after that moment.\n`
            : '') +
          `${outcome.sessions_ended} sessions were ended. Revocations after ${outcome.taken_at} are undone: look through delegations, keys and freezes.\n` +
          (outcome.is_frozen
            ? 'Until two people lift the freeze, no partner acts in any tenant: npm run liaison -- unfreeze platform --reason TEXT\n'
            : ''),
      )
    return STATUS.done
  },
}
