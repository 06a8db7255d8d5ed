import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, chown, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Under which account PostgreSQL runs. It refuses the superuser, so root needs another face:
 * a user namespace in which root is an ordinary user, or an unprivileged system user.
 */
export interface Account {
  readonly name: string
  /** What stands before the program on its command line. */
  readonly prefix: readonly string[]
  /** The user and group to become, when the process changes its identity; files are given to them. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
}

const OWN_ACCOUNT: Account = { name: 'this user', prefix: [], owner: undefined }

/** Root outside, an ordinary user inside: files keep their owner, and folders closed to others stay reachable. */
const NAMESPACE: Account = {
  name: 'a user namespace (unshare)',
  prefix: ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'],
  owner: undefined,
}

const SYSTEM_USERS = ['postgres', 'nobody']

/** The command line that runs a program under an account. */
function commandLine(account: Account, program: string, args: readonly string[]): [string, string[]] {
  const [command = program, ...rest] = [...account.prefix, program, ...args]
  return [command, rest]
}

/** Starts a program under the account; the child's process id is the program's own. */
export function spawnAs(
  account: Account,
  [program, ...args]: readonly [string, ...string[]],
  options: SpawnOptions,
): ChildProcess {
  const [command, rest] = commandLine(account, program, args)
  return spawn(command, rest, { ...options, ...account.owner })
}

/** Gives a file or folder to the account, where the account is another user. */
export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.owner) await chown(path, account.owner.uid, account.owner.gid)
}

/** Why the account cannot run PostgreSQL on the folder; undefined when it can. */
function findObstacle(account: Account, postgres: string, dataDir: string): string | undefined {
  const script = '"$1" --version > /dev/null && cd "$2"'
  const [command, rest] = commandLine(account, 'sh', ['-c', script, 'sh', postgres, dataDir])
  const probe = spawnSync(command, rest, { encoding: 'utf8', ...account.owner })
  if (probe.error) return probe.error.message
  if (probe.status === 0) return undefined
  return probe.stderr.trim().split('\n').at(-1) || `exit status ${String(probe.status)}`
}

async function findSystemUsers(): Promise<Account[]> {
  const lines = existsSync('/etc/passwd') ? (await readFile('/etc/passwd', 'utf8')).split('\n') : []
  return SYSTEM_USERS.flatMap((name) => {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? []
    return uid && gid
      ? [{ name: `the user ${name}`, prefix: [], owner: { uid: Number(uid), gid: Number(gid) } }]
      : []
  })
}

/** The accounts worth trying: an existing cluster answers only to the user who owns its files. */
async function listCandidates(dataDir: string): Promise<Account[]> {
  const cluster = join(dataDir, 'pg')
  if (!existsSync(cluster)) return [NAMESPACE, ...(await findSystemUsers())]
  const { uid, gid } = await stat(cluster)
  if (uid === 0) return [NAMESPACE]
  return [{ name: `the owner of ${cluster} (uid ${uid})`, prefix: [], owner: { uid, gid } }]
}

/**
 * Chooses the account that can run `postgres` on `dataDir`: this user, or for root the first of namespace and
 * system users that works, found by trying. Refuses with every obstacle and what to do about it.
 */
export async function chooseAccount(postgres: string, dataDir: string): Promise<Account> {
  if (process.getuid?.() !== 0) return OWN_ACCOUNT
  const { gid, mode } = await stat(dataDir)
  const obstacles: string[] = []
  for (const account of await listCandidates(dataDir)) {
    if (account.owner) {
      await chown(dataDir, 0, account.owner.gid)
      await chmod(dataDir, 0o710)
    }
    const obstacle = findObstacle(account, postgres, dataDir)
    if (obstacle === undefined) return account
    obstacles.push(`${account.name}: ${obstacle}`)
    await chown(dataDir, 0, gid)
    await chmod(dataDir, mode & 0o777)
  }
  throw new Error(
    `PostgreSQL does not run as root, and no other account works on ${dataDir} (${obstacles.join('; ')}). ` +
      'Start Liaison as an ordinary user, put LIAISON_DATA_DIR where the user postgres may enter, or set DATABASE_URL.',
  )
}
