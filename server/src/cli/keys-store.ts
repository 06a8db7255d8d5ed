import type { RunSql } from '#platform/admin.ts'
import type { SealedColumn } from '#platform/credentials/sealed-columns.ts'

/** One sealed value and the row it stands in. */
export interface SealedValue {
  readonly key: string
  /** What the value is bound to, beside the names of its table and column. */
  readonly bound: string
  readonly sealed: Buffer
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The number of the next key; whoever else makes one waits. */
export async function lockNextNumber(run: RunSql): Promise<number> {
  await run('lock table vault_key in share row exclusive mode')
  const [row] = await run('select coalesce(max(number), 0)::integer + 1 as next from vault_key')
  return Number(row?.['next'])
}

/** Publishes a data key; returns when it becomes active. */
export async function insertKey(
  run: RunSql,
  key: { readonly number: number; readonly sealed: Buffer; readonly overlapSeconds: number },
): Promise<Date> {
  const [row] = await run(
    `insert into vault_key (number, sealed_key, active_from) values ($1, $2, clock_timestamp() + make_interval(secs => $3)) returning active_from`,
    [key.number, key.sealed, key.overlapSeconds],
  )
  const activeFrom = row?.['active_from']
  if (!(activeFrom instanceof Date)) throw new Error('The database told no time.')
  return activeFrom
}

/** How long until the newest key is active, in milliseconds by the clock of the database; null without any key. */
export async function readNewest(run: RunSql): Promise<{ number: number; activeInMs: number } | null> {
  const [row] = await run(
    `select number, (extract(epoch from active_from - clock_timestamp()) * 1000)::float8 as active_in_ms from vault_key order by number desc limit 1`,
  )
  return row ? { number: Number(row['number']), activeInMs: Number(row['active_in_ms']) } : null
}

/** The keys, sealed. */
export async function readKeys(run: RunSql): Promise<{ number: number; sealed: Buffer }[]> {
  const rows = await run('select number, sealed_key from vault_key order by number')
  return rows.map((row) => {
    if (!Buffer.isBuffer(row['sealed_key'])) throw new Error('A data key is no bytes.')
    return { number: Number(row['number']), sealed: row['sealed_key'] }
  })
}

function headOf(number: number): Buffer {
  const head = Buffer.alloc(5, 2)
  head.writeUInt32BE(number, 1)
  return head
}

/**
 * Columns with values under an older data key that the rotation did not renew, because nothing says of them that they
 * are sealed. Looks at the first bytes of every column of bytes but the hashes of the audit log.
 */
export async function findForgotten(run: RunSql, number: number): Promise<string[]> {
  const columns = await run(
    `select n.nspname::text as schema, c.relname::text as "table", a.attname::text as "column"
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where a.atttypid = 'bytea'::regtype and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
       and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and c.relname not like 'audit\\_%' order by 1, 2, 3`,
  )
  const heads = (await readKeys(run)).filter((key) => key.number < number).map((key) => headOf(key.number))
  const forgotten: string[] = []
  for (const row of columns) {
    const [schema, table, column] = [row['schema'], row['table'], row['column']].map(String)
    const place = `${quote(schema ?? '')}.${quote(table ?? '')}`
    const [found] = await run(
      `select exists (select from ${place} where substr(${quote(column ?? '')}, 1, 5) = any($1::bytea[])) as older`,
      [heads],
    )
    if (found?.['older'] === true) forgotten.push(`${table}.${column}`)
  }
  return forgotten
}

/** Values that are not sealed with the key of this number, a page of them. */
export async function readOlder(
  run: RunSql,
  at: SealedColumn,
  page: { readonly number: number; readonly limit: number },
): Promise<SealedValue[]> {
  const [table, column, key, bound] = [at.table, at.column, at.key, at.boundBy].map(quote)
  const rows = await run(
    `select ${key}::text as key, ${bound}::text as bound, ${column} as sealed from ${table}
     where ${column} is not null and substr(${column}, 1, 5) <> $1 order by ${key} limit $2`,
    [headOf(page.number), page.limit],
  )
  return rows.map((row) => {
    if (!Buffer.isBuffer(row['sealed'])) throw new Error(`${at.table}.${at.column} is no bytes.`)
    return { key: String(row['key']), bound: String(row['bound']), sealed: row['sealed'] }
  })
}

/** Replaces a value unless somebody has replaced it meanwhile. */
export async function replaceValue(
  run: RunSql,
  at: SealedColumn,
  change: Omit<SealedValue, 'bound'> & { readonly renewed: Buffer },
): Promise<void> {
  const [table, column, key] = [at.table, at.column, at.key].map(quote)
  await run(`update ${table} set ${column} = $3 where ${key}::text = $1 and ${column} = $2`, [
    change.key,
    change.sealed,
    change.renewed,
  ])
}

/** Records what the operator does, as the event of this transaction. */
export async function recordOperator(
  run: RunSql,
  actor: { readonly id: string; readonly name: string; readonly command: string },
  event: Readonly<Record<string, unknown>>,
): Promise<void> {
  await run('select access.enter_operator($1)', [
    { plane: 'platform', actor_id: actor.id, actor_name: actor.name, route: actor.command },
  ])
  await run('select audit.record($1)', [event])
}

/** Removes keys that were replaced more than a day ago and that no value needs any more. Returns how many. */
export async function dropKeysBelow(run: RunSql, number: number): Promise<number> {
  const rows = await run(
    `delete from vault_key k where k.number < $1 and exists (
       select from vault_key s where s.number > k.number and s.active_from < clock_timestamp() - interval '24 hours')
     returning k.number`,
    [number],
  )
  return rows.length
}
