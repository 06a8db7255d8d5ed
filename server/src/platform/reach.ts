import { encodeId } from '@liaison/access'
import type { BillingParty, Facts, TenantId } from '@liaison/access'
import { z } from 'zod'
import type { ExcludedTenant, Mandate } from './mandate.ts'
import { factsOf } from './mandate.ts'

/** One tenant that a read covers. */
export interface ReachedTenant {
  readonly name: string
  readonly facts: Facts
  /** Who pays for what the partner does there; null in one's own organisation. */
  readonly billingParty: BillingParty | null
}

/** The tenants that a read covers, with what decides about each: all linked ones, the one acted in, or one's own. */
export interface Reach {
  readonly tenants: ReadonlyMap<TenantId, ReachedTenant>
  readonly excluded: readonly ExcludedTenant[]
}

export type ReadingMandate = Mandate<'portfolio' | 'acting' | 'tenant'>

/** The tenants that the mandate lets this read cover, and those it leaves out with the reason. */
export function reachOf(mandate: ReadingMandate): Reach {
  if (mandate.kind !== 'portfolio') {
    const billingParty = mandate.kind === 'acting' ? mandate.link.billingParty : null
    const own = { name: mandate.tenant.name, facts: factsOf(mandate), billingParty }
    return { tenants: new Map([[mandate.tenant.id, own]]), excluded: [] }
  }
  const entries = mandate.links.map(
    ({ tenant, facts, billingParty }) => [tenant.id, { name: tenant.name, facts, billingParty }] as const,
  )
  return { tenants: new Map(entries), excluded: mandate.excluded }
}

/** Of these tenants those of which the mandate reaches the partner's own accounts alone: what is kept of the whole says nothing there. */
export function restrictedOf(mandate: Mandate, tenantIds: readonly TenantId[]): TenantId[] {
  if (mandate.kind === 'portfolio') {
    const restricted = new Set(
      mandate.links
        .filter(({ facts }) => facts.link?.own_accounts_only === true)
        .map(({ tenant }) => tenant.id),
    )
    return tenantIds.filter((id) => restricted.has(id))
  }
  if (mandate.kind !== 'acting' || factsOf(mandate).link?.own_accounts_only !== true) return []
  return tenantIds.filter((id) => id === mandate.tenant.id)
}

/** The tenants of the reach that a filter names; all of them without a filter. Others are as good as unknown. */
export function narrowReach(reach: Reach, wanted: readonly TenantId[] | undefined): TenantId[] {
  const all = [...reach.tenants.keys()]
  if (wanted === undefined) return all
  const named = new Set(wanted)
  return all.filter((id) => named.has(id))
}

/** How many tenants an answer covers, and which linked ones are missing from it and why. */
export const Scope = z
  .strictObject({
    tenant_count: z.int(),
    excluded: z.array(z.strictObject({ tenant_id: z.string(), tenant_name: z.string(), reason: z.string() })),
  })
  .meta({ id: 'Scope' })

/** The `scope` block of an answer, so that missing rows are explained. Source: managed-tenants.md section 4. */
export function toScope(reach: Reach): z.input<typeof Scope> {
  return {
    tenant_count: reach.tenants.size,
    excluded: reach.excluded.map(({ tenantId, tenantName, reason }) => ({
      tenant_id: encodeId('tenant', tenantId),
      tenant_name: tenantName,
      reason,
    })),
  }
}
