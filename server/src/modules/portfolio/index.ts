import type { Route } from '#platform/route.ts'
import './problems.ts'
import { assignmentRoutes } from './routes-assignments.ts'
import { groupRoutes } from './routes-groups.ts'
import { teamRoutes } from './routes-teams.ts'
import { personalRoutes } from './routes-views.ts'

export { tenantsOfGroup } from './group-store.ts'
export { runTeamClock } from './team-clock.ts'

/** How a partner arranges its people and its tenants. */
export const portfolioRoutes: readonly Route[] = [
  ...groupRoutes,
  ...teamRoutes,
  ...personalRoutes,
  ...assignmentRoutes,
]
