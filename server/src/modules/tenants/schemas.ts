import { encodeId, LINK_ROLES, LINK_STATUSES, RELATIONSHIP_TYPES } from '@liaison/access'
import { z } from 'zod'
import { nextInvoiceOn } from '#modules/billing/index.ts'
import { Scope } from '#platform/reach.ts'
import { pageOf, pageQuery } from '#platform/list.ts'
import { Money, toMoney } from '#platform/money.ts'
import { commaList, publicId, searchText, truth, wholeNumber } from '#platform/route-input.ts'
import { AREAS, BOARD_SORTS, daysUntil } from './rules.ts'
import type { Amount, Figures, Relation } from './rules.ts'
import type { TenantRow } from './store.ts'

const TENANT_STATUSES = ['active', 'suspended', 'trial', 'closed'] as const

export const BoardQuery = z.strictObject({
  status: commaList(z.enum(['active', 'suspended', 'trial'])).optional(),
  search: searchText().optional().meta({ description: 'Part of the name or of the domain.' }),
  link_status: commaList(z.enum(LINK_STATUSES)).optional(),
  access_role: commaList(z.enum(LINK_ROLES)).optional(),
  expiring_within_days: wholeNumber(0, 3650).optional(),
  group: publicId('tenant_group').optional(),
  has_alerts: truth()
    .optional()
    .meta({ description: 'Only customers with an open alert, or only those without.' }),
  sort_by: z.enum(BOARD_SORTS).default('name'),
  sort_order: z.enum(['asc', 'desc']).default('asc'),
  ...pageQuery,
})

const count = () => z.int().nullable()

const Relationship = z.strictObject({
  link_id: z.string(),
  access_role: z.enum(LINK_ROLES),
  relationship_type: z.enum(RELATIONSHIP_TYPES),
  status: z.enum(LINK_STATUSES),
  start_date: z.string(),
  end_date: z.string().nullable(),
  expires_in_days: count(),
})

const metricFields = {
  outstanding: z.array(Money).nullable(),
  overdue: z.array(Money).nullable(),
  open_tickets: count(),
  tickets_at_risk: count().meta({
    description: 'Three quarters or more of the promised time used up, missed ones included.',
  }),
  sla_breach_count_30d: count(),
  total_subscribers: count(),
  active_subscribers: count(),
  open_alerts: count().meta({
    description: 'Neither resolved nor put off, of the kinds that the link opens.',
  }),
  critical_alerts: count(),
}

const Billing = z
  .strictObject({
    billing_cycle: z.enum(['monthly', 'quarterly', 'annual']),
    current_mrr: Money.nullable(),
    last_invoice_date: z.string().nullable(),
    next_invoice_date: z.string().nullable(),
  })
  .nullable()

const tenantFields = {
  tenant_id: z.string(),
  name: z.string(),
  slug: z.string(),
  domain: z.string().nullable(),
  status: z.enum(TENANT_STATUSES),
  plan_type: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
}

const Sla = z.strictObject({ state: z.enum(['ok', 'at_risk', 'breached']).nullable() })

/** A tenant on the board; `withheld` names the areas that the link does not open, whose figures are null. */
export const Customer = z
  .strictObject({
    ...tenantFields,
    relationship: Relationship,
    assigned: z.boolean(),
    my_permissions: z.array(z.string()),
    metrics: z.strictObject(metricFields),
    withheld: z.array(z.enum(AREAS)),
    sla: Sla,
    billing: Billing,
  })
  .meta({ id: 'Customer' })

export const CustomerPage = z
  .strictObject({
    ...pageOf(Customer),
    aggregates: z.strictObject({
      outstanding: z.array(Money),
      overdue: z.array(Money),
      open_tickets: z.int(),
      tickets_at_risk: z.int(),
      open_alerts: z.int(),
      critical_alerts: z.int(),
      tenants: z.int(),
    }),
    scope: Scope,
  })
  .meta({ id: 'CustomerPage' })

const text = () => z.string().nullable()

export const INCLUDES = ['contact', 'metrics', 'sla', 'permissions'] as const
export type Include = (typeof INCLUDES)[number]

