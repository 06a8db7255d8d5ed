import { BILLABLE_CLASSES, BILLABLE_TITLES, BILLING_PARTY_TITLES, billingOf } from './billing.ts'
import type { BillableClass, BillingParty } from './billing.ts'
import { directionOf } from './change-terms.ts'
import type { ChangeRow, FieldChange, LinkTerms } from './change-terms.ts'

/** How much of the cost falls on the tenant. */
const SHARE_OF_TENANT: Readonly<Record<BillingParty, number>> = { partner: 0, split: 1, tenant: 2 }

/**
 * A cost that moves towards the tenant opens something that only the tenant can agree to; one that moves away from it
 * takes a burden off and holds at once.
 */
export function compareBilling(
  before: LinkTerms,
  after: LinkTerms,
): FieldChange<Pick<LinkTerms, 'billing_parties'>> {
  const [old, next] = [billingOf(before.billing_parties), billingOf(after.billing_parties)]
  const rows: ChangeRow[] = []
  const narrowed: Record<BillableClass, BillingParty> = { ...old }
  for (const name of BILLABLE_CLASSES) {
    const moved = SHARE_OF_TENANT[next[name]] - SHARE_OF_TENANT[old[name]]
    if (moved < 0) narrowed[name] = next[name]
    if (moved === 0) continue
    rows.push({
      field: `billing_parties.${name}`,
      label: BILLABLE_TITLES[name],
      before: BILLING_PARTY_TITLES[old[name]],
      after: BILLING_PARTY_TITLES[next[name]],
      direction: directionOf(moved > 0, moved < 0),
    })
  }
  const isNamed = before.billing_parties !== undefined || after.billing_parties !== undefined
  return { rows, narrowed: isNamed ? { billing_parties: narrowed } : {} }
}
