import type { AddressInfo } from 'node:net'
import { encodeId, idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { buildAppWith } from '../server/src/app.ts'
import { readConfig } from '../server/src/platform/config.ts'
import { openDatabase } from '../server/src/platform/database.ts'
import { openInstallation } from '../server/src/platform/installation.ts'
import { recordEvent, runStatements } from '../server/src/platform/mandate.ts'
import { route } from '../server/src/platform/route.ts'

const openTicket = route({
  method: 'POST',
  path: '/api/v1/partner/support/tickets',
  summary: 'Open a ticket',
  input: {
    body: z.strictObject({
      subject: z.string(),
      description: z.string(),
      priority: z.string(),
      category: z.string(),
    }),
  },
  access: { permission: 'partner.support.tickets.create', tenant: 'header' },
  limit: 'write',
  responses: { 201: z.strictObject({ ticket_id: z.string() }) },
  async handle({ mandate, body }) {
    const [, inserted] = await runStatements(mandate, [
      { text: 'select access.next_ticket_number($1)', values: [mandate.tenant.id] },
      {
        text: `insert into ticket (tenant_id, number, subject, description, priority, category)
          select $1, 'T-' || last_number, $2, $3, $4, $5 from ticket_counter where tenant_id = $1 returning id`,
        values: [mandate.tenant.id, body.subject, body.description, body.priority, body.category],
      },
    ])
    const id = String(inserted?.rows[0]?.['id'])
    recordEvent(mandate, {
      action: 'support.tickets.create',
      resource: { type: 'ticket', id, label: body.subject },
    })
    return { ticket_id: encodeId('ticket', idFromUuid('ticket', id)) }
  },
})

const config = readConfig()
const installation = await openInstallation(config)
const database = openDatabase({
  connection: installation.admin,
  roleSecret: installation.roleSecret,
  poolSize: config.poolSize,
})
const app = await buildAppWith(
  { database, secretKey: installation.secretKey, publicOrigin: () => 'http://localhost' },
  () => [openTicket],
)
await app.http.listen({ port: config.port, host: config.host })
process.on('SIGTERM', () => void app.close().then(() => database.close()))
const { port } = app.http.server.address() as AddressInfo
process.stdout.write(`Liaison is ready: http://127.0.0.1:${port}\n`)
