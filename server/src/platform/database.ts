import { createHmac } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { ConnectionSettings } from './embedded/index.ts'
import { sendUnnamed } from './wire/prepared-statements.ts'
import { ProblemError } from './problem.ts'

export type { ConnectionSettings } from './embedded/index.ts'

/** The database logins of the server: one per plane, none owning a table, none bypassing row security. */
export const LOGINS = [
  'liaison_auth',
  'liaison_platform',
  'liaison_program',
  'liaison_delegate',
  'liaison_tenant',
  'liaison_realm',
  'liaison_embed',
  'liaison_ingest',
  'liaison_job',
  'liaison_sealer',
  'liaison_guard',
] as const

export type Login = (typeof LOGINS)[number]

/** The password of a login, derived so that one secret configures all of them. */
export function passwordOf(login: Login, roleSecret: string): string {
  return createHmac('sha256', roleSecret).update(`liaison database login ${login}`).digest('base64url')
}

/** Connections of the server, one pool per login. */
export interface Database {
  /** For one transaction after the other: through the pooler where there is one, so nothing of a session may be relied on. */
  pool(login: Login): pg.Pool
  /** To PostgreSQL itself, for what outlasts a transaction: listening, and locks that a session holds. */
  directPool(login: Login): pg.Pool
  /** A login whose password is no longer taken, asked again each time; null when there is none. */
  findRefused?(): Promise<Login | null>
  close(): Promise<void>
}

/** A pooler in transaction mode before PostgreSQL, such as PgBouncer. */
export interface Pooler {
  readonly connection: Omit<ConnectionSettings, 'user' | 'password'>
  /** Whether it follows prepared statements from session to session. Without that every statement is planned anew. */
  readonly followsStatements: boolean
}

export interface DatabaseOptions {
  readonly connection: ConnectionSettings
  readonly pooler?: Pooler | undefined
  readonly roleSecret: string
  readonly poolSize: number
  /** After how long without a word the database counts as gone while it is asked; in milliseconds. */
  readonly silenceMs?: number
  /** How long a request waits for a connection; in milliseconds, a second unless told. */
  readonly acquireTimeoutMs?: number
}

// Bounds that hold whatever the server does: no statement, lock wait or forgotten transaction outlives them. The logins
// have them by themselves, since a pooler passes on nothing of this.
const SESSION_OPTIONS = [
  'statement_timeout=5000',
  'lock_timeout=4000',
  'idle_in_transaction_session_timeout=10000',
  'transaction_timeout=15000',
  'default_transaction_isolation=read\\ committed',
  'TimeZone=UTC',
]
  .map((setting) => `-c ${setting}`)
  .join(' ')

/** What is said of a database that takes no writes. */
export const NOT_THE_PRIMARY = 'the database is not the primary'

const ACQUIRE_TIMEOUT_MS = 1000
/** Longer than any statement may take: a database that says nothing for so long while it is asked is not there. */
const SILENCE_MS = 6000

/** Gives a connection up whose other end no longer answers; what waits for it then fails as unavailable. */
function endInSilence(client: pg.PoolClient, silenceMs: number): void {
  // What the driver's types leave out.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const wired = client as unknown as { connection: { stream: Socket }; readyForQuery: boolean }
  const { stream } = wired.connection
  stream.setTimeout(silenceMs, () => {
    // A connection that nobody uses is quiet, too.
    if (!wired.readyForQuery) stream.destroy(new Error('Connection terminated: the database fell silent'))
  })
}

/** Tells at once what PostgreSQL says of itself while a connection opens: whether it is a standby. */
class TellingClient extends pg.Client {
  isStandby = false

  constructor(config?: pg.ClientConfig) {
    super(config)
    // What the driver's types leave out.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const { connection } = this as unknown as { connection: EventEmitter }
    connection.on('parameterStatus', ({ parameterName, parameterValue }: Record<string, string>) => {
      if (parameterName === 'in_hot_standby') this.isStandby = parameterValue === 'on'
    })
  }
}

