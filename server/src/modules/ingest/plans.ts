import { INVOICE_STATES, TICKET_CLOSED_REASONS, TICKET_STATES } from './state-maps.ts'
import type { ItemOf, Kind } from './schemas.ts'

/** A record that an item refers to by the id that its source gave it. */
export interface Reference {
  /** The field of the item, for pointers. */
  readonly field: string
  readonly table: 'billing_account' | 'subscriber' | 'invoice'
  readonly externalId: string
}

/** What the database knows of the things that an item names. */
export interface Found {
  readonly tenantId: string | null
  readonly idOf: (field: string) => string | null
  readonly partner: { readonly id: string; readonly name: string } | null
  readonly ticketNumber: string | null
}

export type RowValues = Readonly<Record<string, unknown>>

/** How items of one kind become rows of one table. */
export interface Plan<K extends Kind> {
  readonly table: string
  /** The columns that make a row the same record when it comes again. */
  readonly key: readonly string[]
  /** The columns that an item fills, with their types. */
  readonly columns: Readonly<Record<string, string>>
  /** Columns that keep their first value. */
  readonly fixed?: readonly string[]
  /** What a column becomes when the record comes again, where that is not what was sent: SQL over `t` and `excluded`. */
  readonly merged?: Readonly<Record<string, string>>
  /** Whether `updated_at` has no trigger of its own. */
  readonly touches?: true
  readonly identify: (item: ItemOf<K>) => string
  /** A field besides the external id that must be unique within the tenant (for tenants: everywhere). */
  readonly unique?: {
    readonly column: string
    readonly of: (item: ItemOf<K>) => string | undefined
    /** Whether one record may take at once what another gives up: the constraint is checked at the end of the statement. */
    readonly isGivenUp?: true
  }
  readonly references?: (item: ItemOf<K>) => readonly Reference[]
  readonly toRow: (item: ItemOf<K>, found: Found) => RowValues
}

const EXTERNAL_KEY = ['tenant_id', 'source', 'external_id'] as const
const OWNED = { tenant_id: 'uuid', external_id: 'text' } as const

const byExternalId = (item: { readonly external_id: string }) => item.external_id

const tenants: Plan<'tenants'> = {
  table: 'tenant',
  key: ['source', 'external_id'],
  columns: {
    external_id: 'text',
    name: 'text',
    slug: 'text',
    status: 'text',
    domain: 'text',
    plan_type: 'text',
    contact: 'jsonb',
    address: 'jsonb',
    timezone: 'text',
    currency: 'text',
    billing_cycle: 'text',
    current_mrr_minor: 'bigint',
    max_users: 'integer',
    trial_ends_at: 'timestamptz',
    subscription_starts_at: 'timestamptz',
    subscription_ends_at: 'timestamptz',
  },
  identify: byExternalId,
  unique: { column: 'slug', of: (item) => item.slug },
  toRow: ({ current_mrr: mrr, ...item }) => ({ ...item, current_mrr_minor: mrr?.amount_minor }),
}

const billingAccounts: Plan<'billing_accounts'> = {
  table: 'billing_account',
  key: EXTERNAL_KEY,
  columns: { ...OWNED, ban: 'text', name: 'text', currency: 'text', status: 'text' },
  identify: byExternalId,
  unique: { column: 'ban', of: (item) => item.ban },
  toRow: ({ external_id, ban, name, currency, status }, found) => ({
    tenant_id: found.tenantId,
    external_id,
    ban,
    name,
    currency,
    status,
  }),
}

const subscribers: Plan<'subscribers'> = {
  table: 'subscriber',
  key: EXTERNAL_KEY,
  columns: {
    ...OWNED,
    name: 'text',
    status: 'text',
    plan: 'text',
    city: 'text',
    postal_code: 'text',
    billing_email: 'text',
    activated_on: 'date',
    closed_on: 'date',
  },
  touches: true,
  identify: byExternalId,
  toRow: ({ tenant: _named, tenant_id: _id, ...item }, found) => ({ ...item, tenant_id: found.tenantId }),
}

function paidPart(item: ItemOf<'invoices'>): number {
  const total = item.subtotal.amount_minor + (item.tax?.amount_minor ?? 0)
  return item.paid?.amount_minor ?? (INVOICE_STATES[item.status] === 'paid' ? total : 0)
}

const invoices: Plan<'invoices'> = {
  table: 'invoice',
  key: EXTERNAL_KEY,
  columns: {
    ...OWNED,
    billing_account_id: 'uuid',
    subscriber_id: 'uuid',
    number: 'text',
    customer_name: 'text',
    issued_on: 'date',
    due_on: 'date',
    status: 'text',
    currency: 'text',
    subtotal_minor: 'bigint',
    tax_minor: 'bigint',
    total_minor: 'bigint',
    paid_minor: 'bigint',
    paid_on: 'date',
  },
  touches: true,
  identify: byExternalId,
  unique: { column: 'number', of: (item) => item.number, isGivenUp: true },
  references: (item) => [
    { field: 'billing_account', table: 'billing_account', externalId: item.billing_account },
    ...(item.subscriber === undefined
      ? []
      : [{ field: 'subscriber', table: 'subscriber', externalId: item.subscriber } as const]),
  ],
  toRow: (item, found) => ({
    tenant_id: found.tenantId,
    external_id: item.external_id,
    billing_account_id: found.idOf('billing_account'),
    subscriber_id: found.idOf('subscriber'),
    number: item.number,
    customer_name: item.customer_name,
    issued_on: item.issued_on,
    due_on: item.due_on,
    status: INVOICE_STATES[item.status],
    currency: item.subtotal.currency,
    subtotal_minor: item.subtotal.amount_minor,
    tax_minor: item.tax?.amount_minor ?? 0,
    total_minor: item.subtotal.amount_minor + (item.tax?.amount_minor ?? 0),
    paid_minor: paidPart(item),
    paid_on: item.paid_on,
  }),
}

