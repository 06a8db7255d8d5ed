import { encodeId, idFromUuid } from '@liaison/access'
import type { TenantId } from '@liaison/access'
import { z } from 'zod'
import { pageOf, pageQuery } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { calendarDay, commaList, publicId, searchText, wholeNumber } from '#platform/route-input.ts'
import { Scope } from '#platform/reach.ts'
import type { Reach } from '#platform/reach.ts'
import { AGEING_BUCKETS, bucketOf, daysOverdue, INVOICE_STATUSES, statusOn } from './rules.ts'
import type { InvoiceRow } from './invoice-columns-store.ts'
import type { ReminderRow } from './reminder-store.ts'
import type { InvoiceSums } from './sum-store.ts'

const amount = () => wholeNumber(-1e15, 1e15)

/** An ISO 4217 code. */
export const currencyCode = () => z.string().regex(/^[A-Z]{3}$/, 'must be a currency code, such as EUR')

/** What may be asked of a list of invoices. */
const invoiceQuery = {
  from_date: calendarDay().optional().meta({ description: 'Issued on this day or later.' }),
  to_date: calendarDay().optional().meta({ description: 'Issued on this day or earlier.' }),
  status: commaList(z.enum(INVOICE_STATUSES)).optional(),
  min_amount: amount().optional().meta({ description: 'Smallest total, in minor units.' }),
  max_amount: amount().optional().meta({ description: 'Largest total, in minor units.' }),
  currency: currencyCode().optional(),
  overdue_days_min: wholeNumber(0, 36_500).optional(),
  search: searchText()
    .optional()
    .meta({ description: 'Part of the number or of the name; one or two letters: its beginning.' }),
  sort_by: z.enum(['invoice_date', 'amount', 'status']).default('invoice_date'),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
  cursor: z.string().min(1).max(500).optional(),
  ...pageQuery,
}

export const InvoiceQuery = z.strictObject(invoiceQuery)
export const ConsolidatedInvoiceQuery = z.strictObject({
  ...invoiceQuery,
  tenant_ids: commaList(publicId('tenant')).optional(),
  group: publicId('tenant_group').optional(),
})
export type InvoiceQueryValues = z.output<typeof ConsolidatedInvoiceQuery>

const invoiceFields = {
  invoice_id: z.string(),
  invoice_number: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  customer_id: z.string().nullable(),
  customer_name: z.string().nullable(),
  billing_account: z.string().nullable(),
  invoice_date: z.string(),
  due_date: z.string(),
  status: z.enum(INVOICE_STATUSES),
  subtotal: Money,
  tax: Money,
  total: Money,
  paid_amount: Money,
  balance: Money,
  currency: z.string(),
  payment_date: z.string().nullable(),
  days_overdue: z.int(),
  ageing_bucket: z.enum(AGEING_BUCKETS).nullable(),
  billing_party: z
    .enum(['tenant', 'partner', 'split'])
    .nullable()
    .meta({ description: 'Who pays for what the partner does here; null in the own organisation.' }),
  source_system: z
    .string()
    .nullable()
    .meta({ description: 'The system that handed the invoice in; null when it was made here.' }),
  created_at: z.string(),
}

/** One invoice of a list. */
export const Invoice = z.strictObject(invoiceFields).meta({ id: 'Invoice' })

const Payment = z.strictObject({
  payment_id: z.string(),
  amount: Money,
  received_at: z.string(),
  method: z.string(),
})

const Reminded = z.strictObject({
  sent_at: z.string(),
  sent_by_name: z.string(),
  partner_name: z.string(),
  recipient: z.enum(['customer', 'tenant']),
})

/** One invoice with what was paid on it; `withheld` names what the caller may not see, which is null. */
export const InvoiceDetail = z
  .strictObject({
    ...invoiceFields,
    payments: z.array(Payment).nullable(),
    is_disputed: z.boolean(),
    reminders: z.array(Reminded),
    withheld: z.array(z.enum(['payments'])),
  })
  .meta({ id: 'InvoiceDetail' })

const InvoiceAggregate = z.strictObject({
  currency: z.string(),
  total_amount: Money,
  paid_amount: Money,
  outstanding_amount: Money,
  overdue_amount: Money,
  invoice_count: z.int(),
})

/** A page of invoices with the sums over everything that the filter matches, one entry per currency. */
export const InvoicePage = z
  .strictObject({
    ...pageOf(Invoice),
    next_cursor: z.string().nullable(),
    aggregates: z.array(InvoiceAggregate),
    scope: Scope,
  })
  .meta({ id: 'InvoicePage' })

export function toInvoice(row: InvoiceRow, reach: Reach, today: string): z.input<typeof Invoice> {
  const money = (amountMinor: number) => toMoney(amountMinor, row.currency)
  const state = { status: row.status, dueOn: row.due_on, balanceMinor: row.balance_minor }
  const tenantId: TenantId = idFromUuid('tenant', row.tenant_id)
  return {
    invoice_id: publicIdOf('invoice', row.id),
    invoice_number: row.number,
    tenant_id: encodeId('tenant', tenantId),
    tenant_name: reach.tenants.get(tenantId)?.name ?? '',
    customer_id: row.subscriber_id && publicIdOf('subscriber', row.subscriber_id),
    customer_name: row.customer_name,
    billing_account: row.ban,
    invoice_date: row.issued_on,
    due_date: row.due_on,
    status: statusOn(state, today),
    subtotal: money(row.subtotal_minor),
    tax: money(row.tax_minor),
    total: money(row.total_minor),
    paid_amount: money(row.paid_minor),
    balance: money(row.balance_minor),
    currency: row.currency,
    payment_date: row.paid_on,
    days_overdue: daysOverdue(state, today),
    ageing_bucket: bucketOf(state, today),
    billing_party: reach.tenants.get(tenantId)?.billingParty ?? null,
    source_system: row.source,
    created_at: row.created_at.toISOString(),
  }
}

export function toPayment(row: {
  id: string
  amount_minor: number
  currency: string
  received_at: Date
  method: string
}): z.input<typeof Payment> {
  return {
    payment_id: publicIdOf('payment', row.id),
    amount: toMoney(row.amount_minor, row.currency),
    received_at: row.received_at.toISOString(),
    method: row.method,
  }
}

export function toReminded(row: ReminderRow): z.input<typeof Reminded> {
  return {
    sent_at: row.sent_at.toISOString(),
    sent_by_name: row.sent_by_name,
    partner_name: row.partner_name,
    recipient: row.recipient,
  }
}

export function toAggregate(sums: InvoiceSums): z.input<typeof InvoiceAggregate> {
  const money = (amountMinor: number) => toMoney(amountMinor, sums.currency)
  return {
    currency: sums.currency,
    total_amount: money(sums.total_minor),
    paid_amount: money(sums.paid_minor),
    outstanding_amount: money(sums.outstanding_minor),
    overdue_amount: money(sums.overdue_minor),
    invoice_count: sums.invoice_count,
  }
}
