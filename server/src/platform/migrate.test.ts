import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, runStatements, testRoleSecret } from '#testing/database.ts'
import type { TestDatabase } from '#testing/database.ts'
import { migrate } from './migrate.ts'

let databases: TestDatabase[]
beforeAll(async () => {
  databases = await Promise.all([createTestDatabase(), createTestDatabase()])
})
afterAll(() => Promise.all(databases.map((database) => database.drop())))

test('servers of several databases of one cluster start at once, although their logins are the same (R11)', async () => {
  const roleSecret = testRoleSecret()
  const starts = Array.from({ length: 12 }, (_, index) => databases[index % 2]).flatMap((database) =>
    database ? [migrate(database.connection, { roleSecret })] : [],
  )
  const outcomes = await Promise.allSettled(starts)
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  expect(outcomes).toHaveLength(12)
})

test('a database of a version that is not known is left as it is, and the error says so (R11)', async () => {
  const [database] = databases
  if (!database) throw new Error('There is no database.')
  await runStatements(database.connection, [
    `insert into liaison_migration (name, timestamp) values ('29991231T000000-of-tomorrow', '2999-12-31T00:00:00.000Z')`,
  ])
  await expect(migrate(database.connection, { roleSecret: testRoleSecret() })).rejects.toThrow(
    /prepared by another version of Liaison: .*29991231T000000-of-tomorrow/,
  )
})

test('a database of a version between two releases is left as it is, and the error names what it lacks and what to do (R11)', async () => {
  await using database = await createTestDatabase()
  await runStatements(database.connection, [
    `delete from liaison_migration where name in (select name from liaison_migration order by name desc offset 1 limit 7)`,
  ])
  await expect(migrate(database.connection, { roleSecret: testRoleSecret() })).rejects.toThrow(
    /between two releases\. It lacks 7 migrations that belong before its newest, \S+: \S+, .* and 2 more\. .*begin with an empty one/,
  )
})
