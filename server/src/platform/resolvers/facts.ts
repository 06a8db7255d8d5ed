import { decodeFacts } from './facts-schema.ts'
import type { FeatureSource } from '../features.ts'
import type { EnteredFacts, LinkEntry } from './facts-schema.ts'
import { combineAddresses, combineHours } from './stored-conditions.ts'
import { idFromUuid } from '@liaison/access'
import type { Conditions, Facts, LinkFacts } from '@liaison/access'

export { decodeFacts, decodePortfolio } from './facts-schema.ts'
export type { EnteredFacts, LinkEntry, SignedTicket, Ticket } from './facts-schema.ts'

function stricter(left: number | null | undefined, right: number | null | undefined): number | null {
  if (left === null || left === undefined) return right ?? null
  return right === null || right === undefined ? left : Math.min(left, right)
}

const either = (left: boolean | undefined, right: boolean | undefined): boolean =>
  left === true || right === true

/** What a link asks for together with what the tenant asks of every link, and the partner's own networks: all hold. */
function combineConditions({
  conditions: link,
  tenant_conditions: policy,
  partner_conditions: partner,
}: LinkEntry): Conditions {
  return {
    ...combineAddresses(link, policy, partner),
    mfa_max_age_s: stricter(link.mfa_max_age_s, policy.mfa_max_age_s),
    phishing_resistant: either(link.phishing_resistant, policy.phishing_resistant),
    hours: combineHours(link, policy),
    read_reason_required: either(link.read_reason_required, policy.read_reason_required),
    elevation_required: either(link.elevation_required, policy.elevation_required),
  }
}

/** A link as the kernel wants it. */
function toLinkFacts(entry: LinkEntry): LinkFacts {
  return {
    id: idFromUuid('link', entry.id),
    status: entry.status,
    role: entry.role,
    role_version: entry.role_version,
    relationship_type: entry.relationship_type,
    starts_at: entry.starts_at,
    ends_at: entry.ends_at,
    epoch: entry.epoch,
    overrides: entry.overrides,
    conditions: combineConditions(entry),
    conditions_owner: 'tenant',
    assignment: entry.assignment,
    elevations: entry.elevations,
    own_accounts_only: entry.own_accounts_only,
  }
}

const standing = (status: string, isActive: boolean): 'active' | 'inactive' =>
  status !== '' && isActive ? 'active' : 'inactive'

/** The kernel's facts from what the database gathered, with the address that only the server knows. */
export function toFacts(entered: EnteredFacts, ip: string | null): Facts {
  const { actor, partner, partner_member: partnerMember, tenant, tenant_member: tenantMember, link } = entered
  return {
    now: entered.now,
    plane: entered.plane,
    actor: actor && {
      person_id: idFromUuid('person', actor.person_id),
      status: standing(actor.status, actor.status === 'active'),
      factor: actor.factor,
      factor_at: actor.factor_at,
      ip,
    },
    actor_kind: entered.actor_kind,
    platform_role: entered.platform_role ?? null,
    partner: partner
      ? {
          id: idFromUuid('partner', partner.id),
          status: standing(partner.status, partner.status === 'active'),
        }
      : null,
    partner_member: partnerMember
      ? {
          id: idFromUuid('member', partnerMember.id),
          role: partnerMember.role,
          status: standing(partnerMember.status, partnerMember.status === 'active'),
        }
      : null,
    tenant: tenant
      ? { id: idFromUuid('tenant', tenant.id), status: standing(tenant.status, tenant.status !== 'closed') }
      : null,
    tenant_member: tenantMember
      ? { role: tenantMember.role, status: standing(tenantMember.status, tenantMember.status === 'active') }
      : null,
    link: link ? toLinkFacts(link) : null,
    freezes: [...entered.freezes, ...(link?.freezes ?? [])],
    features_off: entered.features_off,
  }
}

/** Parses the database's answer and turns it into facts. */
export function readFacts(
  value: unknown,
  { ip, features }: { readonly ip: string | null; readonly features: FeatureSource },
): { entered: EnteredFacts; facts: Facts } {
  const entered = decodeFacts(value, features)
  return { entered, facts: toFacts(entered, ip) }
}
