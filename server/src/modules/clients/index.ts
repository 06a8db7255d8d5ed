/**
 * API clients as their owners and the provider manage them (A11): register with a public key, change, ask for live use,
 * stop. It has no table of its own: the record is `api_client` of the authorization server, whose checks of keys and
 * addresses come from `oauth`. Before a client goes live, `onboarding` says whether the API terms were accepted; what
 * customers will read of it comes from `consents`.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { adminClientRoutes } from './routes-admin.ts'
import { logoRoutes } from './routes-logo.ts'
import { makePreviewRoute } from './routes-preview.ts'
import { partnerClientRoutes } from './routes-partner.ts'
import { tenantClientRoutes } from './routes-tenant.ts'

export { makeDemoLogos } from './demo.ts'

/** Every route of API clients: their owners', and the provider's. */
export function makeClientRoutes(services: Services): readonly Route[] {
  return [
    ...partnerClientRoutes,
    makePreviewRoute(services),
    ...logoRoutes,
    ...tenantClientRoutes,
    ...adminClientRoutes,
  ]
}
