/**
 * The way of a new partner (A11): the API terms, and the checklist from the application up to the first call for a
 * customer, each step read from the records that prove it. `api_terms_acceptance` keeps who accepted which text with
 * its digest. The application itself is the module `applications`; no other module is called.
 */

import type { Route } from '#platform/route.ts'
import { checklistRoute } from './checklist-route.ts'
import './problems.ts'
import { termsRoutes } from './terms-routes.ts'

export { API_TERMS } from './terms.ts'
export { requireAcceptedTerms } from './terms-routes.ts'

/** Every operation of this module. */
export const onboardingRoutes: readonly Route[] = [...termsRoutes, checklistRoute]
