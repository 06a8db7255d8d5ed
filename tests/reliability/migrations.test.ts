import { glob, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { lintMigrations } from '../support/migration-lint.ts'

const SOURCE = fileURLToPath(new URL('../../server/src', import.meta.url))
/** Migrations from here on meet tables with rows; those before belong to the first release. Never moves later once released. */
const FIRST_RELEASE = '20261201T000000'
const LATER = '20270101T000000-change-something'

async function readMigrations() {
  const found = []
  for await (const path of glob('{platform,modules/*}/migrations/*.sql', { cwd: SOURCE }))
    found.push({ name: basename(path, '.sql'), sql: await readFile(`${SOURCE}/${path}`, 'utf8') })
  return found
}

const lint = (sql: string, name = LATER) =>
  lintMigrations([{ name, sql }], FIRST_RELEASE).map(({ rule }) => rule)

test('no migration of a later release holds up or breaks the version that still runs (R11)', async () => {
  const migrations = await readMigrations()
  expect(migrations.length).toBeGreaterThan(20)
  expect(lintMigrations(migrations, FIRST_RELEASE)).toEqual([])
})

const RELEASED = fileURLToPath(new URL('../../docs/migrations.released.txt', import.meta.url))

test('every migration since the last release comes after all of it, which is still there: each update works (R11)', async () => {
  const released = (await readFile(RELEASED, 'utf8')).trimEnd().split('\n')
  const names = (await readMigrations()).map(({ name }) => name).toSorted()
  expect(released.length).toBeGreaterThan(600)
  expect(names.slice(0, released.length)).toEqual(released)
})

test('read as if tables had rows, the first release would be full of faults: the lint does read the files', async () => {
  expect(lintMigrations(await readMigrations(), '').length).toBeGreaterThan(3)
})

test.each([
  ['alter table invoice add column note text not null', 'has none for the rows'],
  ["alter table invoice add note text not null check (note <> '')", 'has none for the rows'],
  [
    'alter table invoice add column search text generated always as (lower(number)) stored',
    'rewrites the table',
  ],
  ['alter table invoice add column token uuid default gen_random_uuid()', 'rewrites the table'],
  [
    'alter table invoice add column salt bytea default sha256(uuid_send(gen_random_uuid()))',
    'rewrites the table',
  ],
  ['alter table invoice alter column number type integer', 'changed type'],
  ['alter table invoice alter number set data type text', 'changed type'],
  ['alter table invoice alter column note set not null', 'set not null'],
  ['alter table invoice add constraint positive check (total_minor > 0)', 'not valid'],
  ['alter table only invoice add foreign key (tenant_id) references tenant', 'not valid'],
  ['alter table invoice add constraint once unique (number)', 'builds its index'],
  ['create index on invoice (number)', 'concurrently'],
  ['create unique index if not exists by_number on invoice using btree (number)', 'concurrently'],
  ['create index concurrently by_number on invoice (number)', 'begins anew'],
  ['drop index concurrently by_number', 'begins anew'],
  ['update invoice set note = number', 'in parts'],
  ['alter table invoice no force row level security', 'row security that is lifted'],
  ['alter table invoice disable row level security', 'row security that is lifted'],
  ['lock table invoice in access exclusive mode', 'whole table'],
  ['truncate invoice', 'whole table'],
  ['alter table invoice drop column note', 'breaks the version before'],
  ['alter table invoice rename column note to remark', 'breaks the version before'],
  ['drop table if exists invoice', 'breaks the version before'],
  ['drop function access.take(text)', 'breaks the version before'],
])('planted: %s', (sql, story) => {
  expect(lint(`-- ${sql}\n${sql.toUpperCase().replaceAll(/'[^']*'/g, "''")};`)).toEqual([
    expect.stringContaining(story),
  ])
})

test('what is built concurrently stands in a migration of its own (R11)', () => {
  const index = 'create index concurrently if not exists by_number on invoice (number);'
  expect(lint(`${index} alter table invoice add column note text`)).toEqual([
    'what is built or dropped concurrently is a migration of its own',
  ])
})

test('what is added not valid is validated in a later transaction, which begins after a migration that runs alone (R11)', () => {
  const add = 'alter table invoice add constraint positive check (total_minor > 0) not valid;'
  const validate = 'alter table invoice validate constraint positive;'
  const alone = 'create index concurrently if not exists by_number on invoice (number);'
  const rules = (...parts: string[]) =>
    lintMigrations(
      parts.map((sql, place) => ({ name: `${LATER}-${place}`, sql })),
      FIRST_RELEASE,
    ).map(({ rule }) => rule)
  const soon = [expect.stringContaining('in a transaction of its own')]
  expect(rules(`${add} ${validate}`)).toEqual(soon)
  expect(rules(add, validate)).toEqual(soon)
  expect(rules(add, alone, validate)).toEqual([])
})

test.each([
  'alter table invoice add column note text',
  "alter table invoice add column note text not null default ''",
  'alter table invoice add constraint positive check (total_minor > 0) not valid',
  'alter table invoice validate constraint positive',
  'create unique index concurrently if not exists by_number on invoice (number)',
  'drop index concurrently if exists by_number',
  'alter table invoice add constraint once unique using index by_number',
  "update invoice set note = '' where id in (select id from invoice where note is null limit 1000)",
  'create table thing (id uuid not null); create index on thing (id); alter table thing add constraint small check (id is not null)',
  "create function f() returns void language plpgsql as $$ begin truncate invoice; update invoice set note = ''; end $$",
  "comment on table invoice is 'drop table invoice; truncate invoice'",
])('harmless: %s', (sql) => {
  expect(lint(sql)).toEqual([])
})

test('what the version before uses goes in a migration that is named a contraction, which is bound by the other rules', () => {
  const contraction = '20270201T000000-contract-invoice-note'
  expect(lint('alter table invoice drop column note', contraction)).toEqual([])
  expect(lint('truncate invoice', contraction)).toHaveLength(1)
})
