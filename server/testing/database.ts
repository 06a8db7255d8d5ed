import { randomUUID } from 'node:crypto'
import { Client } from 'pg'
import { inject } from 'vitest'
import type { ConnectionSettings } from '#platform/embedded/index.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The superuser's connections to the clusters of this test run, one for each worker. */
    clusters: readonly ConnectionSettings[]
    /** The folder of a cluster like those, which nobody starts; tests that need one of their own copy it. */
    preparedCluster: string
    /** What the passwords of the server's database logins derive from. */
    roleSecret: string
  }
}

/** The migrated, empty database that every test database is a copy of. */
export const TEMPLATE_DATABASE = 'liaison_template'

/**
 * How long a server under test waits for a connection: a race of many callers is about who wins, and on a loaded machine the
 * product's own second would turn some of them away first. What the second itself does, the tests of outages and overload show.
 */
export const TEST_ACQUIRE_TIMEOUT_MS = 10_000

export interface TestDatabase extends AsyncDisposable {
  /** The superuser's connection to this database. */
  readonly connection: ConnectionSettings
  /** Removes the database, ending whatever is still connected to it. */
  drop(): Promise<void>
}

/** The superuser's connection to the cluster of this worker, for what concerns no single database. */
export function testConnection(): ConnectionSettings {
  // Numbers that no two workers have at the same time, from 1.
  const connection = inject('clusters')[Number(process.env['VITEST_POOL_ID']) - 1]
  if (!connection) throw new Error('This worker has no cluster.')
  return connection
}

/** What the passwords of the server's database logins derive from in this test run. */
export function testRoleSecret(): string {
  return inject('roleSecret')
}

/** Runs statements one after the other on a connection of their own; a statement that fails is reported. */
export async function runStatements(
  connection: ConnectionSettings,
  statements: readonly string[],
): Promise<void> {
  const client = new Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Makes a migrated, empty database that no other test sees; the caller drops it. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const cluster = testConnection()
  const database = `test_${randomUUID().replaceAll('-', '')}`
  await runStatements(cluster, [
    `create database ${database} template ${TEMPLATE_DATABASE} strategy file_copy`,
    // A copy has the tables of its template, and not what was taken from everybody on the database itself.
    `revoke temporary on database ${database} from public`,
  ])
  const drop = () => runStatements(cluster, [`drop database if exists ${database} with (force)`])
  return { connection: { ...cluster, database }, drop, [Symbol.asyncDispose]: drop }
}
