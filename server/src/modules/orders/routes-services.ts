import { decodeId } from '@liaison/access'
import { z } from 'zod'
import { cursorPageOf } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceServiceEnd } from './events.ts'
import { answerServices, serviceQuery } from './service-list.ts'
import { endService, getService, nameTenants } from './store.ts'
import { ServiceBody, toService, toTenantId } from './view.ts'

/** A service with the name of the organisation whose it is: the provider reads those of all. */
const AdminService = z
  .strictObject({ ...ServiceBody.shape, customer_name: z.string() })
  .meta({ id: 'AdminService' })

const AdminServicePage = z.strictObject(cursorPageOf(AdminService)).meta({ id: 'AdminServicePage' })

const ServiceParams = z.strictObject({ service_id: publicId('service') })

async function withNames(
  mandate: Mandate<'platform'>,
  services: readonly z.input<typeof ServiceBody>[],
): Promise<z.input<typeof AdminService>[]> {
  const ids = services.flatMap(({ customer_id: id }) => decodeId('tenant', id) ?? [])
  const names = new Map((await nameTenants(mandate, ids)).map(({ id, name }) => [toTenantId(id), name]))
  return services.map((service) => ({
    ...service,
    customer_name: names.get(service.customer_id) ?? service.customer_ban,
  }))
}

const oneRoute = route({
  method: 'GET',
  path: '/api/v1/admin/services/:service_id',
  summary: 'One service, with whose it is, who ordered it and who pays',
  input: { params: ServiceParams },
  access: { permission: 'platform.commercial.read' },
  limit: 'detail',
  problems: ['SERVICE_NOT_FOUND'],
  responses: { 200: AdminService },
  async handle({ mandate, params }) {
    const row = await getService(mandate, params.service_id)
    noteRead(mandate, {
      action: 'services.read',
      resource: { type: 'service', id: row.id, label: row.product_name },
      rowCount: 1,
    })
    const [service] = await withNames(mandate, [toService(row)])
    if (!service) throw new Error('A service was lost between its row and its name.')
    return service
  },
})

const endRoute = route({
  method: 'POST',
  path: '/api/v1/admin/services/:service_id/end',
  summary: 'End a service: from now on it is in use no more',
  input: { params: ServiceParams, body: z.strictObject({ reason: plainText(1, 500) }) },
  access: { permission: 'platform.commercial.manage' },
  limit: 'write',
  problems: ['SERVICE_NOT_FOUND', 'SERVICE_STATE_CONFLICT'],
  responses: { 200: ServiceBody },
  async handle({ mandate, params, body }) {
    const before = await getService(mandate, params.service_id)
    await endService(mandate, before)
    const after = await getService(mandate, params.service_id)
    await announceServiceEnd(mandate, after, body.reason)
    return toService(after)
  },
})

/** Every service, as the provider sees it, and its end. Source: A7. */
export function makeServiceRoutes({ cursors }: Services): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/admin/services',
      summary: 'Every service',
      input: { query: z.strictObject({ ...serviceQuery, tenant_id: publicId('tenant').optional() }) },
      access: { permission: 'platform.commercial.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: AdminServicePage },
      async handle({ mandate, query: { tenant_id: tenantId, ...query } }) {
        const asked = { ...query, ...(tenantId !== undefined && { tenantIds: [tenantId] }) }
        const page = await answerServices(mandate, asked, cursors)
        noteRead(mandate, { action: 'services.list', rowCount: page.items.length })
        return { ...page, items: await withNames(mandate, page.items) }
      },
    }),
    oneRoute,
    endRoute,
  ]
}
