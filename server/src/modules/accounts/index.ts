import type { Route } from '#platform/route.ts'
import './problems.ts'
import { partnerAccountRoutes } from './routes-partner.ts'
import { tenantAccountRoutes } from './routes-tenant.ts'

/** Accounts of partners: which subscribers of a tenant are whose, from both sides. They open nothing by themselves. Source: B18. */
export const accountRoutes: readonly Route[] = [...tenantAccountRoutes, ...partnerAccountRoutes]
