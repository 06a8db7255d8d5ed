import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { allRoutes } from '../src/app.ts'

/** Every route of the product, for tests that are about all of them. */
export const wholeProduct = (services: Services): readonly Route[] =>
  allRoutes(services, { demoSignIns: () => [] })
