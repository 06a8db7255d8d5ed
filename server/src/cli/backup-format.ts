import { createHmac, timingSafeEqual } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { toCanonicalJson } from '#platform/signed-log/index.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { CommandError } from './command.ts'

const Table = z.strictObject({
  schema: z.string(),
  name: z.string(),
  columns: z.array(z.string()),
  /** The order of the rows, so that the same rows have the same digest. Empty: the order of their text. */
  key: z.array(z.string()),
  file: z.string().regex(/^[\w.-]+\.copy\.gz$/),
  rows: z.int(),
  /** Of the uncompressed rows. */
  bytes: z.int(),
  sha256: z.string(),
})

const Sequence = z.strictObject({ schema: z.string(), name: z.string(), last_value: z.string() })

const Manifest = z.strictObject({
  format: z.literal('liaison-backup/1'),
  /** The moment whose state this is, by the clock of the database. */
  taken_at: z.string(),
  migrations: z.array(z.string()),
  /** Months of the audit log, as the first day of the first and the last. */
  months: z.strictObject({ first: z.string(), last: z.string() }).nullable(),
  /** Signed events, and the newest signed root: what the restored log must be. */
  audit: z.strictObject({ size: z.int(), checkpoint: z.string().nullable() }),
  tables: z.array(Table),
  sequences: z.array(Sequence),
})

const SignedManifest = Manifest.extend({ mac: z.string() })

/** One table of a backup. */
export type BackupTable = z.output<typeof Table>
export type BackupSequence = z.output<typeof Sequence>
/** What a backup holds, and how to know that it is whole. */
export type BackupManifest = z.output<typeof Manifest>

const FILE = 'manifest.json'

function macOf(manifest: BackupManifest, vault: Vault): Buffer {
  return createHmac('sha256', vault.deriveKey('backup')).update(toCanonicalJson(manifest)).digest()
}

/** Writes the manifest, authenticated with a key of the installation: a backup of another one is not taken for its own. */
export async function writeManifest(folder: string, manifest: BackupManifest, vault: Vault): Promise<void> {
  const mac = macOf(manifest, vault).toString('base64')
  const text = `${JSON.stringify({ ...manifest, mac }, null, 2)}\n`
  await writeFile(join(folder, FILE), text, { mode: 0o600, flush: true })
}

/** Reads the manifest. Refuses a folder that is no backup, one that was altered, and one of another secret key. */
export async function readManifest(folder: string, vault: Vault): Promise<BackupManifest> {
  let text: string
  try {
    text = await readFile(join(folder, FILE), 'utf8')
  } catch (cause) {
    throw new CommandError(`${folder} is not a whole backup: it has no ${FILE}.`, { cause })
  }
  const parsed = SignedManifest.safeParse(JSON.parse(text))
  if (!parsed.success)
    throw new CommandError(`${FILE} of ${folder} is not one that this version of Liaison reads.`)
  const { mac, ...manifest } = parsed.data
  const given = Buffer.from(mac, 'base64')
  const expected = macOf(manifest, vault)
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new CommandError(
      `The backup ${folder} was altered, or made with another LIAISON_SECRET_KEY. An embedded installation keeps its key in secrets.json: put that file into the data directory first.`,
    )
  return manifest
}
