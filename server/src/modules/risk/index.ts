import type { Route } from '#platform/route.ts'
import './problems.ts'
import { riskCaseRoutes } from './routes-cases.ts'
import { riskRuleRoutes } from './routes-rules.ts'

/** Every route of warnings about referrals and payouts: cases and the rules that raise them (D5). */
export const riskRoutes: readonly Route[] = [...riskCaseRoutes, ...riskRuleRoutes]
