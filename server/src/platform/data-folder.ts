import { randomUUID } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from './config/together.ts'

/**
 * Makes the folder of the installation and tries to write there, so that a process that could publish no checkpoint does
 * not start: with an own PostgreSQL nothing else would notice before the log waits for its seal.
 */
export async function requireDataFolder(dataDir: string): Promise<void> {
  const trial = join(dataDir, `.try-${randomUUID()}`)
  try {
    await mkdir(dataDir, { recursive: true })
    await writeFile(trial, '')
    await rm(trial)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    throw new ConfigError(
      `LIAISON_DATA_DIR: nothing can be written into ${dataDir}${code}; the checkpoints of the audit log are kept there`,
      { cause },
    )
  }
}
