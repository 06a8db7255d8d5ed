import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import { withAdminClient } from '#platform/admin.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { requireDataFolder } from '#platform/data-folder.ts'
import { keepRootKey, refuseOtherLog } from '../installation-marks.ts'
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
  ownsTables,
  readMigrations,
  setSequence,
} from './backup-store.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { liftGuards, NEEDS_OWNER } from './restore-guards.ts'
import { restoreInPlace } from './restore-in-place.ts'
import type { OutcomeInPlace } from './restore-in-place.ts'
import { readKeptElsewhere, recordRestore, refuseOldCheckpoints, sealAndVerify } from './restored-log.ts'
import type { RestoredAudit } from './restored-log.ts'

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
  if (!(await ownsTables(client))) throw new CommandError(NEEDS_OWNER)
  await client.query('begin')
  // The triggers and foreign keys of the schema held when the rows were written; here they would only ask again.
  const putBack = await liftGuards(client)
  await client.query(`lock table person, tenant, partner, audit_event in access exclusive mode`)
  if ((await countRecords(client)) > 0)
    throw new CommandError('The database holds records already. A backup is restored into an empty one only.')
  await refuseOtherSchema(client, manifest)
  if (manifest.months) await addMonths(client, manifest.months)
  await client.query(`truncate ${manifest.tables.map(nameInSql).join(', ')}`)
  for (const table of manifest.tables) await loadTable(client, table, folder)
  for (const sequence of manifest.sequences) await setSequence(client, sequence)
  await markRestored(client, manifest.audit.size)
  const ended = await endAccessOfSignIns(client)
  await putBack()
  await client.query('commit')
  return ended
}

interface Outcome {
  readonly taken_at: string
  readonly restore_id: string
  readonly tables: number
  readonly rows: number
  readonly sessions_ended: number
  /** Whether all access of partners waits until two people have lifted the freeze. */
  readonly is_frozen: boolean
  readonly audit: RestoredAudit
}

interface Order {
  readonly folder: string
  /** A file of checkpoints that were kept elsewhere. */
  readonly checkpoints: string | undefined
  /** Whether delegations work again without anybody having looked through them. */
  readonly isOpen: boolean
}

async function run(surroundings: Surroundings, { folder, checkpoints, isOpen }: Order): Promise<Outcome> {
  const installation = await surroundings.open()
  const manifest = await readManifest(folder, makeVault(installation.secretKey))
  refuseOtherLog(manifest.audit.checkpoint, surroundings.config)
  refuseOldCheckpoints(surroundings)
  await requireDataFolder(surroundings.config.dataDir)
  const elsewhere = await readKeptElsewhere(checkpoints)
  const prepare = () => prepareDatabase(installation.admin, { roleSecret: installation.roleSecret })
  await prepare()
  const ended = await withAdminClient(installation.admin, (client) => loadAll(client, manifest, folder))
  // From here on the rows are there: whatever fails now, or is stopped, leaves them shut.
  const restoreId = randomUUID()
  await recordRestore(installation, surroundings, { restoreId, takenAt: manifest.taken_at, isOpen })
  await prepare()
  await keepRootKey(installation)
  const audit = await sealAndVerify(installation, surroundings, { restored: manifest.audit, elsewhere })
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

/** The lines that both ways of restoring end with. */
function sayFindings(
  {
    audit,
    sessions_ended: ended,
    is_frozen: isFrozen,
  }: Pick<Outcome, 'audit' | 'sessions_ended' | 'is_frozen'>,
  moment: string,
): string {
  const lines = [
    `The audit log holds: ${audit.events} events, ${audit.sealed} sealed; root ${audit.root}`,
    ...(audit.lacking > 0
      ? [`It lacks the last ${audit.lacking} events that were signed after that moment.`]
      : []),
    `${ended} sessions were ended. Revocations after ${moment} are undone: look through delegations, keys and freezes.`,
    ...(isFrozen
      ? [
          'Until two people lift the freeze, no partner acts in any tenant: npm run liaison -- unfreeze platform --reason TEXT',
        ]
      : []),
  ]
  return `${lines.join('\n')}\n`
}

function sayInPlace(surroundings: Surroundings, outcome: OutcomeInPlace, isJson = false): void {
  if (isJson) return writeJson(surroundings, outcome)
  const { newest_event_at: moment } = outcome
  surroundings.out(
    `The database is taken into use as it is; its newest event is of ${moment}.\n${sayFindings(outcome, moment)}`,
  )
}

export const restore: Command = {
  name: 'restore',
  help: `restore FOLDER [--checkpoints FILE] [--open] [--json]
  Puts a backup into an empty database (or an empty LIAISON_DATA_DIR that has the secrets.json of the installation),
  compares every table with what was backed up, seals and verifies the audit log, and ends every session, every OAuth grant
  and token, and every link in a mail that waits to be used.
  FILE holds checkpoints that were kept elsewhere: the restored log must contain them, up to the moment of the backup.
  Stop the servers first. What was revoked after the moment of the backup is in force again: so all access of partners is
  frozen until two people have looked through it and lifted the freeze, unless --open says that somebody has.
restore --in-place [--checkpoints FILE] [--open] [--json]
  Takes a database into use that PostgreSQL itself brought back to a moment, from an archived log or a replica: does the
  same with sign-ins, partners' access and the audit log, and leaves the rows as they are.`,
  async run(args, surroundings) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        checkpoints: { type: 'string' },
        open: { type: 'boolean', default: false },
        'in-place': { type: 'boolean' },
        json: { type: 'boolean' },
      },
    })
    const [named, ...rest] = positionals
    if (values['in-place'] === true) {
      if (named !== undefined) throw new UsageError('Name a folder, or --in-place: not both.')
      const order = { checkpoints: values.checkpoints, isOpen: values.open }
      sayInPlace(surroundings, await restoreInPlace(surroundings, order), values.json)
      return STATUS.done
    }
    if (named === undefined || rest.length > 0) throw new UsageError('Name one folder.')
    const outcome = await run(surroundings, {
      folder: resolve(named),
      checkpoints: values.checkpoints,
      isOpen: values.open,
    })
    if (values.json) writeJson(surroundings, outcome)
    else
      surroundings.out(
        `Restored the state of ${outcome.taken_at}: ${outcome.tables} tables with ${outcome.rows} rows are what was backed up.\n${sayFindings(outcome, outcome.taken_at)}`,
      )
    return STATUS.done
  },
}
