import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { Socket } from 'node:net'
import { resolve } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { secretPath } from './cluster.ts'
import type { Durability } from './cluster.ts'
import { findSupervisor } from './state.ts'

/** How to reach one PostgreSQL database; `host` is a name, an address, or the folder of a unix socket. */
export interface ConnectionSettings {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** For a database on another machine: TLS, with the certificates that are believed instead of the usual ones. */
  readonly ssl?: {
    readonly rejectUnauthorized: true
    /** The name or address that the certificate must be of. */
    readonly host: string
    readonly minVersion: 'TLSv1.2'
    readonly ca?: string
  }
}

export interface EmbeddedPostgresOptions {
  /** The folder that holds everything; created when missing. */
  readonly dataDir: string
  /** `fast` gives up durability and is for tests only; the default is `full`. */
  readonly durability?: Durability
}

export interface EmbeddedPostgres {
  /** The superuser's connection to the database `postgres`. */
  readonly connection: ConnectionSettings
  /** Settles when the database has ended for good, with the reason when nobody asked for it. */
  readonly ended: Promise<string | undefined>
  /** Ends the database and returns once everything is on disk. */
  stop(): Promise<void>
}

type Supervisor = ChildProcessByStdio<Writable, Readable, Readable>

const SUPERVISOR = fileURLToPath(new URL('supervisor-process.js', import.meta.url))
/** PostgreSQL inherits nothing of the server's environment, which may hold secrets. */
const ENVIRONMENT = {
  LC_ALL: 'C',
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/run/current-system/sw/bin',
}

function spawnSupervisor({ dataDir, durability = 'full' }: EmbeddedPostgresOptions): Supervisor {
  const args = [SUPERVISOR, '--data-dir', resolve(dataDir), '--durability', durability]
  return spawn(process.execPath, args, {
    // Its own process group: the terminal's interrupt reaches the server, which still needs the database to drain.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(process.platform === 'win32' ? {} : { env: ENVIRONMENT }),
  })
}

function parseReadiness(line: string): { host: string; port: number } {
  const value: unknown = JSON.parse(line)
  if (typeof value === 'object' && value !== null && 'host' in value && 'port' in value) {
    const { host, port } = value
    if (typeof host === 'string' && typeof port === 'number') return { host, port }
  }
  throw new Error(`The database supervisor said something unexpected: ${line}`)
}

/** The first line the supervisor says; refuses when it ends before that. */
function waitForReadiness(supervisor: Supervisor, ended: Promise<string | undefined>): Promise<string> {
  return new Promise((settle, refuse) => {
    let said = ''
    supervisor.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('\n')) settle(said.trim())
    })
    void ended.then((reason) => refuse(new Error(reason ?? 'The database was stopped while it started.')))
  })
}

function watchEnd(supervisor: Supervisor): Promise<string | undefined> {
  let story = ''
  supervisor.stderr.setEncoding('utf8').on('data', (text: string) => (story += text))
  supervisor.stdin.on('error', () => undefined)
  return new Promise((settle) => {
    supervisor.on('error', (error) => settle(error.message))
    supervisor.on('close', (status, signal) => {
      const reason = story.trim() || `The database supervisor ended (${signal ?? `status ${status}`}).`
      settle(status === 0 ? undefined : reason)
    })
  })
}

/** Lets this process end although the supervisor runs; the database then ends with it. */
function letGo(supervisor: Supervisor): void {
  supervisor.unref()
  for (const stream of [supervisor.stdin, supervisor.stdout, supervisor.stderr]) {
    if (stream instanceof Socket) stream.unref()
  }
}

async function connectionOf(dataDir: string, { host, port }: { host: string; port: number }) {
  const password = (await readFile(secretPath(dataDir), 'utf8')).trim()
  return { host, port, user: 'postgres', password, database: 'postgres' }
}

/**
 * Starts the real PostgreSQL that comes with the installation, in a process of its own that ends it when this
 * process ends for whatever reason. Creates the cluster on first use. Refuses, with one message that says what to do,
 * a folder that another Liaison uses and a machine on which PostgreSQL cannot run.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const supervisor = spawnSupervisor(options)
  const ended = watchEnd(supervisor)
  const endpoint = parseReadiness(await waitForReadiness(supervisor, ended))
  const connection = await connectionOf(options.dataDir, endpoint)
  letGo(supervisor)
  return {
    connection,
    ended,
    async stop() {
      supervisor.ref()
      supervisor.stdin.end()
      const reason = await ended
      if (reason !== undefined) throw new Error(reason)
    },
  }
}

/** The connection to the embedded PostgreSQL that another process runs on this folder; undefined when none does. */
export async function findEmbeddedPostgres(dataDir: string): Promise<ConnectionSettings | undefined> {
  let folder: string
  try {
    folder = await realpath(dataDir)
  } catch {
    return undefined
  }
  const supervisor = await findSupervisor(folder)
  return supervisor?.stage === 'running' ? connectionOf(folder, supervisor) : undefined
}
