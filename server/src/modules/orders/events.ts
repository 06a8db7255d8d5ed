import { enqueue, recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import type { OrderRow, ResaleRow, RelationshipRow, ServiceRow } from './tables.ts'
import { toTenantId } from './view.ts'

/** What happens to an order, and the topic under which subscribers hear of it. */
const TOPICS = {
  'orders.create': 'order.created',
  'orders.update': 'order.changed',
  'orders.progress': 'order.changed',
  'orders.reject': 'order.changed',
  'orders.complete': 'order.completed',
  'orders.cancel': 'order.cancelled',
} as const

export type OrderAction = keyof typeof TOPICS

const labelOf = ({ access_mode: access, ban, id }: OrderRow): string =>
  access === 'delegated' ? publicIdOf('order', id) : ban

/** The right by which an order is changed: that of the client that does so, or else the one by which it was placed. */
const delegationOf = (
  mandate: Mandate<'api' | 'platform' | 'system' | 'tenant' | 'acting'>,
  order: OrderRow,
) => (mandate.kind === 'api' && mandate.delegation?.id) || order.delegation_id

/** Records what happened to an order, for its tenant, whoever pays and the partner that placed it, and tells subscribers the ids. */
export async function announceOrder(
  mandate: Mandate<'api' | 'platform' | 'system' | 'tenant' | 'acting'>,
  order: OrderRow,
  event: {
    readonly action: OrderAction
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | null
  },
): Promise<void> {
  const delegationId = delegationOf(mandate, order)
  recordEvent(mandate, {
    action: event.action,
    tenantId: order.tenant_id,
    ...(order.partner_id !== null && { partnerId: order.partner_id }),
    ...(order.partner_name !== null && { partnerName: order.partner_name }),
    // Whoever pays for it reads what it pays for.
    ...(order.payer_tenant_id !== order.tenant_id && {
      tenants: [{ tenantId: order.payer_tenant_id, rowCount: 1 }],
    }),
    ...(delegationId !== null && { delegationId }),
    ...(mandate.kind !== 'api' &&
      mandate.kind !== 'acting' &&
      order.delegation_epoch !== null && { delegationEpoch: order.delegation_epoch }),
    // The partner reads it, too, and may not know the number of the account.
    resource: { type: 'order', id: order.id, label: order.reference ?? labelOf(order) },
    billingParty: toTenantId(order.payer_tenant_id),
    ...(event.changes && { changes: event.changes }),
    ...(event.reason && { reason: event.reason }),
  })
  await enqueue(mandate, TOPICS[event.action], {
    order_id: order.id,
    tenant_id: order.tenant_id,
    account_id: order.account_id,
    partner_id: order.partner_id,
    client_id: order.client_id,
    delegation_id: delegationId,
  })
}

/** Records the end of a service, for its tenant, whoever pays and the partner that ordered it, and tells subscribers the ids. */
export async function announceServiceEnd(
  mandate: Mandate<'platform'>,
  service: ServiceRow,
  reason: string,
): Promise<void> {
  recordEvent(mandate, {
    action: 'services.end',
    tenantId: service.tenant_id,
    ...(service.partner_id !== null && { partnerId: service.partner_id }),
    ...(service.partner_name !== null && { partnerName: service.partner_name }),
    ...(service.payer_tenant_id !== service.tenant_id && {
      tenants: [{ tenantId: service.payer_tenant_id, rowCount: 1 }],
    }),
    ...(service.delegation_id !== null && { delegationId: service.delegation_id }),
    // The partner reads it, too, and may not know the number of the account.
    resource: { type: 'service', id: service.id, label: service.product_name },
    billingParty: toTenantId(service.payer_tenant_id),
    changes: { state: { before: 'active', after: 'ended' } },
    reason,
  })
  // Whoever pays hears it, too, so that it names neither the client nor the right by which it was ordered.
  await enqueue(mandate, 'service.ended', {
    service_id: service.id,
    order_id: service.order_id,
    tenant_id: service.tenant_id,
    account_id: service.account_id,
    partner_id: service.partner_id,
  })
}

/** Records a change of who pays, for the owner, the payer and the seller. */
export function recordRelationship(
  mandate: Mandate<'platform'>,
  row: RelationshipRow,
  event: {
    readonly action:
      | 'commercial.create'
      | 'commercial.suspend'
      | 'commercial.resume'
      | 'commercial.end'
      | 'commercial.change'
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | null | undefined
  },
): void {
  recordEvent(mandate, {
    action: event.action,
    tenantId: row.tenant_id,
    tenantName: row.tenant_name,
    tenants: [{ tenantId: row.payer_tenant_id, rowCount: 1 }],
    ...(row.seller_partner_id !== null && { partnerId: row.seller_partner_id }),
    ...(row.seller_name !== null && { partnerName: row.seller_name }),
    resource: { type: 'commercial_relationship', id: row.id, label: `${row.ban} paid by ${row.payer_name}` },
    billingParty: toTenantId(row.payer_tenant_id),
    ...(event.changes && { changes: event.changes }),
    ...(event.reason && { reason: event.reason }),
  })
}

export type ResaleAction =
  | 'resales.attest'
  | 'resales.suspend'
  | 'resales.resume'
  | 'resales.revoke'
  | 'resales.terminate'
  | 'resales.expire'

/** Records what happened to a resale, for the tenant and the wholesaler. */
export function recordResale(
  mandate: Mandate<'platform' | 'tenant' | 'program' | 'system'>,
  row: ResaleRow,
  event: {
    readonly action: ResaleAction
    readonly changes?: Readonly<Record<string, unknown>>
    readonly reason?: string | null | undefined
  },
): void {
  recordEvent(mandate, {
    action: event.action,
    tenantId: row.tenant_id,
    ...(row.tenant_name !== null && { tenantName: row.tenant_name }),
    partnerId: row.partner_id,
    ...(row.partner_name !== null && { partnerName: row.partner_name }),
    delegationId: row.id,
    role: 'resale',
    resource: {
      type: 'resale',
      id: row.id,
      label: `${row.partner_name ?? 'Wholesaler'} for ${row.tenant_name ?? 'organisation'}`,
    },
    ...(event.changes && { changes: event.changes }),
    ...(event.reason && { reason: event.reason }),
  })
}
