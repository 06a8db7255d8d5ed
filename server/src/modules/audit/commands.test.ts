import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#platform/database.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { createTestDatabase, testRoleSecret } from '#testing/database.ts'
import type { TestDatabase } from '#testing/database.ts'
import { sealAll } from '#testing/sealing.ts'
import { auditCommands, AuditUsageError, makeAuditKey, startSealer } from './index.ts'
import type { TakenOut } from './index.ts'
import { checkProof } from './proof.ts'

const KEY = makeAuditKey(makeVault('a root secret of a test'), 'log.example/audit')
const THIEF = makeAuditKey(makeVault('the secret of somebody else'), 'log.example/audit')
const NOW = new Date('2030-01-01T00:00:00Z')

let folder: string
let testDatabase: TestDatabase
let client: pg.Client

/** Nine events under three checkpoints. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-commands-'))
  testDatabase = await createTestDatabase()
  client = new pg.Client({ ...testDatabase.connection, options: '-c TimeZone=UTC' })
  await client.connect()
  const database = openDatabase({
    connection: testDatabase.connection,
    roleSecret: testRoleSecret(),
    poolSize: 2,
  })
  const checkpointFile = join(folder, 'audit-checkpoints.txt')
  const sealer = await startSealer({ database, key: KEY, checkpointFile, intervalMs: 3_600_000 })
  for (let count = 3; count <= 9; count += 3) {
    await client.query(
      `insert into audit_event (plane, action, outcome, actor_type, ip, source) select 'tenant', 'x', 'allowed', 'person', '192.0.2.7', 'api' from generate_series(1, 3)`,
    )
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

describe('the commands of the operator', () => {
  const recorded: TakenOut[] = []
  const surroundings = (write: (part: string) => void) => ({
    connect: () => Promise.resolve<Pick<pg.ClientBase, 'query'>>(client),
    dataDir: folder,
    verifierKey: KEY.verifierKey,
    signer: KEY,
    now: NOW,
    write,
    record: (event: TakenOut) => Promise.resolve(void recorded.push(event)),
    recordWithin: () => Promise.resolve(),
  })
  function command(name: string) {
    const found = auditCommands.find((candidate) => candidate.name === name)
    if (!found) throw new Error(`There is no command ${name}.`)
    return found
  }
  async function run(name: string, ...args: string[]): Promise<{ status: number; text: string }> {
    let text = ''
    const status = await command(name).run(
      args,
      surroundings((part) => (text += part)),
    )
    return { status, text }
  }

  test('verify says that the log holds, and ends with 1 when it does not', async () => {
    expect(await run('verify')).toMatchObject({
      status: 0,
      text: expect.stringContaining('The log holds.\n9 events, 9 proved by 3 checkpoints'),
    })
    const noted = async () =>
      (await client.query('select events, sealed, fault_count from audit_verification order by number')).rows
    expect(await noted()).toEqual([{ events: '9', sealed: '9', fault_count: '0' }])
    expect(await run('verify', '--key', THIEF.verifierKey)).toMatchObject({
      status: 1,
      text: expect.stringContaining('SIGNATURE_INVALID'),
    })
    // With somebody else's key it says nothing about this log.
    expect(await noted()).toHaveLength(1)
    // Where nothing is compared, neither that it holds nor that it does not is true.
    for (const more of [[], ['--export', join(folder, 'none.jsonl')]])
      await expect(run('verify', '--checkpoints', join(folder, 'nowhere.txt'), ...more)).rejects.toThrow(
        'ENOENT',
      )
  })

  test('export writes what verify takes on another machine, and never over a file', async () => {
    const path = join(folder, 'evidence.jsonl')
    await expect(run('export', '--output', path)).rejects.toThrow(AuditUsageError)
    expect(recorded).toEqual([])
    expect((await run('export', '--output', path, '--reason', 'A court asks')).status).toBe(0)
    expect(recorded).toEqual([{ action: 'platform.audit.export', reason: 'A court asks' }])
    const verified = await run('verify', '--export', path, '--json')
    expect(JSON.parse(verified.text)).toMatchObject({ ok: true, events: 9 })
    await writeFile(path, (await readFile(path, 'utf8')).replace('192.0.2.7', '192.0.2.9'))
    expect((await run('verify', '--export', path)).status).toBe(1)
    await expect(run('export', '--output', path, '--reason', 'x')).rejects.toThrow('EEXIST')
  })

  test('prove prints a proof of every event that holds offline, and that nothing else fits', async () => {
    const { rows } = await client.query<{ event_id: string }>(
      'select event_id from audit_leaf where leaf_index in (0, 2, 3, 8) order by leaf_index',
    )
    for (const row of rows) {
      const { status, text } = await run('prove', publicIdOf('audit_event', row.event_id))
      expect(status).toBe(0)
      const proof = JSON.parse(text) as { event: { action: string }; checkpoint: string; index: number }
      expect(checkProof(proof, KEY.verifierKey)).toBeNull()
      expect(checkProof({ ...proof, event: { ...proof.event, action: 'y' } }, KEY.verifierKey)).toContain(
        'not in the log',
      )
      expect(checkProof({ ...proof, index: proof.index === 0 ? 1 : 0 }, KEY.verifierKey)).toContain(
        'not in the log',
      )
      expect(checkProof(proof, THIEF.verifierKey)).toContain('not signed')
      expect(checkProof({ ...proof, extra: 1 }, KEY.verifierKey)).toContain('not a proof')
    }
    // Neither stands among results, where it would be taken for a proof.
    const unknown = publicIdOf('audit_event', '01900000-0000-7000-8000-000000000000')
    await expect(run('prove', unknown)).rejects.toThrow('no sealed event')
    await expect(run('prove', 'everything')).rejects.toThrow(AuditUsageError)
    await expect(run('prove', unknown, unknown)).rejects.toThrow(AuditUsageError)
    const torn = join(folder, 'torn.json')
    await writeFile(torn, '{"format":')
    await expect(run('prove', '--check', torn)).rejects.toThrow('torn.json holds no proof')
  })

  test('an export that breaks off leaves no file behind, which would stand in the way of the next and read as whole', async () => {
    const path = join(folder, 'broken.jsonl')
    const ask = client.query.bind(client)
    const broken: typeof ask = (...query: unknown[]) =>
      String(query[0]).includes('audit_retention')
        ? Promise.reject(new Error('The connection broke off.'))
        : Reflect.apply(ask, client, query)
    const exporting = command('export').run(['--output', path, '--reason', 'A court asks'], {
      ...surroundings(() => undefined),
      connect: () => Promise.resolve({ query: broken }),
    })
    await expect(exporting).rejects.toThrow('broke off')
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })

  test('checkpoints and key print what a verifier needs', async () => {
    expect((await run('checkpoints')).text).toBe(
      await readFile(join(folder, 'audit-checkpoints.txt'), 'utf8'),
    )
    expect((await run('key')).text).toBe(`${KEY.verifierKey}\n`)
  })
})
