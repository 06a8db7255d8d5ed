import { decide, idFromUuid } from '@liaison/access'
import type { InvoiceId, TenantId } from '@liaison/access'
import { z } from 'zod'
import { coverList } from '#platform/covered.ts'
import { toPage } from '#platform/list.ts'
import { noteRead } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { InvoiceFilter } from './filter-store.ts'
import { narrowToGroup } from './group-filter.ts'
import { findInvoice, listInvoices, listPayments, rankOf } from './invoice-store.ts'
import type { InvoiceOrder, InvoicePosition, InvoiceRow, InvoiceWindow } from './invoice-columns-store.ts'
import { refuseTwoPlaces } from './paging.ts'
import { isDisputed, listReminders } from './reminder-store.ts'
import { narrowReach, reachOf, toScope } from '#platform/reach.ts'
import type { ReadingMandate } from '#platform/reach.ts'
import { dayOf, statusOn } from './rules.ts'
import {
  ConsolidatedInvoiceQuery,
  InvoiceDetail,
  InvoicePage,
  InvoiceQuery,
  toAggregate,
  toInvoice,
  toPayment,
  toReminded,
} from './schemas.ts'
import type { InvoiceQueryValues } from './schemas.ts'
import { searchInvoices } from './search-store.ts'
import { findTenantsWith, sumInvoices } from './sum-store.ts'
import { findTenantsOf } from './touched-store.ts'

async function toFilter(
  mandate: ReadingMandate,
  query: InvoiceQueryValues,
  wanted: readonly TenantId[],
): Promise<InvoiceFilter> {
  const { currency } = query
  return {
    tenantIds: currency === undefined ? wanted : await findTenantsWith(mandate, wanted, currency),
    today: dayOf(mandate.origin.now),
    issued: { from: query.from_date, to: query.to_date },
    statuses: query.status,
    minAmount: query.min_amount,
    maxAmount: query.max_amount,
    currency: query.currency,
    overdueDaysMin: query.overdue_days_min,
    search: query.search,
  }
}

/** A cursor belongs to this reader, plane, filter and order; where the reader stands in the list is what it holds. */
function boundOf(mandate: ReadingMandate, query: InvoiceQueryValues): unknown {
  const { cursor: _cursor, limit: _limit, offset: _offset, ...asked } = query
  return ['invoices', mandate.kind, mandate.actor.id, asked]
}

function readPosition(services: Services, cursor: string, bound: unknown): InvoicePosition {
  const [rank, key, id] = services.cursors.read(cursor, bound)
  return { rank: Number(rank), key: String(key), id: String(id) }
}

function positionOf(row: InvoiceRow, order: InvoiceOrder, today: string): (string | number)[] {
  const status = statusOn({ status: row.status, dueOn: row.due_on, balanceMinor: row.balance_minor }, today)
  return [rankOf(status, order), order.by === 'amount' ? String(row.total_minor) : row.issued_on, row.id]
}

/** The page and one row more, which tells whether there is a next page, with the sums of all that the filter matches. */
async function readList(mandate: ReadingMandate, filter: InvoiceFilter, window: InvoiceWindow) {
  const { search } = filter
  const wide = { ...window, limit: window.limit + 1 }
  if (search !== undefined) return searchInvoices(mandate, { ...filter, search }, wide)
  return { rows: await listInvoices(mandate, filter, wide), sums: await sumInvoices(mandate, filter) }
}

async function answerList(services: Services, mandate: ReadingMandate, query: InvoiceQueryValues) {
  refuseTwoPlaces(query)
  const reach = reachOf(mandate)
  const today = dayOf(mandate.origin.now)
  const order: InvoiceOrder = { by: query.sort_by, direction: query.sort_order }
  const bound = boundOf(mandate, query)
  const after = query.cursor === undefined ? null : readPosition(services, query.cursor, bound)
  const tenantIds = await narrowToGroup(mandate, narrowReach(reach, query.tenant_ids), query.group)
  const filter = await toFilter(mandate, query, tenantIds)
  const window = { order, after, offset: query.offset, limit: query.limit }
  const { rows: found, sums } = await readList(mandate, filter, window)
  const rows = found.slice(0, query.limit)
  const last = found.length > query.limit ? rows.at(-1) : undefined
  const total = sums.reduce((count, sum) => count + sum.invoice_count, 0)
  const items = rows.map((row) => toInvoice(row, reach, today))
  await coverList(mandate, {
    tenantIds,
    chosenBy: query,
    isWhole: rows.length === total,
    findTenants: (most) => findTenantsOf(mandate, filter, most),
  })
  return {
    ...toPage(items, query, total),
    has_more: last !== undefined,
    next_cursor: last === undefined ? null : services.cursors.sign(positionOf(last, order, today), bound),
    aggregates: sums.map(toAggregate),
    scope: toScope(reach),
  }
}

