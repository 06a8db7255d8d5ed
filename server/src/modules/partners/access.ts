import { decide } from '@liaison/access'
import type { PartnerId, PartnerRole, Permission, ProgramRole } from '@liaison/access'
import { factsOf, requireAlso } from '#platform/mandate.ts'
import type { Mandate, PartnerSide } from '#platform/mandate.ts'
import { RefusalError } from '#platform/refusal.ts'
import { findPartnerIdBySlug } from './store.ts'

/** What only an owner has and what needs no fresh second factor: by it the kernel says who is one. */
const OWNERS_ALONE = 'partner_org.referrals.read_all'

/** Whose partner a request is about, and in which role its person is there. */
export interface ProgramAccess {
  readonly partnerId: PartnerId
  readonly role: ProgramRole
}

/** A request of the partner program, by a member of the partner, or of the provider. */
export type ProgramMandate = Mandate<'program' | 'platform'>

/**
 * The partner for which the request's person acts. That there is a session, a person, a membership and a partner, each of
 * them active, the kernel has decided before there was a mandate; a request without them has none (D3).
 */
export function requirePartnerUser(mandate: Mandate<'program'>): PartnerSide {
  return mandate.partner
}

/** As `requirePartnerUser`, for owners. Staff are refused with PERMISSION_DENIED, by the kernel. */
export function requirePartnerOwner(
  mandate: Mandate<'program'>,
): PartnerSide & { readonly role: PartnerRole } {
  requireAlso(mandate, OWNERS_ALONE)
  return mandate.partner
}

/** Asks the kernel about a partner in which the person has no place: 403 WRONG_PLANE, the same for a partner that does not exist. */
function refuseOther(mandate: Mandate<'program'>, permission: Permission): never {
  const facts = { ...factsOf(mandate), partner: null, partner_member: null }
  const names = { actor: mandate.actor.name }
  throw new RefusalError(decide(facts, { permission }, { trace: true }), { facts, permission, names })
}

/**
 * Refuses a partner that is not the person's own. Somebody of the provider passes in the provider's own role, whatever
 * memberships that person has: no role of a partner comes of it (F2). Partners that do not exist are refused like others'.
 */
export function requirePartnerAccess(mandate: ProgramMandate, partnerId: PartnerId): ProgramAccess {
  if (mandate.kind === 'platform') return { partnerId, role: 'SUPER_ADMIN' }
  const { id, role } = requirePartnerUser(mandate)
  if (id !== partnerId) refuseOther(mandate, 'partner_org.profile.read')
  return { partnerId, role }
}

/** As `requirePartnerAccess`, for owners of that partner alone; the provider's people are none. */
export function requirePartnerOwnerAccess(mandate: Mandate<'program'>, partnerId: PartnerId): ProgramAccess {
  requirePartnerAccess(mandate, partnerId)
  return { partnerId, role: requirePartnerOwner(mandate).role }
}

/** As `requirePartnerAccess`, for the partner's short name. An unknown name is refused like another partner's. */
export async function requirePartnerAccessBySlug(
  mandate: Mandate<'program'>,
  slug: string,
): Promise<ProgramAccess> {
  const partnerId = await findPartnerIdBySlug(mandate, slug)
  return partnerId === null
    ? refuseOther(mandate, 'partner_org.profile.read')
    : requirePartnerAccess(mandate, partnerId)
}
