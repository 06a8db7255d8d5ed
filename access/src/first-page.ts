import type { PartnerRole } from './roles.ts'

/** The page of the partner portal on which somebody begins. */
export type FirstPage =
  | 'activity'
  | 'orders'
  | 'overview'
  | 'queue'
  | 'referrals'
  | 'reports/revenue'
  | 'tenants'

/**
 * Where somebody of a partner begins, so that the most frequent job of each needs no step at all: owners with what
 * needs attention, technicians with the tickets of all tenants, headquarters with the money of their group, owners of
 * an auditor with what was done, wholesalers with what they ordered, and staff who only refer with whom they brought (U1).
 */
export function firstPageOf({ kinds, role }: { kinds: readonly string[]; role: PartnerRole }): FirstPage {
  const isOwner = role === 'PARTNER_OWNER'
  if (kinds.every((kind) => kind === 'referral')) return isOwner ? 'overview' : 'referrals'
  if (kinds.every((kind) => kind === 'auditor')) return isOwner ? 'activity' : 'tenants'
  if (kinds.every((kind) => kind === 'wholesaler')) return 'orders'
  if (kinds.includes('enterprise_hq')) return 'reports/revenue'
  if (isOwner) return 'overview'
  return kinds.includes('msp') ? 'queue' : 'tenants'
}
