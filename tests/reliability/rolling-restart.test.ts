import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { headersOf, linkedTenant, seedPartners, seedTenants, withBulkLoading } from '../../bench/seed.ts'
import type { PartnerPlan } from '../../bench/seed.ts'
import { startServerProcess } from '../../chaos/server-process.ts'
import type { ServerProcess } from '../../chaos/server-process.ts'
import { testRoleSecret } from '../../server/testing/database.ts'
import { TEST_SECRET_KEY, TestWorld } from '../../server/testing/world.ts'

/** So many that none comes near its limit of 50 writes a minute. */
const PARTNERS: PartnerPlan = { first: 0, count: 200, linksPerPartner: 1, tenants: 50 }
const CLIENTS = 3
const PROBE_MS = 50
const STOP_DELAY_MS = 600
const LEAST_MEANWHILE = 20
const ATTEMPTS = 40

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  await withBulkLoading(world.connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
  })
})
afterAll(() => world[Symbol.asyncDispose]())

function environment(): Record<string, string> {
  const { host, port, user, password, database } = world.connection
  const url = new URL(`postgres://localhost:${port}/${database}`)
  url.username = user
  url.password = password
  url.searchParams.set('host', host)
  return {
    PORT: '0',
    HOST: '127.0.0.1',
    METRICS_PORT: '0',
    OUTBOX_OPEN_TO_ANYBODY: '1',
    DATABASE_URL: url.href,
    DATABASE_ROLE_SECRET: testRoleSecret(),
    LIAISON_SECRET_KEY: TEST_SECRET_KEY,
    LIAISON_DATA_DIR: '/tmp',
    LOG_LEVEL: 'silent',
    STOP_DELAY_MS: String(STOP_DELAY_MS),
  }
}

/** Sends to the servers in turn, to those only whose readiness it saw last; it repeats nothing. */
class Balancer {
  readonly #ready = new Set<string>()
  readonly #known = new Set<string>()
  readonly #inFlight = new Map<string, number>()
  #turn = 0
  #timer: NodeJS.Timeout | undefined
  readonly served = new Map<string, number>()

  watch(): void {
    this.#timer = setInterval(() => void this.probe(), PROBE_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async add(url: string): Promise<void> {
    this.#known.add(url)
    await vi.waitUntil(() => this.#ready.has(url), { timeout: 30_000, interval: PROBE_MS })
  }

  forget(url: string): void {
    this.#known.delete(url)
    this.#ready.delete(url)
  }

  async probe(): Promise<void> {
    await Promise.all(
      [...this.#known].map(async (url) => {
        const isReady = await fetch(`${url}/readyz`).then(
          ({ ok }) => ok,
          () => false,
        )
        if (isReady && this.#known.has(url)) this.#ready.add(url)
        else this.#ready.delete(url)
      }),
    )
  }

  /** Notes that a request begins (1) or ends (-1) at a server. */
  count(url: string, change: 1 | -1): void {
    this.#inFlight.set(url, this.inFlight(url) + change)
  }

  inFlight(url: string): number {
    return this.#inFlight.get(url) ?? 0
  }

  next(): string {
    const urls = [...this.#ready]
    const url = urls[(this.#turn += 1) % urls.length]
    if (url === undefined) throw new NoServer()
    this.served.set(url, (this.served.get(url) ?? 0) + 1)
    return url
  }
}

/** Nobody is ready just now; no server has the request. */
class NoServer extends Error {
  override name = 'NoServer'
}

interface Tally {
  done: number
  /** Not accepted, or told to come again; came again with the same key. */
  refused: number
  readonly failed: string[]
}

/** Whether the port was closed already: then no server has the request, and another may be asked. */
function isNotAccepted(error: unknown): boolean {
  if (error instanceof NoServer) return true
  const cause: unknown = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}

async function send(balancer: Balancer, number: number): Promise<{ status: number; text: string }> {
  const partner = number % PARTNERS.count
  const url = balancer.next()
  balancer.count(url, 1)
  try {
    const answer = await fetch(`${url}/api/v1/partner/support/tickets`, {
      method: 'POST',
      signal: AbortSignal.timeout(20_000),
      headers: {
        ...headersOf(partner, linkedTenant(PARTNERS, partner, 0)),
        'content-type': 'application/json',
        'idempotency-key': `rolling-${number}`,
      },
      body: JSON.stringify({ subject: `Ticket ${number}`, description: 'While the servers restart.' }),
    })
    return { status: answer.status, text: await answer.text() }
  } finally {
    balancer.count(url, -1)
  }
}

async function openTicket(balancer: Balancer, tally: Tally, number: number): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const { status, text } = await send(balancer, number)
      if (status !== 503) {
        if (status === 201) tally.done += 1
        else tally.failed.push(`${status} ${text}`)
        return
      }
    } catch (error) {
      if (!isNotAccepted(error)) {
        tally.failed.push(String(error instanceof Error ? (error.cause ?? error) : error))
        // A client that fails at once must not keep the others, and the clock, from working.
        await delay(PROBE_MS)
        return
      }
    }
    tally.refused += 1
    await delay(PROBE_MS)
  }
  tally.failed.push(`refused ${ATTEMPTS} times`)
}

/** Numbers that no two requests share. */
let serial = 0

async function underLoad(balancer: Balancer, work: (tally: Tally) => Promise<void>): Promise<Tally> {
  const tally: Tally = { done: 0, refused: 0, failed: [] }
  const over = new AbortController()
  const client = async () => {
    while (!over.signal.aborted) await openTicket(balancer, tally, (serial += 1))
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

const moreThan = (tally: Tally, count: number) =>
  vi.waitFor(() => expect(tally.done).toBeGreaterThan(count), { timeout: 60_000, interval: 5 })

test('two servers are restarted one after the other under load and no request fails, while one that is killed fails some (R11)', async () => {
  const balancer = new Balancer()
  balancer.watch()
  const running: ServerProcess[] = []
  const start = async () => {
    const server = await startServerProcess(environment())
    running.push(server)
    await balancer.add(server.url)
    return server
  }
  try {
    const first = await Promise.all([start(), start()])
    const restarted = await underLoad(balancer, async (now) => {
      await moreThan(now, LEAST_MEANWHILE)
      for (const old of first) {
        await old.stop()
        balancer.forget(old.url)
        await start()
        await moreThan(now, now.done + LEAST_MEANWHILE)
      }
    })
    expect(restarted.failed).toEqual([])
    // A starved machine may refuse some; a stop refuses none.
    expect(restarted.refused).toBeLessThan(restarted.done / 10)
    expect([...balancer.served.values()].filter((count) => count > LEAST_MEANWHILE / 4)).toHaveLength(4)
    const stored = await world.sql<{ n: number }>(`select count(*)::integer as n from ticket`)
    expect(stored[0]?.n).toBe(restarted.done)
    const killed = await underLoad(balancer, async (now) => {
      await moreThan(now, LEAST_MEANWHILE)
      // Killed one after the other while each has a request; an answer that was on its way already may save one.
      for (const server of running.slice(-2)) {
        await vi.waitUntil(() => balancer.inFlight(server.url) > 0, { timeout: 20_000, interval: 1 })
        await server.kill()
      }
    })
    expect(killed.failed.length).toBeGreaterThan(0)
  } finally {
    balancer.stop()
    await Promise.all(running.map((server) => server.stop()))
  }
}, 300_000)
