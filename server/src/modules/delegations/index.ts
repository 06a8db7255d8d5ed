import type { Route } from '#platform/route.ts'
import './problems.ts'
import { makeExplainRoutes } from './routes-explain.ts'
import { freezeRoutes } from './routes-freeze.ts'

export { writeCatalogue } from './catalogue.ts'
export { forgetExplanations } from './forget-store.ts'

/** The routes that concern every kind of delegation: freezes and the explainer, which looks operations up in `routes`. */
export function makeDelegationRoutes(routes: () => readonly Route[] = () => []): readonly Route[] {
  return [...freezeRoutes, ...makeExplainRoutes(routes)]
}
