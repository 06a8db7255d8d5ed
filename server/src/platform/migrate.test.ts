import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, testRoleSecret } from '#testing/database.ts'
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
