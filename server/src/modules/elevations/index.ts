/**
 * More access for one person in one link for a short while (B13): `link_elevation` is asked for with a reason, approved
 * by another owner of the partner and by the tenant where its rules say so, and over when its time is, whether or not
 * the clock job runs. It widens the mask of one person, never the ceiling of the link's role. What permissions are
 * called in the mails is told by `links`.
 */

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
