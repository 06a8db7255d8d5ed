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
