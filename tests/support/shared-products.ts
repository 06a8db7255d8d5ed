import type { ChildProcess } from 'node:child_process'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const STEP_MS = 50
const MOST_MS = 15_000

/** Leaves a product to the end of the run: it does not keep its worker, and the run finds it in this folder. */
export async function leaveToRun(child: ChildProcess, dataDir: string, folder: string): Promise<void> {
  await writeFile(join(folder, String(child.pid)), dataDir)
  child.unref()
  // A pipe of a child is a socket, which is what would keep the worker.
  ;(child.stdout as Socket | null)?.unref()
}

function signal(pid: number, kind: 'SIGTERM' | 0): boolean {
  try {
    process.kill(pid, kind)
    return true
  } catch {
    return false
  }
}

/** Ends every product that was left to the run, and removes its data. */
export async function endSharedProducts(folder: string): Promise<void> {
  await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const pid = Number(name)
      signal(pid, 'SIGTERM')
      for (let waited = 0; waited < MOST_MS && signal(pid, 0); waited += STEP_MS) await delay(STEP_MS)
      await rm(await readFile(join(folder, name), 'utf8'), { recursive: true, force: true })
    }),
  )
  await rm(folder, { recursive: true, force: true })
}
