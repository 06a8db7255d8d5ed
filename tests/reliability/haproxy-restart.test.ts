import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { headersOf, linkedTenant, seedPartners, seedTenants, withBulkLoading } from '../../bench/seed.ts'
import type { PartnerPlan } from '../../bench/seed.ts'
import { startServerProcess } from '../../chaos/server-process.ts'
import type { ServerProcess } from '../../chaos/server-process.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { findFreePorts } from '../../server/testing/ports.ts'
import { TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'
import { attempts, isCampaign, patience, tellFigures } from '../support/figures.ts'
import { databaseUrl } from '../support/three-processes.ts'

const isInstalled = spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).status === 0
/** So many that none comes near its limit of 50 writes a minute. */
const PARTNERS: PartnerPlan = { first: 0, count: 400, linksPerPartner: 1, tenants: 50 }
const CLIENTS = 3
const LEAST_MEANWHILE = 15
const PROBE_MS = 200
/** So many answers in a row that a server is not ready, so that one slow answer takes no server away. */
const FALL = 2
/** Ten starts of the product, each of which may take half a minute on a busy machine. */
const LONG_MS = patience(900_000)

let world: TestWorld
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-haproxy-'))
  world = await TestWorld.start(() => [])
  await withBulkLoading(world.connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
  })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

function start(port: number): Promise<ServerProcess> {
  return startServerProcess({
    PORT: String(port),
    HOST: '127.0.0.1',
    METRICS_PORT: '0',
    OUTBOX_OPEN_TO_ANYBODY: '1',
    DATABASE_URL: databaseUrl(world),
    DATABASE_ROLE_SECRET: testRoleSecret(),
    LIAISON_SECRET_KEY: TEST_SECRET_KEY,
    LIAISON_DATA_DIR: folder,
    LOG_LEVEL: 'silent',
    // Longer than the balancer needs to see it, as docs/operations.md asks.
    STOP_DELAY_MS: String(PROBE_MS * FALL * 3),
    // What is asked here is whether a restart loses a request, not how soon a busy machine turns one away.
    POOL_WAIT_MS: '10000',
    REQUEST_DEADLINE_MS: '20000',
  })
}

/** The balancer of an installation: asks for readiness, names who answered, and sends nothing twice that a server took. */
async function startHaproxy(port: number, ports: readonly number[]) {
  const config = join(folder, 'haproxy.cfg')
  await writeFile(
    config,
    `defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout check 2s
  retries 3
  option redispatch 1
  option httpchk GET /readyz
  default-server check inter ${PROBE_MS}ms fall ${FALL} rise 1
frontend in
  bind 127.0.0.1:${port}
  default_backend servers
backend servers
  balance roundrobin
  retry-on conn-failure
  http-response set-header x-served-by %s
${ports.map((own, index) => `  server s${index} 127.0.0.1:${own}`).join('\n')}
`,
  )
  const child = spawn('haproxy', ['-f', config, '-db'], { stdio: 'ignore' })
  return {
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}

interface Tally {
  done: number
  readonly servedBy: Map<string, number>
  readonly failed: string[]
}

let serial = 0

async function openTicket(url: string, tally: Tally): Promise<void> {
  const number = (serial += 1)
  const partner = number % PARTNERS.count
  try {
    const answer = await fetch(`${url}/api/v1/partner/support/tickets`, {
      method: 'POST',
      signal: AbortSignal.timeout(30_000),
      headers: {
        ...headersOf(partner, linkedTenant(PARTNERS, partner, 0)),
        'content-type': 'application/json',
        'idempotency-key': `haproxy-${number}`,
      },
      body: JSON.stringify({ subject: `Ticket ${number}`, description: 'While the servers restart.' }),
    })
    const text = await answer.text()
    if (answer.status !== 201) tally.failed.push(`${answer.status} ${text.slice(0, 200)}`)
    else {
      tally.done += 1
      const name = answer.headers.get('x-served-by') ?? ''
      tally.servedBy.set(name, (tally.servedBy.get(name) ?? 0) + 1)
    }
  } catch (error) {
    tally.failed.push(String(error instanceof Error ? (error.cause ?? error) : error))
  }
}

async function underLoad(url: string, work: (tally: Tally) => Promise<void>): Promise<Tally> {
  const tally: Tally = { done: 0, servedBy: new Map(), failed: [] }
  const over = new AbortController()
  const client = async () => {
    while (!over.signal.aborted) await openTicket(url, tally)
  }
  const clients = Array.from({ length: CLIENTS }, client)
  try {
    await work(tally)
  } finally {
    over.abort()
    await Promise.all(clients)
  }
  return tally
}

const isServing = (tally: Tally, name: string) => {
  const before = tally.servedBy.get(name) ?? 0
  return vi.waitUntil(() => (tally.servedBy.get(name) ?? 0) > before + LEAST_MEANWHILE, {
    timeout: 60_000,
    interval: 5,
  })
}

/** Four starts of the product; the balancer of the test beside it shows the same on each commit. */
test.runIf(isInstalled && isCampaign())(
  'behind HAProxy two servers are restarted one after the other under load and no request fails (R11)',
  async () => {
    const [port = 0, ...ports] = await findFreePorts(3)
    const url = `http://127.0.0.1:${port}`
    const running: ServerProcess[] = []
    for (const own of ports) running.push(await start(own))
    const haproxy = await startHaproxy(port, ports)
    const rounds = attempts(1, 4)
    try {
      await vi.waitUntil(
        () =>
          fetch(`${url}/readyz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        {
          timeout: 20_000,
          interval: 50,
        },
      )
      const restarted = await underLoad(url, async (tally) => {
        for (let round = 0; round < rounds; round += 1) {
          for (const [index, own] of ports.entries()) {
            await isServing(tally, `s${index}`)
            await running[index]?.stop()
            running[index] = await start(own)
            await isServing(tally, `s${index}`)
          }
        }
      })
      expect(restarted.failed).toEqual([])
      const [stored] = await world.sql<{ n: number }>('select count(*)::integer as n from ticket')
      expect(stored?.n).toBe(restarted.done)
      const killed = await underLoad(url, async (tally) => {
        await isServing(tally, 's0')
        await Promise.all(running.map((server) => server.kill()))
        await vi.waitUntil(() => tally.failed.length > 0, { timeout: 20_000, interval: 5 })
      })
      expect(killed.failed.length).toBeGreaterThan(0)
      tellFigures([
        { name: 'requests through HAProxy', count: restarted.done },
        { name: 'restarts behind HAProxy', count: rounds * ports.length },
      ])
    } finally {
      await haproxy.stop()
      await Promise.all(running.map((server) => server.stop()))
    }
  },
  LONG_MS,
)
