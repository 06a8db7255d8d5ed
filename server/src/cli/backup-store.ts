import type pg from 'pg'
import type { BackupManifest, BackupSequence, BackupTable } from './backup-format.ts'

type Client = Pick<pg.ClientBase, 'query'>

/** Where a table stands in the database and what of it is copied. */
export type TableShape = Pick<BackupTable, 'schema' | 'name' | 'columns' | 'key'>

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The name of a table as SQL. */
export function nameInSql({ schema, name }: Pick<TableShape, 'schema' | 'name'>): string {
  return `${quote(schema)}.${quote(name)}`
}

/** The statement whose output is the table, row by row in an order that the rows alone decide. */
export function copyOutText(table: TableShape): string {
  const columns = table.columns.map(quote).join(', ')
  const order = table.key.length > 0 ? table.key.map(quote).join(', ') : `(${quote(table.name)})::text`
  return `copy (select ${columns} from ${nameInSql(table)} order by ${order}) to stdout`
}

/** The statement that takes what `copyOutText` gave. */
export function copyInText(table: TableShape): string {
  return `copy ${nameInSql(table)} (${table.columns.map(quote).join(', ')}) from stdin`
}

// Every table but those that belong to the database itself: the list of its migrations, the key that signs contexts
// within it, statistics of the job queue that have a partition for each day, and what is not logged.
const LISTED = `
  n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relkind in ('r', 'p') and not c.relispartition and c.relpersistence = 'p'
  and not (n.nspname = 'public' and c.relname in ('liaison_migration', 'liaison_migration_lock'))
  and not (n.nspname = 'access' and c.relname = 'context_key')
  and not (n.nspname = 'job' and c.relname = 'queue_stats')`

// Transaction numbers mean nothing in another cluster, so a row takes the number of the transaction that restores it.
// That of an audit event is part of what was sealed and stays.
const COPIED = `
  a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
  and not (a.atttypid = 'xid8'::regtype and a.atthasdef and c.relname <> 'audit_event')`

/** Every table of the installation. */
export async function listTables(client: Client): Promise<TableShape[]> {
  const { rows } = await client.query<TableShape>(
    `select n.nspname::text as schema, c.relname::text as name,
       array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and ${COPIED} order by a.attnum) as columns,
       array(select a.attname::text from pg_index i, unnest(i.indkey) with ordinality k (number, place), pg_attribute a
         where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and a.attnum = k.number order by k.place) as key
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${LISTED} order by 1, 2`,
  )
  return rows
}

/** Where the sequences stand. They move outside transactions: read after the rows, they are never behind them. */
export async function listSequences(client: Client): Promise<BackupSequence[]> {
  const { rows } = await client.query<BackupSequence>(
    `select schemaname::text as schema, sequencename::text as name, last_value::text as last_value
     from pg_sequences where schemaname !~ '^pg_' and last_value is not null order by 1, 2`,
  )
  return rows
}

/** Sets a sequence where it stood. */
export async function setSequence(client: Client, sequence: BackupSequence): Promise<void> {
  await client.query('select setval($1::regclass, $2::bigint)', [nameInSql(sequence), sequence.last_value])
}

/** The migrations that made this schema. */
export async function readMigrations(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>('select name from liaison_migration order by name')
  return rows.map((row) => row.name)
}

/** What else describes the moment: the clock, the months of the audit log and its newest signed root. */
export async function readMoment(
  client: Client,
): Promise<Pick<BackupManifest, 'taken_at' | 'months' | 'audit'>> {
  const { rows } = await client.query<{
    taken_at: string
    first: string | null
    last: string | null
    size: string | null
    note: string | null
  }>(
    `select to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as taken_at, e.first, e.last, c.size, c.note
     from (select date_trunc('month', min(occurred_at))::date::text as first, date_trunc('month', max(occurred_at))::date::text as last from audit_event) e
     left join lateral (select size, note from audit_checkpoint order by size desc limit 1) c on true`,
  )
  const [row] = rows
  if (!row) throw new Error('The database told nothing of itself.')
  return {
    taken_at: row.taken_at,
    months: row.first !== null && row.last !== null ? { first: row.first, last: row.last } : null,
    audit: { size: Number(row.size ?? 0), checkpoint: row.note },
  }
}

/** When the newest event was written, by the clock of the database; null when there is none. */
export async function readNewestEvent(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ at: string | null }>(
    `select to_char(max(occurred_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from audit_event`,
  )
  return rows[0]?.at ?? null
}

/** Whether PostgreSQL follows another server or an archived log, and takes no writes yet. */
export async function isStandby(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ is: boolean }>('select pg_is_in_recovery() as is')
  return rows[0]?.is === true
}

/** How many connections servers hold to this database. */
export async function countServers(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `select count(*)::integer as count from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and starts_with(application_name, 'liaison liaison_')`,
  )
  return rows[0]?.count ?? 0
}

