import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeAskRoute } from './routes-ask.ts'
import { makePartnerElevationRoutes } from './routes-partner.ts'
import { makeTenantElevationRoutes } from './routes-tenant.ts'

export { runElevationClock } from './clock.ts'

/** Every route of elevations: more access for one person in one link for a while (B13). */
export function makeElevationRoutes(services: Services): readonly Route[] {
  return [
    makeAskRoute(services),
    ...makePartnerElevationRoutes(services),
    ...makeTenantElevationRoutes(services),
  ]
}
