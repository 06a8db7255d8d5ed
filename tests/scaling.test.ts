import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TestWorld } from '../server/testing/world.ts'

const PAGE = fileURLToPath(new URL('../docs/scaling.md', import.meta.url))
const COLUMNS = ['tenant_id', 'partner_id']

interface Place {
  readonly place: string
  readonly table: string
}

/** Which place the page gives to which tables. */
function placesIn(page: string): Place[] {
  return [
    ...page.matchAll(/^\| (`(?:tenant|partner)_id`|reference[^|]*|one node[^|]*) *\| (.*) \|$/gm),
  ].flatMap(([, place = '', tables = '']) =>
    [...tables.matchAll(/`([a-z_.]+)`/g)].map(([, table = '']) => ({
      place: place.replaceAll('`', '').trim(),
      table,
    })),
  )
}

let world: TestWorld
let places: readonly Place[]
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  places = placesIn(await readFile(PAGE, 'utf8'))
})
afterAll(() => world[Symbol.asyncDispose]())

interface Table {
  readonly name: string
  /** The columns of distribution that hold a value in every row. */
  readonly columns: readonly string[]
  readonly key: readonly string[]
}

const tables = () =>
  world.sql<Table & Record<string, unknown>>(
    `select case when n.nspname = 'public' then '' else n.nspname || '.' end || c.relname as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnotnull and a.attname = any ($1)) as columns,
       array(select a.attname::text from pg_constraint k join pg_attribute a on a.attrelid = c.oid and a.attnum = any (k.conkey) where k.conrelid = c.oid and k.contype = 'p') as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname in ('public', 'access', 'audit', 'private')
     where c.relkind in ('r', 'p') and not c.relispartition and c.relname not like 'liaison_migration%' order by 1`,
    [COLUMNS],
  )

test('every table has one place in docs/scaling.md, and the column that is named for it holds a value in every row', async () => {
  const known = await tables()
  expect(places.map(({ table }) => table).toSorted()).toEqual(known.map(({ name }) => name).toSorted())
  const wrong = places.filter(
    ({ place, table }) =>
      COLUMNS.includes(place) && !known.find(({ name }) => name === table)?.columns.includes(place),
  )
  expect(wrong).toEqual([])
})

test('the page counts the tables whose key lacks the column of distribution as they are', async () => {
  const known = await tables()
  const distributed = places.filter(({ place }) => COLUMNS.includes(place))
  const lacking = distributed.filter(
    ({ place, table }) => !known.find(({ name }) => name === table)?.key.includes(place),
  )
  expect(await readFile(PAGE, 'utf8')).toContain(
    `${lacking.length} of the ${distributed.length} tables with a column of distribution have a primary key without it`,
  )
})

test('a place that is not there, and one given twice, are noticed', () => {
  const page = '| `tenant_id` | `a`, `b` |\n| one node: x | `b`, `access.c` |\n'
  expect(placesIn(page)).toEqual([
    { place: 'tenant_id', table: 'a' },
    { place: 'tenant_id', table: 'b' },
    { place: 'one node: x', table: 'b' },
    { place: 'one node: x', table: 'access.c' },
  ])
})
