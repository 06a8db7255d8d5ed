import { idFromUuid } from '@liaison/access'
import { z } from 'zod'
import { defineExportSource } from '#platform/export-source.ts'
import type { ExportCell, ExportMandate, ExportPosition, ExportQuestion } from '#platform/export-source.ts'
import { toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { reachOf } from '#platform/reach.ts'
import type { Reach } from '#platform/reach.ts'
import { calendarDay, plainText } from '#platform/route-input.ts'
import type { InvoiceFilter } from './filter-store.ts'
import { listInvoices, rankOf } from './invoice-store.ts'
import type { InvoiceOrder, InvoiceRow, InvoiceWindow } from './invoice-columns-store.ts'
import { bucketOf, dayOf, daysOverdue, INVOICE_STATUSES, statusOn } from './rules.ts'
import { searchInvoices } from './search-store.ts'
import { findTenantsWith, sumInvoices } from './sum-store.ts'

const amount = () => z.int().min(-1e15).max(1e15).optional()

/** The filters of the list of invoices, as JSON. */
const InvoiceExportFilter = z.strictObject({
  from_date: calendarDay().optional().meta({ description: 'Issued on this day or later.' }),
  to_date: calendarDay().optional().meta({ description: 'Issued on this day or earlier.' }),
  status: z.array(z.enum(INVOICE_STATUSES)).min(1).max(10).optional(),
  min_amount: amount().meta({ description: 'Smallest total, in minor units.' }),
  max_amount: amount().meta({ description: 'Largest total, in minor units.' }),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be a currency code, such as EUR')
    .optional(),
  overdue_days_min: z.int().min(0).max(36_500).optional(),
  search: plainText(1, 100)
    .optional()
    .meta({ description: 'Part of the number or of the name; one or two letters: its beginning.' }),
  sort_by: z.enum(['invoice_date', 'amount', 'status']).optional(),
  sort_order: z.enum(['asc', 'desc']).optional(),
  include_line_items: z
    .literal(false, 'the records of this installation hold no lines of invoices')
    .optional()
    .meta({ description: 'Only false: the records hold invoices without their lines.' }),
})

type InvoiceQuestion = ExportQuestion<z.output<typeof InvoiceExportFilter>>

async function toFilter(
  mandate: ExportMandate,
  { tenantIds, asOf, filter }: InvoiceQuestion,
): Promise<InvoiceFilter> {
  const { currency } = filter
  return {
    tenantIds: currency === undefined ? tenantIds : await findTenantsWith(mandate, tenantIds, currency),
    today: dayOf(asOf),
    issued: { from: filter.from_date, to: filter.to_date },
    statuses: filter.status,
    minAmount: filter.min_amount,
    maxAmount: filter.max_amount,
    currency,
    overdueDaysMin: filter.overdue_days_min,
    search: filter.search,
  }
}

const orderOf = ({ filter }: InvoiceQuestion): InvoiceOrder => ({
  by: filter.sort_by ?? 'invoice_date',
  direction: filter.sort_order ?? 'desc',
})

function stateOf(row: InvoiceRow) {
  return { status: row.status, dueOn: row.due_on, balanceMinor: row.balance_minor }
}

const nameOf = (reach: Reach, uuid: string): string =>
  reach.tenants.get(idFromUuid('tenant', uuid))?.name ?? ''

function toCells(row: InvoiceRow, reach: Reach, today: string): ExportCell[] {
  const money = (minor: number) => toMoney(minor, row.currency)
  const state = stateOf(row)
  return [
    publicIdOf('invoice', row.id),
    row.number,
    publicIdOf('tenant', row.tenant_id),
    nameOf(reach, row.tenant_id),
    row.subscriber_id && publicIdOf('subscriber', row.subscriber_id),
    row.customer_name,
    row.ban,
    row.issued_on,
    row.due_on,
    statusOn(state, today),
    row.currency,
    money(row.subtotal_minor),
    money(row.tax_minor),
    money(row.total_minor),
    money(row.paid_minor),
    money(row.balance_minor),
    row.paid_on,
    daysOverdue(state, today),
    bucketOf(state, today),
    row.created_at,
  ]
}

function positionOf(row: InvoiceRow, order: InvoiceOrder, today: string): ExportPosition {
  const key = order.by === 'amount' ? String(row.total_minor) : row.issued_on
  return [rankOf(statusOn(stateOf(row), today), order), key, row.id]
}

function toWindow(order: InvoiceOrder, after: ExportPosition | null, limit: number): InvoiceWindow {
  if (after === null) return { order, after, offset: 0, limit }
  const [rank, key, id] = after
  return { order, after: { rank: Number(rank), key: String(key), id: String(id) }, offset: 0, limit }
}

/** Invoices: the rows, in the order, that the list of invoices shows for the same filters. Source: B6. */
export const invoiceExport = defineExportSource({
  kind: 'invoices',
  noun: 'invoices',
  permissions: {
    portfolio: { order: 'partner.billing.invoices.export', rows: ['partner.billing.invoices.read'] },
    tenant: 'tenant.billing.read',
  },
  columns: [
    { key: 'invoice_id', label: 'Invoice id', type: 'text' },
    { key: 'invoice_number', label: 'Number', type: 'text', width: 2.4 },
    { key: 'tenant_id', label: 'Tenant id', type: 'text' },
    { key: 'tenant_name', label: 'Tenant', type: 'text', width: 3 },
    { key: 'customer_id', label: 'Subscriber id', type: 'text' },
    { key: 'customer_name', label: 'Subscriber', type: 'text', width: 3 },
    { key: 'billing_account', label: 'Billing account', type: 'text' },
    { key: 'invoice_date', label: 'Issued', type: 'day', width: 1.6 },
    { key: 'due_date', label: 'Due', type: 'day', width: 1.6 },
    { key: 'status', label: 'Status', type: 'text', width: 1.7 },
    { key: 'currency', label: 'Currency', type: 'text' },
    { key: 'subtotal', label: 'Net', type: 'money', width: 2.2 },
    { key: 'tax', label: 'Tax', type: 'money', width: 2 },
    { key: 'total', label: 'Total', type: 'money', width: 2.2 },
    { key: 'paid_amount', label: 'Paid', type: 'money', width: 2.2 },
    { key: 'balance', label: 'Balance', type: 'money', width: 2.2 },
    { key: 'payment_date', label: 'Paid on', type: 'day' },
    { key: 'days_overdue', label: 'Days overdue', type: 'whole' },
    { key: 'ageing_bucket', label: 'Ageing', type: 'text' },
    { key: 'created_at', label: 'Recorded at', type: 'instant' },
  ],
  filter: InvoiceExportFilter,
  async estimate(mandate, question) {
    const filter = await toFilter(mandate, question)
    const { search } = filter
    const sums =
      search === undefined
        ? await sumInvoices(mandate, filter)
        : (await searchInvoices(mandate, { ...filter, search }, toWindow(orderOf(question), null, 1))).sums
    return sums.reduce((count, sum) => count + sum.invoice_count, 0)
  },
  async read(mandate, question, { after, limit }) {
    const filter = await toFilter(mandate, question)
    const order = orderOf(question)
    const window = toWindow(order, after, limit)
    const { search } = filter
    const found =
      search === undefined
        ? await listInvoices(mandate, filter, window)
        : (await searchInvoices(mandate, { ...filter, search }, window)).rows
    const reach = reachOf(mandate)
    const last = found.length < limit ? undefined : found.at(-1)
    return {
      rows: found.map((row) => ({ tenantId: row.tenant_id, cells: toCells(row, reach, filter.today) })),
      next: last === undefined ? null : positionOf(last, order, filter.today),
    }
  },
})
