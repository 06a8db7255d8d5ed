import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { findViolations } from '../../chaos/checker.ts'
import type { Write } from '../../chaos/checker.ts'
import { Clients } from '../../chaos/clients.ts'
import { makeDice } from '../../chaos/dice.ts'
import { startServerProcess } from '../../chaos/server-process.ts'
import type { ServerProcess } from '../../chaos/server-process.ts'
import { query, readStored, startWorld } from '../../chaos/world.ts'
import type { World } from '../../chaos/world.ts'
import { startEmbeddedPostgres } from '../../server/src/platform/embedded/index.ts'
import { CommandBench } from '../../server/testing/command.ts'
import { copyRunning } from '../support/standby.ts'
import { attempts, isCampaign, patience, sized, tellFigures } from '../support/figures.ts'
import { databaseUrl } from '../support/three-processes.ts'

const MEANWHILE = sized(60, 1500)
/** To how many moments the database is brought back, each from the same copy and the same log. */
const MOMENTS = attempts(1, 3)
/** Between two moments so many writes are acknowledged, or fewer. */
const MOST_BETWEEN = 400
const PATIENCE = { timeout: 60_000, interval: 50 }
const LONG_MS = patience(300_000)

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

/** A moment under load, with what was acknowledged before it and what had begun. */
interface Moment {
  readonly at: string
  readonly kept: readonly Write[]
  readonly begun: ReadonlySet<string>
}

async function noteMoment(world: World, clients: Clients): Promise<Moment> {
  const kept = clients.writes.filter((write) => write.acknowledged.length > 0)
  const [row] = await query<{ at: string }>(world, 'select clock_timestamp()::text as at')
  return { at: row?.at ?? '', kept, begun: new Set(clients.writes.map(({ key }) => key)) }
}

/** Whether a database holds exactly what a moment held. */
async function expectMoment(there: World, { kept, begun }: Moment, clients: Clients): Promise<void> {
  const stored = await readStored(there)
  const subjects = new Set(stored.tickets.map(({ subject }) => subject))
  const found = clients.writes.filter(({ key }) => subjects.has(key))
  expect(kept.filter(({ key }) => !subjects.has(key))).toEqual([])
  expect(found.filter(({ key }) => !begun.has(key))).toEqual([])
  expect(findViolations(found, stored)).toEqual([])
  expect(clients.writes.length).toBeGreaterThan(found.length)
}

/** Takes a restored database into use, as an operator does, and verifies its log. */
async function expectTakenIntoUse(there: World): Promise<void> {
  await using bench = await CommandBench.start(there)
  const secrets = { ...there.environment, DATABASE_URL: databaseUrl(there), LIAISON_DATA_DIR: bench.folder }
  const run = (...args: string[]) => bench.spawn(args, secrets)
  const outside = join(there.folder, 'audit-checkpoints.txt')
  const taken = await run('restore', '--in-place', '--checkpoints', outside, '--json')
  expect(taken).toMatchObject({ status: 0, err: '' })
  const outcome = JSON.parse(taken.out)
  expect(outcome).toMatchObject({ is_frozen: true, audit: { unsealed: 0 } })
  expect(outcome.audit.lacking).toBeGreaterThan(0)
  const verified = await run('audit', 'verify')
  expect([verified.status, verified.out]).toEqual([0, expect.stringContaining('The log holds')])
}

/** Restarts a database of its own, which takes too long for every commit. */
test.runIf(isCampaign())(
  'an archived log brings the database back to a moment under load: every write acknowledged before it is there once, none after it, and the audit log verifies (R10)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liaison-moment-'))
    const [log, copy] = [join(folder, 'log'), join(folder, 'copy')]
    await mkdir(log)
    const world = await startWorld()
    const clients = new Clients()
    const dice = makeDice(MOMENTS)
    const over = new AbortController()
    let server: ServerProcess | undefined
    try {
      await archive(world, log)
      server = await startServerProcess(world.environment)
      clients.pointTo(server.url)
      const acknowledged = () => clients.tally.answers.get(201) ?? 0
      const more = async (writes: number) => {
        const before = acknowledged()
        await vi.waitUntil(() => acknowledged() > before + writes, { timeout: 120_000, interval: 10 })
      }
      const load = clients.loadThrough('moment', over.signal)
      await more(MEANWHILE)
      await copyRunning(world, copy)
      await more(MEANWHILE)
      const moments: Moment[] = []
      while (moments.length < MOMENTS) {
        moments.push(await noteMoment(world, clients))
        await more(Math.ceil(dice() * MOST_BETWEEN))
      }
      await more(MEANWHILE)
      over.abort()
      await load
      await server.stop()
      await archiveRest(world)

      for (const [number, moment] of moments.entries()) {
        const target = join(folder, `restored-${number}`)
        await cp(copy, target, { recursive: true })
        const restored = await restoreTo(target, { folder: log, at: moment.at })
        const there = { ...world, connection: restored.connection }
        try {
          await vi.waitFor(
            async () =>
              expect(await query(there, 'select pg_is_in_recovery() as is_behind')).toEqual([
                { is_behind: false },
              ]),
            PATIENCE,
          )
          await expectMoment(there, moment, clients)
          await expectTakenIntoUse(there)
        } finally {
          await restored.stop()
          await rm(target, { recursive: true, force: true })
        }
      }
      tellFigures([
        { name: 'writes around the moments of restores', count: clients.writes.length },
        { name: 'restores to a moment', count: moments.length },
      ])
    } finally {
      over.abort()
      await server?.stop()
      await world.stop()
      await rm(folder, { recursive: true, force: true })
    }
  },
  LONG_MS,
)
