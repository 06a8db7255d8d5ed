/**
 * Identity checks of end users (C8): a `kyc_case` is stated by the end user, decided by people (two, where the policy
 * says so) or by a vendor's signed event, which `kyc_event` takes once. No picture of a document is kept. What a
 * decision opens or closes for the end user holds from the next request. Pages and sessions of end users come from
 * `realms`.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { makeIdentityCheckPages } from './pages.ts'
import './problems.ts'
import { makeApplicantRoutes } from './routes-applicant.ts'
import { makePartnerRoutes } from './routes-partner.ts'
import { figuresRoute } from './routes-platform.ts'
import { makeSecretRoutes } from './secret-routes.ts'

export { runIdentityCheckClock } from './clock.ts'
export { mountIdentityEvents } from './inbound.ts'
export { postTo } from './post-event.ts'
export { makeSimulatedVendor } from './simulated-vendor.ts'
export { HAND_OVER_TOPIC } from './topics.ts'

/** Every route of identity checks of end users (C8). */
export function makeIdentityCheckRoutes(services: Services): readonly Route[] {
  return [
    ...makeApplicantRoutes(services),
    ...makeIdentityCheckPages(services),
    ...makePartnerRoutes(services),
    ...makeSecretRoutes(services),
    figuresRoute,
  ]
}
