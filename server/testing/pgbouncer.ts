import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CommandBench } from './command.ts'
import { findFreePort } from './ports.ts'
import type { TestWorld } from './world.ts'

const REFERENCE = fileURLToPath(new URL('../../ops/pooler/pgbouncer.ini', import.meta.url))

/** A PgBouncer with the reference configuration, in a process of its own. */
export interface PgBouncerProcess {
  readonly port: number
  end(): Promise<void>
}

/** Whether a PgBouncer is installed; says loudly what was not tested where none is. */
export function hasPgBouncer(untested: string): boolean {
  if (spawnSync('pgbouncer', ['--version'], { stdio: 'ignore' }).status === 0) return true
  process.stderr.write(`SKIPPED: pgbouncer is not installed, so ${untested}.\n`)
  return false
}

/** Replaces one line of the reference, which must be there. */
function setLine(text: string, line: RegExp, value: string): string {
  if (!line.test(text)) throw new Error(`The reference configuration has no line ${String(line)}.`)
  return text.replace(line, () => value)
}

interface Behind {
  /** Where PostgreSQL listens on the loopback interface. */
  readonly port: number
  readonly world: Pick<TestWorld, 'connection'>
  /** Sessions of PostgreSQL for each login, at most. */
  readonly sessions: number
}

/** PgBouncer refuses to run as root, and then has to read its files as somebody else. */
const isRoot = () => process.getuid?.() === 0

async function writeConfiguration(folder: string, port: number, behind: Behind): Promise<string> {
  const [config, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  const lines: [RegExp, string][] = [
    [/^liaison = .*$/m, `${behind.world.connection.database} = host=127.0.0.1 port=${behind.port}`],
    [/^listen_port = .*$/m, `listen_port = ${port}`],
    [/^auth_file = .*$/m, `auth_file = ${users}`],
    [/^default_pool_size = .*$/m, `default_pool_size = ${behind.sessions}`],
    // On a loaded machine one waits longer for a session; what is tested is what one gets.
    [/^query_wait_timeout = .*$/m, 'query_wait_timeout = 30'],
  ]
  let text = await readFile(REFERENCE, 'utf8')
  for (const [line, value] of lines) text = setLine(text, line, value)
  await writeFile(config, text)
  await using bench = await CommandBench.start(behind.world)
  await bench.run(['pooler-users', users])
  if (isRoot()) await chmod(users, 0o644)
  return config
}

/** Starts a PgBouncer before a PostgreSQL, and returns once it takes connections. Refuses with what it said when it ends instead. */
export async function startPgBouncer(behind: Behind): Promise<PgBouncerProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'liaison-pooler-'))
  const port = await findFreePort()
  const config = await writeConfiguration(folder, port, behind)
  if (isRoot()) await chmod(folder, 0o755)
  const child = spawn('pgbouncer', [...(isRoot() ? ['-u', 'nobody'] : []), config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('process up')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`The pooler did not start: ${said}`)))
  })
  return {
    port,
    async end() {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}
