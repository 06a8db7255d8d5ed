import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { publicIdOf } from '../server/src/platform/public-id.ts'
import { seedPartners, seedTenants, withBulkLoading } from '../bench/seed.ts'
import type { PartnerPlan } from '../bench/seed.ts'
import { startEmbeddedPostgres } from '../server/src/platform/embedded/index.ts'
import type { ConnectionSettings } from '../server/src/platform/embedded/index.ts'
import { prepareDatabase } from '../server/src/prepare-database.ts'
import type { Stored } from './checker.ts'

const ROLE_SECRET = 'a role secret of a database that is thrown away'
const SECRET_KEY = 'a key of a database that is thrown away afterwards'

/** So many partners that none comes near its limit of 50 writes a minute: the server runs with its real limits. */
export const PARTNERS: PartnerPlan = { first: 0, count: 500, linksPerPartner: 1, tenants: 50 }

/** A durable PostgreSQL of the harness's own, with partners who may open tickets. */
export interface World {
  readonly connection: ConnectionSettings
  readonly folder: string
  /** What the server under test is configured with. */
  readonly environment: Readonly<Record<string, string>>
  /** The process id of PostgreSQL's first process. */
  postmasterPid(): Promise<number>
  stop(): Promise<void>
}

function toUrl({ host, port, user, password, database }: ConnectionSettings): string {
  const url = new URL(`postgres://localhost:${port}/${database}`)
  url.username = user
  url.password = password
  url.searchParams.set('host', host)
  return url.href
}

async function seed(connection: ConnectionSettings): Promise<void> {
  await withBulkLoading(connection, async (client) => {
    await seedTenants(client, PARTNERS.tenants)
    await seedPartners(client, PARTNERS)
  })
}

/** A cluster with a migrated, empty database, for whoever has one already. */
export interface PreparedCluster {
  readonly database: string
  readonly roleSecret: string
  layInto(folder: string): Promise<void>
}

/** Starts PostgreSQL in a temporary folder with full durability, migrates it unless it is prepared, and puts the partners into it. */
export async function startWorld(parent = tmpdir(), prepared?: PreparedCluster): Promise<World> {
  const folder = await mkdtemp(join(parent, 'liaison-chaos-'))
  await prepared?.layInto(folder)
  const postgres = await startEmbeddedPostgres({ dataDir: folder })
  const connection = { ...postgres.connection, ...(prepared && { database: prepared.database }) }
  const roleSecret = prepared?.roleSecret ?? ROLE_SECRET
  const stop = async () => {
    await postgres.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    if (!prepared) await prepareDatabase(connection, { roleSecret })
    await seed(connection)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    connection,
    folder,
    environment: {
      PORT: '0',
      HOST: '127.0.0.1',
      METRICS_PORT: '0',
      OUTBOX_OPEN_TO_ANYBODY: '1',
      DATABASE_URL: toUrl(connection),
      DATABASE_ROLE_SECRET: roleSecret,
      LIAISON_SECRET_KEY: SECRET_KEY,
      LIAISON_DATA_DIR: folder,
      LIAISON_DEMO: '0',
      LOG_LEVEL: 'error',
    },
    async postmasterPid() {
      const [pid] = (await readFile(join(folder, 'pg', 'postmaster.pid'), 'utf8')).split('\n', 1)
      return Number(pid)
    },
    stop,
  }
}

/** Runs SQL as the superuser, outside every rule. */
export async function query<Row extends pg.QueryResultRow>(
  world: World,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ ...world.connection })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Row>(text, [...values])).rows
  } finally {
    await client.end()
  }
}

/** The ids as the API gives them out, so that they compare with what clients were told. */
const ticketId = (uuid: string): string => publicIdOf('ticket', uuid)
const tenantId = (uuid: string): string => publicIdOf('tenant', uuid)

/** Everything about tickets that the database holds now. */
export async function readStored(world: World): Promise<Stored> {
  const tickets = await query<{ id: string; tenant_id: string; subject: string }>(
    world,
    'select id, tenant_id, subject from ticket',
  )
  const events = await query<{
    id: string
    resource_id: string | null
    tenants: string[]
    partners: number
  }>(
    world,
    `select e.id, e.resource_id,
       array(select s.scope_id::text from audit_scope s where s.event_id = e.id and s.kind = 'tenant') as tenants,
       (select count(*)::integer from audit_scope s where s.event_id = e.id and s.kind = 'partner') as partners
     from audit_event e where e.permission = 'partner.support.tickets.create' and e.outcome = 'allowed'`,
  )
  return {
    tickets: tickets.map((row) => ({
      id: ticketId(row.id),
      tenantId: tenantId(row.tenant_id),
      subject: row.subject,
    })),
    events: events.map((row) => ({
      id: row.id,
      ticketId: row.resource_id === null ? null : ticketId(row.resource_id),
      tenantReaders: row.tenants.map(tenantId),
      partnerReaders: row.partners,
    })),
  }
}
