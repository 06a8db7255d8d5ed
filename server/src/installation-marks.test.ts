import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkpointFileIn, makeAuditKey, startSealer } from '#modules/audit/index.ts'
import { readConfig } from '#platform/config.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { addApp, seedAccount } from '#testing/account-holder.ts'
import { CommandBench } from '#testing/command.ts'
import { patience } from '#testing/figures.ts'
import { sealDatabase } from '#testing/sealing.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import { keepAuditOrigin, keepRootKey, refuseOtherMarks } from './installation-marks.ts'

const LONG_MS = patience(120_000)
const OTHER_KEY = 'the root key of some other installation'
const REFUSED = 'LIAISON_SECRET_KEY is not the one this database was set up with.'
const CONFIG = readConfig({})
const RENAMED = readConfig({ AUDIT_LOG_ORIGIN: 'partners.example/audit' })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-marks-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** An installation of its own, as a process that was started with some key knows it. */
interface Scene {
  readonly world: TestWorld
  readonly known: (secretKey: string) => Parameters<typeof keepRootKey>[0]
  readonly marks: () => Promise<unknown[]>
}

async function inNewWorld(work: (scene: Scene) => Promise<void>): Promise<void> {
  await using world = await TestWorld.start(() => [])
  await work({
    world,
    known: (secretKey) => ({ admin: world.connection, secretKey, isEmbedded: false }),
    marks: () => world.sql('select name, value from installation_mark order by name'),
  })
}

test(
  'the first key of an empty database is kept, and no other one follows it, in no command',
  () =>
    inNewWorld(async ({ world, known, marks }) => {
      await keepRootKey(known(OTHER_KEY))
      const kept = await marks()
      expect(kept).toEqual([{ name: 'root key', value: expect.stringMatching(/^[0-9a-f]{64}$/) }])
      await keepRootKey(known(OTHER_KEY))
      await expect(keepRootKey(known(TEST_SECRET_KEY))).rejects.toThrow(REFUSED)
      await using bench = await CommandBench.start(world)
      for (const line of [
        ['migrate'],
        ['audit', 'verify'],
        ['keys', 'rotate'],
        ['keys', 'rotate-audit'],
        ['keys', 'rotate-signing'],
        ['backup', join(folder, 'backup')],
      ])
        await expect(bench.run(line), line.join(' ')).rejects.toThrow(REFUSED)
      const doctor = await bench.run(['doctor'])
      expect(doctor.status).toBe(1)
      expect(doctor.out).toMatch(/FAULT +installation +LIAISON_SECRET_KEY is not/)
      expect(await marks()).toEqual(kept)
      expect(await world.sql('select from vault_key')).toHaveLength(0)
    }),
  LONG_MS,
)

test(
  'a database of before is marked by the key that opens what it holds alone',
  () =>
    inNewWorld(async ({ world, known, marks }) => {
      await addApp(world, (await seedAccount(world)).id)
      await expect(keepRootKey(known(OTHER_KEY))).rejects.toThrow(REFUSED)
      expect(await marks()).toEqual([])
      await keepRootKey(known(TEST_SECRET_KEY))
      expect(await marks()).toHaveLength(1)
    }),
  LONG_MS,
)

test(
  'so is one in which nothing is sealed, by the key that signed its audit log',
  () =>
    inNewWorld(async ({ world, known, marks }) => {
      await seedAccount(world)
      await sealDatabase(world.connection, await mkdtemp(join(folder, 'sealed-')))
      expect(await world.sql('select from audit_checkpoint limit 1')).toHaveLength(1)
      await expect(keepRootKey(known(OTHER_KEY))).rejects.toThrow(REFUSED)
      await keepRootKey(known(TEST_SECRET_KEY))
      expect(await marks()).toHaveLength(1)
    }),
  LONG_MS,
)

