import type { Route } from '#platform/route.ts'
import { adminTenantRoutes } from './admin-routes.ts'
import { partnerTenantRoutes } from './routes-partner.ts'

/** The tenants of a partner: the board over all of them, and each one; and for the provider what is known of a tenant from outside. */
export const tenantRoutes: readonly Route[] = [...partnerTenantRoutes, ...adminTenantRoutes]
