import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SOON } from '#testing/patience.ts'
import { findEmbeddedPostgres, startEmbeddedPostgres } from './index.ts'
import type { ConnectionSettings } from './index.ts'

let dataDir: string

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'liaison-embedded-'))
})

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true })
})

async function ask(connection: ConnectionSettings, query: string): Promise<unknown[]> {
  const client = new Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<unknown[]>({ text: query, rowMode: 'array' })
    return rows.flat()
  } finally {
    await client.end()
  }
}

async function setting(connection: ConnectionSettings, name: string) {
  return (await ask(connection, `show ${name}`))[0]
}

async function postmasterId(): Promise<number | undefined> {
  try {
    return Number((await readFile(join(dataDir, 'pg', 'postmaster.pid'), 'utf8')).split('\n')[0])
  } catch {
    return undefined
  }
}

/** A process of its own that starts the database and then waits, so that it can be killed. */
async function startOwner() {
  const script = `
    const { startEmbeddedPostgres } = await import(process.argv[1])
    const { connection } = await startEmbeddedPostgres({ dataDir: process.argv[2] })
    process.stdout.write(JSON.stringify(connection))
    setInterval(() => undefined, 60_000)`
  const module = new URL('index.ts', import.meta.url).href
  const owner = spawn(process.execPath, ['--input-type=module', '--eval', script, module, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await once(owner.stdout.setEncoding('utf8'), 'data')
  const connection: ConnectionSettings = JSON.parse(String(said))
  return { owner, connection }
}

test('the first start makes a checked, UTF-8, durable cluster that only its password opens', async () => {
  const database = await startEmbeddedPostgres({ dataDir })
  try {
    const { connection } = database
    const settings = ['server_encoding', 'data_checksums', 'fsync', 'synchronous_commit', 'jit', 'TimeZone']
    const values = await Promise.all(settings.map((name) => setting(connection, name)))
    expect(values).toEqual(['UTF8', 'on', 'on', 'on', 'off', 'UTC'])
    expect(Number(await setting(connection, 'server_version_num'))).toBeGreaterThanOrEqual(180_000)
    expect(await setting(connection, 'listen_addresses')).toBe('')
    await expect(ask({ ...connection, password: 'wrong' }, 'select 1')).rejects.toThrow(/password/)
    for (const path of ['postgres.secret', 'supervisor.json', 'postgres.log']) {
      expect((await stat(join(dataDir, path))).mode & 0o077).toBe(0)
    }
  } finally {
    await database.stop()
  }
})

test('data outlives a stop, whatever the stopped supervisor left behind', async () => {
  const first = await startEmbeddedPostgres({ dataDir })
  await ask(first.connection, "create table note as select 'kept' as body")
  await first.stop()
  expect(await first.ended).toBeUndefined()
  expect(await postmasterId()).toBeUndefined()
  expect(await findEmbeddedPostgres(dataDir)).toBeUndefined()

  await writeFile(join(dataDir, 'supervisor.json'), '')
  const second = await startEmbeddedPostgres({ dataDir })
  expect(await ask(second.connection, 'select body from note')).toEqual(['kept'])
  await second.stop()
})

test('the database ends when its owner is killed, and the next start takes the folder over with all data', async () => {
  const { owner, connection } = await startOwner()
  await ask(connection, "create table note as select 'kept' as body")
  owner.kill('SIGKILL')

  const next = await startEmbeddedPostgres({ dataDir })
  expect(await ask(next.connection, 'select body from note')).toEqual(['kept'])
  await next.stop()

  const other = await startOwner()
  other.owner.kill('SIGKILL')
  await vi.waitFor(async () => expect(await postmasterId()).toBeUndefined(), SOON)
})

test('a folder in use is refused with one message, and its user is found', async () => {
  const database = await startEmbeddedPostgres({ dataDir, durability: 'fast' })
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(
    /^Another Liaison uses the data directory .* \(its database supervisor is process \d+\)\. Stop it first, or set LIAISON_DATA_DIR to another folder\.$/,
  )
  expect(await findEmbeddedPostgres(dataDir)).toEqual(database.connection)
  await database.stop()
})

test('a killed PostgreSQL comes back by itself with every committed row', async () => {
  const database = await startEmbeddedPostgres({ dataDir })
  await ask(database.connection, "create table note as select 'kept' as body")
  const killed = await postmasterId()
  if (killed === undefined) throw new Error('PostgreSQL is not running.')
  process.kill(killed, 'SIGKILL')

  await vi.waitFor(
    async () => expect(await ask(database.connection, 'select body from note')).toEqual(['kept']),
    SOON,
  )
  expect(await postmasterId()).not.toBe(killed)
  await database.stop()
})

test('a PostgreSQL whose supervisor was killed is ended by the next start', async () => {
  const orphaned = await startEmbeddedPostgres({ dataDir })
  const { pid } = JSON.parse(await readFile(join(dataDir, 'supervisor.json'), 'utf8'))
  process.kill(Number(pid), 'SIGKILL')
  expect(await orphaned.ended).toBe('The database supervisor ended (SIGKILL).')
  const orphan = await postmasterId()

  const next = await startEmbeddedPostgres({ dataDir })
  expect(await postmasterId()).not.toBe(orphan)
  await next.stop()
})

test('a path too long for a socket does not matter', async () => {
  const deep = join(dataDir, 'd'.repeat(60), 'e'.repeat(60))
  const database = await startEmbeddedPostgres({ dataDir: deep, durability: 'fast' })
  expect(database.connection.host.startsWith(deep)).toBe(false)
  expect((await stat(database.connection.host)).mode & 0o777).toBe(0o700)
  expect(await setting(database.connection, 'fsync')).toBe('off')
  await database.stop()
  await expect(stat(database.connection.host)).rejects.toThrow('ENOENT')
})

test('a cluster that cannot start is refused with the words of PostgreSQL', async () => {
  const database = await startEmbeddedPostgres({ dataDir, durability: 'fast' })
  await database.stop()
  await rm(join(dataDir, 'pg', 'global'), { recursive: true })
  await expect(startEmbeddedPostgres({ dataDir })).rejects.toThrow(/^PostgreSQL did not start: .*could not/)
})
