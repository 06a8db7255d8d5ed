/**
 * What partners earn (D6, D8): each payment that the provider reports is a `billing_event` once, and becomes an
 * `earning` or an `earning_skip` with its reason. Amounts are whole minor units, computed in rules without a database
 * and told step by step. Money that goes back takes earnings back in proportion, also after they were paid. The terms
 * come from `agreements`; the partner that asks is checked by `partners`; a laxer policy waits for a second person at
 * `approvals`.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { eventRoutes } from './routes-ingest.ts'
import { partnerEarningRoutes } from './routes-partner.ts'
import { makePlatformEarningRoutes } from './routes-platform.ts'

export type { AccrualFacts, Accrued, BillingEvent, ReferralFacts } from './accrual-facts.ts'
export { runEarningClock } from './clock.ts'
export { makeIdSource } from './ids.ts'
export { accrue } from './rules-accrual.ts'
export { takeKeptEvents } from './take-events.ts'
export { parseTerms } from './terms-of-agreement.ts'

/** Every route of earnings, and by which payments are reported (D6, D8, D11). */
export const makeEarningRoutes = (services: Services): readonly Route[] => [
  ...eventRoutes,
  ...partnerEarningRoutes,
  ...makePlatformEarningRoutes(services),
]
