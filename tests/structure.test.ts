import { readdir } from 'node:fs/promises'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { createTestDatabase } from '../server/testing/database.ts'
import { describeStructure } from './support/structure.ts'

const FOLDER = '../docs/database'

async function readStructure(): Promise<ReadonlyMap<string, string>> {
  await using made = await createTestDatabase()
  const database = new Client({ ...made.connection })
  await database.connect()
  try {
    return await describeStructure(database)
  } finally {
    await database.end()
  }
}

test('docs/database says of each module what all migrations together made: tables, policies, grants, views and functions', async () => {
  const structure = await readStructure()
  for (const [module, text] of structure)
    await expect.soft(text).toMatchFileSnapshot(`${FOLDER}/${module}.sql`)
  const files = await readdir(new URL(FOLDER, import.meta.url))
  expect(files.toSorted()).toEqual([...structure.keys()].map((module) => `${module}.sql`).toSorted())
})