/** Takes no standby for the database: it lacks what was just revoked, and records nothing (reliability.md section 2). */
function refuseStandby(client: pg.PoolClient, done: (error?: Error) => void): void {
  // The pool opens clients of this class alone.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { isStandby } = client as unknown as TellingClient
  done(isStandby ? new Error(`Connection terminated: ${NOT_THE_PRIMARY}`) : undefined)
}

const WRONG_PASSWORD = '28P01'

/** A client that also tells when its password is not taken. */
function tellingRefusals(onRefused: () => void): typeof TellingClient {
  return class extends TellingClient {
    constructor(config?: pg.ClientConfig) {
      super(config)
      // What the driver's types leave out.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      const { connection } = this as unknown as { connection: EventEmitter }
      connection.on('errorMessage', ({ code }: { readonly code?: string }) => {
        if (code === WRONG_PASSWORD) onRefused()
      })
    }
  }
}

const accountOf = (options: DatabaseOptions, login: Login, pooler: Pooler | undefined) => {
  const { host, port, database, ssl } = pooler?.connection ?? options.connection
  return {
    host,
    port,
    database,
    user: login,
    password: passwordOf(login, options.roleSecret),
    ...(ssl && { ssl }),
    connectionTimeoutMillis: options.acquireTimeoutMs ?? ACQUIRE_TIMEOUT_MS,
  }
}

interface Opened {
  readonly login: Login
  readonly pooler: Pooler | undefined
  readonly onRefused: () => void
}

function openPool(options: DatabaseOptions, { login, pooler, onRefused }: Opened): pg.Pool {
  const pool = new pg.Pool({
    ...accountOf(options, login, pooler),
    max: options.poolSize,
    idleTimeoutMillis: 30_000,
    application_name: `liaison ${login}`,
    Client: tellingRefusals(onRefused),
    verify: refuseStandby,
    ...(!pooler && { options: SESSION_OPTIONS }),
    keepAlive: true,
  })
  // Without listeners a dropped connection, idle or in use, ends the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => {
    client.on('error', () => undefined)
    if (pooler && !pooler.followsStatements) sendUnnamed(client)
    endInSilence(client, options.silenceMs ?? SILENCE_MS)
  })
  return pool
}

/** Small pools, one for each login that is asked for, opened on first use. */
class Pools {
  readonly #pools = new Map<Login, pg.Pool>()
  readonly #refused = new Set<Login>()
  readonly #options: DatabaseOptions
  readonly #pooler: Pooler | undefined

  constructor(options: DatabaseOptions, pooler?: Pooler) {
    this.#options = options
    this.#pooler = pooler
  }

  of(login: Login): pg.Pool {
    let pool = this.#pools.get(login)
    if (!pool) {
      const onRefused = () => void this.#refused.add(login)
      pool = openPool(this.#options, { login, pooler: this.#pooler, onRefused })
      this.#pools.set(login, pool)
    }
    return pool
  }

  /** A pool keeps connections for long whose password nobody would take now: only a new one shows whether it is taken again. */
  async findRefused(): Promise<Login | null> {
    for (const login of this.#refused) {
      const client = new pg.Client(accountOf(this.#options, login, this.#pooler))
      client.on('error', () => undefined)
      try {
        await client.connect()
        this.#refused.delete(login)
      } catch {
        return login
      } finally {
        await client.end().catch(() => undefined)
      }
    }
    return null
  }

  async end(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()))
  }
}

/** Opens one small pool per login, each on first use, and where a pooler is named a second one that goes round it. */
export function openDatabase(options: DatabaseOptions): Database {
  const direct = new Pools(options)
  const pooled = options.pooler ? new Pools(options, options.pooler) : direct
  return {
    pool: (login) => pooled.of(login),
    directPool: (login) => direct.of(login),
    findRefused: async () => (await pooled.findRefused()) ?? (await direct.findRefused()),
    async close() {
      await Promise.all([...new Set([direct, pooled])].map((pools) => pools.end()))
    },
  }
}

const UNAVAILABLE_CODES = new Set([
  '57P01',
  '57P02',
  '57P03',
  // No room on its disk, no memory, no connection left: nothing was changed, and it passes.
  '53100',
  '53200',
  '53300',
  '08000',
  '08003',
  '08006',
  '08001',
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
])

/** The code that the database or the socket gave an error; undefined for other errors. */
export function databaseCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** Whether the database could not be reached, as opposed to having refused. */
export function isUnavailable(error: unknown): boolean {
  const code = databaseCodeOf(error)
  if (code !== undefined) return UNAVAILABLE_CODES.has(code)
  return (
    error instanceof Error &&
    /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool/.test(
      error.message,
    )
  )
}

/** A connection of the login's pool. Throws DEPENDENCY_UNAVAILABLE when none is free within a second. */
export function acquire(database: Database, login: Login): Promise<pg.PoolClient> {
  return connectTo(database.pool(login))
}

/** The same to PostgreSQL itself, for what outlasts a transaction. */
export function acquireDirect(database: Database, login: Login): Promise<pg.PoolClient> {
  return connectTo(database.directPool(login))
}

async function connectTo(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect()
  } catch (cause) {
    throw new ProblemError(503, 'DEPENDENCY_UNAVAILABLE', 'The database cannot be reached right now.', {
      cause,
    })
  }
}

