import type { Route } from '#platform/route.ts'
import './problems.ts'
import { explainRoutes } from './routes-explain.ts'
import { freezeRoutes } from './routes-freeze.ts'

export { writeCatalogue } from './catalogue.ts'

/** The routes that concern every kind of delegation: freezes and the explainer. */
export const delegationRoutes: readonly Route[] = [...freezeRoutes, ...explainRoutes]
