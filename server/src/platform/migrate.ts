import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration, MigrationResult } from 'kysely/migration'
import pg from 'pg'
import { databaseCodeOf, LOGINS, passwordOf } from './database.ts'
import type { ConnectionSettings } from './database.ts'

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

async function loadMigrations(): Promise<Record<string, Migration>> {
  const files = await findMigrationFiles()
  const entries = await Promise.all(
    files.map(async (file): Promise<[string, Migration]> => {
      const text = await readFile(file, 'utf8')
      return [basename(file, '.sql'), { up: async (db) => void (await sql.raw(text).execute(db)) }]
    }),
  )
  const migrations = Object.fromEntries(entries)
  if (Object.keys(migrations).length !== files.length) throw new Error('Two migrations have the same name.')
  return migrations
}

export interface MigrateOptions {
  /** What the passwords of the database logins are derived from. Without it they cannot log in. */
  readonly roleSecret?: string
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

/** Whoever waits for a lock lets everybody behind it wait, too: a migration gives its place up and comes again (R11). */
const LOCK_TIMEOUT_MS = 2000
const PATIENCE_MS = 120_000
const LOCK_NOT_AVAILABLE = '55P03'

/** Logins belong to the whole cluster: servers of several databases that start at once meet there, and one must come again. */
const MET_ANOTHER = 'tuple concurrently updated'

function isPassing(error: unknown): boolean {
  if (databaseCodeOf(error) === LOCK_NOT_AVAILABLE) return true
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
 * Brings a database to the schema of this code: runs the migrations not yet run, in order, in one transaction under a
 * lock. Running it again changes nothing. Servers of the version before may work meanwhile.
 */
export function migrate(
  admin: ConnectionSettings,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  return untilFree(() => migrateOnce(admin, options))
}

/** How Kysely begins when a migration has run that this code does not have, or in another order. */
const OF_ANOTHER_VERSION = 'corrupted migrations'

/** What failed: one migration, or all of them, such as when a version that this one does not know prepared the database. */
function toMigrationError(error: unknown, results: readonly MigrationResult[] = []): Error {
  const failed = results.find((result) => result.status === 'Error')
  if (failed) return new Error(`Migration ${failed.migrationName} failed`, { cause: error })
  const story = error instanceof Error ? error.message : String(error)
  const isOfAnother = story.startsWith(OF_ANOTHER_VERSION)
  const advice = isOfAnother
    ? `The database was prepared by another version of Liaison: ${story}. Start that version or a newer one, or use another database.`
    : `Migrations could not begin: ${story}`
  return new Error(advice, { cause: error })
}

async function migrateOnce(
  admin: ConnectionSettings,
  options: MigrateOptions,
): Promise<{ applied: string[] }> {
  const pool = new pg.Pool({ ...admin, max: 2, options: `-c lock_timeout=${LOCK_TIMEOUT_MS}` })
  // A connection that ends while nobody asks anything of it says so to whoever listens, or ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => void client.on('error', () => undefined))
  const database = new Kysely<never>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrations = await loadMigrations()
    const migrator = new Migrator({
      db: database,
      provider: { getMigrations: () => Promise.resolve(migrations) },
      migrationTableName: 'liaison_migration',
      migrationLockTableName: 'liaison_migration_lock',
    })
    const { error, results } = await migrator.migrateToLatest()
    const applied = (results ?? [])
      .filter((result) => result.status === 'Success')
      .map((result) => result.migrationName)
    for (const name of applied) options.log?.(name)
    if (error !== undefined) throw toMigrationError(error, results)
    await pool.query('call private.close_temporary_names()')
    await options.afterwards?.(pool)
    if (options.roleSecret !== undefined) await setPasswords(pool, options.roleSecret)
    return { applied }
  } finally {
    await database.destroy()
  }
}
