import type { Route } from '#platform/route.ts'
import './problems.ts'
import { adminClientRoutes } from './routes-admin.ts'
import { partnerClientRoutes } from './routes-partner.ts'
import { tenantClientRoutes } from './routes-tenant.ts'

/** Every route of API clients: their owners', and the provider's. */
export const clientRoutes: readonly Route[] = [
  ...partnerClientRoutes,
  ...tenantClientRoutes,
  ...adminClientRoutes,
]
