import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ENTRY = fileURLToPath(new URL('../server/src/main.js', import.meta.url))
const READY = /Liaison is ready: (\S+)/
const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 30_000

/** The server under test, in a process of its own. */
export interface ServerProcess {
  readonly url: string
  readonly pid: number
  /** From the start of the process until it said that it is ready. */
  readonly startMs: number
  isRunning(): boolean
  /** Ends it as a power cut would: nothing of it runs afterwards. */
  kill(): Promise<void>
  /** Asks it to end, and insists when it does not. */
  stop(): Promise<void>
}

/** Nothing that was started here outlives who started it, even when a test ended in the middle. */
const RUNNING = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of RUNNING) child.kill('SIGKILL')
})

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  child.kill(signal)
  const insist = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
  await ended
  clearTimeout(insist)
}

function waitUntilReady(child: ChildProcess, listen: (text: string) => void): Promise<string> {
  return new Promise((settle, refuse) => {
    let said = ''
    const timer = setTimeout(
      () => refuse(new Error(`The server did not start in time: ${said}`)),
      START_TIMEOUT_MS,
    )
    const hear = (text: string) => {
      listen(text)
      said += text
      const url = READY.exec(said)?.[1]
      if (url === undefined) return
      clearTimeout(timer)
      settle(url)
    }
    child.stdout?.setEncoding('utf8').on('data', hear)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      listen(text)
      said = (said + text).slice(-4000)
    })
    child.on('exit', (status) => {
      clearTimeout(timer)
      refuse(new Error(`The server ended with status ${status} while it started: ${said}`))
    })
  })
}

/** Starts the server and returns once it serves; `listen` is given all that it says. Refuses with what it said when it does not start. */
export async function startServerProcess(
  environment: Readonly<Record<string, string>>,
  listen: (text: string) => void = () => undefined,
): Promise<ServerProcess> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [ENTRY], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  RUNNING.add(child)
  child.once('exit', () => RUNNING.delete(child))
  try {
    const url = await waitUntilReady(child, listen)
    return {
      url,
      pid: child.pid ?? 0,
      startMs: performance.now() - startedAt,
      isRunning: () => !hasEnded(child),
      kill: () => end(child, 'SIGKILL'),
      stop: () => end(child, 'SIGTERM'),
    }
  } catch (error) {
    await end(child, 'SIGKILL')
    throw error
  }
}
