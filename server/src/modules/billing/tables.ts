import type { Generated } from 'kysely'
import type { SETTLED_STATUSES, StoredStatus } from './rules.ts'

/** The tables of this module, as its queries see them. Days are `YYYY-MM-DD`; amounts are minor units. */
export interface BillingTables {
  billing_account: { tenant_id: string; id: string; ban: string; name: string; currency: string }
  subscriber: {
    tenant_id: string
    id: Generated<string>
    name: string
    status: 'active' | 'suspended' | 'closed'
    plan: string | null
    city: string | null
    postal_code: string | null
    activated_on: string | null
    closed_on: string | null
    created_at: Date
    updated_at: Date
  }
  invoice: {
    tenant_id: string
    id: string
    billing_account_id: string
    number: string
    subscriber_id: string | null
    customer_name: string | null
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
    created_at: Date
  }
  invoice_month: {
    tenant_id: string
    month: string
    currency: string
    status: (typeof SETTLED_STATUSES)[number]
    invoice_count: number
    total_minor: string
    paid_minor: string
  }
  payment: {
    tenant_id: string
    id: string
    invoice_id: string
    amount_minor: number
    currency: string
    received_at: Date
    method: string
  }
}