const START_PATIENCE_MS = 30_000
const START_PAUSE_MS = 250

/** Whether that the database could not be reached is at the bottom of an error. */
function isCausedByAbsence(error: unknown): boolean {
  if (isUnavailable(error)) return true
  return error instanceof Error && error.cause !== undefined && isCausedByAbsence(error.cause)
}

/**
 * Does what a start needs of the database, and does it again for half a minute while no connection is to be had: a process
 * that loads its code beside others answers slowly, and no caller waits for it yet. Throws the last error after that, and
 * every other error at once.
 */
export async function untilReachable<Result>(
  work: () => Promise<Result>,
  patienceMs = START_PATIENCE_MS,
): Promise<Result> {
  const givesUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isCausedByAbsence(error) || performance.now() > givesUpAt) throw error
      await delay(START_PAUSE_MS)
    }
  }
}

interface RoleFacts {
  readonly rolsuper: boolean
  readonly rolbypassrls: boolean
  readonly owns: number
  readonly is_bounded: boolean
}

async function refuseUnsafeLogin(database: Database, login: Login): Promise<void> {
  const { rows } = await database.pool(login).query<RoleFacts>(
    `select rolsuper, rolbypassrls, (select count(*)::integer from pg_class c where c.relowner = r.oid) as owns,
         not '0' in (current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('transaction_timeout')) as is_bounded
       from pg_roles r where rolname = current_user`,
  )
  const facts = rows[0]
  if (!facts || facts.rolsuper || facts.rolbypassrls || facts.owns > 0) {
    throw new Error(
      `The database login ${login} must be neither superuser nor owner of a table, and must not bypass row security.`,
    )
  }
  if (!facts.is_bounded)
    throw new Error(
      `Statements, locks or transactions of the database login ${login} may last for ever. Its settings were made by a migration and are gone; \`alter role ${login} set\` brings them back.`,
    )
}

/**
 * Refuses to go on when a pool is connected as a superuser, a table owner or a login with BYPASSRLS, or when a table
 * lacks forced row security. Source: access.md section 1.
 */
export async function refuseUnsafeLogins(database: Database): Promise<void> {
  // At once: each is the first connection of its pool, and what a start takes is mostly such waits.
  await Promise.all(LOGINS.map((login) => refuseUnsafeLogin(database, login)))
  const { rows } = await database.pool('liaison_auth').query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname in ('public', 'access', 'audit', 'private') and not (c.relrowsecurity and c.relforcerowsecurity)
       and c.relname not in ('liaison_migration', 'liaison_migration_lock')`,
  )
  if (rows.length > 0)
    throw new Error(`Tables without forced row security: ${rows.map((row) => row.name).join(', ')}`)
}
