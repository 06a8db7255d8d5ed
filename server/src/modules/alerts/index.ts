/**
 * Alerts (B9): one condition that somebody should know of, raised once in `alert` and closed when it passed, for a
 * partner under a link, a tenant or the provider. `alert_rule` and `alert_default` say when; jobs evaluate and tell by
 * mail or digest, and who gets a mail is decided when it is sent. Groups of tenants that a rule names come from
 * `portfolio`.
 */

import type { Route } from '#platform/route.ts'
import './problems.ts'
import { partnerAlertRoutes } from './routes-partner.ts'
import { alertRuleRoutes } from './routes-rules.ts'
import { sideAlertRoutes } from './routes-sides.ts'

export { evaluateAlerts, makeAlertTopics } from './evaluate.ts'
export { tellAlerts } from './tell.ts'

/** Alerts: of a partner's customers, of each side's own access, and the rules by which they are raised (B9). */
export const alertRoutes: readonly Route[] = [...partnerAlertRoutes, ...alertRuleRoutes, ...sideAlertRoutes]
