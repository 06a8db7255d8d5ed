import { constants } from 'node:buffer'
import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#platform/database.ts'
import { hashLeaf, joinNotes, MerkleTree, toCheckpointText } from '#platform/signed-log/index.ts'
import type { NoteSigner } from '#platform/signed-log/index.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { createTestDatabase, testRoleSecret } from '#testing/database.ts'
import type { TestDatabase } from '#testing/database.ts'
import { attempts, patience, sized, tellFigures } from '#testing/figures.ts'
import { sealAll } from '#testing/sealing.ts'
import { readNotes } from './checkpoint-file.ts'
import { exportLog, makeAuditKey, startSealer, verifyDatabase } from './index.ts'
import { readLog } from './log-store.ts'
import type { AdminClient } from './log-store.ts'
import { verifyExport } from './offline-verify.ts'
import type { OfflineReport } from './offline-verify.ts'
import type { LogEntry, Report } from './verify.ts'

const KEY = makeAuditKey(makeVault('a root secret of a test'), 'log.example/audit')
const THIEF = makeAuditKey(makeVault('the secret of somebody else'), 'log.example/audit')
const EVENTS = sized(60, 240)
const PER_CHECKPOINT = 12
const EDIT_RUNS = attempts(3, 63)
const DEED_RUNS = attempts(4, 250)
const LONG_MS = patience(20_000)
const INSERT = 'insert into audit_event (plane, action, outcome, actor_type, source, occurred_at, xid)'
const NOW = new Date('2030-01-01T00:00:00Z')

let folder: string
let testDatabase: TestDatabase
let client: pg.Client

async function fill(): Promise<void> {
  await client.query(
    `with e as (
       insert into audit_event (plane, action, outcome, actor_type, actor_name, tenant_name, resource_label, row_count, changes, ip, user_agent, source)
       select 'delegation', 'support.tickets.update', 'allowed', 'person', 'Lee Park', 'Acme', 'T-' || n, n, jsonb_build_object('b', n, 'a', null, 'é', 'x'), '192.0.2.7', 'A browser', 'api'
       from generate_series(1, ${PER_CHECKPOINT}) n returning id, occurred_at)
     insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count)
     select kind, gen_random_uuid(), occurred_at, id, 3 from e, unnest(array['tenant', 'partner', 'tenant']) kind`,
  )
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-tamper-'))
  testDatabase = await createTestDatabase()
  client = new pg.Client({ ...testDatabase.connection, options: '-c TimeZone=UTC' })
  await client.connect()
  const database = openDatabase({
    connection: testDatabase.connection,
    roleSecret: testRoleSecret(),
    poolSize: 2,
  })
  const sealer = await startSealer({
    database,
    key: KEY,
    checkpointFile: join(folder, 'audit-checkpoints.txt'),
    intervalMs: 3_600_000,
  })
  for (let count = PER_CHECKPOINT; count <= EVENTS; count += PER_CHECKPOINT) {
    await fill()
    await sealAll(sealer)
  }
  await sealer.stop()
  await database.close()
})
afterAll(async () => {
  await client.end()
  await testDatabase.drop()
  await rm(folder, { recursive: true, force: true })
})

/** Verification opens transactions of its own; here everything happens in the one that is rolled back. */
const inside: AdminClient = {
  query: ((text: string, values?: unknown[]) =>
    client.query(/^(begin|commit)/.test(text) ? 'select 1' : text, values)) as pg.ClientBase['query'],
}

interface Both {
  readonly online: Report
  readonly offline: OfflineReport
}

async function exportText(): Promise<string> {
  let text = ''
  for await (const line of exportLog(inside, NOW)) text += line
  return text
}

async function verifyBoth(outside: readonly string[]): Promise<Both> {
  const online = await verifyDatabase(inside, outside, KEY.verifierKey)
  const files = { log: join(folder, 'export.jsonl'), checkpoints: join(folder, 'outside.txt') }
  await writeFile(files.log, await exportText())
  await writeFile(files.checkpoints, joinNotes(outside))
  return { online, offline: await verifyExport(files, KEY.verifierKey) }
}

