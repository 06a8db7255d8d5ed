import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { findViolations } from '../../chaos/checker.ts'
import { Clients } from '../../chaos/clients.ts'
import { startServerProcess } from '../../chaos/server-process.ts'
import type { ServerProcess } from '../../chaos/server-process.ts'
import { query, readStored, startWorld } from '../../chaos/world.ts'
import type { World } from '../../chaos/world.ts'
import { startEmbeddedPostgres } from '../../server/src/platform/embedded/index.ts'
import { CommandBench } from '../../server/testing/command.ts'
import { attempts, isCampaign, tellFigures } from '../support/figures.ts'
import { databaseUrl } from '../support/three-processes.ts'

const MEANWHILE = attempts(60, 1500)
const PATIENCE = { timeout: 60_000, interval: 50 }
const LONG_MS = 300_000

/** Lets PostgreSQL archive its log, as the operator's page tells; that takes a restart. */
async function archive(world: World, folder: string): Promise<void> {
  await query(world, `alter system set archive_mode = on`)
  await query(world, `alter system set archive_command = 'cp %p ${folder}/%f'`)
  process.kill(await world.postmasterPid(), 'SIGINT')
  await vi.waitFor(
    async () => expect(await query(world, 'show archive_mode')).toEqual([{ archive_mode: 'on' }]),
    PATIENCE,
  )
}

/** Copies the files of the running database between the two calls that PostgreSQL asks for. */
async function copyRunning(world: World, target: string): Promise<void> {
  const client = new pg.Client({ ...world.connection })
  await client.connect()
  try {
    await client.query(`select pg_backup_start('a copy', true)`)
    await cp(world.folder, target, {
      recursive: true,
      filter: (path) => !/postmaster\.pid$|pg_wal\/.+|\/socket|audit-|supervisor/.test(path),
    })
    const { rows } = await client.query<{ label: string }>('select labelfile as label from pg_backup_stop()')
    await writeFile(join(target, 'pg', 'backup_label'), rows[0]?.label ?? '')
  } finally {
    await client.end()
  }
}

async function archiveRest(world: World): Promise<void> {
  const [last] = await query<{ name: string }>(world, 'select pg_walfile_name(pg_switch_wal()) as name')
  await vi.waitFor(async () => {
    const [now] = await query<{ name: string }>(
      world,
      'select last_archived_wal as name from pg_stat_archiver',
    )
    expect(String(now?.name) >= String(last?.name)).toBe(true)
  }, PATIENCE)
}

async function restoreTo(target: string, { folder, at }: { folder: string; at: string }) {
  await appendFile(
    join(target, 'pg', 'postgresql.auto.conf'),
    `archive_mode = off\nrestore_command = 'cp ${folder}/%f %p'\nrecovery_target_time = '${at}'\nrecovery_target_action = 'promote'\n`,
  )
  await writeFile(join(target, 'pg', 'recovery.signal'), '')
  return startEmbeddedPostgres({ dataDir: target })
}

/** Restarts a database of its own, which takes too long for every commit. */
test.runIf(isCampaign())(
  'an archived log brings the database back to a moment under load: every write acknowledged before it is there once, none after it, and the audit log verifies (R10)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liaison-moment-'))
    const [log, target] = [join(folder, 'log'), join(folder, 'restored')]
    await mkdir(log)
    const world = await startWorld()
    const clients = new Clients()
    const over = new AbortController()
    let server: ServerProcess | undefined
    try {
      await archive(world, log)
      server = await startServerProcess(world.environment)
      clients.pointTo(server.url)
      const acknowledged = () => clients.tally.answers.get(201) ?? 0
      const more = async () => {
        const before = acknowledged()
        await vi.waitUntil(() => acknowledged() > before + MEANWHILE, { timeout: 120_000, interval: 10 })
      }
      const load = clients.loadThrough('moment', over.signal)
      await more()
      await copyRunning(world, target)
      await more()
      const kept = clients.writes.filter((write) => write.acknowledged.length > 0)
      const [moment] = await query<{ at: string }>(world, 'select clock_timestamp()::text as at')
      const begun = new Set(clients.writes.map(({ key }) => key))
      await more()
      over.abort()
      await load
      await server.stop()
      await archiveRest(world)

      const restored = await restoreTo(target, { folder: log, at: moment?.at ?? '' })
      const there = { ...world, connection: restored.connection }
      try {
        await vi.waitFor(
          async () =>
            expect(await query(there, 'select pg_is_in_recovery() as is_behind')).toEqual([
              { is_behind: false },
            ]),
          PATIENCE,
        )
        const stored = await readStored(there)
        const subjects = new Set(stored.tickets.map(({ subject }) => subject))
        const found = clients.writes.filter(({ key }) => subjects.has(key))
        expect(kept.filter(({ key }) => !subjects.has(key))).toEqual([])
        expect(found.filter(({ key }) => !begun.has(key))).toEqual([])
        expect(findViolations(found, stored)).toEqual([])
        expect(clients.writes.length).toBeGreaterThan(found.length)
        await using bench = await CommandBench.start(there)
        const secrets = {
          ...world.environment,
          DATABASE_URL: databaseUrl(there),
          LIAISON_DATA_DIR: bench.folder,
        }
        const run = (...args: string[]) => bench.spawn(args, secrets)
        const outside = join(world.folder, 'audit-checkpoints.txt')
        const taken = await run('restore', '--in-place', '--checkpoints', outside, '--json')
        expect(taken).toMatchObject({ status: 0, err: '' })
        const outcome = JSON.parse(taken.out)
        expect(outcome).toMatchObject({ is_frozen: true, audit: { unsealed: 0 } })
        expect(outcome.audit.lacking).toBeGreaterThan(0)
        const verified = await run('audit', 'verify')
        expect([verified.status, verified.out]).toEqual([0, expect.stringContaining('The log holds')])
        tellFigures([{ name: 'writes around the moment of a restore', count: clients.writes.length }])
      } finally {
        await restored.stop()
      }
    } finally {
      over.abort()
      await server?.stop()
      await world.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
  LONG_MS,
)
