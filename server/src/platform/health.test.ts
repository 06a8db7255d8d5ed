import { afterAll, beforeAll, expect, test } from 'vitest'
import { testRoleSecret } from '#testing/database.ts'
import { TestWorld } from '#testing/world.ts'
import { openDatabase, passwordOf } from './database.ts'
import { serveHealth, watchStanding } from './health.ts'
import { listMigrationNames } from './migrate.ts'
import { watchSchema } from './schema-standing.ts'

const STRANGER = { cookie: null }

let world: TestWorld
let names: string[]
/** Asks the database, as a process that has just started would. */
let hasSchema: () => Promise<boolean>
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  names = await listMigrationNames()
  restart()
  serveHealth(world.app.http, {
    database: world.database,
    sealerLag: () => ({ stalledSeconds: 0 }),
    isStopping: () => false,
    hasSchema: () => hasSchema(),
  })
})
afterAll(() => world[Symbol.asyncDispose]())

function restart(): void {
  hasSchema = watchSchema(world.database, names)
}

const ask = async () => {
  const answer = await world.call(STRANGER, 'GET', '/readyz')
  return [answer.statusCode, answer.json().reason]
}

const NEWEST = 'select max(name) from liaison_migration'

test('a server is ready once the database has each of its migrations, and asks no more then (R11)', async () => {
  const [taken] = await world.sql<{ name: string; timestamp: string }>(
    `delete from liaison_migration where name = (${NEWEST}) returning name, timestamp`,
  )
  expect(await ask()).toEqual([503, 'the database lacks migrations of this version'])
  const putBack = () =>
    world.sql('insert into liaison_migration (name, timestamp) values ($1, $2)', [
      taken?.name,
      taken?.timestamp,
    ])
  await putBack()
  expect(await ask()).toEqual([200, undefined])
  await world.sql(`delete from liaison_migration where name = (${NEWEST})`)
  expect(await ask()).toEqual([200, undefined])
  restart()
  expect((await ask())[0]).toBe(503)
  await putBack()
})

test('a server that is older than the database is ready, as rolling upgrades need it (R11)', async () => {
  restart()
  await world.sql(
    `insert into liaison_migration (name, timestamp) values ('29991231T000000-of-tomorrow', '2999-12-31T00:00:00.000Z')`,
  )
  expect(await ask()).toEqual([200, undefined])
  await world.sql(`delete from liaison_migration where name > '2999'`)
})

test('the login that asks reads names alone, and changes none', async () => {
  const guard = world.database.pool('liaison_guard')
  for (const statement of ['select timestamp from liaison_migration', 'delete from liaison_migration'])
    await expect(guard.query(statement)).rejects.toMatchObject({ code: '42501' })
})

test('a process whose password is no longer taken is not ready, although open connections still work, until it is again', async () => {
  restart()
  const change = (password: string) => world.sql(`alter role liaison_guard password '${password}'`)
  const database = openDatabase({ connection: world.connection, roleSecret: testRoleSecret(), poolSize: 2 })
  try {
    const kept = await database.pool('liaison_guard').connect()
    await change('of another secret')
    await expect(database.pool('liaison_guard').query('select 1')).rejects.toMatchObject({ code: '28P01' })
    kept.release()
    const health = {
      database,
      sealerLag: () => ({ stalledSeconds: 0 }),
      isStopping: () => false,
      hasSchema: () => Promise.resolve(true),
    }
    const isReady = async () => (await watchStanding(health, () => new Date())()).isReady
    expect(await isReady()).toBe(false)
    await change(passwordOf('liaison_guard', testRoleSecret()))
    expect(await isReady()).toBe(true)
  } finally {
    await change(passwordOf('liaison_guard', testRoleSecret()))
    await database.close()
  }
})
