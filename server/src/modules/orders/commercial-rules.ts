import type { FieldFaultBody } from '#platform/problem.ts'
import type { BillingMode } from './tables.ts'

/** What the records say of those whom a new relationship names; undefined where there is no such record. */
export interface Parties {
  readonly kind: BillingMode
  readonly tenant: { readonly id: string; readonly status: string } | undefined
  readonly account: { readonly id: string; readonly currency: string; readonly status: string } | undefined
  readonly seller:
    | {
        readonly status: string
        readonly kinds: readonly string[]
        readonly home_tenant_id: string | null
      }
    | undefined
  readonly payerAccount:
    | { readonly id: string; readonly currency: string; readonly status: string }
    | undefined
}

const fault = (field: string, code: string, detail: string): FieldFaultBody => ({
  pointer: `/body/${field}`,
  code,
  detail,
})

function findSellerFaults({ kind, seller, tenant }: Parties): FieldFaultBody[] {
  if (kind === 'direct') return []
  if (!seller) return [fault('seller_partner_id', 'PARTNER_UNKNOWN', 'No partner has this id.')]
  if (seller.status !== 'active' || !seller.kinds.includes('wholesaler'))
    return [fault('seller_partner_id', 'NOT_A_WHOLESALER', 'must be an active wholesaler')]
  if (seller.home_tenant_id === null)
    return [
      fault(
        'seller_partner_id',
        'NO_HOME_TENANT',
        'is no organisation that could pay: one of the tenants says that it is this partner, and the partner accepts',
      ),
    ]
  return seller.home_tenant_id === tenant?.id
    ? [fault('tenant_id', 'OWN_TENANT', 'A wholesaler pays for itself directly.')]
    : []
}

function findAccountFaults({ account, payerAccount }: Parties): FieldFaultBody[] {
  const faults: FieldFaultBody[] = []
  if (!account)
    faults.push(fault('customer_ban', 'ACCOUNT_UNKNOWN', 'The tenant has no such billing account.'))
  else if (account.status !== 'active')
    faults.push(fault('customer_ban', 'ACCOUNT_CLOSED', 'The billing account is closed.'))
  if (!payerAccount)
    faults.push(fault('payer_ban', 'ACCOUNT_UNKNOWN', 'The payer has no such billing account.'))
  else if (payerAccount.status !== 'active')
    faults.push(fault('payer_ban', 'ACCOUNT_CLOSED', 'The billing account is closed.'))
  if (account && payerAccount && account.currency !== payerAccount.currency)
    faults.push(fault('payer_ban', 'CURRENCY_DIFFERS', 'Both billing accounts must count in one currency.'))
  return faults
}

/** Every fault of a new commercial relationship, all at once. Source: A5, delegation.md section 4. */
export function findRelationshipFaults(parties: Parties): FieldFaultBody[] {
  const { tenant } = parties
  if (!tenant) return [fault('tenant_id', 'TENANT_UNKNOWN', 'No tenant has this id.')]
  const closed =
    tenant.status === 'closed' ? [fault('tenant_id', 'TENANT_CLOSED', 'The tenant is closed.')] : []
  return [...closed, ...findSellerFaults(parties), ...findAccountFaults(parties)]
}