/** Does something to the log with the rights of a superuser, verifies it both ways, and undoes it. */
async function tamper(deed: (at: number) => Promise<string[] | void>, at: number): Promise<Both> {
  await client.query('begin')
  try {
    await client.query('set local session_replication_role = replica')
    const outside = await deed(at)
    return await verifyBoth(outside ?? (await readNotes(join(folder, 'audit-checkpoints.txt'))))
  } finally {
    await client.query('rollback')
  }
}

const q = (text: string, values: unknown[] = []) => client.query(text, values)
const sql = async (text: string, ...values: unknown[]) => void (await client.query(text, values))
const ofLeaf = '(select event_id from audit_leaf where leaf_index = $1)'

async function renumber(from: number, by: number): Promise<void> {
  // In two steps, because the index is unique at every row.
  await sql(`update audit_leaf set leaf_index = leaf_index + 100000 where leaf_index >= $1`, from)
  await sql(`update audit_leaf set leaf_index = leaf_index - 100000 + $1 where leaf_index >= 100000`, by)
}

async function cutOff(at: number): Promise<void> {
  await sql(
    `delete from audit_event where id in (select event_id from audit_leaf where leaf_index >= $1)`,
    at,
  )
  await sql('delete from audit_leaf where leaf_index >= $1', at)
}

async function readEntries(): Promise<LogEntry[]> {
  const entries: LogEntry[] = []
  for await (const page of readLog(inside)) entries.push(...page)
  return entries
}

/** Recomputes leaves, roots and signatures, as somebody would who has the database and a key. */
async function resign(key: NoteSigner): Promise<void> {
  const tree = new MerkleTree()
  const sizes = new Set(
    (await q('select size from audit_checkpoint')).rows.map((row: { size: string }) => Number(row.size)),
  )
  for (const { index, leaf } of await readEntries()) {
    if (index === null || leaf === null) continue
    tree.append(hashLeaf(leaf))
    await q('update audit_leaf set hash = $2 where leaf_index = $1', [index, hashLeaf(leaf)])
    if (sizes.has(tree.size)) {
      const note = key.sign(toCheckpointText({ origin: key.name, size: tree.size, root: tree.root() }))
      await q('update audit_checkpoint set root = $2, note = $3 where size = $1', [
        tree.size,
        tree.root(),
        note,
      ])
    }
  }
}

const insideNotes = async () =>
  (await q('select note from audit_checkpoint order by size')).rows.map((row: { note: string }) => row.note)

const EDITS = [
  `action = 'support.tickets.read'`,
  `outcome = 'denied'`,
  `actor_name = 'Lee Parc'`,
  `actor_name = null`,
  `tenant_id = gen_random_uuid()`,
  `row_count = row_count + 1`,
  `changes = changes || '{"a": 1}'`,
  `changes = changes - 'a'`,
  `ip = '192.0.2.8'`,
  `user_agent = 'Another browser'`,
  `origin_salt = gen_random_uuid()`,
  `reason = 'Another reason'`,
  `resource_label = null, actor_name = resource_label`,
  `personal_salt = gen_random_uuid()`,
  `xid = '3'`,
  `occurred_at = occurred_at + interval '1 microsecond'`,
]

interface Deed {
  readonly name: string
  readonly deed: (at: number) => Promise<string[] | void>
  /** What only the database can tell; an export does not hold it. */
  readonly onlineOnly?: true
}

