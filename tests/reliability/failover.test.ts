import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { headersOf, linkedTenant } from '../../bench/seed.ts'
import { findViolations } from '../../chaos/checker.ts'
import { Clients } from '../../chaos/clients.ts'
import { startServerProcess } from '../../chaos/server-process.ts'
import { PARTNERS, query, readStored, startWorld } from '../../chaos/world.ts'
import type { World } from '../../chaos/world.ts'
import { CommandBench } from '../../server/testing/command.ts'
import { preparedCluster } from '../../server/testing/prepared-cluster.ts'
import { patience, sized, tellFigures } from '../support/figures.ts'
import { startStandby } from '../support/standby.ts'
import { TcpProxy } from '../support/tcp-proxy.ts'
import { databaseUrl } from '../support/three-processes.ts'

const BETWEEN = sized(40, 1000)
const SOON_MS = 60_000
const PATIENCE = { timeout: SOON_MS, interval: 20 }

const socketOf = ({ connection: { host, port } }: World) => ({ path: join(host, `.s.PGSQL.${port}`) })
const overTcp = (world: World, port: number): World => ({
  ...world,
  connection: { ...world.connection, host: '127.0.0.1', port },
})
const isRefusal = ({ status, headers }: Response) =>
  status === 503 && /^[1-9]\d*$/.test(headers.get('retry-after') ?? '')

/** Reads as the first partner does. */
const readTickets = (url: string) =>
  fetch(`${url}/api/v1/partner/support/tickets?limit=1`, {
    headers: headersOf(0, linkedTenant(PARTNERS, 0, 0)),
  })

/** What the log says of itself, asked of the database that stands now. */
async function verifyLog(world: World, environment: Readonly<Record<string, string>>) {
  await using bench = await CommandBench.start(world)
  return await bench.spawn(['audit', 'verify'], { ...environment, DATABASE_URL: databaseUrl(world) })
}

test(
  'a replica takes over under load: a server is never served by one that follows, an old primary acknowledges nothing more, and every acknowledged write is there once with its event (R3, R4, R7)',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'liaison-failover-'))
    await using ends = new AsyncDisposableStack()
    ends.defer(() => rm(folder, { recursive: true, force: true }))
    const world = await startWorld(undefined, preparedCluster())
    ends.defer(() => world.stop())
    const standby = await startStandby(world, join(folder, 'standby'))
    ends.defer(() => standby.stop())
    const proxy = await TcpProxy.start(socketOf(world))
    ends.use(proxy)
    const environment = {
      ...world.environment,
      LIAISON_DATA_DIR: folder,
      DATABASE_URL: databaseUrl(overTcp(world, proxy.port)),
    }
    const server = await startServerProcess(environment)
    ends.defer(() => server.stop())
    const left = await startServerProcess({ ...environment, DATABASE_URL: databaseUrl(world) })
    ends.defer(() => left.kill())

    const clients = new Clients()
    clients.pointTo(server.url)
    const over = new AbortController()
    ends.defer(() => over.abort())
    const acknowledged = () => clients.tally.answers.get(201) ?? 0
    const more = async () => {
      const before = acknowledged()
      await vi.waitUntil(() => acknowledged() > before + BETWEEN, PATIENCE)
    }
    const load = clients.loadThrough('failover', over.signal)
    await more()

    expect((await readTickets(server.url)).status).toBe(200)
    // A balancer that sends it to the replica too early: neither reads nor writes, until it is the primary.
    proxy.pointTo(socketOf(standby.world))
    await vi.waitUntil(async () => (await fetch(`${server.url}/readyz`)).status === 503, PATIENCE)
    const atReplica = acknowledged()
    expect(await (await fetch(`${server.url}/readyz`)).json()).toMatchObject({
      reason: 'the database is not the primary',
    })
    expect(isRefusal(await readTickets(server.url))).toBe(true)
    expect(acknowledged()).toBe(atReplica)
    proxy.pointTo(socketOf(world))
    await more()

    const used = Buffer.from('a proof that was used right before').toString('hex')
    await query(world, `insert into oauth_replay values (decode($1, 'hex'), now() + interval '1 minute')`, [
      used,
    ])
    await standby.promote()
    const lost = new Clients()
    lost.pointTo(left.url)
    const [first, second] = [lost.begin('left'), lost.begin('left')]
    expect(await Promise.all([lost.send(first), lost.send(second)])).toEqual(['unknown', 'unknown'])
    proxy.pointTo(socketOf(standby.world))
    const movedMs = performance.now()
    await more()
    const backMs = (clients.firstAcknowledgedAfter(movedMs) ?? Infinity) - movedMs
    over.abort()
    await load
    await clients.settleAll(performance.now() + SOON_MS)

    const stored = await readStored(standby.world)
    expect(clients.tally.unexpected).toEqual([])
    expect(findViolations(clients.writes, stored)).toEqual([])
    const subjects = new Set(stored.tickets.map(({ subject }) => subject))
    expect([first, second].filter(({ key }) => subjects.has(key))).toEqual([])
    const remembered = `select true as there from oauth_replay where key_hash = decode($1, 'hex')`
    expect(await query(standby.world, remembered, [used])).toEqual([{ there: true }])
    expect(await query(standby.world, 'select pg_is_in_recovery() as follows')).toEqual([{ follows: false }])
    const verified = await verifyLog(standby.world, environment)
    expect([verified.status, verified.out]).toEqual([0, expect.stringContaining('The log holds')])
    tellFigures([
      { name: 'failovers under load', count: 1 },
      { name: 'writes around failovers', count: clients.writes.length },
      { name: 'milliseconds from a failover to the next acknowledged write', count: Math.round(backMs) },
    ])
  },
  patience(180_000),
)
