/**
 * Which tenant a partner is itself: `partner_home` is said by the tenant, by two of its people where it asks for two,
 * accepted by an owner of the partner, and ended by either. While it stands, the partner's API clients use the accounts
 * of that tenant as its own ones do, a wholesaler pays with them for what it resells, and no link can stand between the
 * two. Doors read it from the row of `partner`, which the database writes with it. No other module is called.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makePartnerHomeRoutes } from './routes-partner.ts'
import { makeTenantHomeRoutes } from './routes-tenant.ts'

export { stopHome } from './end.ts'
export { glanceAtHome } from './store.ts'

/** Every route about the tenant that a partner is itself, of both sides. Source: product.md (home tenant), A5. */
export const makeHomeRoutes = (services: Services): readonly Route[] => [
  ...makeTenantHomeRoutes(services),
  ...makePartnerHomeRoutes(services),
]
