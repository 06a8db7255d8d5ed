import { randomBytes, randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'

const SecretFile = z.strictObject({ role_secret: z.string().min(32), secret_key: z.string().min(32) })

type RootSecrets = z.output<typeof SecretFile>

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

async function readSecrets(path: string): Promise<RootSecrets | null> {
  try {
    return SecretFile.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/**
 * The root secrets of an embedded installation, made at its first start and readable by its owner only. Of several
 * processes that start first at the same moment all go on with those of one: what another one had sealed with its own
 * would be lost at the next start.
 */
export async function readOrMakeSecrets(dataDir: string): Promise<RootSecrets> {
  const path = join(dataDir, 'secrets.json')
  const kept = await readSecrets(path)
  if (kept) return kept
  const made = {
    role_secret: randomBytes(32).toString('base64url'),
    secret_key: randomBytes(32).toString('base64url'),
  }
  await mkdir(dataDir, { recursive: true })
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, JSON.stringify(made), { mode: 0o600, flush: true })
  try {
    // Whole from the beginning, and never in the place of another one.
    await link(draft, path)
    return made
  } catch (error) {
    if (isCode(error, 'EEXIST')) return (await readSecrets(path)) ?? made
    // A file system without links: whoever comes last stays.
    await rename(draft, path)
    return made
  } finally {
    await rm(draft, { force: true })
  }
}
