import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { makeLinkPages } from './pages.ts'
import './problems.ts'
import { makeAdminLinkRoutes } from './routes-admin.ts'
import { catalogueRoutes } from './routes-catalogue.ts'
import { makePartnerChangeRoutes } from './routes-change.ts'
import { contextRoutes } from './routes-context.ts'
import { entryRoutes } from './routes-entry.ts'
import { memberRoutes } from './routes-members.ts'
import { makePartnerLinkRoutes } from './routes-partner.ts'
import { makeTenantPolicyRoutes } from './routes-policy.ts'
import { makeRequestRoutes } from './routes-request.ts'
import { makeTenantChangeRoutes } from './routes-tenant-change.ts'
import { makeTenantDecisionRoutes } from './routes-tenant-decide.ts'
import { makeTenantLinkRoutes } from './routes-tenant.ts'

export { runLinkClock } from './clock.ts'

/** Every route of links: both sides, the provider's, and the pages on which a tenant decides. */
export function makeLinkRoutes(services: Services): readonly Route[] {
  return [
    ...makeRequestRoutes(services),
    ...makePartnerLinkRoutes(services),
    ...makePartnerChangeRoutes(services),
    ...memberRoutes,
    ...contextRoutes,
    ...entryRoutes,
    ...catalogueRoutes,
    ...makeTenantLinkRoutes(services),
    ...makeTenantDecisionRoutes(services),
    ...makeTenantChangeRoutes(services),
    ...makeTenantPolicyRoutes(services),
    ...makeAdminLinkRoutes(services),
    ...makeLinkPages(services),
  ]
}