const payments: Plan<'payments'> = {
  table: 'payment',
  key: EXTERNAL_KEY,
  columns: {
    ...OWNED,
    invoice_id: 'uuid',
    amount_minor: 'bigint',
    currency: 'text',
    received_at: 'timestamptz',
    method: 'text',
  },
  identify: byExternalId,
  references: (item) => [{ field: 'invoice', table: 'invoice', externalId: item.invoice }],
  toRow: (item, found) => ({
    tenant_id: found.tenantId,
    external_id: item.external_id,
    invoice_id: found.idOf('invoice'),
    amount_minor: item.amount.amount_minor,
    currency: item.amount.currency,
    received_at: item.received_at,
    method: item.method,
  }),
}

const tickets: Plan<'tickets'> = {
  table: 'ticket',
  key: EXTERNAL_KEY,
  columns: {
    ...OWNED,
    number: 'text',
    subscriber_id: 'uuid',
    customer_name: 'text',
    subject: 'text',
    description: 'text',
    status: 'text',
    priority: 'text',
    category: 'text',
    tags: 'text[]',
    assigned_to_name: 'text',
    created_by_name: 'text',
    created_by_partner_id: 'uuid',
    created_by_partner_name: 'text',
    created_at: 'timestamptz',
    first_response_at: 'timestamptz',
    resolved_at: 'timestamptz',
    closed_reason: 'text',
  },
  fixed: ['number'],
  // Whom somebody gave it to here, its source does not know: it stays theirs until the source names somebody else.
  merged: {
    assigned_to_name: `coalesce(excluded.assigned_to_name, case when t.assigned_to is not null then t.assigned_to_name end)`,
    assigned_to: `case when coalesce(excluded.assigned_to_name, t.assigned_to_name) = t.assigned_to_name then t.assigned_to end`,
  },
  identify: byExternalId,
  unique: { column: 'number', of: (item) => item.number },
  references: (item) =>
    item.subscriber === undefined
      ? []
      : [{ field: 'subscriber', table: 'subscriber', externalId: item.subscriber }],
  toRow: (item, found) => ({
    tenant_id: found.tenantId,
    external_id: item.external_id,
    number: found.ticketNumber,
    subscriber_id: found.idOf('subscriber'),
    customer_name: item.customer_name,
    subject: item.subject,
    description: item.description,
    status: TICKET_STATES[item.status],
    priority: item.priority,
    category: item.category,
    tags: item.tags,
    assigned_to_name: item.assigned_to_name,
    created_by_name: item.opened_by_name,
    created_by_partner_id: found.partner?.id,
    created_by_partner_name: found.partner?.name,
    created_at: item.created_at,
    first_response_at: item.first_response_at,
    resolved_at: item.resolved_at,
    closed_reason: item.closed_reason ?? TICKET_CLOSED_REASONS[item.status],
  }),
}

const outages: Plan<'outages'> = {
  table: 'outage',
  key: EXTERNAL_KEY,
  columns: {
    ...OWNED,
    service: 'text',
    started_at: 'timestamptz',
    ended_at: 'timestamptz',
    is_planned: 'boolean',
    affected_subscribers: 'integer',
  },
  identify: byExternalId,
  toRow: ({ tenant: _named, tenant_id: _id, ...item }, found) => ({ ...item, tenant_id: found.tenantId }),
}

const monitoring: Plan<'monitoring'> = {
  table: 'monitoring_period',
  key: EXTERNAL_KEY,
  columns: { ...OWNED, service: 'text', started_at: 'timestamptz', ended_at: 'timestamptz' },
  identify: byExternalId,
  toRow: ({ tenant: _named, tenant_id: _id, ...item }, found) => ({ ...item, tenant_id: found.tenantId }),
}

const usage: Plan<'usage'> = {
  table: 'usage_day',
  key: ['tenant_id', 'day'],
  columns: {
    tenant_id: 'uuid',
    day: 'date',
    active_subscribers: 'integer',
    data_gb: 'numeric',
    peak_mbps: 'numeric',
    average_mbps: 'numeric',
  },
  identify: (item) => item.day,
  toRow: ({ tenant: _named, tenant_id: _id, ...item }, found) => ({ ...item, tenant_id: found.tenantId }),
}

export const PLANS: { readonly [K in Kind]: Plan<K> } = {
  tenants,
  billing_accounts: billingAccounts,
  subscribers,
  invoices,
  payments,
  tickets,
  outages,
  monitoring,
  usage,
}
