import { setTimeout as delay } from 'node:timers/promises'
import type { Clients } from './clients.ts'
import { startServerProcess } from './server-process.ts'
import type { ServerProcess } from './server-process.ts'
import { query } from './world.ts'
import type { World } from './world.ts'

const SETTLE_MS = 20_000
const RECOVERY_MS = 30_000
/** The supervisor gives PostgreSQL up when it ends more often than five times a minute; so often it is killed. */
const POSTMASTER_KILLS_PER_MINUTE = 5
const MINUTE_MS = 60_000

/** Where the harness works and what decides when it strikes. */
export interface Arena {
  readonly world: World
  readonly clients: Clients
  readonly dice: () => number
  /** Told how far a long run has come. */
  readonly progress: (name: string, done: number, of: number) => void
}

/** What one kind of fault came to. */
export interface FaultReport {
  readonly name: string
  readonly strikes: number
  /** Strikes while requests were being worked on. */
  readonly hits: number
  /** From each strike until the first write that was sent after it had been acknowledged. */
  readonly recoveryMs: readonly number[]
}

async function loadUntil(arena: Arena, label: string, strike: () => Promise<void>): Promise<void> {
  const stop = new AbortController()
  const load = arena.clients.load(label, stop.signal)
  await delay(30 + arena.dice() * 170)
  await strike()
  stop.abort()
  await load
}

/** Servers one after the other. With one standing by, the next has started before it is needed, so that a long run is mostly kills and few starts. */
class Servers {
  readonly #environment: Readonly<Record<string, string>>
  readonly #isStandingBy: boolean
  #standby: Promise<ServerProcess> | undefined

  constructor({ world }: Arena, isStandingBy: boolean) {
    this.#environment = world.environment
    this.#isStandingBy = isStandingBy
  }

  async next(): Promise<ServerProcess> {
    const server = await (this.#standby ?? startServerProcess(this.#environment))
    this.#standby = this.#isStandingBy ? startServerProcess(this.#environment) : undefined
    // Who waits for it hears of a failed start; until then nobody does.
    this.#standby?.catch(() => undefined)
    return server
  }

  async stop(): Promise<void> {
    const standby = await this.#standby?.catch(() => undefined)
    await standby?.stop()
  }
}

/** Kills the server under load again and again; after each everything that was not acknowledged is repeated at the next. */
export async function killServer(arena: Arena, cycles: number, isStandingBy: boolean): Promise<FaultReport> {
  const { clients } = arena
  const name = isStandingBy ? 'kill -9 of the server, another one standing by' : 'kill -9 of the server'
  const recoveryMs: number[] = []
  let hits = 0
  const servers = new Servers(arena, isStandingBy)
  let server = await servers.next()
  try {
    for (let cycle = 0; cycle < cycles; cycle += 1) {
      clients.pointTo(server.url)
      let struckMs = 0
      await loadUntil(arena, `server-${cycle}`, async () => {
        struckMs = performance.now()
        if (clients.inFlight > 0) hits += 1
        await server.kill()
      })
      server = await servers.next()
      clients.pointTo(server.url)
      await clients.settleAll(performance.now() + SETTLE_MS)
      await clients.settle(clients.begin('after'), performance.now() + SETTLE_MS)
      recoveryMs.push((clients.firstAcknowledgedAfter(struckMs) ?? Infinity) - struckMs)
      arena.progress(name, cycle + 1, cycles)
    }
  } finally {
    await Promise.all([server.stop(), servers.stop()])
  }
  return { name, strikes: cycles, hits, recoveryMs }
}

async function waitForRecovery({ clients }: Arena, struckMs: number): Promise<number> {
  for (;;) {
    const recovered = clients.firstAcknowledgedAfter(struckMs)
    if (recovered !== undefined) return recovered - struckMs
    if (performance.now() - struckMs > RECOVERY_MS) return Infinity
    await delay(5)
  }
}

interface DatabaseFault {
  readonly name: string
  strike(world: World): Promise<unknown>
  /** How long to leave the database alone before a strike. */
  pauseMs(strike: number, arena: Arena): number
}

const shortPause = (arena: Arena): number => 300 + arena.dice() * 400

export const TERMINATE_BACKENDS: DatabaseFault = {
  name: 'end of all database connections',
  strike: (world) =>
    query(
      world,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'liaison %'`,
    ),
  pauseMs: (_strike, arena) => shortPause(arena),
}

export const KILL_POSTMASTER: DatabaseFault = {
  name: 'kill -9 of PostgreSQL',
  strike: async (world) => process.kill(await world.postmasterPid(), 'SIGKILL'),
  pauseMs: (strike, arena) =>
    strike > 0 && strike % POSTMASTER_KILLS_PER_MINUTE === 0 ? MINUTE_MS : shortPause(arena),
}

async function strikeDatabase(arena: Arena, fault: DatabaseFault, strikes: number): Promise<FaultReport> {
  const recoveryMs: number[] = []
  let hits = 0
  for (let strike = 0; strike < strikes; strike += 1) {
    await delay(fault.pauseMs(strike, arena))
    if (arena.clients.inFlight > 0) hits += 1
    const struckMs = performance.now()
    await fault.strike(arena.world)
    recoveryMs.push(await waitForRecovery(arena, struckMs))
    arena.progress(fault.name, strike + 1, strikes)
  }
  return { name: fault.name, strikes, hits, recoveryMs }
}

async function underLoad(
  arena: Arena,
  server: ServerProcess,
  work: () => Promise<FaultReport>,
): Promise<FaultReport> {
  const stop = new AbortController()
  arena.clients.pointTo(server.url)
  const load = arena.clients.loadThrough('database', stop.signal)
  try {
    return await work()
  } finally {
    stop.abort()
    await load
    await arena.clients.settleAll(performance.now() + SETTLE_MS)
  }
}

/** Strikes the database under load while one server lives through it all. Refuses when the server ended. */
export async function breakDatabase(
  arena: Arena,
  faults: readonly { readonly fault: DatabaseFault; readonly strikes: number }[],
): Promise<FaultReport[]> {
  const server = await startServerProcess(arena.world.environment)
  const reports: FaultReport[] = []
  try {
    for (const { fault, strikes } of faults)
      reports.push(await underLoad(arena, server, () => strikeDatabase(arena, fault, strikes)))
    if (!server.isRunning()) throw new Error('The server ended while the database was broken.')
  } finally {
    await server.stop()
  }
  return reports
}
