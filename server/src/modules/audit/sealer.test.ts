import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest'
import { openDatabase } from '#platform/database.ts'
import type { Database } from '#platform/database.ts'
import { makeNoteVerifier, openCheckpoint } from '#platform/signed-log/index.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { createTestDatabase, runStatements, testConnection, testRoleSecret } from '#testing/database.ts'
import type { TestDatabase } from '#testing/database.ts'
import { SOON } from '#testing/patience.ts'
import { sealAll } from '#testing/sealing.ts'
import { readNotes } from './checkpoint-file.ts'
import { makeAuditKey, startSealer } from './index.ts'
import type { Sealer } from './sealer.ts'
import { LOCK } from './seal-store.ts'

const KEY = makeAuditKey(makeVault('a root secret of a test'), 'log.example/audit')
const INSERT = `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', $1, 'allowed', 'system', 'job') returning id`

const NOTHING_WAITS = { seconds: 0, unsealed: 0, stalledSeconds: 0 }

let folder: string
let testDatabase: TestDatabase
let database: Database
let admin: pg.Pool
let sealer: Sealer
let failures: string[]

const start = (file = 'checkpoints.txt') =>
  startSealer({
    database,
    key: KEY,
    checkpointFile: join(folder, file),
    // Rounds are asked for by hand, so that nothing waits.
    intervalMs: 3_600_000,
    onError: (error) => failures.push(error.message),
  })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-seal-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

beforeEach(async () => {
  failures = []
  testDatabase = await createTestDatabase()
  database = openDatabase({ connection: testDatabase.connection, roleSecret: testRoleSecret(), poolSize: 4 })
  admin = new pg.Pool({ ...testDatabase.connection, max: 12 })
  admin.on('error', () => undefined)
  await rm(join(folder, 'checkpoints.txt'), { force: true })
  sealer = await start()
})
afterEach(async () => {
  await sealer.stop()
  await database.close()
  await admin.end()
  await testDatabase.drop()
})

async function begin(): Promise<pg.PoolClient> {
  const client = await admin.connect()
  await client.query('begin')
  return client
}

async function end(client: pg.PoolClient, how: 'commit' | 'rollback'): Promise<void> {
  await client.query(how)
  client.release()
}

const numberOf = async (text: string) =>
  Number((await admin.query<{ n: string }>(`select (${text}) as n`)).rows[0]?.n)
const countLeaves = () => numberOf('select count(*) from audit_leaf')

async function sealUpTo(expected: number): Promise<void> {
  await sealAll(sealer)
  expect(await countLeaves()).toBe(expected)
}

test('a transaction that began first and commits last is sealed, though its ids are the oldest', async () => {
  const early = await begin()
  await early.query(INSERT, ['test.early'])
  const late = await begin()
  await late.query(INSERT, ['test.late'])
  await end(late, 'commit')
  await sealer.sealNow()
  expect(await countLeaves()).toBe(0)
  expect(sealer.lag().unsealed).toBe(1)
  await end(early, 'commit')
  await sealUpTo(2)
  expect(sealer.lag()).toEqual(NOTHING_WAITS)
})

test('what a transaction of another database of the cluster holds back is waited for, as long as patience lasts', async () => {
  const elsewhere = new pg.Client({ ...testConnection() })
  await elsewhere.connect()
  try {
    await elsewhere.query('begin')
    await elsewhere.query('select pg_current_xact_id()')
    await admin.query(INSERT, ['test.held'])
    expect(await sealer.sealEverything(0)).toBe(1)
    // Such a wait is no fault of the sealer, and makes no server unready.
    expect(sealer.lag()).toMatchObject({ unsealed: 1, stalledSeconds: 0 })
    const sealing = sealer.sealEverything(15_000)
    await elsewhere.query('commit')
    expect(await sealing).toBe(0)
  } finally {
    await elsewhere.end()
  }
  expect(await countLeaves()).toBe(1)
})

