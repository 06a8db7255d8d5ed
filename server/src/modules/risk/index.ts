/**
 * What looks wrong about sign-ups and payout accounts (D5): the rules of a program in versions (`risk_rule`), and the
 * `risk_case` that stops or marks something until somebody decided. A partner reads the category alone, never what was
 * seen. The rules run in the database where sign-ups and accounts are written; the routes here are the provider's. No
 * other module is called.
 */

import type { Route } from '#platform/route.ts'
import './problems.ts'
import { riskCaseRoutes } from './routes-cases.ts'
import { riskRuleRoutes } from './routes-rules.ts'

/** Every route of warnings about referrals and payouts: cases and the rules that raise them (D5). */
export const riskRoutes: readonly Route[] = [...riskCaseRoutes, ...riskRuleRoutes]
