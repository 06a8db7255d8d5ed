import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDemoIfEmpty } from '#modules/demo/index.ts'
import { readConfig } from '#platform/config.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { SealedColumn } from '#platform/credentials/sealed-columns.ts'
import { startKeyRing } from '#platform/credentials/key-ring.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { OPERATOR } from '#testing/command.ts'
import { testRoleSecret } from '#testing/database.ts'
import { patience } from '#testing/figures.ts'
import { TEST_ORIGIN, TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import { buildApp } from '../app.ts'
import { rotateKeys } from './keys-rotate.ts'

const OVERLAP_SECONDS = 1

let world: TestWorld
let dataDir: string

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  dataDir = await mkdtemp(join(tmpdir(), 'liaison-demo-keys-'))
  const target = { admin: world.connection, secretKey: TEST_SECRET_KEY, dataDir, now: new Date() }
  if (!(await loadDemoIfEmpty(target))) throw new Error('The demo world was not loaded.')
}, patience(120_000))
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true, force: true })
})

/** Whoever asks for the public keys first lets them be made. */
async function serveOnce(): Promise<void> {
  const { database } = world
  const app = await buildApp(
    { database, secretKey: TEST_SECRET_KEY, publicOrigin: () => TEST_ORIGIN },
    { demoSignIns: () => [] },
  )
  const answer = await app.http.inject({ url: '/oauth/jwks', headers: { host: new URL(TEST_ORIGIN).host } })
  expect(answer.statusCode, answer.body).toBe(200)
  await app.close()
}

const readAll = ({ table, column, boundBy }: SealedColumn) =>
  world.sql<{ bound: string; sealed: Buffer }>(
    `select ${boundBy}::text as bound, ${column} as sealed from ${table} where ${column} is not null`,
  )

/** By which data keys the values of each column that has any are sealed, each of them opened at its place. */
async function openAll(): Promise<Record<string, number[]>> {
  const { database } = world
  const ring = await startKeyRing({ database, secretKey: TEST_SECRET_KEY, onError: () => undefined })
  ring.stop()
  const vault = makeVault(TEST_SECRET_KEY, ring)
  const found: Record<string, number[]> = {}
  for (const at of Object.values(SEALED_COLUMNS)) {
    const rows = await readAll(at)
    for (const { bound, sealed } of rows)
      expect(vault.open(sealed, placeIn(at, bound))).toBeInstanceOf(Buffer)
    const numbers = new Set(rows.map(({ sealed }) => vault.keyOf(sealed)))
    if (numbers.size > 0) found[`${at.table}.${at.column}`] = [...numbers]
  }
  return found
}

const rotate = () =>
  rotateKeys(
    {
      config: readConfig({}),
      operator: OPERATOR,
      now: () => new Date(),
      out: () => undefined,
      err: () => undefined,
      isTerminal: false,
      open: () =>
        Promise.resolve({
          admin: world.connection,
          roleSecret: testRoleSecret(),
          secretKey: TEST_SECRET_KEY,
          isEmbedded: false,
          ended: new Promise<undefined>(() => undefined),
          stop: () => Promise.resolve(),
        }),
    },
    OVERLAP_SECONDS,
  )

/** As if a day and an hour had passed since every key came into use. */
const age = () =>
  world.sql(
    `begin; set local session_replication_role = replica; update vault_key set active_from = active_from - interval '25 hours'; commit`,
  )

const numbers = async () =>
  (await world.sql('select number from vault_key order by number')).map((row) => row['number'])

test('the columns that are sealed are those whose comments say so, each found by its key and bound to a value of its own', async () => {
  const marked = await world.sql(
    `select c.relname::text as "table", a.attname::text as "column" from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relkind in ('r', 'p') and col_description(c.oid, a.attnum) like 'Encrypted with the data key%' order by 1, 2`,
  )
  const declared = Object.values(SEALED_COLUMNS)
  const names = declared.map(({ table, column }) => ({ table, column }))
  expect(names.toSorted((a, b) => `${a.table} ${a.column}`.localeCompare(`${b.table} ${b.column}`))).toEqual(
    marked,
  )
  for (const { table, key, boundBy } of declared)
    for (const column of [key, boundBy])
      expect(
        await world.sql(
          `select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
           where i.indrelid = $1::regclass and i.indisunique and i.indnkeyatts = 1 and a.attname = $2`,
          [table, column],
        ),
        `${table}.${column}`,
      ).not.toHaveLength(0)
})

test(
  'the demo world that was served once is rotated whole: everything opens under the new key, and the old one goes',
  async () => {
    await serveOnce()
    const before = await openAll()
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining([
        'payout_account.sealed_details',
        'signing_key.private_key',
        'tax_document.sealed_file',
        'totp_factor.secret',
        'webhook_secret.sealed_secret',
      ]),
    )
    expect(await rotate()).toMatchObject({ number: 1, not_renewed: [] })
    expect(await openAll()).toEqual(Object.fromEntries(Object.keys(before).map((name) => [name, [1]])))
    await age()
    expect(await rotate()).toMatchObject({ number: 2, not_renewed: [], keys_removed: 0 })
    await age()
    expect(await rotate()).toMatchObject({ number: 3, not_renewed: [], keys_removed: 1 })
    expect(await openAll()).toEqual(Object.fromEntries(Object.keys(before).map((name) => [name, [3]])))
    expect(await numbers()).toEqual([2, 3])
  },
  patience(180_000),
)

test('a rotation that cannot renew a value publishes no further key however often it is repeated', async () => {
  await world.sql(
    `begin; set local session_replication_role = replica; update tax_document set sealed_file = overlay(sealed_file placing '\\x00000000'::bytea from 2); commit`,
  )
  const before = await numbers()
  for (let time = 0; time < 2; time += 1) await expect(rotate()).rejects.toThrow('authenticate')
  expect(await numbers()).toEqual(before)
})
