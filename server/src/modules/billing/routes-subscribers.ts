import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { commaList, searchText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import { listSubscribers, SUBSCRIBER_STATUSES } from './subscriber-store.ts'

const Subscriber = z
  .strictObject({
    subscriber_id: z.string(),
    tenant_id: z.string(),
    tenant_name: z.string(),
    name: z.string(),
    status: z.enum(SUBSCRIBER_STATUSES),
    plan: z.string().nullable(),
    city: z.string().nullable(),
    postal_code: z.string().nullable(),
    activated_on: z.string().nullable(),
    closed_on: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
  })
  .meta({ id: 'Subscriber' })

const SubscriberQuery = z.strictObject({
  status: commaList(z.enum(SUBSCRIBER_STATUSES)).optional(),
  search: searchText().optional().meta({ description: 'Part of the name, the plan or the city.' }),
  sort_by: z.enum(['name', 'created_at', 'status']).default('name'),
  sort_order: z.enum(['asc', 'desc']).default('asc'),
  ...pageQuery,
})

/** The subscribers of the tenant that a partner acts in. */
export const subscriberRoutes = [
  route({
    method: 'GET',
    path: '/api/v1/partner/provisioning/subscribers',
    summary: 'Subscribers of one customer',
    input: { query: SubscriberQuery },
    access: { permission: 'partner.provisioning.subscribers.list', tenant: 'header' },
    limit: 'list',
    responses: { 200: z.strictObject(pageOf(Subscriber)).meta({ id: 'SubscriberPage' }) },
    async handle({ mandate, query }) {
      const { rows, total } = await listSubscribers(mandate, {
        tenantId: mandate.tenant.id,
        statuses: query.status,
        search: query.search,
        sortBy: query.sort_by,
        direction: query.sort_order,
        limit: query.limit,
        offset: query.offset,
      })
      const items = rows.map((row) => ({
        subscriber_id: publicIdOf('subscriber', row.id),
        tenant_id: encodeId('tenant', mandate.tenant.id),
        tenant_name: mandate.tenant.name,
        name: row.name,
        status: row.status,
        plan: row.plan,
        city: row.city,
        postal_code: row.postal_code,
        activated_on: row.activated_on,
        closed_on: row.closed_on,
        created_at: row.created_at.toISOString(),
        updated_at: row.updated_at.toISOString(),
      }))
      return toPage(items, query, total)
    },
  }),
]
