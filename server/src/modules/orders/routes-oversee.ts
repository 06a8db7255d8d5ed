import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import { plainText, publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { announceOrder } from './events.ts'
import type { OrderAction } from './events.ts'
import { answerOrders, OrderPage, orderQuery } from './order-list.ts'
import type { OrderState } from './rules.ts'
import { answerServices, ServicePage, serviceQuery } from './service-list.ts'
import { getOrder, listItems, listMoves, moveOrder } from './store.ts'
import type { OrderMandate } from './store.ts'
import type { OrderRow } from './tables.ts'
import { OrderDetail, toOrder } from './view.ts'

const OrderParams = z.strictObject({ order_id: publicId('order') })
const ban = plainText(1, 64).optional()

async function detailOf(mandate: OrderMandate, order: OrderRow) {
  const items = (await listItems(mandate, [order])).get(order.id) ?? []
  const moves = mandate.kind === 'platform' ? await listMoves(mandate, order.status, 'provider') : []
  return sentAt({ ...toOrder(order, items), moves }, order.version)
}

function makeTenantRoutes({ cursors }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/tenant/orders',
      summary: "The organisation's orders, with who placed each and who pays",
      input: { query: z.strictObject({ ...orderQuery, customer_ban: ban }) },
      access: { permission: 'tenant.orders.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: OrderPage },
      handle: ({ mandate, query }) =>
        answerOrders(mandate, query, { cursors, filter: { ban: query.customer_ban } }),
    }),
    route({
      method: 'GET',
      path: '/api/v1/tenant/orders/:order_id',
      summary: "One of the organisation's orders",
      input: { params: OrderParams },
      access: { permission: 'tenant.orders.read' },
      limit: 'detail',
      problems: ['ORDER_NOT_FOUND'],
      responses: { 200: OrderDetail },
      handle: async ({ mandate, params }) => detailOf(mandate, await getOrder(mandate, params.order_id)),
    }),
    route({
      method: 'GET',
      path: '/api/v1/tenant/services',
      summary: "The organisation's services, with who ordered each and who pays",
      input: { query: z.strictObject({ ...serviceQuery, customer_ban: ban }) },
      access: { permission: 'tenant.orders.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: ServicePage },
      handle: ({ mandate, query }) => answerServices(mandate, { ...query, ban: query.customer_ban }, cursors),
    }),
  ]
}

function makeProviderReads({ cursors }: Services): Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/admin/orders',
      summary: 'Every order',
      input: {
        query: z.strictObject({
          ...orderQuery,
          tenant_id: publicId('tenant').optional(),
          partner_id: publicId('partner').optional(),
        }),
      },
      access: { permission: 'platform.commercial.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: OrderPage },
      async handle({ mandate, query }) {
        const filter = { tenantId: query.tenant_id, partnerId: query.partner_id }
        const page = await answerOrders(mandate, query, { cursors, filter })
        noteRead(mandate, { action: 'orders.list', rowCount: page.items.length })
        return page
      },
    }),
    route({
      method: 'GET',
      path: '/api/v1/admin/orders/:order_id',
      summary: 'One order with what the provider can do with it',
      input: { params: OrderParams },
      access: { permission: 'platform.commercial.read' },
      limit: 'detail',
      problems: ['ORDER_NOT_FOUND'],
      responses: { 200: OrderDetail },
      async handle({ mandate, params }) {
        const order = await getOrder(mandate, params.order_id)
        noteRead(mandate, { action: 'orders.read', resource: { type: 'order', id: order.id }, rowCount: 1 })
        return detailOf(mandate, order)
      },
    }),
  ]
}

interface Move {
  readonly path: 'progress' | 'complete' | 'reject'
  readonly summary: string
  readonly to: OrderState
  readonly action: OrderAction
}

const MOVES: readonly Move[] = [
  { path: 'progress', summary: 'Begin the work on an order', to: 'in_progress', action: 'orders.progress' },
  {
    path: 'complete',
    summary: 'Complete an order; its items become services',
    to: 'completed',
    action: 'orders.complete',
  },
  { path: 'reject', summary: 'Reject an order', to: 'rejected', action: 'orders.reject' },
]

function makeMoveRoute(move: Move): Route {
  return route({
    method: 'POST',
    path: `/api/v1/admin/orders/:order_id/${move.path}`,
    summary: move.summary,
    input: {
      params: OrderParams,
      body: z.strictObject({ reason: plainText(1, 500).optional() }).default({}),
    },
    access: { permission: 'platform.commercial.manage' },
    limit: 'write',
    problems: ['ORDER_NOT_FOUND', 'ORDER_STATE_CONFLICT'],
    responses: { 200: OrderDetail },
    async handle({ mandate, params, body }) {
      const before = await getOrder(mandate, params.order_id)
      await moveOrder(mandate, before, { to: move.to, reason: body.reason ?? null })
      const order = await getOrder(mandate, params.order_id)
      await announceOrder(mandate, order, {
        action: move.action,
        changes: { state: { before: before.status, after: order.status } },
        reason: body.reason ?? null,
      })
      return detailOf(mandate, order)
    },
  })
}

/** Orders and services as a tenant's own people and the provider see them, and the provider's moves. Source: A7. */
export function makeOverseeRoutes(services: Services): readonly Route[] {
  return [...makeTenantRoutes(services), ...makeProviderReads(services), ...MOVES.map(makeMoveRoute)]
}
