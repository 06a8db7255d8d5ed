import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { makeConsentPages } from './pages.ts'
import './problems.ts'
import { makeAdminConsentRoutes } from './routes-admin.ts'
import { makePartnerConsentRoutes } from './routes-partner.ts'
import { makeTenantConsentRoutes } from './routes-tenant.ts'

export { readBlastRadius } from './blast-radius.ts'
export { stopConsents } from './stop-all.ts'
export { runConsentClock } from './clock.ts'
export { mayRefreshConsent, openConsentRequest, readConsentOutcome } from './request.ts'

/** Every route of consents: the pages on which a person decides, both sides, and the provider's. */
export function makeConsentRoutes(services: Services): readonly Route[] {
  return [
    ...makeConsentPages(services),
    ...makeTenantConsentRoutes(services),
    ...makePartnerConsentRoutes(services),
    ...makeAdminConsentRoutes(services),
  ]
}
