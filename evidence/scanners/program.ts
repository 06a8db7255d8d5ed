import { execFile } from 'node:child_process'

const LARGEST_OUTPUT = 256 * 1024 * 1024

/** What a program said, and how it ended. Scanners end with an error code when they find something. */
export interface Ran {
  readonly status: number
  readonly out: string
}

interface RunOptions {
  readonly cwd: string
  /** After so many milliseconds it is ended, and the run of it rejects: a scan that was cut short shows nothing. */
  readonly timeoutMs?: number
}

/** There is no such program on the `PATH`. */
class NotInstalledError extends Error {}

/** How long a program may take to start and tell its version: those in Python compile themselves the first time. */
const VERSION_LIMIT_MS = 240_000

/** Runs a program to its end. Rejects when there is no such program (NotInstalledError), or it was ended from outside. */
export function runProgram(
  command: string,
  args: readonly string[],
  { cwd, timeoutMs = 0 }: RunOptions,
): Promise<Ran> {
  const options = {
    cwd,
    maxBuffer: LARGEST_OUTPUT,
    timeout: timeoutMs,
    env: { ...process.env, NO_COLOR: '1', TERM: 'dumb' },
  }
  return new Promise((resolve, reject) => {
    execFile(command, args, options, (error, out, told) => {
      if (error === null) resolve({ status: 0, out: out || told })
      else if (typeof error.code === 'number') resolve({ status: error.code, out: out || told })
      else if (error.code === 'ENOENT') reject(new NotInstalledError(`${command} is not installed.`))
      else reject(new Error(`${command}: ${error.message.slice(0, 500)}`))
    }).stdin?.end()
  })
}

/** The version of a program as it tells it; undefined where it is not installed. Throws when it is, and does not tell. */
export async function versionOf(command: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { out } = await runProgram(command, args, { cwd: '/', timeoutMs: VERSION_LIMIT_MS })
    return /\d+\.\d+[\w.]*/.exec(out)?.[0] ?? 'of an unknown version'
  } catch (error) {
    if (error instanceof NotInstalledError) return undefined
    throw error
  }
}
