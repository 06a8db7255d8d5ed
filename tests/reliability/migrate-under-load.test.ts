import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { prepareDatabase } from '../../server/src/prepare-database.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { SOON } from '../../server/testing/patience.ts'
import { TestWorld } from '../../server/testing/world.ts'

const WAITING = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
const WRITE = `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.written', 'allowed', 'system', 'job')`

test('a migration that meets a lock gives its place up, so that those behind it work, and is done when the lock is gone (R11)', async () => {
  await using world = await TestWorld.start(() => [])
  const [newest] = await world.sql<{ name: string }>(
    `select max(relname) as name from pg_class where relname like 'audit\\_event\\_20%' and relkind = 'r'`,
  )
  await world.sql(`drop table ${newest?.name}`)
  const holder = new pg.Client({ ...world.connection })
  await holder.connect()
  try {
    await holder.query('begin')
    // As a change of the table holds it; months are added beside those who write.
    await holder.query('lock table audit_event in share update exclusive mode')
    let isDone = false
    const migrated = prepareDatabase(world.connection, { roleSecret: testRoleSecret() }).finally(
      () => (isDone = true),
    )
    await vi.waitFor(async () => expect(await world.sql(WAITING)).toHaveLength(1), SOON)
    // Stands behind the migration, and would for ever if that waited for the holder.
    await world.sql(WRITE)
    expect(isDone).toBe(false)
    await holder.query('commit')
    expect(await migrated).toEqual({ applied: [] })
    expect(await world.sql('select to_regclass($1) is not null as made', [newest?.name])).toEqual([
      { made: true },
    ])
  } finally {
    await holder.end()
  }
}, 30_000)

test('a month of the audit log is added beside somebody who writes, and waits for nobody (R4, R11)', async () => {
  await using world = await TestWorld.start(() => [])
  const [newest] = await world.sql<{ name: string }>(
    `select max(relname) as name from pg_class where relname like 'audit\\_event\\_20%' and relkind = 'r'`,
  )
  await world.sql(`drop table ${newest?.name}`)
  const holder = new pg.Client({ ...world.connection })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(WRITE)
    await prepareDatabase(world.connection, { roleSecret: testRoleSecret() })
    expect(await world.sql('select to_regclass($1) is not null as made', [newest?.name])).toEqual([
      { made: true },
    ])
    await holder.query('commit')
  } finally {
    await holder.end()
  }
}, 30_000)

test('a server that starts on a database that lacks nothing waits for no writer and keeps none waiting (R11)', async () => {
  await using world = await TestWorld.start(() => [])
  const holder = new pg.Client({ ...world.connection })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(WRITE)
    expect(await prepareDatabase(world.connection, { roleSecret: testRoleSecret() })).toEqual({ applied: [] })
    await holder.query('commit')
  } finally {
    await holder.end()
  }
})
