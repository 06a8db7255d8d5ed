import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkpointFileIn, makeAuditKey, startSealer } from '#modules/audit/index.ts'
import { readConfig } from '#platform/config.ts'
import { LOGINS, openDatabase } from '#platform/database.ts'
import type { Database } from '#platform/database.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { makeLogVerifier, splitNotes, toCheckpointText } from '#platform/signed-log/index.ts'
import { startKeyRing } from '#platform/credentials/key-ring.ts'
import type { LoadedKeyRing } from '#platform/credentials/key-ring.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { CommandBench, OPERATOR } from '#testing/command.ts'
import { testRoleSecret } from '#testing/database.ts'
import { sealAll } from '#testing/sealing.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Surroundings } from './command.ts'
import { rotateKeys } from './keys-rotate.ts'

const INSERT = `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.one', 'allowed', 'system', 'job') returning id`
const ORIGIN = readConfig({}).auditOrigin
const FIRST = makeAuditKey(makeVault(TEST_SECRET_KEY), ORIGIN)

let world: TestWorld
let bench: CommandBench
let database: Database
let ring: LoadedKeyRing
let failures: string[]

beforeAll(async () => {
  world = await TestWorld.start(() => [])
  bench = await CommandBench.start(world)
  database = openDatabase({ connection: world.connection, roleSecret: testRoleSecret(), poolSize: 2 })
  ring = await startKeyRing({
    database,
    secretKey: TEST_SECRET_KEY,
    refreshMs: 50,
    onError: () => undefined,
  })
  failures = []
})
afterAll(async () => {
  ring.stop()
  await database.close()
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const startSealing = (intervalMs: number, file = checkpointFileIn(bench.folder)) =>
  startSealer({
    database,
    key: makeAuditKey(makeVault(TEST_SECRET_KEY, ring), ORIGIN),
    checkpointFile: file,
    intervalMs,
    onError: (error) => failures.push(error.message),
  })

const surroundings = (): Surroundings => ({
  config: readConfig({}),
  operator: OPERATOR,
  now: () => new Date('2026-11-21T12:00:00Z'),
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
})

const numberOf = async (text: string) =>
  Number((await world.sql<{ n: string }>(`select (${text}) as n`))[0]?.n)
const countUnsealed = () => numberOf('(select count(*) from audit_event) - (select count(*) from audit_leaf)')

async function sealLog(): Promise<void> {
  const sealer = await startSealing(3_600_000)
  await sealAll(sealer)
  await sealer.stop()
  expect(await countUnsealed()).toBe(0)
}

async function addSealedEvent(): Promise<string> {
  const [row] = await world.sql<{ id: string }>(INSERT)
  await sealLog()
  return publicIdOf('audit_event', row?.id ?? '')
}

const rotate = async (...args: string[]) => {
  const ran = await bench.run(['keys', 'rotate-audit', ...args, '--json'])
  expect(ran.status).toBe(0)
  return JSON.parse(ran.out) as { number: number; verifier_key: string; after_size: number }
}
const readList = async () => (await bench.run(['audit', 'key'])).out.trim()
const verify = async () => {
  const { status, out } = await bench.run(['audit', 'verify', '--json'])
  return { status, report: JSON.parse(out) }
}
const check = async (proof: string) => (await bench.run(['audit', 'prove', '--check', proof])).out

test('the key of the audit log is rotated while events are written and sealed, and no checkpoint is lost or has two keys (R10)', async () => {
  expect(await readList()).toBe(FIRST.verifierKey)
  const finished = new AbortController()
  const write = async () => {
    while (!finished.signal.aborted) await world.sql(INSERT)
  }
  const sealer = await startSealing(1)
  const load = [write(), write()]
  const sizes: number[] = []
  for (const number of [2, 3, 4]) {
    const before = await numberOf('select coalesce(max(size), 0) from audit_checkpoint')
    await expect
      .poll(() => numberOf('select coalesce(max(size), 0) from audit_checkpoint'), {
        interval: 5,
        timeout: 15_000,
      })
      .toBeGreaterThan(before)
    const made = await rotate()
    expect(made.number).toBe(number)
    sizes.push(made.after_size)
  }
  finished.abort()
  await Promise.all(load)
  await sealer.stop()
  await sealLog()
  expect(failures).toEqual([])
  const notes = splitNotes(await readFile(checkpointFileIn(bench.folder), 'utf8'))
  const stored = await world.sql<{ note: string }>('select note from audit_checkpoint order by size')
  expect(notes).toEqual(stored.map(({ note }) => note))
  const list = await readList()
  const lines = list.split('\n')
  expect(lines.map((line) => line.split(' ').slice(1))).toEqual([
    ['0', String(sizes[0])],
    [String(sizes[0]), String(sizes[1])],
    [String(sizes[1]), String(sizes[2])],
    [String(sizes[2]), '-'],
  ])
  // Each checkpoint opens under exactly one of the keys, and each key signed some.
  const opened = lines.map((line) => notes.map((note) => makeLogVerifier(line).open(note)?.size ?? 0))
  for (const [index] of notes.entries()) expect(opened.filter((sizesOf) => sizesOf[index])).toHaveLength(1)
  for (const sizesOf of opened) expect(Math.max(...sizesOf)).toBeGreaterThan(0)
  expect(await verify()).toMatchObject({ status: 0, report: { ok: true, beyond_last_checkpoint: 0 } })
}, 60_000)

test('an export is verified offline with the list of keys, and not with the first key alone (R10)', async () => {
  const log = join(bench.folder, 'export.jsonl')
  await bench.run(['audit', 'export', '--output', log, '--reason', 'A test'])
  const list = await bench.file('keys.txt', `${await readList()}\n`)
  const ran = await bench.run(['audit', 'verify', '--export', log, '--key', list, '--json'])
  expect(JSON.parse(ran.out)).toMatchObject({ ok: true, beyond_last_checkpoint: 0 })
  const withFirst = await bench.run(['audit', 'verify', '--export', log, '--key', FIRST.verifierKey])
  expect(withFirst).toMatchObject({ status: 1, out: expect.stringContaining('valid for it') })
})

test('a checkpoint that a key signs after its end is refused, wherever it stands (R10)', async () => {
  await addSealedEvent()
  const [newest] = await world.sql<{ size: string; root: Buffer }>(
    'select size, root from audit_checkpoint order by size desc limit 1',
  )
  const checkpoint = { origin: ORIGIN, size: Number(newest?.size), root: newest?.root ?? Buffer.alloc(32) }
  const late = FIRST.sign(toCheckpointText(checkpoint))
  expect(makeLogVerifier(FIRST.verifierKey).open(late)?.size).toBe(checkpoint.size)
  expect(makeLogVerifier(await readList()).open(late)).toBeNull()
  const file = checkpointFileIn(bench.folder)
  const kept = await readFile(file, 'utf8')
  await writeFile(file, `${kept}${late}\n`)
  expect((await verify()).report.faults).toMatchObject([{ code: 'SIGNATURE_INVALID' }])
  await world.sql(INSERT)
  await (await startSealing(3_600_000)).stop()
  expect(failures.splice(0)).toEqual([expect.stringContaining('did not sign')])
  await writeFile(file, kept)
})

test('a proof from before a rotation holds after it; a stolen key proves nothing alone, and a new proof holds (R10)', async () => {
  const event = await addSealedEvent()
  const prove = async () => (await bench.run(['audit', 'prove', event])).out
  const before = await bench.file('proof.json', await prove())
  await rotate()
  expect(await check(before)).toBe('The proof holds.\n')
  await addSealedEvent()
  const ofStolen = await addSealedEvent()
  const stolen = await bench.file('stolen.json', (await bench.run(['audit', 'prove', ofStolen])).out)
  expect(await check(stolen)).toBe('The proof holds.\n')
  for (const unsaid of [[], ['--reason', ' ']])
    await expect(bench.run(['keys', 'rotate-audit', '--stolen', ...unsaid])).rejects.toThrow(
      'needs a --reason',
    )
  await rotate('--stolen', '--reason', 'A laptop is gone')
  expect(await check(before)).toBe('The proof holds.\n')
  expect(await check(stolen)).toContain('stolen')
  expect((await verify()).report.beyond_last_checkpoint).toBeGreaterThan(0)
  await sealLog()
  expect(await verify()).toMatchObject({ status: 0, report: { beyond_last_checkpoint: 0 } })
  const renewed = await bench.file('renewed.json', (await bench.run(['audit', 'prove', ofStolen])).out)
  expect(await check(renewed)).toBe('The proof holds.\n')
})

test('each rotation is in the audit log with its reason', async () => {
  const events = await world.sql<{ action: string; count: string; actor: string; reason: string | null }>(
    `select action, count(*), min(actor_name) as actor, min(reason) as reason from audit_event where resource_type = 'audit_key' group by 1 order by 1`,
  )
  expect(events).toEqual([
    {
      action: 'platform.keys.replace_stolen',
      count: '1',
      actor: OPERATOR.name,
      reason: 'A laptop is gone',
    },
    { action: 'platform.keys.rotate_audit', count: '4', actor: OPERATOR.name, reason: null },
  ])
})

test('the private half of an ended key is gone, and a new data key seals what is left anew', async () => {
  const readSeeds = async () =>
    (
      await world.sql<{ number: number; sealed: Buffer }>(
        'select number, sealed_key as sealed from audit_key order by number',
      )
    ).map(
      ({ number, sealed }) =>
        makeAuditKey(makeVault(TEST_SECRET_KEY, ring), ORIGIN).open({ number, sealed, verifierKey: '' }).seed,
    )
  const seeds = await readSeeds()
  expect(seeds.map((seed) => seed !== null)).toEqual([false, false, false, false, true])
  expect(await rotateKeys(surroundings(), 1)).toMatchObject({
    number: 1,
    values_renewed: 5,
    not_renewed: [],
  })
  await ring.refresh()
  expect(await readSeeds()).toEqual(seeds)
  await addSealedEvent()
  expect((await verify()).status).toBe(0)
})

test('only the sealer reads the keys, and nobody writes them through a login', async () => {
  expect(await world.sqlAs('liaison_sealer', 'select 1 from audit_key')).toHaveLength(5)
  for (const login of LOGINS) {
    const read = login === 'liaison_sealer' ? 'delete from audit_key' : 'select 1 from audit_key'
    await expect(world.sqlAs(login, read)).rejects.toThrow('permission denied')
    for (const text of [
      `insert into audit_key (number, verifier_key, after_size, is_predecessor_stolen, sealed_key) values (7, 'x', 0, false, '\\x00')`,
      'update audit_key set after_size = 0',
      'delete from audit_key',
    ]) {
      await expect(world.sqlAs(login, text)).rejects.toThrow('permission denied')
    }
  }
  await expect(world.sql('update audit_key set after_size = 0')).rejects.toThrow('its rows are history')
})

test('a key that somebody puts in with all rights to the database, but without the data key, signs nothing', async () => {
  await world.sql(
    `set session_replication_role = replica; insert into audit_key (number, verifier_key, after_size, is_predecessor_stolen, sealed_key) select 7, 'x', after_size, false, sealed_key from audit_key where number = 6`,
  )
  await world.sql(INSERT)
  const before = await countUnsealed()
  await (await startSealing(3_600_000)).stop()
  expect(failures.splice(0)).toEqual([expect.stringContaining('authenticate')])
  expect(await countUnsealed()).toBe(before)
  await expect(verify()).rejects.toThrow('authenticate')
})