test(
  'the name of the audit log is that of its first checkpoint, and another one is refused by its variable',
  () =>
    inNewWorld(async ({ world, known }) => {
      await keepAuditOrigin(known(TEST_SECRET_KEY), RENAMED)
      await expect(keepAuditOrigin(known(TEST_SECRET_KEY), CONFIG)).rejects.toThrow(
        'Set AUDIT_LOG_ORIGIN=partners.example/audit',
      )
      await expect(refuseOtherMarks(known(TEST_SECRET_KEY), CONFIG)).rejects.toThrow('AUDIT_LOG_ORIGIN: ')
      await refuseOtherMarks(known(TEST_SECRET_KEY), RENAMED)
      await using bench = await CommandBench.start(world)
      await expect(bench.run(['keys', 'rotate-audit'])).rejects.toThrow('AUDIT_LOG_ORIGIN: ')
    }),
  LONG_MS,
)

test(
  'a log of before keeps the name that its checkpoints say',
  () =>
    inNewWorld(async ({ world, known, marks }) => {
      await seedAccount(world)
      await sealDatabase(world.connection, await mkdtemp(join(folder, 'named-')))
      await expect(keepAuditOrigin(known(TEST_SECRET_KEY), RENAMED)).rejects.toThrow(
        `Set AUDIT_LOG_ORIGIN=${CONFIG.auditOrigin}`,
      )
      await keepAuditOrigin(known(TEST_SECRET_KEY), CONFIG)
      expect(await marks()).toEqual([{ name: 'audit log origin', value: CONFIG.auditOrigin }])
    }),
  LONG_MS,
)

test(
  'a sealer whose key or name is not that of the log seals and publishes nothing',
  () =>
    inNewWorld(async ({ world }) => {
      await seedAccount(world)
      await sealDatabase(world.connection, await mkdtemp(join(folder, 'own-')))
      await seedAccount(world)
      const held = () => world.sql('select size, note from audit_checkpoint order by size')
      const before = await held()
      const elsewhere = checkpointFileIn(await mkdtemp(join(folder, 'other-')))
      for (const key of [
        makeAuditKey(makeVault(OTHER_KEY), CONFIG.auditOrigin),
        makeAuditKey(makeVault(TEST_SECRET_KEY), RENAMED.auditOrigin),
      ]) {
        const failures: string[] = []
        const sealer = await startSealer({
          database: world.database,
          key,
          checkpointFile: elsewhere,
          intervalMs: 3_600_000,
          onError: ({ message }) => failures.push(message),
        })
        await sealer.stop()
        expect(failures).toEqual([expect.stringContaining('is not signed with the keys of this process')])
      }
      expect(await held()).toEqual(before)
    }),
  LONG_MS,
)

test(
  'a mark is changed and removed by nobody, and no login of the server reads or writes one',
  () =>
    inNewWorld(async ({ world, known }) => {
      await keepRootKey(known(TEST_SECRET_KEY))
      for (const change of [`update installation_mark set value = 'x'`, 'delete from installation_mark'])
        await expect(world.sql(change), change).rejects.toThrow('its rows are history')
      const rows = await world.sql(
        `select rolname from pg_roles where rolname like 'liaison\\_%' and rolcanlogin and has_any_column_privilege(rolname, 'installation_mark', 'select, insert, update')`,
      )
      expect(rows).toEqual([])
    }),
  LONG_MS,
)

test(
  'what is sealed for another row proves nothing',
  () =>
    inNewWorld(async ({ world, known }) => {
      const [one, two] = [await seedAccount(world), await seedAccount(world)]
      await addApp(world, one.id)
      const sealed = makeVault(OTHER_KEY).seal(Buffer.from('x'), placeIn(SEALED_COLUMNS.totpSecret, two.id))
      await world.sql(
        `begin; set local session_replication_role = replica; update totp_factor set secret = '\\x${sealed.toString('hex')}'; commit`,
      )
      await expect(keepRootKey(known(OTHER_KEY))).rejects.toThrow(REFUSED)
    }),
  LONG_MS,
)
