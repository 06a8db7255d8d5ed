/**
 * Limits and usage of end users (C5): `limit_policy` is the platform's bound for each role, `limit_override` one
 * user's. Operations are counted exactly in `usage_bucket` by one function of the database before the work, and going
 * beyond brings a `usage_consequence` until it ends by time or is lifted. Partner and end user read the same figures.
 * Pages come from `realms`.
 */

import type { Route } from '#platform/route.ts'
import { usagePages } from './pages.ts'
import './problems.ts'
import { overrideRoutes } from './routes-overrides.ts'
import { partnerUsageRoutes } from './routes-partner.ts'
import { platformUsageRoutes } from './routes-platform.ts'
import { realmAdminUsageRoutes } from './routes-realm-admin.ts'
import { realmUsageRoutes } from './routes-realm.ts'
import { userSectionPages } from './user-section.ts'

export { serviceMeter } from './meter.ts'

/** The routes of limits and usage of end users (C5). */
export const usageRoutes: readonly Route[] = [
  ...realmUsageRoutes,
  ...realmAdminUsageRoutes,
  ...partnerUsageRoutes,
  ...overrideRoutes,
  ...platformUsageRoutes,
  ...usagePages,
  ...userSectionPages,
]
