import type { Route } from '#platform/route.ts'
import { partnerTenantRoutes } from './routes-partner.ts'

/** The tenants of a partner: the board over all of them, and each one. */
export const tenantRoutes: readonly Route[] = partnerTenantRoutes
