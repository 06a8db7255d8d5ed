import { readdir } from 'node:fs/promises'
import { Client } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { createTestDatabase } from '../server/testing/database.ts'
import {
  describeStructure,
  findUncalledGrants,
  findUnusedFunctions,
  readParts,
  type Part,
} from './support/structure.ts'

const FOLDER = '../docs/database'

/** What only servers of the version before call, which run while an upgrade rolls (R11); a later version drops it. */
const OF_BEFORE = ['access.waiting_alert_mails', 'audit.count_own_acts']

let parts: readonly Part[]
beforeAll(async () => {
  await using made = await createTestDatabase()
  const database = new Client({ ...made.connection })
  await database.connect()
  try {
    parts = await readParts(database)
  } finally {
    await database.end()
  }
})

test('docs/database says of each module what all migrations together made: tables, policies, grants, views and functions', async () => {
  const structure = await describeStructure(parts)
  for (const [module, text] of structure)
    await expect.soft(text).toMatchFileSnapshot(`${FOLDER}/${module}.sql`)
  const files = await readdir(new URL(FOLDER, import.meta.url))
  expect(files.toSorted()).toEqual([...structure.keys()].map((module) => `${module}.sql`).toSorted())
})

test('every function of the database is called by the program, a trigger, a policy, a constraint, a view or another function', async () => {
  expect(await findUnusedFunctions(parts)).toEqual(OF_BEFORE)
})

test('no login may call a function that only functions with more rights call (R1)', async () => {
  expect(await findUncalledGrants(parts)).toEqual(OF_BEFORE)
})
