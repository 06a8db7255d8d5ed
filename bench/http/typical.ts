import { decodeId } from '@liaison/access'
import Fastify from 'fastify'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { INVOICE_SCHEMA, POOL_SIZE, toAnswer } from './invoice.ts'
import type { InvoiceRow } from './invoice.ts'
import type { Server } from './server.ts'

interface Tables {
  invoice: Omit<InvoiceRow, 'issued_on'> & { tenant_id: string; issued_on: Date }
}

/** Who the typical server logs in as: a login whose row policy asks for one setting. */
const LOGIN = 'bench_typical'

const PREPARATION = `
  do $$ begin create role ${LOGIN} login password '${LOGIN}'; exception when duplicate_object then null; end $$;
  grant usage on schema public to ${LOGIN};
  grant select on invoice to ${LOGIN};
  drop policy if exists ${LOGIN} on invoice;
  create policy ${LOGIN} on invoice for select to ${LOGIN} using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));`

async function prepare(connection: ConnectionSettings): Promise<void> {
  const client = new pg.Client({ ...connection })
  await client.connect()
  await client.query(PREPARATION)
  await client.end()
}

/**
 * What such servers are usually made of: a transaction of the query builder, `set_config` for the row policy, the
 * query. It neither verifies a token nor looks at a link, limits nothing and records nothing, all in its favour.
 */
export async function openTypical(connection: ConnectionSettings): Promise<Server> {
  await prepare(connection)
  const pool = new pg.Pool({ ...connection, user: LOGIN, password: LOGIN, max: POOL_SIZE })
  pool.on('error', () => undefined)
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const http = Fastify({ logger: false })
  http.get<{ Params: { id: string }; Headers: { 'x-active-tenant-id': string } }>(
    '/api/v1/bench/invoices/:id',
    { schema: { response: { 200: INVOICE_SCHEMA } } },
    async (request, reply) => {
      const { id } = request.params
      const tenantId = decodeId('tenant', request.headers['x-active-tenant-id']) ?? ''
      const row = await database.transaction().execute(async (transaction) => {
        await sql`select set_config('app.tenant', ${tenantId}, true)`.execute(transaction)
        return transaction
          .selectFrom('invoice')
          .select(['id', 'number', 'status', 'currency'])
          .select([
            sql<string>`issued_on::text`.as('issued_on'),
            sql<number>`total_minor::float8`.as('total_minor'),
          ])
          .where('tenant_id', '=', tenantId)
          .where('id', '=', decodeId('invoice', id) ?? '')
          .executeTakeFirst()
      })
      return row ? toAnswer(id, row) : reply.code(404).send({})
    },
  )
  return {
    http,
    async close() {
      await http.close()
      await database.destroy()
    },
  }
}
