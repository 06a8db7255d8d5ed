import { z } from 'zod'
import { cursorPageOf, toNext } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { wholeNumber } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { cursor } from './inputs.ts'
import { readerOf } from './order-list.ts'
import { listPaid, listPaidServices } from './paid-store.ts'
import type { PaidRow, PaidServiceRow } from './paid-store.ts'
import { ORDER_STATES } from './rules.ts'
import { serviceQuery } from './service-list.ts'
import { toTenantId } from './view.ts'

const PaidOrder = z
  .strictObject({
    order_id: z.string(),
    customer_id: z.string().meta({ description: 'The organisation for which it was ordered.' }),
    customer_name: z.string(),
    customer_ban: z.string(),
    state: z.enum(ORDER_STATES),
    once_total: Money,
    monthly_total: Money,
    billed_ban: z.string().meta({ description: 'The own billing account that is charged.' }),
    placed_at: z.string(),
  })
  .meta({ id: 'PaidOrder' })

const PaidOrderPage = z.strictObject(cursorPageOf(PaidOrder)).meta({ id: 'PaidOrderPage' })

const toPaidOrder = (row: PaidRow): z.input<typeof PaidOrder> => ({
  order_id: publicIdOf('order', row.id),
  customer_id: toTenantId(row.tenant_id),
  customer_name: row.tenant_name,
  customer_ban: row.ban,
  state: row.status,
  once_total: toMoney(row.once_total_minor, row.currency),
  monthly_total: toMoney(row.monthly_total_minor, row.currency),
  billed_ban: row.payer_ban,
  placed_at: row.placed_at.toISOString(),
})

const PaidService = z
  .strictObject({
    service_id: z.string(),
    order_id: z.string(),
    customer_id: z.string().meta({ description: 'The organisation that has it.' }),
    customer_name: z.string(),
    customer_ban: z.string(),
    product_code: z.string(),
    product_name: z.string(),
    state: z.enum(['active', 'ended']),
    monthly: Money,
    billed_ban: z.string().meta({ description: 'The own billing account that is charged.' }),
    started_at: z.string(),
    ended_at: z.string().nullable(),
  })
  .meta({ id: 'PaidService' })

const PaidServicePage = z.strictObject(cursorPageOf(PaidService)).meta({ id: 'PaidServicePage' })

const toPaidService = (row: PaidServiceRow): z.input<typeof PaidService> => ({
  service_id: publicIdOf('service', row.id),
  order_id: publicIdOf('order', row.order_id),
  customer_id: toTenantId(row.tenant_id),
  customer_name: row.tenant_name,
  customer_ban: row.ban,
  product_code: row.product_code,
  product_name: row.product_name,
  state: row.status,
  monthly: toMoney(row.monthly_minor, row.currency),
  billed_ban: row.payer_ban,
  started_at: row.started_at.toISOString(),
  ended_at: row.ended_at && row.ended_at.toISOString(),
})

function makePaidServiceRoute({ cursors }: Services): Route {
  return route({
    method: 'GET',
    path: '/api/v1/tenant/paid-services',
    summary: 'What other organisations have in use that is billed to the own one',
    input: {
      query: z.strictObject({ state: serviceQuery.state, cursor, limit: wholeNumber(1, 100).default(50) }),
    },
    access: { permission: 'tenant.orders.read' },
    limit: 'list',
    problems: ['CURSOR_INVALID'],
    responses: { 200: PaidServicePage },
    async handle({ mandate, query: { state, limit, cursor: given } }) {
      const bound = ['paid services', readerOf(mandate), state]
      const [position] = given === undefined ? [] : cursors.read(given, bound)
      const after = position === undefined ? null : String(position)
      const found = await listPaidServices(mandate, state ?? null, { after, limit: limit + 1 })
      const rows = found.slice(0, limit)
      const last = found.length > limit ? rows.at(-1) : undefined
      return {
        items: rows.map(toPaidService),
        ...toNext(last === undefined ? null : cursors.sign([last.id], bound)),
      }
    },
  })
}

/** What was ordered for others and is billed to the own organisation: a wholesaler sees what it pays for. Source: A5. */
export function makePaidOrderRoutes(services: Services): readonly Route[] {
  const { cursors } = services
  return [
    makePaidServiceRoute(services),
    route({
      method: 'GET',
      path: '/api/v1/tenant/paid-orders',
      summary: 'What was ordered for other organisations and is billed to the own one',
      input: { query: z.strictObject({ cursor, limit: wholeNumber(1, 100).default(50) }) },
      access: { permission: 'tenant.orders.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: PaidOrderPage },
      async handle({ mandate, query }) {
        const bound = ['paid orders', readerOf(mandate)]
        const [position] = query.cursor === undefined ? [] : cursors.read(query.cursor, bound)
        const after = position === undefined ? null : String(position)
        const found = await listPaid(mandate, after, query.limit + 1)
        const rows = found.slice(0, query.limit)
        const last = found.length > query.limit ? rows.at(-1) : undefined
        return {
          items: rows.map(toPaidOrder),
          ...toNext(last === undefined ? null : cursors.sign([last.id], bound)),
        }
      },
    }),
  ]
}
