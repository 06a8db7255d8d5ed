import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration, MigrationInfo, MigrationResult, MigrationResultSet } from 'kysely/migration'
import type pg from 'pg'
import { MIGRATION_TABLES, MigrationDialect } from './migration-dialect.ts'

/** A migration in plain SQL. Names order all of them. */
export interface MigrationScript {
  readonly name: string
  readonly text: string
}

/** Whoever waits for a lock lets everybody behind it wait, too: a migration gives its place up and comes again (R11). */
export const LOCK_TIMEOUT_MS = 2000

/**
 * What is built concurrently waits for transactions that are open, and nobody waits behind it: writers never, and only other
 * changes of the same table.
 */
const ALONE_LOCK_TIMEOUT_MS = 15 * 60_000

/** An index of a large table takes its time, and other processes that start meanwhile wait for it. */
const PATIENCE_MS = 60 * 60_000
const LOOK_AGAIN_MS = 250
const MIGRATING = 'liaison_migrating'

/** An index that is built or dropped while everybody writes, which PostgreSQL does in no transaction of ours. */
const ALONE =
  /^(?:\s|--[^\n]*\n)*(create (?:unique )?|drop )index concurrently if (?:not )?exists ([a-z_]+)\b/i

function matchAlone({ text }: MigrationScript): { readonly index: string; readonly builds: boolean } | null {
  const [, verb, index] = ALONE.exec(text) ?? []
  return verb === undefined || index === undefined
    ? null
    : { index, builds: verb.toLowerCase().startsWith('create') }
}

/** What a build that was interrupted left behind counts as there, costs every write and serves no reader. */
async function dropUnfinished(database: Kysely<unknown>, index: string): Promise<void> {
  const { rows } = await sql`
    select from pg_catalog.pg_index where indexrelid = to_regclass(${index}) and not indisvalid`.execute(
    database,
  )
  if (rows.length > 0) await sql`drop index concurrently ${sql.ref(index)}`.execute(database)
}

async function applyAlone(
  database: Kysely<unknown>,
  { text }: MigrationScript,
  { index, builds }: { readonly index: string; readonly builds: boolean },
): Promise<void> {
  await sql`set lock_timeout = ${sql.lit(ALONE_LOCK_TIMEOUT_MS)}`.execute(database)
  await sql`set role liaison_owner`.execute(database)
  try {
    if (builds) await dropUnfinished(database, index)
    await sql.raw(text).execute(database)
  } finally {
    await sql`reset role`.execute(database)
    await sql`set lock_timeout = ${sql.lit(LOCK_TIMEOUT_MS)}`.execute(database)
  }
}

function toMigration(script: MigrationScript): Migration {
  const alone = matchAlone(script)
  return {
    up: async (database) => {
      if (alone) await applyAlone(database, script, alone)
      else await sql.raw(script.text).execute(database)
    },
  }
}

function toMigrations(scripts: readonly MigrationScript[]): Record<string, Migration> {
  const migrations = Object.fromEntries(scripts.map((script) => [script.name, toMigration(script)]))
  if (Object.keys(migrations).length !== scripts.length) throw new Error('Two migrations have the same name.')
  return migrations
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
    ? `The database was prepared by another version of Liaison: ${story.replace(/\.$/, '')}. Start that version or a newer one, or use another database.`
    : `Migrations could not begin: ${story}`
  return new Error(advice, { cause: error })
}

const NAMED_AT_MOST = 5

/**
 * Refuses a database that was prepared by a version between two releases: some of what it lacks would have run before what
 * it has, and a function written anew since must not give way to its older body.
 */
function refuseSkipped(all: readonly MigrationInfo[]): void {
  const last = all.findLast(({ executedAt }) => executedAt !== undefined)
  const skipped = all.filter(({ name, executedAt }) => executedAt === undefined && last && name < last.name)
  if (skipped.length === 0) return
  const named = skipped.slice(0, NAMED_AT_MOST).map(({ name }) => name)
  const others = skipped.length - named.length
  throw new Error(
    `The database was prepared by a version of Liaison between two releases. It lacks ${skipped.length} migrations that belong before its newest, ${last?.name}: ${named.join(', ')}${others > 0 ? ` and ${others} more` : ''}. They cannot run after it, and no backup of that version goes into this one: keep to the version that prepared the database, or begin with an empty one. Between releases every update works (docs/operations.md, Updates).`,
  )
}

