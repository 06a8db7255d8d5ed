import { newestRoleTemplate, permissionsOf, resolveGrant, toBits } from '@liaison/access'
import type { LinkRole } from '@liaison/access'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import type { Operator } from '#platform/operator.ts'
import { addAttestedLinks, findActivePartner } from './attest-store.ts'

/** Links that tenants agreed to on paper, which the operator enters with a reference to it. */
export interface Attestation {
  readonly partnerSlug: string
  readonly tenantIds: readonly string[]
  readonly role: Extract<LinkRole, 'msp_support' | 'msp_billing'>
  /** Where the agreement of the tenants can be found, such as a contract number. */
  readonly reference: string
  readonly operator: Operator
}

const DURATION_DAYS = 365

/**
 * Makes active links for tenants that have none with the partner, each with its history, its approval snapshot and an
 * event that both sides read. Nobody is assigned: the partner does that. Returns how many were made; throws when the
 * partner is unknown or not active.
 */
export async function attestLinks(mandate: Mandate<'system'>, asked: Attestation): Promise<number> {
  const partner = await findActivePartner(mandate, asked.partnerSlug)
  if (!partner) throw new Error(`There is no active partner "${asked.partnerSlug}".`)
  const { role, reference, operator } = asked
  const { version } = newestRoleTemplate(role)
  const { mask } = resolveGrant({
    role,
    roleVersion: version,
    relationshipType: 'msp_managed',
    overrides: [],
    now: mandate.origin.now,
  })
  const snapshot = {
    text_version: 1,
    access_role: role,
    role_version: version,
    relationship_type: 'msp_managed',
    permissions: permissionsOf(mask),
    overrides: [],
    conditions: {},
    starts_at: mandate.origin.now,
    ends_at: new Date(mandate.origin.now.getTime() + DURATION_DAYS * 86_400_000),
    auto_renew_days: 0,
    reference,
  }
  const links = await addAttestedLinks(mandate, {
    partnerId: partner.id,
    tenantIds: asked.tenantIds,
    role,
    roleVersion: version,
    mask: toBits(mask),
    snapshot,
    operator,
  })
  for (const link of links) {
    recordEvent(mandate, {
      action: 'links.attest',
      tenantId: link.tenantId,
      tenantName: link.tenantName,
      partnerId: partner.id,
      partnerName: partner.name,
      delegationId: link.id,
      role,
      reason: reference,
      resource: { type: 'link', id: link.id, label: `${partner.name} in ${link.tenantName}` },
    })
  }
  return links.length
}
