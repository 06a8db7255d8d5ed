import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { noteRead, recordEvent } from '#platform/mandate.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { findSandbox, makeSandbox } from './store.ts'
import type { Sandbox } from './store.ts'

const SandboxBody = z
  .strictObject({
    tenant: z
      .strictObject({
        tenant_id: z.string(),
        name: z.string(),
        decides: z.boolean().meta({ description: 'Whether the caller is an administrator of it.' }),
        accounts: z.array(z.strictObject({ ban: z.string(), name: z.string(), currency: z.string() })),
      })
      .nullable()
      .meta({ description: 'Null before it is opened for the first time.' }),
  })
  .meta({ id: 'PartnerSandbox' })

function toBody(sandbox: Sandbox | null): z.output<typeof SandboxBody> {
  if (!sandbox) return { tenant: null }
  const { tenantId, ...rest } = sandbox
  return { tenant: { tenant_id: encodeId('tenant', tenantId), ...rest } }
}

/** The organisation in which a partner plays the customer. */
export const readSandbox: Route = route({
  method: 'GET',
  path: '/api/v1/partner/sandbox',
  summary: 'The organisation with made-up data in which the partner plays the customer',
  input: {},
  access: { permission: 'partner_org.clients.read' },
  limit: 'detail',
  responses: { 200: SandboxBody },
  async handle({ mandate }) {
    const sandbox = await findSandbox(mandate)
    noteRead(mandate, { action: 'sandbox.read' })
    return toBody(sandbox)
  },
})

/** Opening it is an event that its own log shows, too. */
export const openSandbox: Route = route({
  method: 'POST',
  path: '/api/v1/partner/sandbox',
  summary: 'Make the sandbox of the partner where there is none, and the caller its administrator',
  input: { body: z.strictObject({}).optional() },
  access: { permission: 'partner_org.clients.manage' },
  limit: 'write',
  responses: { 200: SandboxBody },
  async handle({ mandate }) {
    const { tenantId, isNew, hasJoined } = await makeSandbox(mandate)
    const sandbox = await findSandbox(mandate)
    const about = { tenantId, ...(sandbox && { tenantName: sandbox.name }) }
    if (isNew) recordEvent(mandate, { action: 'sandbox.open', ...about })
    recordEvent(mandate, {
      action: hasJoined ? 'sandbox.join' : 'sandbox.enter',
      ...about,
      resource: { type: 'person', id: mandate.actor.id },
    })
    return toBody(sandbox)
  },
})
