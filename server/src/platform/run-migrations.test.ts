import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTestDatabase } from '#testing/database.ts'
import type { TestDatabase } from '#testing/database.ts'
import { LOCK_TIMEOUT_MS, runMigrations } from './run-migrations.ts'
import type { MigrationScript } from './run-migrations.ts'

const TABLE = {
  name: '29990101T000000-make',
  text: 'set role liaison_owner; create table planted (n integer not null); insert into planted values (1), (1); reset role',
}
const INDEX = {
  name: '29990102T000000-index',
  text: '-- The comment that says why.\ncreate unique index concurrently if not exists planted_once on planted (n)',
}
const COLUMN = {
  name: '29990103T000000-column',
  text: 'set role liaison_owner; alter table planted add column note text; reset role',
}
const DROP = { name: '29990104T000000-drop', text: 'drop index concurrently if exists planted_once;' }
const SOON = { timeout: 10_000, interval: 20 }

let database: TestDatabase
let pool: pg.Pool
let done: MigrationScript[]
beforeAll(async () => {
  database = await createTestDatabase()
})
afterAll(() => database.drop())

const poolOf = () =>
  new pg.Pool({ ...database.connection, max: 2, options: `-c lock_timeout=${LOCK_TIMEOUT_MS}` })
const rowsOf = async (text: string) => (await pool.query<Record<string, unknown>>(text)).rows
const isValid = () =>
  rowsOf(`select indisvalid as valid from pg_index where indexrelid = to_regclass('planted_once')`)

beforeEach(async () => {
  pool = poolOf()
  const rows = await pool.query<{ name: string }>(
    `select name from liaison_migration where name < '2999' order by name`,
  )
  done = rows.rows.map(({ name }) => ({ name, text: '' }))
  await runMigrations(pool, [...done, TABLE])
})
afterEach(async () => {
  await pool.query(`drop table if exists planted; delete from liaison_migration where name > '2999'`)
  await pool.end()
})

test('an index of a table in use is built while others write, and what comes after it runs after it (R11)', async () => {
  await pool.query('delete from planted')
  const writer = new pg.Client({ ...database.connection })
  await writer.connect()
  await writer.query('begin')
  await writer.query('insert into planted values (1)')
  const running = runMigrations(pool, [...done, TABLE, INDEX, COLUMN])
  const other = new pg.Client({ ...database.connection, statement_timeout: 2000 })
  await other.connect()
  await expect
    .poll(
      async () =>
        (
          await other.query(
            `select from pg_stat_activity where wait_event_type = 'Lock' and query like '%planted_once%' and datname = current_database()`,
          )
        ).rowCount,
      SOON,
    )
    .toBe(1)
  await other.query('insert into planted values (2)')
  await other.end()
  await writer.query('commit')
  await writer.end()
  expect(await running).toEqual([INDEX.name, COLUMN.name])
  expect(await isValid()).toEqual([{ valid: true }])
  expect(await rowsOf('select n, note from planted order by n')).toEqual([
    { n: 1, note: null },
    { n: 2, note: null },
  ])
})

test('what a build that failed left behind is taken away, and it is begun anew (R11)', async () => {
  await expect(runMigrations(pool, [...done, TABLE, INDEX, COLUMN])).rejects.toThrow(
    'Migration 29990102T000000-index failed',
  )
  expect(await isValid()).toEqual([{ valid: false }])
  await pool.query('delete from planted where ctid = (select min(ctid) from planted)')
  expect(await runMigrations(pool, [...done, TABLE, INDEX, COLUMN])).toEqual([INDEX.name, COLUMN.name])
  expect(await isValid()).toEqual([{ valid: true }])
  expect(await runMigrations(pool, [...done, TABLE, INDEX, COLUMN])).toEqual([])
})

test('servers that start at once run each migration once, and none of them waits for ever (R11)', async () => {
  await pool.query('delete from planted')
  const barrier = await pool.connect()
  await barrier.query(`select pg_advisory_lock(hashtext('liaison_migrating'))`)
  const pools = Array.from({ length: 4 }, poolOf)
  const lines: string[] = []
  const scripts = [...done, TABLE, INDEX, COLUMN, DROP]
  const running = pools.map((one) => runMigrations(one, scripts, (line) => lines.push(line)))
  const waits = 'Another process builds an index; this one waits for it.'
  await expect.poll(() => lines, SOON).toEqual([waits, waits, waits, waits])
  barrier.release(true)
  const applied = await Promise.all(running)
  await Promise.all(pools.map((one) => one.end()))
  expect(applied.flat().toSorted()).toEqual([INDEX.name, COLUMN.name, DROP.name])
  expect(await isValid()).toEqual([])
})
