import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { spawnAs } from './account.ts'
import { postgresArguments } from './cluster.ts'
import type { ClusterPlan, Endpoint } from './cluster.ts'
import { readIfPresent } from './state.ts'

const POLL_INTERVAL_MS = 10
const LOG_LIMIT_BYTES = 16 * 1024 * 1024
const FAST_STOP_MS = 20_000
const IMMEDIATE_STOP_MS = 5_000
/** The line of `postmaster.pid` on which PostgreSQL writes its status (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
const STATUS_LINE = 7

function logPath(dataDir: string): string {
  return join(dataDir, 'postgres.log')
}

async function openLog(dataDir: string) {
  const path = logPath(dataDir)
  if (existsSync(path) && (await stat(path)).size > LOG_LIMIT_BYTES) await rename(path, `${path}.1`)
  return open(path, 'a', 0o600)
}

/** What PostgreSQL said last, for the one error that reports its end. */
async function readLastWords(dataDir: string, fromByte: number): Promise<string> {
  const words = (await readFile(logPath(dataDir))).subarray(fromByte).toString('utf8').trim().split('\n')
  const fatal = words.filter((line) => /FATAL|PANIC|HINT|DETAIL|could not/.test(line))
  return (fatal.length > 0 ? fatal : words).slice(-4).join(' ')
}

/** Whether the process is gone. */
export function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function isReady(child: ChildProcess, cluster: string): Promise<boolean> {
  const lines = (await readIfPresent(join(cluster, 'postmaster.pid')))?.split('\n') ?? []
  return Number(lines[0]) === child.pid && lines[STATUS_LINE]?.trim() === 'ready'
}

/**
 * Starts PostgreSQL and returns once it accepts connections; crash recovery may take as long as it needs.
 * Refuses with PostgreSQL's last words when it ends instead, and ends it when asked to stop meanwhile.
 */
export async function startPostmaster(
  plan: ClusterPlan,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<ChildProcess> {
  const log = await openLog(plan.dataDir)
  const { size } = await log.stat()
  const command = [plan.binaries.postgres, ...postgresArguments(plan, endpoint)] as const
  const child = spawnAs(plan.account, command, { cwd: plan.dataDir, stdio: ['ignore', log.fd, log.fd] })
  try {
    await once(child, 'spawn')
  } finally {
    await log.close()
  }
  while (!(await isReady(child, join(plan.dataDir, 'pg')))) {
    if (hasEnded(child)) {
      throw new Error(`PostgreSQL did not start: ${await readLastWords(plan.dataDir, size)}`)
    }
    if (signal.aborted) {
      await stopPostmaster(child)
      signal.throwIfAborted()
    }
    await delay(POLL_INTERVAL_MS)
  }
  return child
}

/** Ends PostgreSQL: open transactions are rolled back and everything is on disk before it returns. */
export async function stopPostmaster(child: ChildProcess): Promise<void> {
  const steps = [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ] as const
  for (const [signal, waitMs] of steps) {
    if (hasEnded(child)) return
    child.kill(signal)
    await Promise.race([once(child, 'exit'), delay(waitMs, undefined, { ref: false })])
  }
}
