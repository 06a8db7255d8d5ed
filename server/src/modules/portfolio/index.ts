/**
 * How a partner arranges its people and its tenants (B3, B14): teams that bring people into links (`partner_team`,
 * `team_grant`), groups of tenants with exclusions (`tenant_group`), saved views, pins. Only a team grant takes part in
 * access, by the rows of `link_member` that follow from it; a group or a view opens nothing and only narrows. Other
 * modules ask here which tenants a group means; no other module is called.
 */

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
