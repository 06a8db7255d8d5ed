import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { refuseToTakeLogins, requireRights } from './admin-rights.ts'
import { databaseCodeOf, LOGINS, passwordOf } from './database.ts'
import type { ConnectionSettings } from './database.ts'
import { LOCK_TIMEOUT_MS, runMigrations } from './run-migrations.ts'
import type { MigrationScript } from './run-migrations.ts'

const SOURCE = fileURLToPath(new URL('..', import.meta.url))

/** The migration files of the platform and of every module; their time-stamped names give one order for all. */
async function findMigrationFiles(): Promise<string[]> {
  const modules = await readdir(join(SOURCE, 'modules'))
  const folders = [
    join(SOURCE, 'platform/migrations'),
    ...modules.map((name) => join(SOURCE, 'modules', name, 'migrations')),
  ]
  const found = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => [])
      return names.filter((name) => name.endsWith('.sql')).map((name) => join(folder, name))
    }),
  )
  return found.flat()
}

/** The names of all migrations of this code. */
export async function listMigrationNames(): Promise<string[]> {
  return (await findMigrationFiles()).map((file) => basename(file, '.sql'))
}

async function readMigrations(): Promise<MigrationScript[]> {
  const files = await findMigrationFiles()
  return Promise.all(
    files.map(async (file) => ({ name: basename(file, '.sql'), text: await readFile(file, 'utf8') })),
  )
}

export interface MigrateOptions {
  /** What the passwords of the database logins are derived from. Without it they cannot log in. */
  readonly roleSecret?: string
  /** Whether logins that are in use with another secret get these passwords all the same. */
  readonly takesLogins?: boolean
  readonly log?: (line: string) => void
  /** What else the schema needs at every start, such as the catalogue of permissions; runs after the migrations. */
  readonly afterwards?: (pool: pg.Pool) => Promise<void>
}

async function setPasswords(pool: pg.Pool, roleSecret: string): Promise<void> {
  // Without parameters PostgreSQL takes them in one go: one transaction, one wait for the disk.
  await pool.query(
    LOGINS.map((login) => `alter role ${login} password '${passwordOf(login, roleSecret)}'`).join('; '),
  )
}

const PATIENCE_MS = 120_000
/** No lock in time, or two that waited for each other: what runs beside an update is done in a moment. */
const WAITED_IN_VAIN = new Set<unknown>(['55P03', '40P01'])

/** Logins belong to the whole cluster: servers of several databases that start at once meet there, and one must come again. */
const MET_ANOTHER = 'tuple concurrently updated'

function isPassing(error: unknown): boolean {
  if (WAITED_IN_VAIN.has(databaseCodeOf(error))) return true
  return error instanceof Error && (error.message === MET_ANOTHER || isPassing(error.cause))
}

/** Does it again while only somebody else's work stands in the way, after a pause in which those who wait go first. */
async function untilFree<Result>(work: () => Promise<Result>): Promise<Result> {
  const endsMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isPassing(error) || performance.now() > endsMs) throw error
      await delay(200 + Math.random() * 800)
    }
  }
}

/**
 * Brings a database to the schema of this code: runs the migrations not yet run, in order, one process at a time. Running
 * it again changes nothing. Servers of the version before may work meanwhile.
 */
export function migrate(
  admin: ConnectionSettings,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  return untilFree(() => migrateOnce(admin, options))
}

async function migrateOnce(
  admin: ConnectionSettings,
  { roleSecret, takesLogins, log, afterwards }: MigrateOptions,
): Promise<{ applied: string[] }> {
  const pool = new pg.Pool({ ...admin, max: 2, options: `-c lock_timeout=${LOCK_TIMEOUT_MS}` })
  // A connection that ends while nobody asks anything of it says so to whoever listens, or ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => void client.on('error', () => undefined))
  try {
    await requireRights(pool, admin)
    if (roleSecret !== undefined && takesLogins !== true) await refuseToTakeLogins(pool, admin, roleSecret)
    const applied = await runMigrations(pool, await readMigrations(), log)
    await pool.query('call private.close_temporary_names()')
    await afterwards?.(pool)
    if (roleSecret !== undefined) await setPasswords(pool, roleSecret)
    return { applied }
  } finally {
    await pool.end()
  }
}
