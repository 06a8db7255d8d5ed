import { encodeId } from '@liaison/access'
import { z } from 'zod'
import { cursorPageOf } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { narrowReach, reachOf, Scope, toScope } from '#platform/reach.ts'
import type { Reach } from '#platform/reach.ts'
import { commaList, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { answerOrders, orderQuery } from './order-list.ts'
import { answerServices, ServicePage, serviceQuery } from './service-list.ts'
import { getOrder, listItems } from './store.ts'
import { OrderBody, ServiceBody, toOrder, toTenantId } from './view.ts'

const PartnerOrder = z
  .strictObject({ ...OrderBody.shape, tenant_name: z.string() })
  .meta({ id: 'PartnerOrder' })

const PartnerOrderPage = z
  .strictObject({
    ...cursorPageOf(PartnerOrder),
    scope: Scope,
  })
  .meta({ id: 'PartnerOrderPage' })

const PartnerService = z
  .strictObject({ ...ServiceBody.shape, tenant_name: z.string() })
  .meta({ id: 'PartnerService' })

const PartnerServicePage = z
  .strictObject({
    ...cursorPageOf(PartnerService),
    scope: Scope,
  })
  .meta({ id: 'PartnerServicePage' })

const tenantIds = commaList(publicId('tenant')).optional()

function namesOf(reach: Reach): ReadonlyMap<string, string> {
  return new Map([...reach.tenants].map(([id, { name }]) => [encodeId('tenant', id), name]))
}

function withTenants<Item extends { readonly customer_id: string; readonly customer_ban: string }>(
  reach: Reach,
  items: readonly Item[],
): (Item & { tenant_name: string })[] {
  const names = namesOf(reach)
  return items.map((item) => ({ ...item, tenant_name: names.get(item.customer_id) ?? item.customer_ban }))
}

function noteAcross(
  mandate: Mandate<'portfolio'>,
  action: string,
  items: readonly { readonly customer_id: string }[],
): void {
  const counts = Map.groupBy(items, ({ customer_id: id }) => id)
  const tenants = [...reachOf(mandate).tenants.keys()].map((tenantId) => ({
    tenantId,
    rowCount: counts.get(encodeId('tenant', tenantId))?.length ?? 0,
  }))
  noteRead(mandate, {
    action,
    tenants: tenants.filter(({ rowCount }) => rowCount > 0),
    rowCount: items.length,
  })
}

const detailRoute = route({
  method: 'GET',
  path: '/api/v1/partner/orders/:order_id',
  summary: 'One order that the own organisation placed for a customer',
  input: { params: z.strictObject({ order_id: publicId('order') }) },
  access: { permission: 'partner.tenants.read', tenant: 'portfolio' },
  limit: 'detail',
  problems: ['ORDER_NOT_FOUND'],
  responses: { 200: PartnerOrder },
  async handle({ mandate, params }) {
    const order = await getOrder(mandate, params.order_id)
    const items = (await listItems(mandate, [order])).get(order.id) ?? []
    noteRead(mandate, {
      action: 'orders.read',
      tenants: [{ tenantId: order.tenant_id, rowCount: 1 }],
      resource: { type: 'order', id: order.id, label: order.reference ?? order.ban },
      rowCount: 1,
    })
    const name = namesOf(reachOf(mandate)).get(toTenantId(order.tenant_id))
    return { ...toOrder(order, items), tenant_name: name ?? order.ban }
  },
})

function makeListRoutes({ cursors }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/partner/orders',
      summary: 'What the own organisation ordered for its customers, with who pays',
      input: { query: z.strictObject({ ...orderQuery, tenant_ids: tenantIds }) },
      access: { permission: 'partner.tenants.read', tenant: 'portfolio' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: PartnerOrderPage },
      async handle({ mandate, query: { tenant_ids: wanted, ...query } }) {
        const reach = reachOf(mandate)
        const filter = { tenantIds: narrowReach(reach, wanted) }
        const page = await answerOrders(mandate, query, { cursors, filter })
        noteAcross(mandate, 'orders.list', page.items)
        return { ...page, items: withTenants(reach, page.items), scope: toScope(reach) }
      },
    }),
  ]
}

function makeServiceRoutes({ cursors }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/partner/services',
      summary: 'What is in use of that which the own organisation ordered for its customers',
      input: { query: z.strictObject({ ...serviceQuery, tenant_ids: tenantIds }) },
      access: { permission: 'partner.tenants.read', tenant: 'portfolio' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: PartnerServicePage },
      async handle({ mandate, query: { tenant_ids: wanted, ...query } }) {
        const reach = reachOf(mandate)
        const filter = { ...query, tenantIds: narrowReach(reach, wanted) }
        const page = await answerServices(mandate, filter, cursors)
        noteAcross(mandate, 'services.list', page.items)
        return { ...page, items: withTenants(reach, page.items), scope: toScope(reach) }
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/partner/provisioning/services',
      summary: 'What is in use of that which the own organisation ordered for the customer acted in',
      input: { query: z.strictObject(serviceQuery) },
      access: { permission: 'partner.tenants.read', tenant: 'header' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: ServicePage },
      async handle({ mandate, query }) {
        const page = await answerServices(mandate, query, cursors)
        noteRead(mandate, { action: 'services.list', rowCount: page.items.length })
        return page
      },
    }),
  ]
}

/** The orders that a partner's people and API clients placed, in all tenants that the reader has a link with. Source: A5. */
export function makePartnerOrderRoutes(services: Services): readonly Route[] {
  return [...makeListRoutes(services), detailRoute, ...makeServiceRoutes(services)]
}
