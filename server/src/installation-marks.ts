import { createHmac, timingSafeEqual } from 'node:crypto'
import { makeAuditKey } from '#modules/audit/index.ts'
import { inAdminTransaction } from '#platform/admin.ts'
import type { RunSql } from '#platform/admin.ts'
import { ConfigError } from '#platform/config.ts'
import type { Config } from '#platform/config.ts'
import { placeOfKey } from '#platform/credentials/key-ring.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { SealedColumn } from '#platform/credentials/sealed-columns.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import type { Installation } from '#platform/installation.ts'
import { makeLogVerifier } from '#platform/signed-log/index.ts'

const FIXED_TEXT = 'the root key of this installation'
/** The first byte of what is sealed under the key that is derived from the root. */
const ROOT_VERSION = 1
const SAMPLES = 5

type Mark = 'root key' | 'audit log origin'
type Known = Pick<Installation, 'admin' | 'secretKey' | 'isEmbedded'>

/** What says that a key is that of an installation, and helps nobody to find it. */
function checkValueOf(secretKey: string): string {
  const key = makeVault(secretKey).deriveKey('check of the root key')
  return createHmac('sha256', key).update(FIXED_TEXT).digest('hex')
}

const otherKey = ({ isEmbedded }: Pick<Known, 'isEmbedded'>): ConfigError =>
  new ConfigError(
    `LIAISON_SECRET_KEY${isEmbedded ? ', or else secret_key of secrets.json in LIAISON_DATA_DIR,' : ''} is not the one this database was set up with.`,
  )

async function readMark(run: RunSql, name: Mark): Promise<string | null> {
  const [row] = await run('select value from installation_mark where name = $1', [name])
  return row ? String(row['value']) : null
}

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other))

function opens(vault: Vault, sealed: unknown, place: string): boolean {
  try {
    return Buffer.isBuffer(sealed) && vault.open(sealed, place).length >= 0
  } catch {
    return false
  }
}

async function sampleOf(run: RunSql, vault: Vault, at: SealedColumn): Promise<boolean[]> {
  const rows = await run(
    `select ${at.boundBy}::text as bound, ${at.column} as sealed from ${at.table}
     where get_byte(${at.column}, 0) = $1 order by ${at.key} desc limit $2`,
    [ROOT_VERSION, SAMPLES],
  )
  return rows.map((row) => opens(vault, row['sealed'], placeIn(at, String(row['bound']))))
}

async function readNewestNote(run: RunSql): Promise<string | null> {
  const [row] = await run('select note from audit_checkpoint order by size desc limit 1')
  return row ? String(row['note']) : null
}

/** A checkpoint names its log in its first line. */
const originOf = (note: string): string => note.split('\n', 1)[0] ?? ''

/** Whether the key signed the newest checkpoint; null where the first key of the log is not the one that signs now. */
async function hasSigned(run: RunSql, vault: Vault): Promise<boolean | null> {
  const note = await readNewestNote(run)
  const [later] = await run('select from audit_key limit 1')
  if (note === null || later) return null
  return makeLogVerifier(makeAuditKey(vault, originOf(note)).verifierKey).open(note) !== null
}

/**
 * Whether a key is the one of a database that has no check value yet: it opens the data keys or, before there are any, what
 * is sealed, and has signed the audit log. In an empty database any key is right.
 */
async function isProven(run: RunSql, secretKey: string): Promise<boolean> {
  const vault = makeVault(secretKey)
  const keys = await run('select number, sealed_key from vault_key')
  if (keys.length > 0)
    return keys.every((row) => opens(vault, row['sealed_key'], placeOfKey(Number(row['number']))))
  const tried: boolean[] = []
  for (const at of Object.values(SEALED_COLUMNS)) tried.push(...(await sampleOf(run, vault, at)))
  const signed = await hasSigned(run, vault)
  if (signed !== null) return signed
  return tried.length === 0 || tried.includes(true)
}

/** Reads as the role that reads every table, whoever the administrator's login is. */
const asReader = (run: RunSql) => run('set local role liaison_authz')

async function hasMarks(run: RunSql): Promise<boolean> {
  const [row] = await run(`select to_regclass('public.installation_mark') is not null as exists`)
  return row?.['exists'] === true
}

async function insertMark(run: RunSql, name: Mark, value: string): Promise<void> {
  await run('set local role liaison_owner')
  await run('insert into installation_mark (name, value) values ($1, $2) on conflict do nothing', [
    name,
    value,
  ])
  await asReader(run)
}

function refuseOtherOrigin(kept: string | null, { auditOrigin }: Pick<Config, 'auditOrigin'>): void {
  if (kept === null || kept === auditOrigin) return
  throw new ConfigError(
    `AUDIT_LOG_ORIGIN: the audit log of this database is called ${kept} since its first checkpoint, and no log changes its name. Set AUDIT_LOG_ORIGIN=${kept}`,
  )
}

/** Refuses to restore the log of another name, told by a checkpoint of the backup, before anything of it is loaded. */
export function refuseOtherLog(checkpoint: string | null, config: Pick<Config, 'auditOrigin'>): void {
  refuseOtherOrigin(checkpoint?.split('\n')[0] ?? null, config)
}

/** What the audit log has been called since it began; null before. */
const readOrigin = async (run: RunSql): Promise<string | null> => {
  const kept = await readMark(run, 'audit log origin')
  if (kept !== null) return kept
  const note = await readNewestNote(run)
  return note === null ? null : originOf(note)
}

/**
 * Refuses a key or a name of the audit log that is not the installation's, where the database says which are; changes
 * nothing, so that it does for a standby, too.
 */
export async function refuseOtherMarks(
  installation: Known,
  config?: Pick<Config, 'auditOrigin'>,
): Promise<void> {
  await inAdminTransaction(installation.admin, async (run) => {
    if (!(await hasMarks(run))) return
    await asReader(run)
    const kept = await readMark(run, 'root key')
    if (kept !== null && !isSame(kept, checkValueOf(installation.secretKey))) throw otherKey(installation)
    if (config) refuseOtherOrigin(await readOrigin(run), config)
  })
}

/**
 * Keeps what the installation is set up with, once, and refuses another key before anything is sealed or signed with it. A
 * database of before is marked after the proof that the key opens what it holds.
 */
export async function keepRootKey(installation: Known): Promise<void> {
  const value = checkValueOf(installation.secretKey)
  await inAdminTransaction(installation.admin, async (run) => {
    await asReader(run)
    if ((await readMark(run, 'root key')) === null) {
      if (!(await isProven(run, installation.secretKey))) throw otherKey(installation)
      await insertMark(run, 'root key', value)
    }
    const kept = await readMark(run, 'root key')
    if (kept !== null && !isSame(kept, value)) throw otherKey(installation)
  })
}

/** Keeps the name of the audit log from before its first checkpoint on, and refuses another one. */
export async function keepAuditOrigin(
  { admin }: Pick<Known, 'admin'>,
  config: Pick<Config, 'auditOrigin'>,
): Promise<void> {
  await inAdminTransaction(admin, async (run) => {
    await asReader(run)
    refuseOtherOrigin(await readOrigin(run), config)
    await insertMark(run, 'audit log origin', config.auditOrigin)
    refuseOtherOrigin(await readOrigin(run), config)
  })
}
