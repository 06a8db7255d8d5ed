/** What can cost something under a link. Source: managed-tenants.md section 9, answer 3. */
export const BILLABLE_CLASSES = ['services', 'api_calls', 'seats', 'exports'] as const
export type BillableClass = (typeof BILLABLE_CLASSES)[number]

export const BILLING_PARTIES = ['tenant', 'partner', 'split'] as const
export type BillingParty = (typeof BILLING_PARTIES)[number]

/** Who pays for each class. */
export type BillingParties = Readonly<Record<BillableClass, BillingParty>>

/** Who pays where a link says nothing else: services provisioned are the tenant's, what the partner uses is the partner's. */
export const DEFAULT_BILLING: BillingParties = {
  services: 'tenant',
  api_calls: 'partner',
  seats: 'partner',
  exports: 'partner',
}

export const BILLABLE_TITLES: Readonly<Record<BillableClass, string>> = {
  services: 'Who pays for services and the work on them',
  api_calls: 'Who pays for API calls',
  seats: 'Who pays for seats',
  exports: 'Who pays for exports',
}

export const BILLING_PARTY_TITLES: Readonly<Record<BillingParty, string>> = {
  tenant: 'The organisation',
  partner: 'The partner',
  split: 'Both, as agreed between them',
}

/** All classes, with the usual party where none is named. */
export function billingOf(named: Partial<BillingParties> | undefined): BillingParties {
  const chosen = Object.fromEntries(Object.entries(named ?? {}).filter(([, party]) => party !== undefined))
  return { ...DEFAULT_BILLING, ...chosen }
}