test('writers that overlap, linger and roll back leave no gap and no event behind', async () => {
  const writing = { isOver: false }
  const writer = async (name: number) => {
    for (let turn = 0; turn < 25; turn += 1) {
      const client = await begin()
      for (let row = 0; row <= turn % 3; row += 1) await client.query(INSERT, [`test.writer${name}`])
      if (turn % 5 === 0) await client.query('select pg_sleep(0.01)')
      await end(client, turn % 7 === 3 ? 'rollback' : 'commit')
    }
  }
  const sealing = (async () => {
    while (!writing.isOver) await sealer.sealNow()
  })()
  await Promise.all([1, 2, 3, 4, 5].map(writer))
  writing.isOver = true
  await sealing
  const events = await numberOf('select count(*) from audit_event')
  expect(events).toBeGreaterThan(150)
  await sealUpTo(events)
  expect(await numberOf('select max(leaf_index) + 1 from audit_leaf')).toBe(events)
  expect(await numberOf('select count(distinct event_id) from audit_leaf')).toBe(events)
  expect(failures).toEqual([])
})

test('every checkpoint is signed, and in the file before the database calls it published', async () => {
  for (const turn of [1, 2, 3]) {
    await admin.query(INSERT, ['test.one'])
    await sealUpTo(turn)
  }
  const verifier = makeNoteVerifier(KEY.verifierKey)
  const notes = await readNotes(join(folder, 'checkpoints.txt'))
  expect(notes.map((note) => openCheckpoint(note, verifier)?.size)).toEqual([1, 2, 3])
  const { rows } = await admin.query(
    'select c.note from audit_publication p join audit_checkpoint c using (size) order by size',
  )
  expect(rows.map((row: { note: string }) => row.note)).toEqual(notes)
})

test('what a crash kept from the file is written at the next start', async () => {
  await admin.query(INSERT, ['test.one'])
  await sealUpTo(1)
  await sealer.stop()
  await rm(join(folder, 'checkpoints.txt'))
  sealer = await start()
  expect(await readNotes(join(folder, 'checkpoints.txt'))).toHaveLength(1)
})

test('a checkpoint that a crash or a full disk kept from being written whole is written anew, wherever it was torn', async () => {
  const path = join(folder, 'checkpoints.txt')
  for (const turn of [1, 2]) {
    await admin.query(INSERT, ['test.one'])
    await sealUpTo(turn)
  }
  const whole = await readFile(path)
  const [first = ''] = await readNotes(path)
  const end = Buffer.byteLength(first) + 1
  // Within the name, before and within the signature, within its first character, and before the line break that ends it.
  const dash = whole.indexOf('—', end)
  for (const bytes of [end + 3, dash, dash + 1, dash + 40, whole.length - 1, 3]) {
    await sealer.stop()
    await writeFile(path, whole.subarray(0, bytes))
    sealer = await start()
    expect(failures, `torn after ${bytes} bytes`).toEqual([])
    expect(await readFile(path)).toEqual(whole)
  }
})

test('what stands behind the last checkpoint and is not the beginning of ours is left there, and sealing stops', async () => {
  const path = join(folder, 'checkpoints.txt')
  await admin.query(INSERT, ['test.one'])
  await sealUpTo(1)
  await sealer.stop()
  const forged = Buffer.concat([await readFile(path), Buffer.from('log.example/audit\n2\nAA')])
  await writeFile(path, forged)
  await admin.query(INSERT, ['test.two'])
  sealer = await start()
  expect(failures).toEqual([expect.stringContaining('did not sign')])
  expect(await readFile(path)).toEqual(forged)
})

test('a file of checkpoints that grew for months, longer than a text may be, is gone on with', async () => {
  const path = join(folder, 'checkpoints.txt')
  await admin.query(INSERT, ['test.one'])
  await sealUpTo(1)
  await sealer.stop()
  const last = await readFile(path)
  // A hole stands for the checkpoints before.
  await truncate(path, 0)
  await truncate(path, 600_000_000)
  await appendFile(path, Buffer.concat([Buffer.from('\n\n— log.example/audit AAAA\n\n'), last]))
  await admin.query(INSERT, ['test.two'])
  sealer = await start()
  expect(failures).toEqual([])
  expect(await countLeaves()).toBe(2)
})

test('two processes seal one log together', async () => {
  const other = await start('other.txt')
  await Promise.all(Array.from({ length: 40 }, () => admin.query(INSERT, ['test.one'])))
  await Promise.all([sealer.sealNow(), other.sealNow(), sealer.sealNow(), other.sealNow()])
  await sealUpTo(40)
  await other.stop()
  expect(await numberOf('select max(leaf_index) + 1 from audit_leaf')).toBe(40)
  expect(failures).toEqual([])
})

