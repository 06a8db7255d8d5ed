import { Client } from 'pg'
import { expect, test } from 'vitest'
import { LOGINS, passwordOf } from '#platform/database.ts'
import type { ConnectionSettings } from '#platform/database.ts'
import { createTestDatabase, runStatements, testConnection, testRoleSecret } from './database.ts'

async function ask(connection: Partial<ConnectionSettings>, query: string): Promise<unknown[]> {
  const client = new Client({ ...testConnection(), ...connection })
  await client.connect()
  try {
    return (await client.query<unknown[]>({ text: query, rowMode: 'array' })).rows.flat()
  } finally {
    await client.end()
  }
}

test('a test database is seen by no other test and leaves nothing behind', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()])
  await runStatements(one.connection, ['create table harness_probe (id int)'])
  const tables = "select count(*)::int from pg_tables where tablename = 'harness_probe'"
  expect(await ask(one.connection, tables)).toEqual([1])
  expect(await ask(other.connection, tables)).toEqual([0])

  await Promise.all([one.drop(), other.drop()])
  const names = await ask({ database: 'postgres' }, 'select datname::text from pg_database')
  expect(names).not.toContain(one.connection.database)
  expect(names).not.toContain(other.connection.database)
})

test('a test database has the schema, and the logins of the server open it', async () => {
  await using database = await createTestDatabase()
  const { connection } = database
  expect(await ask(connection, 'select count(*) > 0 from liaison_migration')).toEqual([true])
  for (const user of LOGINS) {
    const password = passwordOf(user, testRoleSecret())
    expect(await ask({ ...connection, user, password }, 'select current_user::text')).toEqual([user])
  }
})
