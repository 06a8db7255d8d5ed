import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toCanonicalJson } from '#platform/signed-log/index.ts'
import type { JsonValue } from '#platform/signed-log/index.ts'
import { createTestDatabase } from '#testing/database.ts'
import type { TestDatabase } from '#testing/database.ts'
import { asTexts, readLeafShape } from './leaf.ts'

let testDatabase: TestDatabase
let client: pg.Client
beforeAll(async () => {
  testDatabase = await createTestDatabase()
  client = new pg.Client({ ...testDatabase.connection, options: '-c TimeZone=UTC' })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await testDatabase.drop()
})

const HIDDEN = /^(ip|user_agent|origin_.*|personal_.*|actor_name|resource_label|reason|changes)$/

type Row = Record<string, JsonValue>
const withoutNulls = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([name, value]) => value !== null && !HIDDEN.test(name)))

/** The leaf by another way: of the JSON that PostgreSQL makes of the whole row, and of its own digests. */
async function leafByDatabase(id: string): Promise<string> {
  const { rows } = await client.query<{
    event: Row
    scopes: Row[]
    at: string
    origin: string
    personal: string
  }>(
    `select row_to_json(e) as event, to_char(e.occurred_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
       encode(audit.origin_digest_of(e), 'hex') as origin, encode(audit.personal_digest_of(e), 'hex') as personal,
       (select coalesce(json_agg(json_build_object('kind', s.kind, 'id', s.scope_id, 'row_count', s.row_count) order by s.kind, s.scope_id::text), '[]')
        from audit_scope s where s.event_id = e.id) as scopes
     from audit_event e where id = $1`,
    [id],
  )
  const [row] = rows
  if (!row) throw new Error('There is no such event.')
  return toCanonicalJson({
    ...withoutNulls(row.event),
    v: 2,
    occurred_at: row.at,
    origin: row.origin,
    personal: row.personal,
    scopes: row.scopes.map(withoutNulls),
  })
}

async function leafOf(id: string): Promise<string | undefined> {
  const shape = await readLeafShape(client)
  const { rows } = await client.query<(string | null)[]>(
    asTexts(`select ${shape.columns} from audit_event e where e.id = $1`, [id]),
  )
  return rows[0] && shape.toEvent(rows[0], 0)?.leaf
}

const EVENTS = [
  {},
  {
    actor_name: 'Zoë "Zo" O’Neill\n',
    resource_label: 'T-1 \\ 2',
    reason: '',
    changes: '{"b": [1, 2.50], "a": {"é": null}}',
    ip: '2001:db8::1',
    user_agent: 'A\tbrowser',
    code: 'é\u2028"\\/',
    tenant_name: '𝄞 & Sons',
    row_count: '9007199254740993',
    delegation_epoch: '-7',
    config_version: '0',
    repeats: '12',
    explain_id: '01900000-0000-7000-8000-000000000001',
  },
]

async function insertEvent(values: Readonly<Record<string, string>>): Promise<string> {
  const all = {
    plane: 'tenant',
    action: 'x.y',
    outcome: 'allowed',
    actor_type: 'person',
    source: 'api',
    ...values,
  }
  const names = Object.keys(all)
  const { rows } = await client.query<{ id: string }>(
    `insert into audit_event (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')}) returning id`,
    Object.values(all),
  )
  const id = rows[0]?.id ?? ''
  await client.query(
    `insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count)
     select kind, gen_random_uuid(), occurred_at, id, n from audit_event, (values ('tenant', 3), ('partner', null), ('tenant', 0), ('tenant', 10)) s (kind, n) where id = $1`,
    [id],
  )
  return id
}

test('a leaf is the canonical JSON of the whole row without nulls, with what is personal and the origin as digests (R4)', async () => {
  for (const values of EVENTS) {
    const id = await insertEvent(values)
    expect(await leafOf(id)).toBe(await leafByDatabase(id))
  }
})

test('a column that is added later, of whatever type, stands in the leaves of events that have a value, and leaves the others as they were (R4)', async () => {
  const before = await insertEvent(EVENTS[1] ?? {})
  const leaf = await leafOf(before)
  await client.query(
    `alter table audit_event add column "Later" jsonb, add column at_night boolean, add column due timestamptz, add column weight numeric, add column tags text[], add column part real`,
  )
  expect(await leafOf(before)).toBe(leaf)
  const after = await insertEvent({
    '"Later"': '{"z": 1, "a": [true, null, 1e3]}',
    at_night: 'false',
    due: '2026-11-23T10:00:00.5Z',
    weight: '12.50',
    tags: '{a,"b c"}',
    part: '0.1',
  })
  const told = await leafOf(after)
  expect(told).toBe(await leafByDatabase(after))
  expect(JSON.parse(told ?? '')).toMatchObject({
    Later: { a: [true, null, 1000], z: 1 },
    at_night: false,
    weight: 12.5,
    tags: ['a', 'b c'],
  })
  const empty = await insertEvent({ '"Later"': 'null' })
  expect(await leafOf(empty)).toBe(await leafByDatabase(empty))
})
