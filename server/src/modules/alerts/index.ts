import type { Route } from '#platform/route.ts'
import './problems.ts'
import { partnerAlertRoutes } from './routes-partner.ts'
import { alertRuleRoutes } from './routes-rules.ts'
import { sideAlertRoutes } from './routes-sides.ts'

export { evaluateAlerts, makeAlertTopics } from './evaluate.ts'
export { tellAlerts } from './tell.ts'

/** Alerts: of a partner's customers, of each side's own access, and the rules by which they are raised (B9). */
export const alertRoutes: readonly Route[] = [...partnerAlertRoutes, ...alertRuleRoutes, ...sideAlertRoutes]
