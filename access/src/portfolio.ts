import { decide } from './decide.ts'
import type { Facts, FreezeFacts, LinkFacts, Standing } from './facts.ts'
import type { TenantId } from './ids.ts'
import type { PermissionOf } from './permissions.ts'
import type { RefusalCode } from './refusals.ts'

/** One tenant of a portfolio: what differs from one tenant to the next. */
export interface PortfolioEntry {
  readonly tenant: { readonly id: TenantId; readonly status: Standing }
  readonly link: LinkFacts
  /** Freezes that cover this tenant or this link only. */
  readonly freezes?: readonly FreezeFacts[]
}

/** The facts that all tenants of one request share. */
export type CommonFacts = Omit<Facts, 'plane' | 'tenant' | 'link' | 'resource'>

/** A tenant whose rows are missing, and why. */
export interface Exclusion {
  readonly tenant_id: TenantId
  readonly code: RefusalCode
}

/** The tenants in which one permission can be used by one actor at one instant. */
export interface PortfolioScope {
  readonly included: readonly TenantId[]
  readonly excluded: readonly Exclusion[]
}

/**
 * Splits linked tenants by whether the permission can be used in them now, by the same decision as for one tenant.
 * Tenants that the partner may not know of are in neither list. Source: managed-tenants.md section 4.
 */
export function decidePortfolio(
  common: CommonFacts,
  entries: readonly PortfolioEntry[],
  permission: PermissionOf<'delegation'>,
): PortfolioScope {
  const included: TenantId[] = []
  const excluded: Exclusion[] = []
  for (const { tenant, link, freezes = [] } of entries) {
    const facts: Facts = {
      ...common,
      plane: 'delegation',
      tenant,
      link,
      freezes: freezes.length > 0 ? [...common.freezes, ...freezes] : common.freezes,
    }
    const { code } = decide(facts, { permission })
    if (code === 'ALLOWED') included.push(tenant.id)
    else if (code !== 'TENANT_NOT_FOUND') excluded.push({ tenant_id: tenant.id, code })
  }
  return { included, excluded }
}