test('a process that holds the place of sealing and seals nothing is told by the others, until events are sealed again', async () => {
  const idle = new pg.Client({ ...testDatabase.connection })
  await idle.connect()
  try {
    await idle.query(`select pg_advisory_lock(${LOCK})`)
    await admin.query(INSERT, ['test.waiting'])
    await expect
      .poll(async () => {
        await sealer.sealNow()
        return sealer.lag().stalledSeconds
      }, SOON)
      .toBeGreaterThan(0.05)
    expect(await countLeaves()).toBe(0)
  } finally {
    await idle.end()
  }
  await sealUpTo(1)
  expect(sealer.lag()).toEqual(NOTHING_WAITS)
})

test('sealing stops when the file proves that the database lost what was sealed', async () => {
  await admin.query(INSERT, ['test.one'])
  await sealUpTo(1)
  await sealer.stop()
  await admin.query(
    `set session_replication_role = replica; delete from audit_publication; delete from audit_checkpoint; delete from audit_leaf`,
  )
  sealer = await start()
  expect(failures).toEqual([expect.stringContaining('the database was changed or restored from before')])
  expect(await countLeaves()).toBe(0)
})

test('a checkpoint file of another key is not written to', async () => {
  await sealer.stop()
  await writeFile(
    join(folder, 'checkpoints.txt'),
    makeAuditKey(makeVault('another secret'), 'log.example/audit').sign('log.example/audit\n1\nAAAA\n'),
  )
  await admin.query(INSERT, ['test.one'])
  sealer = await start()
  expect(failures).toEqual([expect.stringContaining('did not sign')])
  expect(await readFile(join(folder, 'checkpoints.txt'), 'utf8')).toContain('AAAA')
})

test('after a dump and restore into another cluster, whose transactions count anew, everything is still sealed once', async () => {
  await admin.query(INSERT, ['test.before'])
  await sealUpTo(1)
  await sealer.stop()
  // As a restore leaves it: rows with transaction ids of the old cluster, far above those of this one, one not yet sealed.
  const client = await admin.connect()
  await client.query('set session_replication_role = replica')
  await client.query(`update audit_watermark set cluster_id = 'the old cluster'`)
  await client.query(`update audit_event set xid = '900000000000'`)
  await client.query(`update audit_checkpoint set last_xid = '900000000000'`)
  await client.query('reset session_replication_role')
  await client.query(
    `insert into audit_event (plane, action, outcome, actor_type, source, xid) values ('system', 'test.left_over', 'allowed', 'system', 'job', '900000000001')`,
  )
  client.release()
  sealer = await start()
  await sealUpTo(2)
  await admin.query(INSERT, ['test.after'])
  await sealUpTo(3)
  expect(await numberOf('select count(*) from audit_watermark')).toBe(2)
  expect(failures).toEqual([])
})

test('a database that is away is reported once and makes the lag grow, and sealing goes on by itself when it is back', async () => {
  await sealer.stop()
  sealer = await startSealer({
    database,
    key: KEY,
    checkpointFile: join(folder, 'checkpoints.txt'),
    intervalMs: 1,
    onError: (error) => failures.push(error.message),
  })
  const name = testDatabase.connection.database
  await admin.query(INSERT, ['test.one'])
  await runStatements(testConnection(), [
    `alter database ${name} allow_connections false`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  ])
  await expect.poll(() => failures.length, SOON).toBeGreaterThan(0)
  await expect.poll(() => sealer.lag().seconds, SOON).toBeGreaterThan(0.05)
  expect(sealer.lag().stalledSeconds).toBeGreaterThan(0)
  await runStatements(testConnection(), [`alter database ${name} allow_connections true`])
  await expect.poll(() => sealer.lag(), SOON).toEqual(NOTHING_WAITS)
  expect(await countLeaves()).toBe(1)
  expect(failures.length).toBe(new Set(failures).size)
})

test('a sealer that gets no connection at all stands still, as one whose round fails (R4)', async () => {
  const name = testDatabase.connection.database
  expect(sealer.lag().stalledSeconds).toBe(0)
  await runStatements(testConnection(), [
    `alter database ${name} allow_connections false`,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  ])
  // The pool has noticed that its connections are gone, so the round fails before its first statement.
  await expect.poll(() => database.pool('liaison_sealer').totalCount, SOON).toBe(0)
  await expect(sealer.sealNow()).rejects.toThrow('The database cannot be reached')
  expect(sealer.lag().stalledSeconds).toBeGreaterThan(0)
  await runStatements(testConnection(), [`alter database ${name} allow_connections true`])
  await sealer.sealNow()
  expect(sealer.lag()).toEqual(NOTHING_WAITS)
})
