import { spawnSync } from 'node:child_process'
import { mkdtemp, open, rm, rmdir, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { findViolations } from '../../chaos/checker.ts'
import { Clients } from '../../chaos/clients.ts'
import { startServerProcess } from '../../chaos/server-process.ts'
import { readStored, startWorld } from '../../chaos/world.ts'
import { isCampaign, tellFigures } from '../support/figures.ts'

/** A database with partners, its log and a little room. */
const DISK_MIB = 600
const BLOCK = Buffer.alloc(64 * 1024, 1)
const LEAST_MEANWHILE = 100
const LEAST_REFUSED = 5
const LONG_MS = 240_000

let mountPoint: string
let isMounted = false
beforeAll(async () => {
  mountPoint = await mkdtemp(join(tmpdir(), 'liaison-disk-'))
  const words = ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', mountPoint]
  isMounted = spawnSync('mount', words, { stdio: 'ignore' }).status === 0
})
afterAll(async () => {
  if (isMounted) spawnSync('umount', ['-l', mountPoint], { stdio: 'ignore' })
  await rmdir(mountPoint)
})

/** Takes all the room there is, and what is given free meanwhile; the rest writes what it cannot keep. */
async function fill(file: string): Promise<void> {
  const handle = await open(file, 'a')
  try {
    for (;;) await handle.write(BLOCK)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    await handle.close()
  }
}

async function freeBytes(): Promise<number> {
  const { bavail, bsize } = await statfs(mountPoint)
  return bavail * bsize
}

/** Restarts a database of its own, which takes too long for every commit. */
test.runIf(isCampaign())(
  'while the disk of the database is full nothing is acknowledged that is not kept, and with space again the service goes on by itself (R7)',
  async (context) => {
    // A disk of its own needs the right to mount one; where nobody may, the campaign of another machine shows it.
    if (!isMounted) return context.skip()
    const world = await startWorld(mountPoint)
    const server = await startServerProcess(world.environment)
    const clients = new Clients()
    clients.pointTo(server.url)
    const acknowledged = () => clients.tally.answers.get(201) ?? 0
    const until = (isReached: () => boolean) => vi.waitUntil(isReached, { timeout: 60_000, interval: 10 })
    const over = new AbortController()
    const load = clients.loadThrough('disk', over.signal)
    const filler = join(mountPoint, 'filler')
    try {
      await until(() => acknowledged() > LEAST_MEANWHILE)
      const refusedBefore = clients.tally.unknown
      await vi.waitUntil(
        async () => {
          await fill(filler)
          return clients.tally.unknown >= refusedBefore + LEAST_REFUSED
        },
        { timeout: 60_000, interval: 100 },
      )
      expect(await freeBytes()).toBeLessThan(1024 * 1024)
      const refused = clients.tally.unknown - refusedBefore
      await rm(filler)
      const before = acknowledged()
      await until(() => acknowledged() > before + LEAST_MEANWHILE)
      over.abort()
      await load
      await clients.settleAll(performance.now() + 30_000)
      expect(clients.tally.unexpected).toEqual([])
      expect(server.isRunning()).toBe(true)
      expect(findViolations(clients.writes, await readStored(world))).toEqual([])
      tellFigures([
        { name: 'writes around a full disk', count: clients.writes.length },
        { name: 'writes refused while the disk was full', count: refused },
      ])
    } finally {
      over.abort()
      await rm(filler, { force: true })
      await load
      await server.stop()
      await world.stop()
    }
  },
  LONG_MS,
)