/** Migrations that run together, up to the last: all in one transaction, or one of them in none. */
interface Stage {
  readonly last: string
  readonly isAlone: boolean
}

/** What waits, in order, cut wherever something runs in no transaction. */
function stagesOf(waiting: readonly MigrationInfo[], alone: ReadonlySet<string>): Stage[] {
  const stages: Stage[] = []
  for (const { name } of waiting) {
    const isAlone = alone.has(name)
    if (!isAlone && stages.at(-1)?.isAlone === false) stages.pop()
    stages.push({ last: name, isAlone })
  }
  return stages
}

/**
 * One process after the other, without any of them waiting inside the database: what is built concurrently waits for every
 * statement that runs, so one that waits for it in turn would stop both.
 */
async function inTurn<Result>(
  pool: pg.Pool,
  { work, log }: { readonly work: () => Promise<Result>; readonly log: (line: string) => void },
): Promise<Result> {
  const client = await pool.connect()
  const endsMs = performance.now() + PATIENCE_MS
  const take = async () => {
    const { rows } = await client.query('select pg_try_advisory_lock(hashtext($1)) as taken', [MIGRATING])
    return rows[0]?.taken === true
  }
  try {
    for (let hasWaited = false; !(await take()); hasWaited = true) {
      if (performance.now() > endsMs) throw new Error('Another process has been migrating for an hour.')
      if (!hasWaited) log('Another process builds an index; this one waits for it.')
      await delay(LOOK_AGAIN_MS)
    }
    return await work()
  } finally {
    // Its end gives the lock back, whatever state the connection is in.
    client.release(true)
  }
}

/** The names of what was applied. Throws what stopped it; what came before that stays. */
function namesOf({ error, results = [] }: MigrationResultSet): string[] {
  if (error !== undefined) throw toMigrationError(error, results)
  return results.filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName)
}

/**
 * Runs what has not run yet, in order: in one transaction, cut only where an index is built or dropped concurrently (R11).
 * Such a migration is one statement, `create index concurrently if not exists NAME` or `drop index concurrently if exists
 * NAME`; one that was interrupted is begun anew. Returns the names of what ran. Throws when one fails, and when the
 * database was prepared by a version that these scripts do not come from, or that lacks some before its newest.
 */
export async function runMigrations(
  pool: pg.Pool,
  scripts: readonly MigrationScript[],
  log: (line: string) => void = () => undefined,
): Promise<string[]> {
  const migrations = toMigrations(scripts)
  const migrator = new Migrator({
    db: new Kysely<never>({ dialect: new MigrationDialect({ pool }) }),
    provider: { getMigrations: () => Promise.resolve(migrations) },
    ...MIGRATION_TABLES,
  })
  const alone = new Set(scripts.filter((script) => matchAlone(script) !== null).map(({ name }) => name))
  const findWaiting = async () => {
    const all = await migrator.getMigrations().catch((error: unknown) => {
      throw toMigrationError(error)
    })
    refuseSkipped(all)
    return all.filter(({ executedAt }) => executedAt === undefined)
  }
  const note = (names: string[]) => {
    names.forEach((name) => log(name))
    return names
  }
  if (!(await findWaiting()).some(({ name }) => alone.has(name)))
    return note(namesOf(await migrator.migrateToLatest()))
  return inTurn(pool, {
    log,
    work: async () => {
      const applied: string[] = []
      for (const { last, isAlone } of stagesOf(await findWaiting(), alone))
        applied.push(...note(namesOf(await migrator.migrateTo(last, { disableTransactions: isAlone }))))
      return applied
    },
  })
}
