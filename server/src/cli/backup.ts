import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type pg from 'pg'
import { withAdminClient } from '#platform/admin.ts'
import { recordEvent } from '#platform/mandate.ts'
import { actAsOperator } from '#platform/operator.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { refuseOtherMarks } from '../installation-marks.ts'
import { checkTable, saveTable } from './backup-files.ts'
import { readManifest, writeManifest } from './backup-format.ts'
import type { BackupManifest, BackupTable } from './backup-format.ts'
import {
  findWholeReader,
  listSequences,
  listTables,
  openForCopy,
  readMigrations,
  readMoment,
  readWhole,
} from './backup-store.ts'
import type { WholeReader } from './backup-store.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command, Surroundings } from './command.ts'
import { syncFolder } from '#platform/sync-folder.ts'

async function requireWholeReader(client: pg.ClientBase): Promise<WholeReader> {
  const reader = await findWholeReader(client)
  if (reader !== null) return reader
  throw new CommandError(
    'A backup needs a login that sees every row: the one that migrates, another member of liaison_owner and liaison_authz, one with BYPASSRLS, or a superuser. DATABASE_URL names another.',
  )
}

/** Reads everything in one snapshot, which waits for nobody and lets nobody wait. */
async function saveAll(client: pg.ClientBase, folder: string): Promise<BackupManifest> {
  await openForCopy(client)
  const reader = await requireWholeReader(client)
  await client.query('begin isolation level repeatable read read only')
  await readWhole(client, reader, { schema: 'public', name: 'audit_event' })
  const moment = await readMoment(client)
  await client.query('reset role')
  const migrations = await readMigrations(client)
  const tables: BackupTable[] = []
  for (const table of await listTables(client)) {
    await readWhole(client, reader, table)
    tables.push(await saveTable(client, table, folder))
  }
  await client.query('reset role')
  const sequences = await listSequences(client)
  await client.query('commit')
  return { format: 'liaison-backup/1', ...moment, migrations, tables, sequences }
}

interface Summary {
  readonly folder: string
  readonly taken_at: string
  readonly tables: number
  readonly rows: number
  readonly bytes: number
  readonly audit_events_signed: number
}

function summarize(folder: string, { taken_at, tables, audit }: BackupManifest): Summary {
  const sum = (pick: (table: BackupTable) => number) =>
    tables.reduce((total, table) => total + pick(table), 0)
  const [rows, bytes] = [sum((table) => table.rows), sum((table) => table.bytes)]
  return { folder, taken_at, tables: tables.length, rows, bytes, audit_events_signed: audit.size }
}

async function create(surroundings: Surroundings, folder: string): Promise<Summary> {
  if (existsSync(folder)) throw new CommandError(`${folder} exists already; a backup is never written over.`)
  const installation = await surroundings.open()
  const { admin, secretKey } = installation
  await withAdminClient(admin, requireWholeReader)
  await refuseOtherMarks(installation)
  const request = { operator: surroundings.operator, command: 'backup' }
  await actAsOperator(admin, request, (mandate) => {
    recordEvent(mandate, { action: 'platform.backups.create' })
    return Promise.resolve()
  })
  const draft = `${folder}.partial-${process.pid}`
  await mkdir(draft, { recursive: true, mode: 0o700 })
  try {
    const manifest = await withAdminClient(admin, (client) => saveAll(client, draft))
    await writeManifest(draft, manifest, makeVault(secretKey))
    await syncFolder(draft)
    await rename(draft, folder)
    await syncFolder(dirname(folder))
    return summarize(folder, manifest)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  }
}

async function check(surroundings: Surroundings, folder: string): Promise<Summary> {
  const { secretKey } = await surroundings.open()
  const manifest = await readManifest(folder, makeVault(secretKey))
  for (const table of manifest.tables) await checkTable(table, folder)
  return summarize(folder, manifest)
}

export const backup: Command = {
  name: 'backup',
  help: `backup FOLDER [--json]
  Writes everything that the database holds at this moment into a new folder, while the server works.
  It holds personal data and digests of passwords: keep it as safe as the database. LIAISON_SECRET_KEY and
  DATABASE_ROLE_SECRET (secrets.json of an embedded installation) are not in it; keep them elsewhere.
backup --check FOLDER [--json]
  Reads a backup to its end and says whether it is whole and of this installation.`,
  async run(args, surroundings) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { check: { type: 'boolean' }, json: { type: 'boolean' } },
    })
    const [named, ...rest] = positionals
    if (named === undefined || rest.length > 0) throw new UsageError('Name one folder.')
    const work = values.check ? check : create
    const summary = await work(surroundings, resolve(named))
    if (values.json) writeJson(surroundings, summary)
    else
      surroundings.out(
        `${summary.folder}: the state of ${summary.taken_at}, ${summary.tables} tables, ${summary.rows} rows, ${summary.audit_events_signed} signed audit events; whole.\n`,
      )
    return STATUS.done
  },
}
