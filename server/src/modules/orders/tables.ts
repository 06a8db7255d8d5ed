import type { AccessMode } from '@liaison/access'
import type { Generated, GeneratedAlways } from 'kysely'
import type { OrderState } from './rules.ts'

export type BillingMode = 'direct' | 'resale'
export type Side = 'partner' | 'tenant' | 'provider' | 'clock'

/** Who pays and who ordered by which right: the same on an order and on the services that it left. */
interface Provenance {
  readonly tenant_id: string
  readonly account_id: string
  readonly ban: string
  readonly billing_mode: BillingMode
  readonly payer_tenant_id: string
  readonly payer_account_id: string
  readonly payer_ban: string
  readonly payer_name: string
  readonly access_mode: AccessMode
  readonly partner_id: string | null
  readonly partner_name: string | null
  /** The API client that ordered, or else the person who did so in the portal. */
  readonly client_id: string | null
  readonly client_name: string | null
  readonly person_id: string | null
  readonly person_name: string | null
  readonly acted_by: string
  readonly delegation_id: string | null
  readonly delegation_epoch: number | null
}

/** An order without its items. Days are `YYYY-MM-DD`; amounts are minor units. */
export interface OrderRow extends Provenance {
  readonly id: string
  readonly status: OrderState
  readonly status_reason: string | null
  readonly status_changed_at: Date
  readonly reference: string | null
  readonly requested_on: string
  readonly currency: string
  readonly once_total_minor: number
  readonly monthly_total_minor: number
  readonly version: number
  readonly placed_at: Date
  readonly updated_at: Date
}

export interface ItemRow {
  readonly tenant_id: string
  readonly id: string
  readonly order_id: string
  readonly position: number
  readonly product_code: string
  readonly product_name: string
  readonly quantity: number
  readonly once_unit_minor: number
  readonly monthly_unit_minor: number
  readonly once_minor: number
  readonly monthly_minor: number
}

export interface ServiceRow extends Provenance {
  readonly id: string
  readonly order_id: string
  readonly order_item_id: string
  readonly number: number
  readonly product_code: string
  readonly product_name: string
  readonly status: 'active' | 'ended'
  readonly currency: string
  readonly monthly_minor: number
  readonly started_at: Date
  readonly ended_at: Date | null
}

/** An account for which a person may order, and who pays for it now. */
export interface OrderingAccountRow {
  readonly tenant_id: string
  readonly id: string
  readonly ban: string
  readonly name: string
  readonly currency: string
  readonly payer: {
    readonly relationship_id: string
    readonly kind: BillingMode
    readonly payer_tenant_id: string
    readonly payer_name: string
    readonly payer_account_id: string
    readonly payer_ban: string
  } | null
}

/** An invoice as API clients see it. */
export interface ClientInvoiceRow {
  readonly id: string
  readonly number: string
  readonly issued_on: string
  readonly due_on: string
  readonly status: 'finalized' | 'partially_paid' | 'overdue' | 'paid' | 'cancelled'
  readonly currency: string
  readonly subtotal_minor: number
  readonly tax_minor: number
  readonly total_minor: number
  readonly paid_minor: number
  readonly balance_minor: number
  readonly paid_on: string | null
}

/** A commercial relationship with names, as time has made it. */
export interface RelationshipRow {
  readonly id: string
  readonly kind: BillingMode
  readonly tenant_id: string
  readonly tenant_name: string
  readonly account_id: string
  readonly ban: string
  readonly currency: string
  readonly seller_partner_id: string | null
  readonly seller_name: string | null
  readonly payer_tenant_id: string
  readonly payer_name: string
  readonly payer_ban: string
  readonly agreement_reference: string | null
  readonly status: 'active' | 'suspended' | 'ended'
  readonly stored_status: 'active' | 'suspended' | 'ended'
  readonly starts_at: Date
  readonly ends_at: Date | null
  readonly version: number
  readonly created_at: Date
  readonly updated_at: Date
  /** Whether the wholesaler is still the organisation that pays. */
  readonly payer_stands: boolean
}

/** A resale with names, as time has made it. */
export interface ResaleRow {
  readonly id: string
  readonly tenant_id: string
  readonly tenant_name: string | null
  readonly partner_id: string
  readonly partner_name: string | null
  readonly status: 'active' | 'suspended' | 'expired' | 'revoked'
  readonly stored_status: 'active' | 'suspended' | 'expired' | 'revoked'
  readonly status_reason: string | null
  readonly status_changed_at: Date
  readonly status_changed_by_side: Side | null
  readonly starts_at: Date
  readonly ends_at: Date
  readonly epoch: number
  readonly approved_by_name: string | null
  readonly approved_at: Date
  readonly version: number
  readonly agreement_reference: string
  readonly scopes: readonly string[]
  readonly actions: readonly string[]
  readonly bans: readonly string[]
}

export interface OrderTables {
  service_order: OrderRow
  order_item: Omit<ItemRow, 'id' | 'once_minor' | 'monthly_minor'> & {
    readonly id: Generated<string>
    readonly account_id: string
    readonly once_minor: GeneratedAlways<number>
    readonly monthly_minor: GeneratedAlways<number>
  }
  service: ServiceRow
  product: {
    code: string
    currency: string
    name: string
    once_minor: number
    monthly_minor: number
    status: 'offered' | 'withdrawn'
    version: Generated<number>
    updated_at: Generated<Date>
  }
  commercial_overview: RelationshipRow
  commercial_relationship: {
    id: Generated<string>
    kind: BillingMode
    tenant_id: string
    account_id: string
    seller_partner_id: string | null
    payer_tenant_id: string
    payer_account_id: string
    agreement_reference: string | null
    status: Generated<RelationshipRow['status']>
    starts_at: Generated<Date>
    ends_at: Date | null
    version: Generated<number>
    created_by: string | null
  }
  resale_overview: ResaleRow
  resale: {
    id: string
    tenant_id: string
    partner_id: string
    relationship_id: string
    agreement_reference: string
    scopes: readonly string[]
    actions: readonly string[]
  }
  delegation: {
    id: Generated<string>
    tenant_id: string
    partner_id: string
    kind: string
    status: ResaleRow['stored_status']
    status_reason: string | null
    status_changed_at: Date
    status_changed_by: string | null
    status_changed_by_side: Side | null
    role_mask: string
    mask: string
    starts_at: Generated<Date>
    ends_at: Date
    billing_party: string
    requested_by: string | null
    approved_by: string | null
    approved_by_name: string | null
    approved_at: Date | null
    approval_basis: string | null
    approval_snapshot: string | null
    version: Generated<number>
  }
  delegation_account: {
    delegation_id: string
    tenant_id: string
    partner_id: string
    account_id: string
    position: number
    added_at: Generated<Date>
  }
  delegation_history: {
    delegation_id: string
    tenant_id: string
    partner_id: string
    version: number
    event: string
    detail: Record<string, unknown>
  }
  tenant: { id: string; name: string; status: string }
  partner: {
    id: string
    name: string
    status: string
    kinds: readonly string[]
    home_tenant_id: string | null
  }
  billing_account: {
    tenant_id: string
    id: string
    ban: string
    name: string
    currency: string
    status: 'active' | 'closed'
  }
  state_transition: {
    entity: string
    from_state: OrderState
    to_state: OrderState
    action: string
    actor_kind: string
  }
  'access.account_of_client': {
    tenant_id: string
    id: string
    ban: string
    name: string
    currency: string
    status: 'active' | 'closed'
  }
  'access.invoice_of_client': ClientInvoiceRow & { readonly tenant_id: string }
}
