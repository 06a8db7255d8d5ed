/**
 * Accounts of partners (B18): `partner_account` says that a subscriber of a tenant belongs to a partner, because the
 * tenant made it so or accepted what the partner asked for. It opens nothing by itself: it only says which rows a link
 * for own accounts reaches, when either side restricts a link so. Both sides have routes; no other module is called.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makePartnerAccountRoutes } from './routes-partner.ts'
import { tenantAccountRoutes } from './routes-tenant.ts'

/** Accounts of partners: which subscribers of a tenant are whose, from both sides. They open nothing by themselves. Source: B18. */
export const makeAccountRoutes = (services: Services): readonly Route[] => [
  ...tenantAccountRoutes,
  ...makePartnerAccountRoutes(services),
]
