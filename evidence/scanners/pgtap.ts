import { glob, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { LOGINS } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { readGrants } from './grants.ts'
import type { Granted } from './grants.ts'
import type { Finding, Scan, Scanner } from './scanner.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Where Debian puts it, for whatever PostgreSQL: it is plain SQL, and runs in the embedded one as well. */
const FILES = '/usr/share/postgresql/*/extension/pgtap--[0-9].[0-9].[0-9].sql'
const OUR_SCHEMAS = ['public', 'access', 'audit', 'private']
const MIGRATION_TABLES = new Set(['public.liaison_migration', 'public.liaison_migration_lock'])

/** The plain SQL of pgTAP. Throws where it is not installed. */
async function readPgTap(): Promise<string> {
  for await (const file of glob(FILES)) return (await readFile(file, 'utf8')).replaceAll(/^\\.*$/gm, '')
  throw new Error('pgTAP is not installed.')
}

async function readMigrations(): Promise<string[]> {
  const files: string[] = []
  for await (const file of glob('server/src/**/migrations/*.sql', { cwd: ROOT })) files.push(file)
  const inOrder = files.toSorted((left, right) => (basename(left) < basename(right) ? -1 : 1))
  return Promise.all(inOrder.map((file) => readFile(join(ROOT, file), 'utf8')))
}

async function listTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v') and n.nspname = any($1) order by 1`,
    [OUR_SCHEMAS],
  )
  return rows.map(({ name }) => name).filter((name) => !MIGRATION_TABLES.has(name))
}

const upper = (acts: Iterable<string>): string[] => [...acts].map((one) => one.toUpperCase())

/** Asks pgTAP one question; what it found wrong, or null. */
async function ask(client: pg.Client, text: string, values: readonly unknown[]): Promise<string | null> {
  const { rows } = await client.query<{ told: string }>(`select ${text} as told`, [...values])
  const told = rows.map((row) => row.told).join('\n')
  return told.startsWith('ok') ? null : told.split('\n').slice(1).join(' ').replaceAll(/\s+/g, ' ')
}

/** One login at one table, with what the migrations grant it there, by its name or as one of all. */
interface Question {
  readonly table: string
  readonly role: string
  readonly granted: readonly Granted[]
}

/** What one login may on one table, whole and by column, is exactly what the migrations say. */
async function checkGrants(client: pg.Client, { table, role, granted }: Question): Promise<Finding[]> {
  const [schema, name] = table.split('.')
  const whole = [...new Set(granted.flatMap((one) => upper(one.whole)))]
  const byColumn = granted.flatMap((one) => upper(one.columns))
  const some = [...new Set([...whole.filter((one) => one !== 'DELETE'), ...byColumn])]
  const wrong = [
    await ask(client, `table_privs_are($1::name, $2::name, $3::name, $4::name[], 'whole')`, [
      schema,
      name,
      role,
      whole,
    ]),
    await ask(client, `any_column_privs_are($1::name, $2::name, $3::name, $4::name[], 'columns')`, [
      schema,
      name,
      role,
      some,
    ]),
  ]
  return wrong.flatMap((told) =>
    told === null ? [] : [{ rule: 'privileges', place: `${table} ${role}: ${told}` }],
  )
}

async function checkRoles(client: pg.Client): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const role of LOGINS) {
    const told = await ask(client, `isnt_superuser($1::name, 'superuser')`, [role])
    if (told !== null) findings.push({ rule: 'role', place: `${role}: ${told}` })
  }
  return findings
}

/** Runs all within one transaction, which leaves nothing behind. */
async function runPgTap(connection: ConnectionSettings, plant: string): Promise<Scan> {
  const grants = readGrants(await readMigrations())
  const client = new pg.Client({ ...connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const tables = await listTables(client)
    await client.query('begin')
    await client.query(`create schema tap; set local search_path = tap, public; ${await readPgTap()}`)
    await client.query(`set local search_path = tap, public; select no_plan(); ${plant}`)
    const findings = await checkRoles(client)
    for (const table of tables)
      for (const role of LOGINS) {
        const granted = grants.filter((one) => one.table === table && [role, 'public'].includes(one.role))
        findings.push(...(await checkGrants(client, { table, role, granted })))
      }
    return { findings, lookedAt: `${(tables.length * LOGINS.length * 2).toLocaleString('en')} privileges` }
  } finally {
    await client.query('rollback').catch(() => undefined)
    await client.end()
  }
}

/** pgTAP: each login has on each table and view what the migrations grant it by name, and nothing by any other way (reliability.md section 1). */
export const pgTap: Scanner = {
  name: 'pgtap',
  source: { files: FILES, install: 'apt-get install postgresql-15-pgtap' },
  scan: async ({ product }) => runPgTap((await product()).connection, ''),
  scanPlanted: async ({ product }) =>
    runPgTap((await product()).connection, 'grant update on audit_event to public'),
  plantedRule: 'privileges',
  planted: 'a right to change the audit log that everybody has',
}
