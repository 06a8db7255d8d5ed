import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceServiceEnd } from './events.ts'
import { answerServices, ServicePage, serviceQuery } from './service-list.ts'
import { endService, getService } from './store.ts'
import { ServiceBody, toService } from './view.ts'

const endRoute = route({
  method: 'POST',
  path: '/api/v1/admin/services/:service_id/end',
  summary: 'End a service: from now on it is in use no more',
  input: {
    params: z.strictObject({ service_id: publicId('service') }),
    body: z.strictObject({ reason: plainText(1, 500) }),
  },
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
      responses: { 200: ServicePage },
      async handle({ mandate, query: { tenant_id: tenantId, ...query } }) {
        const asked = { ...query, ...(tenantId !== undefined && { tenantIds: [tenantId] }) }
        const page = await answerServices(mandate, asked, cursors)
        noteRead(mandate, { action: 'services.list', rowCount: page.items.length })
        return page
      },
    }),
    endRoute,
  ]
}
