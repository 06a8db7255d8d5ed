import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  classOf,
  DATA_CLASSES,
  isMoreThanWho,
  KEPT,
  UNOWNED,
} from '../server/src/modules/privacy/data-classes.ts'
import { LOGINS } from '../server/src/platform/database.ts'
import { TestWorld } from '../server/testing/world.ts'

interface Table {
  readonly name: string
  readonly columns: string[]
}

let world: TestWorld
let tables: Table[]
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  tables = await world.sql<{ name: string; columns: string[] }>(
    `select c.relname::text as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
     join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition group by 1 order by 1`,
  )
})
afterAll(() => world[Symbol.asyncDispose]())

test('every column of every table has a class of protection, and nothing is classified that is not there (ASVS 14.1.1)', () => {
  expect(tables.length).toBeGreaterThan(200)
  const unknown = tables.flatMap(({ name, columns }) =>
    columns
      .filter((column) => classOf(name, column, columns) === undefined)
      .map((column) => `${name}.${column}`),
  )
  expect(unknown).toEqual([])
  const names = new Set(tables.map(({ name }) => name))
  expect([...Object.keys(UNOWNED), ...Object.keys(KEPT)].filter((name) => !names.has(name))).toEqual([])
  expect(classOf('a_new_table', 'whatever', ['id', 'whatever'])).toBeUndefined()
})

test('every table that tells more of a person than who did something says how long it keeps that (ASVS 14.1.2, 14.2.4)', () => {
  const silent = tables
    .filter(
      ({ name, columns }) =>
        columns.some((column) => isMoreThanWho(name, column)) && KEPT[name] === undefined,
    )
    .map(({ name }) => name)
  expect(silent).toEqual([])
})

test('what is sealed is read by the logins that open it alone: by none that a tenant works with, and by that of partners for their own tax documents (ASVS 13.3.2)', async () => {
  const readable: string[] = []
  for (const { name, columns } of tables)
    for (const column of columns.filter((one) => /^(?:sealed_(?!at$)\w+|private_key|secret)$/.test(one)))
      for (const login of LOGINS) {
        const [row] = await world.sql<{ may: boolean }>(
          `select has_column_privilege($1, format('public.%I', $2::text), $3, 'select') as may`,
          [login, name, column],
        )
        if (row?.may) readable.push(`${login} ${name}.${column}`)
      }
  expect(readable.toSorted()).toEqual([
    'liaison_auth signing_key.private_key',
    'liaison_auth totp_factor.secret',
    'liaison_job kyc_secret.sealed_secret',
    'liaison_job payout_receiver_secret.sealed_secret',
    'liaison_job payout_receiver_secret.sealed_signing_key',
    'liaison_job signal_stream.sealed_authorization',
    'liaison_job vault_key.sealed_key',
    'liaison_job webhook_secret.sealed_secret',
    'liaison_job webhook_secret.sealed_signing_key',
    // Who pays out reads where to, and what the partner handed in for it.
    'liaison_platform payout_account.sealed_details',
    'liaison_platform tax_document.sealed_file',
    // What a partner handed in it may read again; a row policy shows it its own alone.
    'liaison_program tax_document.sealed_file',
    // The sealer signs checkpoints with the key that it opens.
    'liaison_sealer audit_key.sealed_key',
  ])
})

test('the page of classes is what the classes say (ASVS 14.1.2)', async () => {
  const page = await readFile(fileURLToPath(new URL('../docs/data-classes.md', import.meta.url)), 'utf8')
  for (const one of DATA_CLASSES) expect(page).toContain(`\`${one}\``)
  for (const [table, kept] of Object.entries(KEPT)) {
    expect(page).toContain(`\`${table}\``)
    expect(page).toContain(kept)
  }
})
