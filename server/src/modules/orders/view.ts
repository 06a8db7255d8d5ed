import type { AccessMode } from '@liaison/access'
import { z } from 'zod'
import { Money, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { ORDER_STATES } from './rules.ts'
import type { BillingMode, ClientInvoiceRow, ItemRow, OrderRow, ServiceRow } from './tables.ts'

/** Who pays for what belongs to a billing account. */
export const BillingBody = z
  .strictObject({
    party: z.string().meta({ description: 'The id of the organisation that pays.' }),
    party_name: z.string(),
    ban: z.string().meta({ description: 'The billing account that is charged.' }),
    mode: z.enum(['direct', 'resale']),
  })
  .meta({ id: 'BilledParty' })

/** Who ordered, by which right. */
const PlacedBy = z
  .strictObject({
    access: z.enum(['own', 'delegated', 'resale']),
    partner_id: z.string().nullable(),
    partner_name: z.string().nullable(),
    client_id: z.string().nullable(),
    client_name: z.string().nullable(),
    person_name: z
      .string()
      .nullable()
      .meta({ description: 'Who ordered in the portal; null for what an API client ordered.' }),
    actor: z.string().meta({ description: 'Who acted, as the access token or the session said it.' }),
    delegation_id: z
      .string()
      .nullable()
      .meta({ description: 'The consent, resale or link under which it was ordered.' }),
    delegation_ver: z.int().nullable(),
  })
  .meta({ id: 'PlacedBy' })

const Item = z.strictObject({
  item_id: z.string(),
  product_code: z.string(),
  product_name: z.string(),
  quantity: z.int(),
  once_unit: Money,
  monthly_unit: Money,
  once: Money,
  monthly: Money,
})

const orderFields = {
  order_id: z.string(),
  customer_id: z.string(),
  customer_ban: z.string(),
  state: z.enum(ORDER_STATES),
  state_reason: z.string().nullable(),
  state_changed_at: z.string(),
  reference: z.string().nullable(),
  requested_date: z.string(),
  currency: z.string(),
  once_total: Money,
  monthly_total: Money,
  items: z.array(Item),
  billing: BillingBody,
  placed_by: PlacedBy,
  placed_at: z.string(),
  updated_at: z.string(),
  version: z.int(),
}

/** One order with its items. */
export const OrderBody = z.strictObject(orderFields).meta({ id: 'Order' })

/** One order with what the caller's side can do to it now. */
export const OrderDetail = z
  .strictObject({
    ...orderFields,
    moves: z.array(z.strictObject({ action: z.string(), to: z.enum(ORDER_STATES) })).meta({
      description: 'The moves that the state machine offers to the side of the caller.',
    }),
  })
  .meta({ id: 'OrderDetail' })

export const ServiceBody = z
  .strictObject({
    service_id: z.string(),
    customer_id: z.string(),
    customer_ban: z.string(),
    order_id: z.string(),
    product_code: z.string(),
    product_name: z.string(),
    state: z.enum(['active', 'ended']),
    monthly: Money,
    billing: BillingBody,
    placed_by: PlacedBy,
    started_at: z.string(),
    ended_at: z.string().nullable(),
  })
  .meta({ id: 'Service' })

export const ClientInvoiceBody = z
  .strictObject({
    invoice_id: z.string(),
    invoice_number: z.string(),
    customer_ban: z.string(),
    invoice_date: z.string(),
    due_date: z.string(),
    status: z.enum(['finalized', 'partially_paid', 'overdue', 'paid', 'cancelled']),
    subtotal: Money,
    tax: Money,
    total: Money,
    paid_amount: Money,
    balance: Money,
    payment_date: z.string().nullable(),
  })
  .meta({ id: 'AccountInvoice' })

/** The public id of a consent or resale; null for what was done in the client's own organisation. */
export function toDelegationId(access: AccessMode, uuid: string | null): string | null {
  if (uuid === null) return null
  return access === 'resale' ? publicIdOf('resale', uuid) : publicIdOf('consent', uuid)
}

/** The public id of a tenant from its UUID. */
export function toTenantId(uuid: string): string {
  return publicIdOf('tenant', uuid)
}

/** The public id of a partner from its UUID. */
export function toPartnerId(uuid: string): string {
  return publicIdOf('partner', uuid)
}

/** Who pays, as every side reads it. */
export function toBilling(row: {
  payer_tenant_id: string
  payer_name: string
  payer_ban: string
  billing_mode: BillingMode
}): z.input<typeof BillingBody> {
  return {
    party: toTenantId(row.payer_tenant_id),
    party_name: row.payer_name,
    ban: row.payer_ban,
    mode: row.billing_mode,
  }
}

/** A person of a partner orders under a link, an API client under a consent or a resale. */
function toRight({ person_id, access_mode, delegation_id }: OrderRow | ServiceRow): string | null {
  if (person_id === null || delegation_id === null) return toDelegationId(access_mode, delegation_id)
  return publicIdOf('link', delegation_id)
}

function toPlacedBy(row: OrderRow | ServiceRow): z.input<typeof PlacedBy> {
  return {
    access: row.access_mode,
    partner_id: row.partner_id && toPartnerId(row.partner_id),
    partner_name: row.partner_name,
    client_id: row.client_id && publicIdOf('api_client', row.client_id),
    client_name: row.client_name,
    person_name: row.person_name,
    actor: row.acted_by,
    delegation_id: toRight(row),
    delegation_ver: row.delegation_epoch,
  }
}

function toItem(row: ItemRow, currency: string): z.input<typeof Item> {
  const money = (amountMinor: number) => toMoney(amountMinor, currency)
  return {
    item_id: publicIdOf('order_item', row.id),
    product_code: row.product_code,
    product_name: row.product_name,
    quantity: row.quantity,
    once_unit: money(row.once_unit_minor),
    monthly_unit: money(row.monthly_unit_minor),
    once: money(row.once_minor),
    monthly: money(row.monthly_minor),
  }
}

/** An order as every side reads it. */
export function toOrder(row: OrderRow, items: readonly ItemRow[]): z.input<typeof OrderBody> {
  return {
    order_id: publicIdOf('order', row.id),
    customer_id: toTenantId(row.tenant_id),
    customer_ban: row.ban,
    state: row.status,
    state_reason: row.status_reason,
    state_changed_at: row.status_changed_at.toISOString(),
    reference: row.reference,
    requested_date: row.requested_on,
    currency: row.currency,
    once_total: toMoney(row.once_total_minor, row.currency),
    monthly_total: toMoney(row.monthly_total_minor, row.currency),
    items: items.map((item) => toItem(item, row.currency)),
    billing: toBilling(row),
    placed_by: toPlacedBy(row),
    placed_at: row.placed_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    version: row.version,
  }
}

/** A service as every side reads it. */
export function toService(row: ServiceRow): z.input<typeof ServiceBody> {
  return {
    service_id: publicIdOf('service', row.id),
    customer_id: toTenantId(row.tenant_id),
    customer_ban: row.ban,
    order_id: publicIdOf('order', row.order_id),
    product_code: row.product_code,
    product_name: row.product_name,
    state: row.status,
    monthly: toMoney(row.monthly_minor, row.currency),
    billing: toBilling(row),
    placed_by: toPlacedBy(row),
    started_at: row.started_at.toISOString(),
    ended_at: row.ended_at && row.ended_at.toISOString(),
  }
}

/** An invoice as an API client reads it. */
export function toClientInvoice(row: ClientInvoiceRow, ban: string): z.input<typeof ClientInvoiceBody> {
  const money = (amountMinor: number) => toMoney(amountMinor, row.currency)
  return {
    invoice_id: publicIdOf('invoice', row.id),
    invoice_number: row.number,
    customer_ban: ban,
    invoice_date: row.issued_on,
    due_date: row.due_on,
    status: row.status,
    subtotal: money(row.subtotal_minor),
    tax: money(row.tax_minor),
    total: money(row.total_minor),
    paid_amount: money(row.paid_minor),
    balance: money(row.balance_minor),
    payment_date: row.paid_on,
  }
}
