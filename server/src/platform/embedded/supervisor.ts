import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { chooseAccount } from './account.ts'
import { findBinaries } from './binaries.ts'
import { chooseEndpoint, ensureCluster, releaseEndpoint, secretPath } from './cluster.ts'
import type { ClusterPlan, Endpoint } from './cluster.ts'
import { hasEnded, startPostmaster, stopPostmaster } from './postmaster.ts'
import { waitForPredecessor, writeState } from './state.ts'
import type { SupervisorState } from './state.ts'

const RESTART_LIMIT = 5
const RESTART_WINDOW_MS = 60_000
const RESTART_DELAY_MS = 200

/** Aborts when the process that asked for the database has gone, or on a signal. */
function watchForStop(): AbortSignal {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.stdin.on('end', stop).on('close', stop).on('error', stop).resume()
  process.on('SIGTERM', stop).on('SIGINT', stop)
  // The reader of these may be gone; what is said to nobody must not end the supervisor.
  process.stdout.on('error', stop)
  process.stderr.on('error', stop)
  return controller.signal
}

async function readPlan(signal: AbortSignal): Promise<ClusterPlan> {
  const { values } = parseArgs({
    options: { 'data-dir': { type: 'string' }, durability: { type: 'string', default: 'full' } },
  })
  const { 'data-dir': dataDir, durability } = values
  if (!dataDir) throw new Error('--data-dir DIR is required.')
  if (durability !== 'full' && durability !== 'fast') throw new Error('--durability is full or fast.')
  await mkdir(resolve(dataDir), { recursive: true, mode: 0o700 })
  const folder = await realpath(dataDir)
  await waitForPredecessor(folder, signal)
  const binaries = await findBinaries()
  const account = await chooseAccount(binaries.postgres, folder)
  return { binaries, account, dataDir: folder, durability }
}

/** Returns when asked to stop; refuses when PostgreSQL keeps ending by itself. */
async function keepRunning(plan: ClusterPlan, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  const restartedAt: number[] = []
  const stopped = once(signal, 'abort')
  let child: ChildProcess = await startPostmaster(plan, endpoint, signal)
  await publish(plan, endpoint, 'running')
  process.stdout.write(`${JSON.stringify({ ...endpoint, password_file: secretPath(plan.dataDir) })}\n`)
  for (;;) {
    if (!signal.aborted && !hasEnded(child)) await Promise.race([stopped, once(child, 'exit')])
    if (signal.aborted) {
      await publish(plan, endpoint, 'stopping')
      await stopPostmaster(child)
      return
    }
    const now = performance.now()
    restartedAt.push(now)
    if (restartedAt.filter((time) => now - time < RESTART_WINDOW_MS).length > RESTART_LIMIT) {
      throw new Error(`PostgreSQL ended ${RESTART_LIMIT + 1} times within a minute; see its log.`)
    }
    child = await restart(plan, endpoint, signal)
  }
}

/** The processes of a killed PostgreSQL need a moment to leave its memory, and until then a new one is refused. */
async function restart(plan: ClusterPlan, endpoint: Endpoint, signal: AbortSignal): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    await delay(RESTART_DELAY_MS)
    try {
      return await startPostmaster(plan, endpoint, signal)
    } catch (error) {
      if (attempt === RESTART_LIMIT || signal.aborted) throw error
    }
  }
}

function publish(
  plan: ClusterPlan,
  { host, port }: Endpoint,
  stage: SupervisorState['stage'],
): Promise<void> {
  return writeState(plan.dataDir, { pid: process.pid, stage, host, port })
}

async function supervise(signal: AbortSignal): Promise<void> {
  const plan = await readPlan(signal)
  const endpoint = await chooseEndpoint(plan.dataDir, plan.account)
  try {
    await publish(plan, endpoint, 'starting')
    await ensureCluster(plan, signal)
    await keepRunning(plan, endpoint, signal)
  } finally {
    await releaseEndpoint(plan.dataDir, endpoint)
  }
}

const signal = watchForStop()
try {
  await supervise(signal)
  process.exit(0)
} catch (error) {
  if (signal.aborted) process.exit(0)
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
