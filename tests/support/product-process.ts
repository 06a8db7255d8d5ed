import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../server/src/main.js', import.meta.url))

/** Starts the product as `npm start` does, in a process of its own on this data folder, and waits until it is ready. */
export async function spawnProduct(
  dataDir: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const environment = {
    PATH: process.env['PATH'],
    PORT: '0',
    METRICS_PORT: '0',
    LOG_LEVEL: 'error',
    // Pages are looked at here, not how soon a busy machine gives up.
    POOL_WAIT_MS: '10000',
    LIAISON_DATA_DIR: dataDir,
    ...variables,
  }
  const child = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise<string>((resolve, reject) => {
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const ready = /Liaison is ready: (\S+)/.exec(said)?.[1]
      if (ready !== undefined) resolve(ready)
    })
    child.once('exit', (status) => reject(new Error(`The server ended with ${status}: ${said}`)))
  })
  return { child, url }
}

/** Asks a process to end and waits until it has. */
export async function endProcess(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}
