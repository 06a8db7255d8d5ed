import type pg from 'pg'
import { nameInSql } from './backup-store.ts'

/** What is said of a login that may not restore. */
export const NEEDS_OWNER =
  'A restore needs a superuser, or the login that migrates (a member of liaison_owner), as the login of DATABASE_URL.'

type Client = Pick<pg.ClientBase, 'query'>

async function namesOf(client: Client, text: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(text)
  return rows.map(({ name }) => name)
}

const OURS = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`
const PROTECTED = `
  select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and c.relkind in ('r', 'p') and c.relforcerowsecurity`
const TRIGGERED = `
  select distinct c.oid::regclass::text as name from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
  where ${OURS} and not t.tgisinternal and t.tgparentid = 0`

/** Foreign keys that are asked at each statement; those of partitions follow that of their table. */
async function listEagerKeys(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ schema: string; name: string; key: string }>(
    `select n.nspname::text as schema, c.relname::text as name, k.conname::text as key
     from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
     where ${OURS} and k.contype = 'f' and k.conparentid = 0 and not k.condeferrable`,
  )
  return rows.map(({ key, ...table }) => `${nameInSql(table)} alter constraint "${key}"`)
}

const alterAll = (client: Client, changes: readonly string[]) =>
  client.query(changes.map((change) => `alter table ${change}`).join('; '))

/** Puts back what `liftGuards` took away, and asks of every row that its foreign keys hold. */
export type PutBack = () => Promise<void>

/**
 * Lets the transaction write rows as they were, whatever row security and triggers would say of it: they held when the rows
 * were written. A superuser switches them off for himself. Anybody else does it as the owner of the tables, in this
 * transaction, so that nobody ever sees a table without them; foreign keys wait for the end there, and hold.
 */
export async function liftGuards(client: Client): Promise<PutBack> {
  const { rows } = await client.query<{ is: boolean }>(
    'select rolsuper as is from pg_roles where rolname = current_user',
  )
  if (rows[0]?.is === true) {
    await client.query(`set local session_replication_role = 'replica'`)
    return () => Promise.resolve()
  }
  const [guarded, triggered, eager] = [
    await namesOf(client, PROTECTED),
    await namesOf(client, TRIGGERED),
    await listEagerKeys(client),
  ]
  await alterAll(client, [
    ...guarded.map((name) => `${name} no force row level security`),
    ...triggered.map((name) => `${name} disable trigger user`),
    ...eager.map((key) => `${key} deferrable initially deferred`),
  ])
  return async () => {
    await client.query('set constraints all immediate')
    await alterAll(client, [
      ...eager.map((key) => `${key} not deferrable`),
      ...triggered.map((name) => `${name} enable trigger user`),
      ...guarded.map((name) => `${name} force row level security`),
    ])
  }
}
