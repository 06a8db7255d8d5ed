import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passwordOf } from '#platform/database.ts'
import { startEmbeddedPostgres } from '#platform/embedded/index.ts'
import type { ConnectionSettings, EmbeddedPostgres } from '#platform/embedded/index.ts'
import { migrate } from '#platform/migrate.ts'
import { makeClusterFolder } from '#testing/cluster-folder.ts'
import { CommandBench } from '#testing/command.ts'
import { runStatements, testRoleSecret } from '#testing/database.ts'
import { tellWhyNotStarted } from '../why-not-started.ts'

// What a managed PostgreSQL gives its administrator: it owns the database and may create roles, and is above no policy.
const LOGIN = 'managed'
const LONG_MS = 240_000
/** How the tables are guarded: row security by table, triggers and foreign keys. */
const GUARDS = `
  select md5(string_agg(fact, ',' order by fact)) as digest, count(*)::integer as count from (
    select c.oid::regclass::text || c.relforcerowsecurity::text as fact from pg_class c where c.relrowsecurity
    union all select t.tgrelid::regclass::text || t.tgname::text || t.tgenabled::text from pg_trigger t where not t.tgisinternal
    union all select k.conrelid::regclass::text || k.conname::text || k.condeferrable::text || k.condeferred::text || k.convalidated::text from pg_constraint k where k.contype = 'f') facts`

let folder: string
let cluster: EmbeddedPostgres
let admin: ConnectionSettings
beforeAll(async () => {
  folder = await makeClusterFolder()
  cluster = await startEmbeddedPostgres({ dataDir: folder, durability: 'fast' })
  await runStatements(cluster.connection, [
    `create role ${LOGIN} login password 'managed'`,
    `create database liaison owner ${LOGIN} template template0`,
    `create database again owner ${LOGIN} template template0`,
  ])
  admin = { ...cluster.connection, user: LOGIN, password: 'managed', database: 'liaison' }
}, LONG_MS)
afterAll(async () => {
  await cluster.stop()
  await rm(folder, { recursive: true, force: true })
})

async function read(connection: ConnectionSettings, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ ...connection })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

test('a login that lacks a right to prepare the database is told which, before anything is changed', async () => {
  await using bench = await CommandBench.start({ connection: admin })
  await expect(bench.run(['migrate'])).rejects.toThrow(
    /The login "managed" of DATABASE_URL cannot prepare the database "liaison"; it lacks the right to create roles \(alter role "managed" createrole\)\./,
  )
  await runStatements(cluster.connection, [`alter role ${LOGIN} createrole`])
})

test(
  'an owner of the database that may create roles migrates, backs up, restores, also in place, and invites, and leaves every guard as it was (R10)',
  async () => {
    await using bench = await CommandBench.start({ connection: admin })
    expect((await bench.run(['migrate'])).status).toBe(0)
    expect((await bench.run(['migrate'])).out).toBe('The database is current.\n')
    const guards = await read(admin, GUARDS)
    expect(Number(guards[0]?.['count'])).toBeGreaterThan(1000)
    const invited = await bench.run([
      'person',
      'invite-admin',
      'ada@example.com',
      '--reason',
      'The first one.',
    ])
    expect(invited.status).toBe(0)
    const backup = join(bench.folder, 'backup')
    expect((await bench.run(['backup', backup])).status).toBe(0)
    const again = { ...admin, database: 'again' }
    await using other = await CommandBench.start({ connection: again })
    const restored = await other.run(['restore', backup])
    expect(restored).toMatchObject({ status: 0, out: expect.stringContaining('are what was backed up') })
    expect(await read(again, GUARDS)).toEqual(guards)
    expect(
      await read(again, `select count(*)::integer as open from single_use_token where used_at is null`),
    ).toEqual([{ open: 0 }])
    // Beside the folder of the installation, as on the machine that takes a database into use.
    await using place = await CommandBench.start({ connection: again })
    const inPlace = await place.run(['restore', '--in-place', '--json'])
    expect(inPlace.status).toBe(0)
    const { audit, ...outcome } = JSON.parse(inPlace.out)
    expect(outcome).toMatchObject({ is_frozen: true })
    expect(audit).toMatchObject({ sealed: audit.events, unsealed: 0 })
    expect(await read(again, GUARDS)).toEqual(guards)
  },
  LONG_MS,
)

test('a second installation on the cluster of another one that works is refused, unless it is told to take the logins', async () => {
  const guard = { ...admin, user: 'liaison_guard', password: passwordOf('liaison_guard', testRoleSecret()) }
  const server = new pg.Client(guard)
  await server.connect()
  const options = { roleSecret: 'another secret of thirty-two characters' }
  await expect(migrate(admin, options)).rejects.toThrow(
    /^DATABASE_ROLE_SECRET: the logins of this PostgreSQL have passwords of another secret, and hold 1 connections\./,
  )
  await server.end()
  await runStatements(guard, ['select 1'])
  await migrate(admin, { ...options, takesLogins: true })
  await expect(runStatements(guard, ['select 1'])).rejects.toMatchObject({ code: '28P01' })
  // Nobody works with those: whoever comes next takes them.
  await migrate(admin, { roleSecret: testRoleSecret() })
  await runStatements(guard, ['select 1'])
})

test('a login that did not make the roles of a cluster is told which it lacks', async () => {
  await runStatements(cluster.connection, [`create role stranger login createrole password 'stranger'`])
  await expect(migrate({ ...admin, user: 'stranger', password: 'stranger' })).rejects.toThrow(
    /it lacks roles that somebody else made \(grant liaison_auth, .* to "stranger" with admin option\)\.$/,
  )
})

test('a start that PostgreSQL does not let in says why in a sentence with the variable, and never the password', async () => {
  const told = (wrong: Partial<ConnectionSettings>) =>
    migrate({ ...admin, ...wrong }).then(
      () => '',
      (error: unknown) => tellWhyNotStarted(error),
    )
  const stories = [
    await told({ password: 'a wrong one' }),
    await told({ database: 'nowhere' }),
    await told({ host: '127.0.0.1', port: 1 }),
    await told({ host: 'no-such-machine.invalid' }),
  ]
  expect(stories).toEqual([
    expect.stringMatching(
      /DATABASE_URL: PostgreSQL at .* does not let the login "managed" in: its name or password is wrong$/,
    ),
    expect.stringMatching(
      /DATABASE_URL: PostgreSQL at .* has no database "nowhere"; make it: create database/,
    ),
    expect.stringContaining('DATABASE_URL: nobody answers for PostgreSQL at 127.0.0.1:1'),
    expect.stringMatching(/DATABASE_URL: .*no-such-machine\.invalid/),
  ])
  for (const story of stories) expect(story).not.toMatch(/a wrong one|\n +at /)
})