/** One tenant as a partner may see it. Parts that were not asked for are null, as are those that are withheld. */
export const CustomerDetail = z
  .strictObject({
    ...tenantFields,
    relationship: Relationship.extend({
      custom_permissions: z.record(z.string(), z.boolean()),
      sla_response_hours: count(),
      sla_uptime_target: z.number().nullable(),
      notify_on_sla_breach: z.boolean(),
      notify_on_billing_threshold: z.boolean(),
      billing_alert_threshold: Money.nullable(),
    }),
    assigned: z.boolean(),
    my_permissions: z.array(z.string()),
    contact: z.strictObject({ name: text(), email: text(), phone: text(), billing_email: text() }).nullable(),
    address: z
      .strictObject({
        line1: text(),
        city: text(),
        state_province: text(),
        postal_code: text(),
        country: text(),
      })
      .nullable(),
    metrics: z
      .strictObject({
        ...metricFields,
        current_users: count(),
        max_users: count(),
        suspended_subscribers: count(),
        current_mrr: Money.nullable(),
        avg_uptime_30d: z.number().nullable(),
      })
      .nullable(),
    withheld: z.array(z.enum(AREAS)),
    sla: Sla.nullable(),
    billing: Billing,
    subscription: z.strictObject({
      billing_cycle: z.enum(['monthly', 'quarterly', 'annual']),
      trial_ends_at: text(),
      subscription_starts_at: text(),
      subscription_ends_at: text(),
    }),
    effective_permissions: z.array(z.string()).nullable(),
    conditions_in_force: z.boolean(),
    audit: z
      .strictObject({ days: z.int(), reads: z.int(), writes: z.int(), people: z.int() })
      .nullable()
      .meta({ description: "What the partner's people did there in the last 30 days." }),
    last_accessed_at: text(),
  })
  .meta({ id: 'CustomerDetail' })

export const toMonies = (amounts: readonly Amount[]) =>
  amounts.map(({ minor, currency }) => toMoney(minor, currency))

export function toTenantFields(row: TenantRow, tenantId: Relation['tenantId']) {
  return {
    tenant_id: encodeId('tenant', tenantId),
    name: row.name,
    slug: row.slug,
    domain: row.domain,
    status: row.status,
    plan_type: row.plan_type,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}

export function toRelationship({ link }: Relation, now: Date): z.input<typeof Relationship> {
  return {
    link_id: encodeId('link', link.id),
    access_role: link.role,
    relationship_type: link.relationship_type,
    status: link.status,
    start_date: link.starts_at.toISOString(),
    end_date: link.ends_at?.toISOString() ?? null,
    expires_in_days: daysUntil(link.ends_at, now),
  }
}

export function toMetrics(figures: Figures) {
  return {
    outstanding: figures.outstanding && toMonies(figures.outstanding),
    overdue: figures.overdue && toMonies(figures.overdue),
    open_tickets: figures.openTickets,
    tickets_at_risk: figures.ticketsAtRisk,
    sla_breach_count_30d: figures.breaches30d,
    total_subscribers: figures.totalSubscribers,
    active_subscribers: figures.activeSubscribers,
    open_alerts: figures.openAlerts,
    critical_alerts: figures.criticalAlerts,
  }
}

export const toMrr = (row: TenantRow) =>
  row.current_mrr_minor === null ? null : toMoney(row.current_mrr_minor, row.currency)

/** The rhythm of a tenant's invoices; null when the link does not open billing. */
export function toBilling(
  row: TenantRow,
  relation: Relation,
  lastInvoiceOn: string | null,
): z.input<typeof Billing> {
  if (!relation.areas.has('billing')) return null
  return {
    billing_cycle: row.billing_cycle,
    current_mrr: toMrr(row),
    last_invoice_date: lastInvoiceOn,
    next_invoice_date: lastInvoiceOn === null ? null : nextInvoiceOn(lastInvoiceOn, row.billing_cycle),
  }
}

// Contacts come from the provider's systems; a line that is no text is as good as absent.
const Line = z
  .string()
  .nullish()
  .catch(null)
  .transform((value) => value ?? null)
const StoredContact = z.object({ name: Line, email: Line, phone: Line, billing_email: Line })
const StoredAddress = z.object({
  line1: Line,
  city: Line,
  state_province: Line,
  postal_code: Line,
  country: Line,
})

export const toContact = (row: TenantRow) => StoredContact.parse(row.contact)

export const toAddress = (row: TenantRow) => StoredAddress.parse(row.address)
