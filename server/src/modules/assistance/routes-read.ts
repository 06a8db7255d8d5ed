import { z } from 'zod'
import { pageOf, pageQuery, toPage } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import { noteLook, noteTicketLook, requireLook } from './looking.ts'
import { lookAtInvoices, lookAtOrders, lookAtPayments, lookAtTicket, lookAtTickets } from './read-store.ts'
import { AccessParams } from './view.ts'

const BASE = '/api/v1/admin/support-access/:support_access_id'
const PROBLEMS = [
  'SUPPORT_ACCESS_NOT_FOUND',
  'SUPPORT_ACCESS_NOT_ALLOWED',
  'SUPPORT_ACCESS_ENDED',
  'TENANT_INACTIVE',
  'ACCESS_FROZEN',
]
const COMMON = {
  method: 'GET',
  access: { permission: 'platform.assistance.use' },
  limit: 'list',
} as const
const input = { params: AccessParams, query: z.strictObject(pageQuery) }

const InvoiceBody = z.strictObject({
  invoice_id: z.string(),
  number: z.string(),
  issued_on: z.string(),
  due_on: z.string(),
  status: z.string(),
  total: Money,
  paid: Money,
  balance: Money,
})

const invoicesRoute = route({
  ...COMMON,
  path: `${BASE}/invoices`,
  summary: "A tenant's invoices, for the support case for which it let you look",
  input,
  problems: PROBLEMS,
  responses: { 200: z.strictObject(pageOf(InvoiceBody)) },
  async handle({ mandate, params, query }) {
    const look = await requireLook(mandate, params.support_access_id)
    const { rows, total } = await lookAtInvoices(mandate, look, query)
    noteLook(mandate, look, { what: 'invoices', rowCount: rows.length })
    const items = rows.map((row) => ({
      invoice_id: publicIdOf('invoice', row.id),
      number: row.number,
      issued_on: row.issued_on,
      due_on: row.due_on,
      status: row.status,
      total: toMoney(row.total_minor, row.currency),
      paid: toMoney(row.paid_minor, row.currency),
      balance: toMoney(row.balance_minor, row.currency),
    }))
    return toPage(items, query, total)
  },
})

const PaymentBody = z.strictObject({
  payment_id: z.string(),
  invoice_id: z.string(),
  invoice_number: z.string(),
  amount: Money,
  received_at: z.string(),
  payment_method: z.string(),
})

const paymentsRoute = route({
  ...COMMON,
  path: `${BASE}/payments`,
  summary: "A tenant's payments, for the support case for which it let you look",
  input,
  problems: PROBLEMS,
  responses: { 200: z.strictObject(pageOf(PaymentBody)) },
  async handle({ mandate, params, query }) {
    const look = await requireLook(mandate, params.support_access_id)
    const { rows, total } = await lookAtPayments(mandate, look, query)
    noteLook(mandate, look, { what: 'payments', rowCount: rows.length })
    const items = rows.map((row) => ({
      payment_id: publicIdOf('payment', row.id),
      invoice_id: publicIdOf('invoice', row.invoice_id),
      invoice_number: row.invoice_number,
      amount: toMoney(row.amount_minor, row.currency),
      received_at: row.received_at.toISOString(),
      payment_method: row.method,
    }))
    return toPage(items, query, total)
  },
})

const OrderBody = z.strictObject({
  order_id: z.string(),
  ban: z.string(),
  status: z.string(),
  status_reason: z.string().nullable(),
  reference: z.string().nullable(),
  requested_on: z.string(),
  once: Money,
  monthly: Money,
  placed_at: z.string(),
})

const ordersRoute = route({
  ...COMMON,
  path: `${BASE}/orders`,
  summary: "A tenant's orders, for the support case for which it let you look",
  input,
  problems: PROBLEMS,
  responses: { 200: z.strictObject(pageOf(OrderBody)) },
  async handle({ mandate, params, query }) {
    const look = await requireLook(mandate, params.support_access_id)
    const { rows, total } = await lookAtOrders(mandate, look, query)
    noteLook(mandate, look, { what: 'orders', rowCount: rows.length })
    const items = rows.map((row) => ({
      order_id: publicIdOf('order', row.id),
      ban: row.ban,
      status: row.status,
      status_reason: row.status_reason,
      reference: row.reference,
      requested_on: row.requested_on,
      once: toMoney(row.once_total_minor, row.currency),
      monthly: toMoney(row.monthly_total_minor, row.currency),
      placed_at: row.placed_at.toISOString(),
    }))
    return toPage(items, query, total)
  },
})

const TicketBody = z.strictObject({
  ticket_id: z.string(),
  number: z.string(),
  subject: z.string(),
  status: z.string(),
  priority: z.string(),
  category: z.string(),
  assigned_to_name: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
type Ticket = Awaited<ReturnType<typeof lookAtTickets>>['rows'][number]

const toTicket = (row: Ticket): z.output<typeof TicketBody> => ({
  ticket_id: publicIdOf('ticket', row.id),
  number: row.number,
  subject: row.subject,
  status: row.status,
  priority: row.priority,
  category: row.category,
  assigned_to_name: row.assigned_to_name,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
})

const ticketsRoute = route({
  ...COMMON,
  path: `${BASE}/tickets`,
  summary: "A tenant's tickets, for the support case for which it let you look",
  input,
  problems: PROBLEMS,
  responses: { 200: z.strictObject(pageOf(TicketBody)) },
  async handle({ mandate, params, query }) {
    const look = await requireLook(mandate, params.support_access_id)
    const { rows, total } = await lookAtTickets(mandate, look, query)
    noteLook(mandate, look, { what: 'tickets', rowCount: rows.length })
    return toPage(rows.map(toTicket), query, total)
  },
})

const CommentBody = z.strictObject({ author_name: z.string(), content: z.string(), created_at: z.string() })

const ticketRoute = route({
  ...COMMON,
  path: `${BASE}/tickets/:ticket_id`,
  summary: "One of a tenant's tickets without internal notes, for the support case for which it let you look",
  input: { params: AccessParams.extend({ ticket_id: publicId('ticket') }).strict() },
  limit: 'detail',
  problems: [...PROBLEMS, 'TICKET_NOT_FOUND'],
  responses: {
    200: TicketBody.extend({ description: z.string(), comments: z.array(CommentBody) }).strict(),
  },
  async handle({ mandate, params }) {
    const look = await requireLook(mandate, params.support_access_id)
    const ticket = await lookAtTicket(mandate, look, params.ticket_id)
    if (!ticket) throw new ProblemError(404, 'TICKET_NOT_FOUND', 'The tenant has no ticket with this id.')
    noteTicketLook(mandate, look, ticket)
    const comments = ticket.comments.map((comment) => ({
      author_name: comment.author_name,
      content: comment.content,
      created_at: comment.created_at.toISOString(),
    }))
    return { ...toTicket(ticket), description: ticket.description, comments }
  },
})

/** What support looks at in a tenant that let it in; each read is decided anew and told to the tenant. */
export const readRoutes: readonly Route[] = [
  invoicesRoute,
  paymentsRoute,
  ticketsRoute,
  ticketRoute,
  ordersRoute,
]