const DEEDS: readonly Deed[] = [
  {
    name: 'an event that was deleted',
    deed: (at) => sql(`delete from audit_event where id = ${ofLeaf}`, at),
  },
  {
    name: 'an event that was deleted with its leaf',
    async deed(at) {
      await sql(`delete from audit_event where id = ${ofLeaf}`, at)
      await sql('delete from audit_leaf where leaf_index = $1', at)
    },
  },
  {
    name: 'an event that was deleted with its leaf, and the rest numbered anew',
    async deed(at) {
      await sql(`delete from audit_event where id = ${ofLeaf}`, at)
      await sql('delete from audit_leaf where leaf_index = $1', at)
      await renumber(at + 1, -1)
    },
  },
  {
    name: 'two events that changed places',
    async deed(at) {
      const other = (at + 7) % EVENTS
      await sql('update audit_leaf set leaf_index = 100000 where leaf_index = $1', at)
      await sql('update audit_leaf set leaf_index = $1 where leaf_index = $2', at, other)
      await sql('update audit_leaf set leaf_index = $1 where leaf_index = 100000', other)
    },
  },
  { name: 'a log that was cut off', deed: cutOff },
  {
    name: 'a log that was cut off with its checkpoints',
    async deed(at) {
      await cutOff(at)
      await sql('delete from audit_publication where size > $1', at)
      await sql('delete from audit_checkpoint where size > $1', at)
    },
  },
  {
    name: 'an event that was put in between, with a leaf of its own',
    async deed(at) {
      await renumber(at, 1)
      await sql(`${INSERT} select 'tenant', 'x', 'allowed', 'person', 'api', now(), pg_current_xact_id()`)
      const leaf = `select $1, id, occurred_at, sha256('x') from audit_event where action = 'x'`
      await sql(`insert into audit_leaf (leaf_index, event_id, occurred_at, hash) ${leaf}`, at)
      await resignLeaf(at)
    },
  },
  {
    name: 'an event that was put in later with an old time',
    deed: () =>
      sql(`${INSERT} select 'tenant', 'x', 'allowed', 'person', 'api', now() - interval '10 minutes', '5'`),
  },
  {
    name: 'a copy of an event under its own id',
    deed: (at) =>
      sql(
        `insert into audit_event (id, plane, action, outcome, actor_type, source, occurred_at)
         select id, plane, action, outcome, actor_type, source, occurred_at - interval '1 hour' from audit_event where id = ${ofLeaf}`,
        at,
      ),
  },
  {
    name: 'a reader who was taken away',
    deed: (at) => sql(`delete from audit_scope where event_id = ${ofLeaf} and kind = 'partner'`, at),
  },
  {
    name: 'a reader who was added',
    deed: (at) =>
      sql(
        `insert into audit_scope (kind, scope_id, occurred_at, event_id)
         select 'tenant', gen_random_uuid(), occurred_at, id from audit_event where id = ${ofLeaf}`,
        at,
      ),
  },
  {
    name: 'a row count that a reader sees',
    deed: (at) => sql(`update audit_scope set row_count = 4 where event_id = ${ofLeaf}`, at),
  },
  {
    name: 'an event that only its readers see',
    deed: () =>
      sql(
        `insert into audit_scope (kind, scope_id, occurred_at, event_id) values ('tenant', gen_random_uuid(), now(), gen_random_uuid())`,
      ),
    onlineOnly: true,
  },
  {
    name: 'a checkpoint that was deleted',
    deed: (at) => sql('delete from audit_checkpoint where size = $1', PER_CHECKPOINT * (1 + (at % 5))),
    onlineOnly: true,
  },
  {
    name: 'a checkpoint that was taken out of the file',
    deed: async (at) => (await readNotes(join(folder, 'audit-checkpoints.txt'))).toSpliced(at % 5, 1),
    onlineOnly: true,
  },
  {
    name: 'a log that was written anew and signed with another key, inside and outside',
    async deed(at) {
      await sql(`update audit_event set action = 'x' where id = ${ofLeaf}`, at)
      await resign(THIEF)
      return insideNotes()
    },
  },
  {
    name: 'a log that was written anew and signed with the stolen key',
    async deed(at) {
      await sql(`update audit_event set action = 'x' where id = ${ofLeaf}`, at)
      await resign(KEY)
    },
  },
]

async function resignLeaf(at: number): Promise<void> {
  for (const { index, leaf } of await readEntries()) {
    if (index === at && leaf !== null)
      await q('update audit_leaf set hash = $2 where leaf_index = $1', [at, hashLeaf(leaf)])
  }
}

