/**
 * Support's access to a tenant's data for one case: `assisted_access` is asked for by one person of the provider with a
 * case number and a reason, allowed by the tenant each time or beforehand by its `assisted_rule`, at most eight hours
 * long, and only to look (access.md section 1). Behind each stands a delegation, so that freezes reach it. The
 * provider's login reads views over what is in force and no table of a tenant. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { partnerAssistanceRoutes } from './routes-partner.ts'
import { makeAskRoutes } from './routes-provider.ts'
import { readRoutes } from './routes-read.ts'
import { makeTenantAssistanceRoutes } from './routes-tenant.ts'

export { runAssistanceClock } from './clock.ts'
export { stopAssistance } from './stop-all.ts'

/** Every route of support's access to a tenant's data, for its three sides. */
export function makeAssistanceRoutes(services: Services): readonly Route[] {
  return [
    ...makeAskRoutes(services),
    ...readRoutes,
    ...makeTenantAssistanceRoutes(services),
    ...partnerAssistanceRoutes,
  ]
}
