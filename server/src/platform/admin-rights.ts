import pg from 'pg'
import { ConfigError } from './config/together.ts'
import { tellDatabaseFault } from './database-fault.ts'
import { LOGINS, passwordOf } from './database.ts'
import type { ConnectionSettings } from './database.ts'

/** The roles of an installation that nobody logs in as; its migrations make them, too. */
const OWNERS = ['liaison_owner', 'liaison_authz', 'liaison_limited_view', 'liaison_retention']

interface Standing {
  readonly login: string
  readonly database: string
  readonly is_superuser: boolean
  readonly makes_roles: boolean
  readonly owns: boolean
  readonly is_prepared: boolean
  /** Roles that are there and that this login may neither grant nor change. */
  readonly foreign: readonly string[]
}

async function readStanding(pool: pg.Pool): Promise<Standing[]> {
  const { rows } = await pool.query<Standing>(
    `select r.rolname::text as login, d.datname::text as database, r.rolsuper as is_superuser, r.rolcreaterole as makes_roles,
       pg_has_role(d.datdba, 'usage') as owns, exists (select from pg_class c where c.relname = 'liaison_migration' and c.relnamespace = to_regnamespace('public')) as is_prepared,
       array(select o.rolname::text from pg_roles o where o.rolname = any($1) and not pg_has_role(o.oid, 'member with admin option') order by 1) as foreign
     from pg_roles r, pg_database d where r.rolname = current_user and d.datname = current_database()`,
    [[...LOGINS, ...OWNERS]],
  )
  return rows
}

/**
 * Refuses a login that could not prepare this database to its end, before anything is changed: it says what is missing.
 * What a managed PostgreSQL gives its administrator is enough: it owns the database and may create roles.
 */
export async function requireRights(pool: pg.Pool, admin: ConnectionSettings): Promise<void> {
  const rows = await readStanding(pool).catch((error: unknown) => {
    throw tellDatabaseFault(error, admin)
  })
  const [standing] = rows
  if (!standing || standing.is_superuser) return
  const { login, database, foreign } = standing
  const missing = [
    ...(standing.makes_roles ? [] : [`the right to create roles (alter role "${login}" createrole)`]),
    ...(standing.owns || standing.is_prepared
      ? []
      : [`the database (alter database "${database}" owner to "${login}")`]),
    ...(foreign.length > 0
      ? [`roles that somebody else made (grant ${foreign.join(', ')} to "${login}" with admin option)`]
      : []),
  ]
  if (missing.length > 0)
    throw new ConfigError(
      `The login "${login}" of DATABASE_URL cannot prepare the database "${database}"; it lacks ${missing.join(', ')}.`,
    )
}

/** How many connections the logins of the planes hold, in whichever database of the cluster. */
async function countConnected(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'select count(*)::integer as count from pg_stat_activity where usename = any($1)',
    [[...LOGINS]],
  )
  return rows[0]?.count ?? 0
}

const WRONG_PASSWORD = '28P01'

async function isLetIn(
  { host, port, database, ssl }: ConnectionSettings,
  roleSecret: string,
): Promise<boolean> {
  const user = 'liaison_guard'
  const client = new pg.Client({
    host,
    port,
    database,
    user,
    password: passwordOf(user, roleSecret),
    ...(ssl && { ssl }),
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return true
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === WRONG_PASSWORD)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/**
 * Refuses to give the logins other passwords while somebody works with those they have: they belong to the whole cluster,
 * and servers with another secret, of this installation or of another one, would lose their connections one by one.
 */
export async function refuseToTakeLogins(
  pool: pg.Pool,
  admin: ConnectionSettings,
  roleSecret: string,
): Promise<void> {
  const connected = await countConnected(pool)
  if (connected === 0 || (await isLetIn(admin, roleSecret))) return
  throw new ConfigError(
    `DATABASE_ROLE_SECRET: the logins of this PostgreSQL have passwords of another secret, and hold ${connected} connections. Logins belong to all databases of a cluster: give each installation a cluster of its own. To replace the secret of this one, stop its servers and the pooler first, or let them fail one by one: npm run liaison -- migrate --take-logins`,
  )
}
