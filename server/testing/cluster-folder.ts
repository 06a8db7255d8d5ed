import { access, constants, mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files in memory make a copy of a database twenty times faster; without room for them a disk has to do. */
const MEMORY = '/dev/shm'
const WANTED_BYTES = 2 * 1024 ** 3
const PREFIX = 'liaison-test-'

async function chooseParent(): Promise<string> {
  try {
    await access(MEMORY, constants.W_OK)
    const { bavail, bsize } = await statfs(MEMORY)
    return bavail * bsize >= WANTED_BYTES ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** Removes what test runs left that were killed; their databases ended with them. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length).split('-', 1)[0]) : Number.NaN
    if (pid > 0 && !isRunning(pid)) await rm(join(parent, name), { recursive: true, force: true })
  }
}

/** Makes an empty folder for a cluster of this process's tests, or for a product with one, in memory where there is room. */
export async function makeClusterFolder(): Promise<string> {
  const parent = await chooseParent()
  await removeLeftovers(parent)
  return mkdtemp(join(parent, `${PREFIX}${process.pid}-`))
}
