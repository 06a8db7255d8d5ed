import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { coverList } from '#platform/covered.ts'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { narrowReach, reachOf, Scope, toScope } from '#platform/reach.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import { calendarDay, commaList, publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { narrowToGroup } from './group-filter.ts'
import { refuseTwoPlaces } from './paging.ts'
import { findTenantsPaying, listAllPayments, sumPayments } from './payment-store.ts'
import type { PaymentRow } from './payment-store.ts'
import { currencyCode } from './schemas.ts'

const paymentQuery = {
  from_date: calendarDay().optional().meta({ description: 'Received on this day (UTC) or later.' }),
  to_date: calendarDay().optional().meta({ description: 'Received on this day (UTC) or earlier.' }),
  invoice_id: publicId('invoice').optional(),
  currency: currencyCode().optional(),
  cursor: z.string().min(1).max(500).optional(),
  ...pageQuery,
}

const PaymentQuery = z.strictObject(paymentQuery)
const ConsolidatedPaymentQuery = z.strictObject({
  ...paymentQuery,
  tenant_ids: commaList(publicId('tenant')).optional(),
  group: publicId('tenant_group').optional(),
})
type PaymentQueryValues = z.output<typeof ConsolidatedPaymentQuery>

const PaymentItem = z
  .strictObject({
    payment_id: z.string(),
    tenant_id: z.string(),
    tenant_name: z.string(),
    invoice_id: z.string(),
    invoice_number: z
      .string()
      .nullable()
      .meta({ description: 'Null where the caller may see payments but no invoices.' }),
    customer_name: z.string().nullable(),
    amount: Money,
    currency: z.string(),
    received_at: z.string(),
    method: z.string(),
    source_system: z.string().nullable(),
  })
  .meta({ id: 'PaymentItem' })

const PaymentPage = z
  .strictObject({
    ...pageOf(PaymentItem),
    next_cursor: z.string().nullable(),
    aggregates: z.array(
      z.strictObject({ currency: z.string(), total_amount: Money, payment_count: z.int() }),
    ),
    scope: Scope,
  })
  .meta({ id: 'PaymentPage' })

function toItem(row: PaymentRow, tenantName: string): z.input<typeof PaymentItem> {
  return {
    payment_id: publicIdOf('payment', row.id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: tenantName,
    invoice_id: publicIdOf('invoice', row.invoice_id),
    invoice_number: row.invoice_number,
    customer_name: row.customer_name,
    amount: toMoney(row.amount_minor, row.currency),
    currency: row.currency,
    received_at: row.received_at.toISOString(),
    method: row.method,
    source_system: row.source,
  }
}

async function answerPayments(services: Services, mandate: ReadingMandate, query: PaymentQueryValues) {
  refuseTwoPlaces(query)
  const reach = reachOf(mandate)
  const { cursor, limit, offset, ...asked } = query
  const bound = ['payments', mandate.kind, mandate.actor.id, asked]
  const [receivedAt, id] = cursor === undefined ? [] : services.cursors.read(cursor, bound)
  const after = cursor === undefined ? null : { receivedAt: String(receivedAt), id: String(id) }
  const filter = {
    tenantIds: await narrowToGroup(mandate, narrowReach(reach, query.tenant_ids), query.group),
    from: query.from_date,
    to: query.to_date,
    invoiceId: query.invoice_id,
    currency: query.currency,
  }
  const found = await listAllPayments(mandate, filter, { after, offset, limit: limit + 1 })
  const sums = await sumPayments(mandate, filter)
  const rows = found.slice(0, limit)
  const last = found.length > limit ? rows.at(-1) : undefined
  const total = sums.reduce((count, sum) => count + sum.payment_count, 0)
  await coverList(mandate, {
    tenantIds: filter.tenantIds,
    chosenBy: query,
    isWhole: rows.length === total,
    findTenants: (most) => findTenantsPaying(mandate, filter, most),
  })
  const nameOf = (row: PaymentRow) => reach.tenants.get(idFromUuid('tenant', row.tenant_id))?.name ?? ''
  return {
    ...toPage(
      rows.map((row) => toItem(row, nameOf(row))),
      query,
      total,
    ),
    has_more: last !== undefined,
    next_cursor: last === undefined ? null : services.cursors.sign([last.received_text, last.id], bound),
    aggregates: sums.map((sum) => ({
      currency: sum.currency,
      total_amount: toMoney(sum.amount_minor, sum.currency),
      payment_count: sum.payment_count,
    })),
    scope: toScope(reach),
  }
}

/** Payments on the invoices of all tenants, and of a tenant itself, the newest first. Source: B6. */
export function makePaymentRoutes(services: Services) {
  return [
    route({
      method: 'GET',
      path: '/api/v1/partner/billing/payments',
      summary: 'Payments on the invoices of all customers, with sums per currency',
      input: { query: ConsolidatedPaymentQuery },
      access: { permission: 'partner.billing.payments.read', tenant: 'portfolio' },
      limit: 'list',
      problems: ['CURSOR_INVALID', 'GROUP_NOT_FOUND'],
      responses: { 200: PaymentPage },
      handle: ({ mandate, query }) => answerPayments(services, mandate, query),
    }),
    route({
      method: 'GET',
      path: '/api/v1/tenant/billing/payments',
      summary: "Payments on the organisation's own invoices",
      input: { query: PaymentQuery },
      access: { permission: 'tenant.billing.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: PaymentPage },
      handle: ({ mandate, query }) => answerPayments(services, mandate, query),
    }),
  ]
}
