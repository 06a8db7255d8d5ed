import { PostgresDialect, sql } from 'kysely'
import type { DatabaseIntrospector, Kysely } from 'kysely'

/** Where the migrator remembers what ran, and what it holds while it runs. */
export const MIGRATION_TABLES = {
  migrationTableName: 'liaison_migration',
  migrationLockTableName: 'liaison_migration_lock',
} as const

const NAMES = Object.values(MIGRATION_TABLES)

/**
 * PostgreSQL as Kysely's migrator sees it. Each time the migrator asks whether its own tables are there, the usual dialect
 * reads every column of every table with its sequence and comment: a third of a second, three times at each start.
 */
export class MigrationDialect extends PostgresDialect {
  override createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return {
      async getSchemas() {
        const { rows } = await sql<{ name: string }>`
          select nspname as name from pg_catalog.pg_namespace`.execute(database)
        return rows
      },
      async getTables() {
        const { rows } = await sql<{ name: string; schema: string }>`
          select c.relname as name, n.nspname as schema
          from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
          where c.relkind = 'r' and c.relname = any(${NAMES})`.execute(database)
        return rows.map((table) => ({ ...table, isView: false, isForeign: false, columns: [] }))
      },
    }
  }
}
