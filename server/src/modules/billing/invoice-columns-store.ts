import { sql } from 'kysely'
import type { StoredStatus } from './rules.ts'

/** One invoice with the number of its billing account. */
export interface InvoiceRow {
  tenant_id: string
  id: string
  number: string
  subscriber_id: string | null
  customer_name: string | null
  ban: string | null
  issued_on: string
  due_on: string
  status: StoredStatus
  currency: string
  subtotal_minor: number
  tax_minor: number
  total_minor: number
  paid_minor: number
  balance_minor: number
  paid_on: string | null
  source: string | null
  created_at: Date
}

export interface InvoiceOrder {
  readonly by: 'invoice_date' | 'amount' | 'status'
  readonly direction: 'asc' | 'desc'
}

/** A place in an ordered list: after this invoice. `rank` is the place of its status when the list is by status. */
export interface InvoicePosition {
  readonly rank: number
  readonly key: string
  readonly id: string
}

/** The wanted part of an ordered list. */
export interface InvoiceWindow {
  readonly order: InvoiceOrder
  readonly after: InvoicePosition | null
  readonly offset: number
  readonly limit: number
}

/** What is read of an invoice, on the alias `i`. */
export const COLUMNS = sql`i.tenant_id, i.id, i.billing_account_id, i.number, i.subscriber_id, i.customer_name, i.issued_on, i.due_on,
  i.status, i.currency, i.subtotal_minor, i.tax_minor, i.total_minor, i.paid_minor, i.balance_minor, i.paid_on, i.source, i.created_at`

/** The number of the invoice's billing account. */
export const BAN = sql`(select b.ban from billing_account b where b.tenant_id = i.tenant_id and b.id = i.billing_account_id) as ban`
