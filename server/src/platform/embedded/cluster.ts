import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, link, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { giveTo, spawnAs } from './account.ts'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { syncFolder } from '../sync-folder.ts'

/** How much a committed transaction must survive; `fast` is for databases that tests throw away. */
export type Durability = 'full' | 'fast'

/** Everything that starting one cluster needs to know. */
export interface ClusterPlan {
  readonly binaries: Binaries
  readonly account: Account
  readonly dataDir: string
  readonly durability: Durability
}

/** Where clients reach the cluster: a folder with a unix socket, or a loopback address. */
export interface Endpoint {
  readonly host: string
  readonly port: number
}

const SOCKET_PORT = 5432
/** `sun_path` holds 108 bytes with its closing zero on Linux, 104 on macOS. */
const SOCKET_PATH_LIMIT_BYTES = process.platform === 'linux' ? 107 : 103

/** The file that holds the superuser's password, readable by its owner only. */
export function secretPath(dataDir: string): string {
  return join(dataDir, 'postgres.secret')
}

/** Makes the password once; of two first starts at the same moment both end with the same one. */
async function ensureSecret(dataDir: string): Promise<void> {
  if (existsSync(secretPath(dataDir))) return
  const draft = `${secretPath(dataDir)}.${process.pid}`
  await writeFile(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true })
  try {
    await link(draft, secretPath(dataDir))
  } catch (error) {
    if (!existsSync(secretPath(dataDir))) throw error
  } finally {
    await rm(draft)
  }
}

async function runInitdb(plan: ClusterPlan, draft: string, signal: AbortSignal): Promise<void> {
  const { binaries, account, durability } = plan
  const passwordFile = `${draft}.password`
  await writeFile(passwordFile, await readFile(secretPath(plan.dataDir)), { mode: 0o600 })
  await giveTo(account, passwordFile)
  const args = [
    ['-D', draft, '-U', 'postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8'],
    ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--no-instructions'],
    durability === 'fast' ? ['--no-sync', '-c', 'scram_iterations=1'] : [],
  ].flat()
  const child = spawnAs(account, [binaries.initdb, ...args], { stdio: ['ignore', 'ignore', 'pipe'], signal })
  let story = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (story += text))
  try {
    const [status] = await once(child, 'close')
    if (status !== 0) throw new Error(`initdb ended with status ${String(status)}: ${story.trim()}`)
  } finally {
    await rm(passwordFile, { force: true })
  }
}

/**
 * Creates the cluster in `DIR/pg` on first use: UTF-8, byte order collation that needs nothing from the system,
 * data checksums, password sign-in on every door. It is built beside and renamed, so a half-made one is never opened.
 */
export async function ensureCluster(plan: ClusterPlan, signal: AbortSignal): Promise<void> {
  const { dataDir, account } = plan
  await ensureSecret(dataDir)
  const cluster = join(dataDir, 'pg')
  if (existsSync(cluster)) return
  for (const name of await readdir(dataDir)) {
    if (name.startsWith('pg.draft-')) await rm(join(dataDir, name), { recursive: true, force: true })
  }
  const draft = join(dataDir, `pg.draft-${process.pid}`)
  await mkdir(draft, { mode: 0o700 })
  await giveTo(account, draft)
  await runInitdb(plan, draft, signal)
  await rename(draft, cluster)
  await syncFolder(dataDir)
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('No free loopback port.')
  return address.port
}

/**
 * Chooses where the cluster listens: a socket in the data directory, in a private temporary folder when that path
 * is too long for a socket, or a free loopback port where there are no unix sockets.
 */
export async function chooseEndpoint(dataDir: string, account: Account): Promise<Endpoint> {
  if (process.platform === 'win32') return { host: '127.0.0.1', port: await findFreePort() }
  const inside = join(dataDir, 'socket')
  const fits = Buffer.byteLength(join(inside, `.s.PGSQL.${SOCKET_PORT}`)) <= SOCKET_PATH_LIMIT_BYTES
  const host = fits ? inside : await mkdtemp(join(tmpdir(), 'liaison-'))
  if (fits) await mkdir(inside, { recursive: true, mode: 0o700 })
  await chmod(host, 0o700)
  await giveTo(account, host)
  return { host, port: SOCKET_PORT }
}

/** Removes the socket's folder where it lies outside the data directory. */
export async function releaseEndpoint(dataDir: string, { host }: Endpoint): Promise<void> {
  if (host.startsWith(tmpdir()) && !host.startsWith(dataDir)) await rm(host, { recursive: true, force: true })
}

const SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '256MB',
  max_connections: '120',
  wal_level: 'replica',
  synchronous_commit: 'on',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] ',
  unix_socket_permissions: '0700',
}

const FAST_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '128MB',
  // Several servers of several test files share the cluster, each with a pool for every login.
  max_connections: '400',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Passwords that open nothing of worth: each of thousands of connections would otherwise hash 4096 times on both sides.
  scram_iterations: '1',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
}

/** The arguments of `postgres` for this cluster, socket or port, and durability. */
export function postgresArguments(plan: ClusterPlan, { host, port }: Endpoint): string[] {
  const isSocket = host.startsWith('/')
  const settings = {
    ...SETTINGS,
    ...(plan.durability === 'fast' ? FAST_SETTINGS : {}),
    listen_addresses: isSocket ? '' : host,
    unix_socket_directories: isSocket ? host : '',
    port: String(port),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return ['-D', join(plan.dataDir, 'pg'), ...flags]
}
