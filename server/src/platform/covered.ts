import type { TenantId } from '@liaison/access'
import { coverTenants } from './mandate.ts'
import type { ReadingMandate } from './reach.ts'

/** As many tenants learn of a list beside those whose rows its page shows; as many as a request can name. */
const MOST_TOLD = 200

/** What a list across tenants was asked, and what its page shows of it. */
export interface ListRead {
  /** The tenants among which the filter looks. */
  readonly tenantIds: readonly TenantId[]
  /** What of the request chose them. */
  readonly chosenBy: { readonly tenant_ids?: unknown; readonly group?: unknown }
  /** Whether the page shows everything that was found. */
  readonly isWhole: boolean
  /** Tenants in which anything was found, at most so many. */
  readonly findTenants: (most: number) => Promise<readonly TenantId[]>
}

/**
 * Says whom a list with totals tells of it. Whoever chose the tenants asks about each of them: all learn of it, also those
 * without a row on the page, or in which nothing was found. A list across all customers tells those in which something was
 * found, on whatever page; where these are more than can be named, its totals speak of nobody in particular, and only
 * those whose rows the page shows learn of it: no page writes thousands of rows. Source: access.md section 6.
 */
export async function coverList(mandate: ReadingMandate, read: ListRead): Promise<void> {
  if (mandate.kind !== 'portfolio') return
  const { tenantIds, chosenBy } = read
  const isChosen = tenantIds.length === 1 || chosenBy.tenant_ids !== undefined || chosenBy.group !== undefined
  if (isChosen && tenantIds.length <= MOST_TOLD) {
    coverTenants(mandate, tenantIds)
    return
  }
  if (read.isWhole) return
  const found = await read.findTenants(MOST_TOLD + 1)
  if (found.length <= MOST_TOLD) coverTenants(mandate, found)
}
