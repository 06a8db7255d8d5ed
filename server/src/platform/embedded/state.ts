import { existsSync, readFileSync, readlinkSync } from 'node:fs'
import { readFile, realpath, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'

/** What a supervisor tells others about itself, in `supervisor.json` of the data directory. */
export interface SupervisorState {
  readonly pid: number
  readonly stage: 'starting' | 'running' | 'stopping'
  readonly host: string
  readonly port: number
}

const STATE_FILE = 'supervisor.json'
const POLL_INTERVAL_MS = 20
const WAIT_FOR_END_MS = 30_000
/** A supervisor whose server was killed needs a moment to see it; only then is the folder truly in use. */
const WAIT_FOR_STAGE_MS = 2_000

/** The text of a file, or undefined while there is no such file. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Process ids are used again, so where the system tells what a process runs, it must be a supervisor. */
function isLiveSupervisor(pid: number): boolean {
  if (!isAlive(pid)) return false
  const commandLine = `/proc/${pid}/cmdline`
  return !existsSync(commandLine) || readFileSync(commandLine, 'utf8').includes('embedded/supervisor')
}

function isState(value: unknown): value is SupervisorState {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    typeof value.pid === 'number' &&
    'stage' in value &&
    typeof value.stage === 'string' &&
    'host' in value &&
    typeof value.host === 'string' &&
    'port' in value &&
    typeof value.port === 'number'
  )
}

/** A power failure can leave the file empty; then nobody lives who wrote it. */
function parseState(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The state of the supervisor that lives on this data directory, if one does. */
export async function findSupervisor(dataDir: string): Promise<SupervisorState | undefined> {
  const state = parseState((await readIfPresent(join(dataDir, STATE_FILE))) ?? '')
  return isState(state) && isLiveSupervisor(state.pid) ? state : undefined
}

/** Publishes the supervisor's state; readers see the old or the new one, never half of it. */
export async function writeState(dataDir: string, state: SupervisorState): Promise<void> {
  const draft = join(dataDir, `${STATE_FILE}.${state.pid}`)
  await writeFile(draft, JSON.stringify(state), { mode: 0o600 })
  await rename(draft, join(dataDir, STATE_FILE))
}

/** The process id of the PostgreSQL that holds the cluster, if it is alive. */
async function findPostmaster(cluster: string): Promise<number | undefined> {
  const text = await readIfPresent(join(cluster, 'postmaster.pid'))
  const pid = Number(text?.split('\n', 1)[0])
  return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined
}

/** PostgreSQL works inside its cluster's folder, which tells it from another process that got its id. */
async function isPostmasterOf(cluster: string, pid: number): Promise<boolean> {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === (await realpath(cluster))
  } catch {
    return false
  }
}

interface Holders {
  readonly supervisor: SupervisorState | undefined
  readonly postmaster: number | undefined
}

async function findHolders(dataDir: string): Promise<Holders | undefined> {
  const supervisor = await findSupervisor(dataDir)
  const postmaster = await findPostmaster(join(dataDir, 'pg'))
  return supervisor || postmaster !== undefined ? { supervisor, postmaster } : undefined
}

/** Why waiting longer would be of no use; undefined while it may be. */
function explainHold(dataDir: string, { supervisor, postmaster }: Holders, waitedMs: number) {
  if (supervisor && supervisor.stage !== 'stopping' && waitedMs > WAIT_FOR_STAGE_MS) {
    return (
      `Another Liaison uses the data directory ${dataDir} (its database supervisor is process ${supervisor.pid}). ` +
      'Stop it first, or set LIAISON_DATA_DIR to another folder.'
    )
  }
  if (waitedMs <= WAIT_FOR_END_MS) return undefined
  return (
    `PostgreSQL (process ${postmaster ?? supervisor?.pid}) still runs on ${dataDir} after 30 s. ` +
    'Stop it, or set LIAISON_DATA_DIR to another folder.'
  )
}

/**
 * Returns once no PostgreSQL runs on the data directory: at once in the usual case, else it waits up to 30 s for
 * one that is ending, and asks one without a supervisor to end. Refuses a directory that is in use.
 */
export async function waitForPredecessor(dataDir: string, signal: AbortSignal): Promise<void> {
  const cluster = join(dataDir, 'pg')
  const startedAt = performance.now()
  const asked = new Set<number>()
  for (let held = await findHolders(dataDir); held; held = await findHolders(dataDir)) {
    const hold = explainHold(dataDir, held, performance.now() - startedAt)
    if (hold !== undefined) throw new Error(hold)
    const { supervisor, postmaster } = held
    if (!supervisor && postmaster !== undefined && !asked.has(postmaster)) {
      asked.add(postmaster)
      if (await isPostmasterOf(cluster, postmaster)) process.kill(postmaster, 'SIGINT')
    }
    await delay(POLL_INTERVAL_MS, undefined, { signal })
  }
}