test('a log that nobody touched holds, in the database and offline, with the same root', async () => {
  const { online, offline } = await tamper(() => Promise.resolve(), 0)
  expect(online).toMatchObject({
    ok: true,
    events: EVENTS,
    sealed: EVENTS,
    checkpoints: EVENTS / PER_CHECKPOINT,
    beyond_last_checkpoint: 0,
    unsealed: 0,
    faults: [],
  })
  expect(offline).toMatchObject({
    ok: true,
    events: EVENTS,
    sealed: EVENTS,
    checkpoints: EVENTS / PER_CHECKPOINT,
    faults: [],
  })
  expect(offline.root).toBe(online.root)
})

test('a file of checkpoints that is longer than one text can be is read to its end', async () => {
  const path = join(folder, 'long.txt')
  const notes = await readNotes(join(folder, 'audit-checkpoints.txt'))
  const [first = '', ...others] = notes
  const begin = Buffer.from(joinNotes([first]))
  const holeBytes = constants.MAX_STRING_LENGTH
  await writeFile(path, begin)
  // The hole takes no room on the disk.
  await truncate(path, begin.length + holeBytes)
  await appendFile(path, `\n${joinNotes(others)}`)
  const log = join(folder, 'export.jsonl')
  await writeFile(log, await exportText())
  const report = await verifyExport({ log, checkpoints: path }, KEY.verifierKey)
  expect(report).toMatchObject({
    checkpoints: EVENTS / PER_CHECKPOINT,
    sealed: EVENTS,
    faults: ['The file of checkpoints holds something that is no checkpoint.'],
  })
}, 60_000)

describe('is found wherever it was done:', () => {
  test.each(EDITS)(
    'an event that was changed: %s',
    async (edit) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(EVENTS - 1), async (at) => {
          const deed = () => sql(`update audit_event set ${edit} where id = ${ofLeaf}`, at)
          const { online, offline } = await tamper(deed, at)
          expect([online.ok, offline.ok]).toEqual([false, false])
          expect(online.faults[0]?.at).toBe(at)
        }),
        { numRuns: EDIT_RUNS },
      )
      tellFigures([{ name: 'changes of an event', count: EDIT_RUNS }])
    },
    LONG_MS,
  )

  test.each(DEEDS)(
    '$name',
    async ({ deed, onlineOnly }) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(EVENTS - 1), async (at) => {
          const { online, offline } = await tamper(deed, at)
          expect([online.ok, offline.ok]).toEqual([false, onlineOnly ?? false])
        }),
        { numRuns: DEED_RUNS },
      )
      tellFigures([{ name: 'other kinds of tampering', count: DEED_RUNS }])
    },
    LONG_MS,
  )
})

test('an event that was sealed after the last checkpoint is counted as not proved', async () => {
  const { online, offline } = await tamper(async () => {
    await q(
      `insert into audit_event (plane, action, outcome, actor_type, source) values ('tenant', 'x', 'allowed', 'person', 'api')`,
    )
    await q(
      `insert into audit_leaf (leaf_index, event_id, occurred_at, hash) select ${EVENTS}, id, occurred_at, sha256('x') from audit_event where action = 'x'`,
    )
    await resignLeaf(EVENTS)
  }, 0)
  expect([online.beyond_last_checkpoint, offline.beyond_last_checkpoint]).toEqual([1, 1])
})

test('an address that was blanked after its time, and the names of an erased person, leave the seal whole', async () => {
  const blanked = `origin_digest = audit.origin_digest_of(e), origin_salt = gen_random_uuid(), ip = null, user_agent = null,
    personal_digest = audit.personal_digest_of(e), personal_salt = gen_random_uuid(), actor_name = null, resource_label = null, reason = null, changes = null`
  const { online, offline } = await tamper(async (at) => {
    await q(`update audit_event e set ${blanked} where id = ${ofLeaf}`, [at])
  }, 17)
  expect([online.ok, offline.ok]).toEqual([true, true])
})
