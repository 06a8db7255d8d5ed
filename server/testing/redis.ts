import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { findFreePort } from './ports.ts'

/** A Redis with nothing in it, in a process of its own. */
export interface RedisProcess {
  readonly port: number
  readonly url: string
  /** Stops it as a machine that swaps does: it takes connections and answers nothing. */
  freeze(): void
  thaw(): void
  end(): Promise<void>
}

/** Whether a Redis is installed; says loudly what was not tested where none is. */
export function hasRedis(untested: string): boolean {
  if (spawnSync('redis-server', ['--version'], { stdio: 'ignore' }).status === 0) return true
  process.stderr.write(`SKIPPED: redis-server is not installed, so ${untested}.\n`)
  return false
}

/** Starts a Redis that keeps nothing on disk, and returns once it takes connections. Refuses with what it said when it ends instead. */
export async function startRedis(): Promise<RedisProcess> {
  const port = await findFreePort()
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('Ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`The Redis did not start: ${said}`)))
  })
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async end() {
      // Who is stopped does not hear that it should end.
      child.kill('SIGKILL')
      await ended
    },
  }
}
