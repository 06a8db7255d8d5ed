import { decodeId } from '@liaison/access'
import Fastify from 'fastify'
import pg from 'pg'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import { INVOICE_SCHEMA, INVOICE_SQL, POOL_SIZE, toAnswer } from './invoice.ts'
import type { InvoiceRow } from './invoice.ts'
import type { Server } from './server.ts'

/** The floor: Fastify and the same named statement as a superuser, with no session, decision, row policy, limit or audit. */
export async function openBare(connection: ConnectionSettings): Promise<Server> {
  const pool = new pg.Pool({ ...connection, max: POOL_SIZE })
  pool.on('error', () => undefined)
  const http = Fastify({ logger: false })
  http.get<{ Params: { id: string }; Headers: { 'x-active-tenant-id': string } }>(
    '/api/v1/bench/invoices/:id',
    { schema: { response: { 200: INVOICE_SCHEMA } } },
    async (request, reply) => {
      const { id } = request.params
      const values = [decodeId('tenant', request.headers['x-active-tenant-id']), decodeId('invoice', id)]
      const { rows } = await pool.query<InvoiceRow>({ name: 'invoice', text: INVOICE_SQL, values })
      const [row] = rows
      return row ? toAnswer(id, row) : reply.code(404).send({})
    },
  )
  return {
    http,
    async close() {
      await http.close()
      await pool.end()
    },
  }
}
