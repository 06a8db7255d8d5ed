/**
 * The one rule, as records: `delegation` is the only way by which a tenant lets somebody in, `link` and `link_member`
 * the kind that people use, `access_freeze` what stops it at once (B11). `state_transition` holds the legal moves of
 * every state machine of the product as data. The explainer (B12) tells why somebody may or may not, from the very
 * decision, and for a past moment from `access_past`. Kept decisions are compared in `access.stamp` (decision 015). How
 * links are asked for and approved is the module `links`; nothing is called from here.
 */

import type { Route } from '#platform/route.ts'
import './problems.ts'
import { makeExplainRoutes } from './routes-explain.ts'
import { freezeRoutes } from './routes-freeze.ts'
import { historyRoutes } from './routes-history.ts'
import { whoHasAccessRoute } from './routes-who.ts'

export { writeCatalogue } from './catalogue.ts'
export { forgetExplanations } from './forget-store.ts'
export { findStopped } from './freeze-store.ts'

/** The routes that concern every kind of delegation: freezes, who has access and who had it, and the explainer, which looks operations up in `routes`. */
export function makeDelegationRoutes(routes: () => readonly Route[] = () => []): readonly Route[] {
  return [...freezeRoutes, ...makeExplainRoutes(routes), whoHasAccessRoute, ...historyRoutes]
}
