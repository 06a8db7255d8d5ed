/**
 * Tenants as others see them: the board over all customers of a partner and the page of each (B5), and for the provider
 * what is known of a tenant from outside. The tables are `tenant`, `billing_account`, `tenant_member`, and
 * `tenant_partner_policy`, what a tenant lets partners ask for (B10). Figures are asked of those that own them: money
 * of `billing`, tickets of `support`, uptime of `reports`, groups of `portfolio`.
 */

import type { Route } from '#platform/route.ts'
import { adminTenantRoutes } from './admin-routes.ts'
import { tenantMemberRoutes } from './member-routes.ts'
import './problems.ts'
import { partnerTenantRoutes } from './routes-partner.ts'

/** The tenants of a partner: the board over all of them, and each one; for the provider what is known of a tenant from outside; and a tenant's own members. */
export const tenantRoutes: readonly Route[] = [
  ...partnerTenantRoutes,
  ...adminTenantRoutes,
  ...tenantMemberRoutes,
]
