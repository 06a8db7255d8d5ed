/**
 * Plans and subscriptions of end users (C6, C7): a `plan_version` cannot be changed once somebody could take it, a
 * `subscription` keeps the terms it was taken under, is held by a set of `subscription_hold` rows and works again when
 * none is left. What the payment service tells is taken once as `payment_event`. Pages under a partner's name and the
 * session of the end user come from `realms`.
 */

import type { Route } from '#platform/route.ts'
import './problems.ts'
import { planAdminPages } from './admin-pages.ts'
import { keepingRoutes } from './routes-keeping.ts'
import { lendingRoutes } from './routes-lending.ts'
import { ownPages } from './own-pages.ts'
import { planPages } from './pages.ts'
import { paymentRoutes } from './routes-payments.ts'
import { planRoutes } from './routes-plans.ts'
import { realmRoutes } from './routes-realm.ts'
import { subscriptionRoutes } from './routes-subscriptions.ts'

export { runSubscriptionClock } from './clock.ts'

/** Every route of plans and subscriptions (C6, C7). */
export const planModuleRoutes: readonly Route[] = [
  ...planRoutes,
  ...lendingRoutes,
  ...keepingRoutes,
  ...subscriptionRoutes,
  ...realmRoutes,
  ...paymentRoutes,
  ...planPages,
  ...ownPages,
  ...planAdminPages,
]