async function answerDetail(mandate: ReadingMandate, id: InvoiceId) {
  const reach = reachOf(mandate)
  const row = await findInvoice(mandate, id, [...reach.tenants.keys()])
  if (!row) throw new ProblemError(404, 'INVOICE_NOT_FOUND', 'No invoice that you may see has this id.')
  const tenantId = idFromUuid('tenant', row.tenant_id)
  const facts = reach.tenants.get(tenantId)?.facts
  const permission = mandate.kind === 'tenant' ? 'tenant.billing.read' : 'partner.billing.payments.read'
  const seesPayments = facts !== undefined && decide(facts, { permission }).effect === 'allow'
  const payments = seesPayments ? await listPayments(mandate, row) : null
  noteRead(mandate, {
    action: mandate.kind === 'tenant' ? 'tenant.billing.read' : 'billing.invoices.read',
    resource: { type: 'invoice', id: row.id, label: row.number },
    tenantId: row.tenant_id,
    rowCount: 1,
  })
  return {
    ...toInvoice(row, reach, dayOf(mandate.origin.now)),
    payments: payments?.map(toPayment) ?? null,
    is_disputed: await isDisputed(mandate, row),
    reminders: (await listReminders(mandate, row)).map(toReminded),
    withheld: seesPayments ? [] : ['payments' as const],
  }
}

const InvoiceParams = z.strictObject({ invoice_id: publicId('invoice') })

/** The invoices of all tenants that a partner may bill for, and a tenant's own. Source: B5 endpoint 4, B6. */
export function makeInvoiceRoutes(services: Services) {
  return [
    route({
      method: 'GET',
      path: '/api/v1/partner/billing/invoices',
      summary: 'Invoices of all customers, with sums per currency',
      input: { query: ConsolidatedInvoiceQuery },
      access: { permission: 'partner.billing.invoices.read', tenant: 'portfolio' },
      limit: 'list',
      problems: ['CURSOR_INVALID', 'GROUP_NOT_FOUND'],
      responses: { 200: InvoicePage },
      handle: ({ mandate, query }) => answerList(services, mandate, query),
    }),
    route({
      method: 'GET',
      path: '/api/v1/partner/billing/invoices/:invoice_id',
      summary: 'One invoice with its payments',
      input: { params: InvoiceParams },
      access: { permission: 'partner.billing.invoices.read', tenant: 'portfolio' },
      limit: 'detail',
      problems: ['INVOICE_NOT_FOUND'],
      responses: { 200: InvoiceDetail },
      handle: ({ mandate, params }) => answerDetail(mandate, params.invoice_id),
    }),
    route({
      method: 'GET',
      path: '/api/v1/tenant/billing/invoices',
      summary: "The organisation's own invoices",
      input: { query: InvoiceQuery },
      access: { permission: 'tenant.billing.read' },
      limit: 'list',
      problems: ['CURSOR_INVALID'],
      responses: { 200: InvoicePage },
      handle: ({ mandate, query }) => answerList(services, mandate, query),
    }),
    route({
      method: 'GET',
      path: '/api/v1/tenant/billing/invoices/:invoice_id',
      summary: "One of the organisation's own invoices with its payments",
      input: { params: InvoiceParams },
      access: { permission: 'tenant.billing.read' },
      limit: 'detail',
      problems: ['INVOICE_NOT_FOUND'],
      responses: { 200: InvoiceDetail },
      handle: ({ mandate, params }) => answerDetail(mandate, params.invoice_id),
    }),
  ]
}