/** Prepares the connection: values as text that means the same everywhere, no limit of time, and a fault where a policy would hide a row. */
export async function openForCopy(client: Client): Promise<void> {
  await client.query(
    `set statement_timeout = 0; set transaction_timeout = 0; set idle_in_transaction_session_timeout = 0; set lock_timeout = '30s';
     set datestyle = 'ISO'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 1; set client_encoding = 'UTF8';
     set row_security = off`,
  )
}

/** The role that decides: its policies show it every row of every table that has row security. */
const READER = 'liaison_authz'

/** How this login reads every row: all tables by itself, or those with row security as the role that decides. */
export interface WholeReader {
  readonly protectedTables: ReadonlySet<string>
}

const IS_READER = `
  select r.rolsuper or r.rolbypassrls as is_above,
    coalesce((select pg_has_role(a.oid, 'set') and pg_has_role(o.oid, 'usage') from pg_roles a, pg_roles o where a.rolname = '${READER}' and o.rolname = 'liaison_owner'), false) as is_member
  from pg_roles r where r.rolname = current_user`
const PROTECTED = `
  select n.nspname::text as schema, c.relname::text as name,
    exists (select from pg_policy p where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*') and pg_get_expr(p.polqual, p.polrelid) = 'true' and to_regrole('${READER}') = any(p.polroles))
    and not exists (select from pg_policy p where p.polrelid = c.oid and not p.polpermissive and (0 = any(p.polroles) or to_regrole('${READER}') = any(p.polroles))) as is_whole
  from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${LISTED} and c.relrowsecurity`

/** Null when some row of some table is hidden from this login. */
export async function findWholeReader(client: Client): Promise<WholeReader | null> {
  const [is] = (await client.query<{ is_above: boolean; is_member: boolean }>(IS_READER)).rows
  if (is?.is_above === true) return { protectedTables: new Set() }
  if (is?.is_member !== true) return null
  const { rows } = await client.query<{ schema: string; name: string; is_whole: boolean }>(PROTECTED)
  return rows.every((table) => table.is_whole) ? { protectedTables: new Set(rows.map(nameInSql)) } : null
}

/** Reads the next table, within the transaction, as whoever sees all of it. */
export async function readWhole(
  client: Client,
  { protectedTables }: WholeReader,
  table: Pick<TableShape, 'schema' | 'name'>,
): Promise<void> {
  await client.query(
    protectedTables.has(nameInSql(table))
      ? `set local row_security = on; set local role ${READER}`
      : 'reset role',
  )
}

/** Whether this login may take away for a moment what guards the tables: it is above them, or they are its own. */
export async function ownsTables(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ owns: boolean }>(
    `select rolsuper or coalesce((select pg_has_role(o.oid, 'usage') from pg_roles o where o.rolname = 'liaison_owner'), false) as owns
     from pg_roles where rolname = current_user`,
  )
  return rows[0]?.owns === true
}

/** How many records, persons and events stand in the way of a restore. */
export async function countRecords(client: Client): Promise<number> {
  const { rows } = await client.query<{ count: string }>(
    `select (select count(*) from person) + (select count(*) from tenant) + (select count(*) from partner)
       + (select count(*) from audit_event) as count`,
  )
  return Number(rows[0]?.count ?? 0)
}

/** Makes the partitions of the audit log for all months from the first to the last. */
export async function addMonths(
  client: Client,
  { first, last }: { first: string; last: string },
): Promise<void> {
  await client.query(
    `select private.add_audit_months($1::date, (extract(year from age($2::date, $1::date)) * 12 + extract(month from age($2::date, $1::date)))::integer + 1)`,
    [first, last],
  )
}

const ENDED_BY_RESTORE: readonly string[] = [
  `update oauth_grant set ended_at = now(), end_reason = 'restored' where ended_at is null`,
  'delete from oauth_artifact',
  // The server makes others: access tokens from before, revoked or not, are signed with keys that are gone.
  'delete from signing_key',
  `update single_use_token set used_at = now() where used_at is null`,
  `update end_user_token set used_at = now() where used_at is null`,
]

/**
 * Ends every session and every OAuth grant, and forgets all codes, refresh tokens, links of mails and the keys of access
 * tokens: what was used or ended after the moment of the backup must not come back to life. Returns how many sessions of
 * persons and end users it ended.
 */
export async function endAccessOfSignIns(client: Client): Promise<number> {
  for (const text of ENDED_BY_RESTORE) await client.query(text)
  let ended = 0
  for (const table of ['session', 'end_user_session']) {
    const { rowCount } = await client.query(
      `update ${table} set ended_at = now(), end_reason = 'restored' where ended_at is null`,
    )
    ended += rowCount ?? 0
  }
  return ended
}

/** Notes that the log comes from elsewhere, so that the sealer first seals all that has no leaf and then counts anew. */
export async function markRestored(client: Client, size: number): Promise<void> {
  await client.query(
    `insert into audit_watermark (size, cluster_id, from_xid) values ($1, 'a restored backup', '0')`,
    [size],
  )
}
