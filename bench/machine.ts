import { execFile } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROOT = fileURLToPath(new URL('..', import.meta.url))

async function git(...args: string[]): Promise<string> {
  try {
    return (await run('git', args, { cwd: ROOT })).stdout.trim()
  } catch {
    return ''
  }
}

/** The commit that was measured, and whether the files differed from it; "unknown" outside a repository. */
export async function describeCommit(): Promise<string> {
  const commit = await git('rev-parse', '--short', 'HEAD')
  if (commit === '') return 'unknown'
  const changed = await git('status', '--porcelain', '--', 'access', 'server', 'bench')
  return changed === '' ? commit : `${commit} with changes`
}

/** The machine and the programs, in one line. */
export function describeMachine(postgresVersion: string | undefined): string {
  const memory = Math.round(totalmem() / 1024 ** 3)
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const parts = [
    `${availableParallelism()} cores (${model})`,
    `${memory} GiB memory`,
    `Node ${process.versions.node}`,
  ]
  return [...parts, ...(postgresVersion === undefined ? [] : [`PostgreSQL ${postgresVersion}`])].join(', ')
}
