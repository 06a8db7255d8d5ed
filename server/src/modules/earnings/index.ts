import type { Route } from '#platform/route.ts'
import './problems.ts'
import { eventRoutes } from './routes-ingest.ts'
import { partnerEarningRoutes } from './routes-partner.ts'
import { platformEarningRoutes } from './routes-platform.ts'

export type { AccrualFacts, Accrued, BillingEvent, ReferralFacts } from './accrual-facts.ts'
export { runEarningClock } from './clock.ts'
export { makeIdSource } from './ids.ts'
export { accrue } from './rules-accrual.ts'
export { parseTerms } from './terms-of-agreement.ts'

/** Every route of earnings, and by which payments are reported (D6, D8, D11). */
export const earningRoutes: readonly Route[] = [
  ...eventRoutes,
  ...partnerEarningRoutes,
  ...platformEarningRoutes,
]
