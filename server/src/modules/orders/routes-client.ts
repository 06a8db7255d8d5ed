import { idFromUuid } from '@liaison/access'
import type { ClientPermission, OrderId } from '@liaison/access'
import { z } from 'zod'
import { noteRead } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route, sentAt } from '#platform/route.ts'
import type { Sent, Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { amendOrder, insertOrder } from './client-store.ts'
import { announceOrder } from './events.ts'
import {
  AccountParams,
  AmendmentBody,
  NewOrderBody,
  PARTIES,
  ReasonBody,
  requireDayToCome,
} from './inputs.ts'
import { answerOrders, OrderPage, orderQuery } from './order-list.ts'
import { isOfCaller, requireOwnParties, requirePlacedByCaller } from './refusals.ts'
import { dayOf } from './rules.ts'
import { getOrder, listItems, listMoves, moveOrder } from './store.ts'
import type { OrderRow } from './tables.ts'
import { OrderDetail, toOrder } from './view.ts'

const BASE = '/api/v1/customers/:customer_ban'

const OrderParams = z.strictObject({ ...AccountParams.shape, order_id: publicId('order') })

/** The access of a route about the account in its path, for a client that may do this. */
export function onAccount<const Api extends ClientPermission>(api: Api) {
  return {
    api,
    account: ({ params }: { readonly params: { readonly customer_ban: string } }) => params.customer_ban,
  } as const
}

async function answer(
  mandate: Mandate<'api'>,
  id: OrderId,
): Promise<{ order: OrderRow; body: Sent<z.input<typeof OrderDetail>> }> {
  const order = await getOrder(mandate, id)
  const items = (await listItems(mandate, [order])).get(order.id) ?? []
  const moves = isOfCaller(mandate, order) ? await listMoves(mandate, order.status, 'requester') : []
  return { order, body: sentAt({ ...toOrder(order, items), moves }, order.version) }
}

function requireVersion(order: OrderRow, expected: number): void {
  if (order.version !== expected)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The order changed after it was read.')
}

const placeRoute = route({
  method: 'POST',
  path: `${BASE}/orders`,
  summary: 'Place an order; who pays is what the account says',
  input: { params: AccountParams, query: z.strictObject(PARTIES), body: NewOrderBody },
  access: onAccount('api.orders.create'),
  limit: 'write',
  problems: ['BILLING_PARTY_MISMATCH', 'ORDER_LIMIT_REACHED', 'ORDER_PRICE_CHANGED', 'ORDER_STATE_CONFLICT'],
  responses: { 201: OrderDetail },
  async handle({ mandate, query, body }) {
    requireOwnParties(mandate, 'api.orders.create', [body, query])
    requireDayToCome(body.requested_date, mandate.origin.now)
    const uuid = await insertOrder(mandate, {
      items: body.items,
      reference: body.reference ?? null,
      requestedOn: body.requested_date ?? dayOf(mandate.origin.now),
      expected: body.expected_total,
    })
    const { order, body: placed } = await answer(mandate, idFromUuid('order', uuid))
    await announceOrder(mandate, order, {
      action: 'orders.create',
      changes: { state: { after: order.status }, items: { after: body.items } },
    })
    return placed
  },
})

const amendRoute = route({
  method: 'PATCH',
  path: `${BASE}/orders/:order_id`,
  summary: 'Change an order on which no work has begun',
  input: { params: OrderParams, query: z.strictObject(PARTIES), body: AmendmentBody },
  access: onAccount('api.orders.update'),
  limit: 'write',
  ifMatch: true,
  problems: [
    'ORDER_NOT_FOUND',
    'ORDER_PLACED_BY_ANOTHER',
    'ORDER_STATE_CONFLICT',
    'ORDER_LIMIT_REACHED',
    'ORDER_PRICE_CHANGED',
    'BILLING_PARTY_MISMATCH',
  ],
  responses: { 200: OrderDetail },
  async handle({ mandate, params, query, body, expectedVersion }) {
    requireOwnParties(mandate, 'api.orders.update', [body, query])
    const before = await getOrder(mandate, params.order_id)
    requirePlacedByCaller(mandate, 'api.orders.update', before)
    requireVersion(before, expectedVersion)
    const { items, reference, requested_date, expected_total } = body
    if (requested_date !== before.requested_on) requireDayToCome(requested_date, mandate.origin.now)
    await amendOrder(mandate, before, { items, reference, requested_date, expected_total })
    const { order, body: amended } = await answer(mandate, params.order_id)
    await announceOrder(mandate, order, {
      action: 'orders.update',
      changes: {
        ...(items && { items: { after: items } }),
        ...(reference !== undefined && { reference: { before: before.reference, after: reference } }),
        ...(requested_date !== undefined && {
          requested_date: { before: before.requested_on, after: requested_date },
        }),
      },
    })
    return amended
  },
})

const cancelRoute = route({
  method: 'POST',
  path: `${BASE}/orders/:order_id/cancel`,
  summary: 'Cancel an order that is not completed',
  input: { params: OrderParams, query: z.strictObject(PARTIES), body: ReasonBody },
  access: onAccount('api.orders.cancel'),
  limit: 'write',
  problems: ['ORDER_NOT_FOUND', 'ORDER_PLACED_BY_ANOTHER', 'ORDER_STATE_CONFLICT', 'BILLING_PARTY_MISMATCH'],
  responses: { 200: OrderDetail },
  async handle({ mandate, params, query, body }) {
    requireOwnParties(mandate, 'api.orders.cancel', [body, query])
    const before = await getOrder(mandate, params.order_id)
    requirePlacedByCaller(mandate, 'api.orders.cancel', before)
    await moveOrder(mandate, before, { to: 'cancelled', reason: body.reason ?? null })
    const { order, body: cancelled } = await answer(mandate, params.order_id)
    await announceOrder(mandate, order, {
      action: 'orders.cancel',
      changes: { state: { before: before.status, after: order.status } },
      reason: body.reason ?? null,
    })
    return cancelled
  },
})

const detailRoute = route({
  method: 'GET',
  path: `${BASE}/orders/:order_id`,
  summary: 'One order with its items and what can be done with it',
  input: { params: OrderParams, query: z.strictObject(PARTIES) },
  access: onAccount('api.orders.read'),
  limit: 'detail',
  problems: ['ORDER_NOT_FOUND', 'BILLING_PARTY_MISMATCH'],
  responses: { 200: OrderDetail },
  async handle({ mandate, params, query }) {
    requireOwnParties(mandate, 'api.orders.read', [query])
    const { order, body } = await answer(mandate, params.order_id)
    noteRead(mandate, {
      action: 'orders.read',
      resource: { type: 'order', id: order.id, label: order.reference ?? order.ban },
      rowCount: 1,
    })
    return body
  },
})

function makeListRoute({ cursors }: Services): Route {
  return route({
    method: 'GET',
    path: `${BASE}/orders`,
    summary: 'The orders of the billing account',
    input: { params: AccountParams, query: z.strictObject({ ...orderQuery, ...PARTIES }) },
    access: onAccount('api.orders.read'),
    limit: 'list',
    problems: ['CURSOR_INVALID', 'BILLING_PARTY_MISMATCH'],
    responses: { 200: OrderPage },
    async handle({ mandate, query }) {
      requireOwnParties(mandate, 'api.orders.read', [query])
      const page = await answerOrders(mandate, query, { cursors })
      noteRead(mandate, { action: 'orders.list', rowCount: page.items.length })
      return page
    },
  })
}

/** The orders of one billing account, for API clients. Source: A7. */
export function makeClientOrderRoutes(services: Services): readonly Route[] {
  return [placeRoute, makeListRoute(services), detailRoute, amendRoute, cancelRoute]
}
