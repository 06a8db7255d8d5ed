import { SCOPE_NAMES, scopeOfAction } from '@liaison/access'
import type { Action } from '@liaison/access'
import type { FieldFaultBody } from '#platform/problem.ts'
import { addDays, MAXIMUM_RESALE_DAYS } from './rules.ts'

/** An account that is to be managed, and what the records say of it. */
export interface ResoldAccount {
  readonly ban: string
  readonly account_id: string
  /** The resale relationship in force with this wholesaler; null when there is none. */
  readonly relationship_id: string | null
  /** Whether the wholesaler manages the account already. */
  readonly is_taken: boolean
}

/** What the records say of those whom an attestation names. */
export interface ResaleParties {
  readonly now: Date
  readonly partner: { readonly status: string; readonly kinds: readonly string[] } | undefined
  readonly tenant: { readonly status: string } | undefined
  readonly bans: readonly string[]
  /** Null when the partner or the tenant is not known. */
  readonly accounts: readonly ResoldAccount[] | null
  readonly endsAt: Date
}

const fault = (field: string, code: string, detail: string): FieldFaultBody => ({
  pointer: `/body/${field}`,
  code,
  detail,
})

/** Whether an account is resold by the wholesaler now. */
export function isResold(
  account: ResoldAccount,
): account is ResoldAccount & { readonly relationship_id: string } {
  return account.relationship_id !== null
}

function findAccountFaults(bans: readonly string[], accounts: readonly ResoldAccount[]): FieldFaultBody[] {
  return bans.flatMap((ban, index) => {
    const account = accounts.find((candidate) => candidate.ban === ban)
    if (!account)
      return [fault(`bans/${index}`, 'ACCOUNT_UNKNOWN', 'The tenant has no such billing account.')]
    return isResold(account)
      ? []
      : [fault(`bans/${index}`, 'NOT_RESOLD', 'The partner does not resell to this account now.')]
  })
}

/** Every fault of an attestation, all at once. Source: A5, delegation.md section 4. */
export function findResaleFaults({
  now,
  partner,
  tenant,
  bans,
  accounts,
  endsAt,
}: ResaleParties): FieldFaultBody[] {
  const isWholesaler = partner?.status === 'active' && partner.kinds.includes('wholesaler')
  const isKnown = tenant !== undefined && tenant.status !== 'closed'
  const isInTime = endsAt > now && endsAt <= addDays(now, MAXIMUM_RESALE_DAYS)
  return [
    ...(isWholesaler ? [] : [fault('partner_id', 'NOT_A_WHOLESALER', 'must be an active wholesaler')]),
    ...(isKnown ? [] : [fault('tenant_id', 'TENANT_UNKNOWN', 'No tenant has this id.')]),
    ...(accounts ? findAccountFaults(bans, accounts) : []),
    ...(isInTime
      ? []
      : [fault('ends_at', 'OUTSIDE_TERM', `must be within ${MAXIMUM_RESALE_DAYS} days from now`)]),
  ]
}

/** The scopes to which actions belong, in the order of the documents. */
export function scopesOf(actions: readonly Action[]): string[] {
  const scopes = new Set(actions.map(scopeOfAction))
  return SCOPE_NAMES.filter((scope) => scopes.has(scope))
}
