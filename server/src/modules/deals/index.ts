/**
 * Registered deals (D12): a partner names a prospect in a `deal_registration`, the provider approves or rejects it, and an
 * approved one counts before codes and clicks when the prospect signs up in time. Who else registered it, and which tenant
 * it may be, is told to the provider alone. Sign-ups win deals in the database, where they are taken. No other module is
 * called.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makePlatformRoutes } from './routes-platform.ts'
import { makeProgramRoutes } from './routes-program.ts'

export { runDealClock } from './clock.ts'

/** Every route of registered deals. */
export const makeDealRoutes = (services: Services): readonly Route[] => [
  ...makeProgramRoutes(services),
  ...makePlatformRoutes(services),
]
