import { z } from 'zod'
import { publicIdOf } from '../../server/src/platform/public-id.ts'
import { buildAppWith } from '../../server/src/app.ts'
import { openDatabase } from '../../server/src/platform/database.ts'
import type { ConnectionSettings } from '../../server/src/platform/embedded/index.ts'
import type { Engine } from '../../server/src/platform/execution/execute.ts'
import { runStatements } from '../../server/src/platform/mandate.ts'
import { ProblemError } from '../../server/src/platform/problem.ts'
import { publicId } from '../../server/src/platform/route-input.ts'
import { route } from '../../server/src/platform/route.ts'
import type { Route } from '../../server/src/platform/route.ts'
import type { Services } from '../../server/src/platform/services.ts'
import { ROLE_SECRET } from '../cluster.ts'
import { INVOICE_SQL, POOL_SIZE } from './invoice.ts'
import type { Server } from './server.ts'

const SECRET_KEY = 'a key of a database that is thrown away afterwards'
/** The limits stay on and are paid for; they are widened because a benchmark is in more of a hurry than a partner. */
const LIMIT_SCALE = 20
/** What the leaking server keeps of a request. */
const KEPT_BYTES = 8192

/** What a measurement leaves out of the real server, or makes harder. */
type Change = Partial<Pick<Engine, 'readDurability'>> & {
  readonly maxInFlight?: number
  readonly limitScale?: number
  readonly passwordHashConcurrency?: number
}

/** The real server around some routes. */
export async function openRoutes(
  connection: ConnectionSettings,
  makeRoutes: (services: Services) => readonly Route[],
  { maxInFlight, limitScale = LIMIT_SCALE, passwordHashConcurrency, ...change }: Change = {},
): Promise<Server> {
  const database = openDatabase({ connection, roleSecret: ROLE_SECRET, poolSize: POOL_SIZE })
  const app = await buildAppWith(
    {
      database,
      secretKey: SECRET_KEY,
      publicOrigin: () => 'http://localhost',
      limitScale,
      ...(maxInFlight !== undefined && { maxInFlight }),
      ...(passwordHashConcurrency !== undefined && { passwordHashConcurrency }),
    },
    makeRoutes,
  )
  Object.assign(app.engine, change)
  return {
    http: app.http,
    async close() {
      await app.close()
      await database.close()
    },
  }
}

export const readInvoice = route({
  method: 'GET',
  path: '/api/v1/bench/invoices/:invoice_id',
  summary: 'Read one invoice',
  input: { params: z.strictObject({ invoice_id: publicId('invoice') }) },
  access: { permission: 'partner.billing.invoices.read', tenant: 'header' },
  limit: 'detail',
  responses: {
    200: z.strictObject({
      invoice_id: z.string(),
      number: z.string(),
      status: z.string(),
      issued_on: z.string(),
      total_minor: z.int(),
      currency: z.string(),
    }),
  },
  async handle({ mandate, params }) {
    const [result] = await runStatements(mandate, [
      { text: INVOICE_SQL, values: [mandate.tenant.id, params.invoice_id] },
    ])
    const row = result?.rows[0]
    if (!row) throw new ProblemError(404, 'NOT_FOUND', 'There is no such invoice.')
    return {
      invoice_id: publicIdOf('invoice', String(row['id'])),
      number: String(row['number']),
      status: String(row['status']),
      issued_on: String(row['issued_on']),
      total_minor: Number(row['total_minor']),
      currency: String(row['currency']),
    }
  },
})

/** As `limitScale`: admits everybody. No server of ours runs with it. */
export const UNLIMITED = Number.POSITIVE_INFINITY

/** The whole path of a request: session, live link, decision, limits, row policies, audit with asynchronous commit. */
export function openLiaison(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(connection, () => [readInvoice])
}

/** The same, taking in more at once than it can serve: what an overload does to a server that refuses nobody. */
export function openUnbounded(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(connection, () => [readInvoice], { maxInFlight: 1_000_000 })
}

/** The same, keeping some kilobytes of each request for ever: what a look at the memory must see. */
export async function openLeaking(connection: ConnectionSettings): Promise<Server> {
  const server = await openLiaison(connection)
  const kept: Buffer[] = []
  server.http.server.on('request', () => kept.push(Buffer.alloc(KEPT_BYTES, 1)))
  return server
}

/** The same, answered only when the audit row is on disk. */
export function openDurable(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(connection, () => [readInvoice], { readDurability: 'durable' })
}

/** The same with asynchronous commit and without rate limits. */
export function openUnlimited(connection: ConnectionSettings): Promise<Server> {
  return openRoutes(connection, () => [readInvoice], { limitScale: UNLIMITED })
}
