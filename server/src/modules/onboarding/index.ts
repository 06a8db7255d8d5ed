/**
 * The way to become a partner (A11): the application, the provider's decision, the API terms, and the checklist up to
 * the first call for a customer.
 */

import type { Mandate } from '#platform/mandate.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { makeApplyPages } from './apply-pages.ts'
import { deleteUnconfirmed } from './apply-store.ts'
import { checklistRoute } from './checklist-route.ts'
import { noteTidying } from './events.ts'
import './problems.ts'
import { makeReviewRoutes } from './review-routes.ts'
import { termsRoutes } from './terms-routes.ts'

export { requireAcceptedTerms } from './terms-routes.ts'

/** Every page and operation of this module. */
export function makeOnboardingRoutes(services: Services): readonly Route[] {
  return [...makeApplyPages(services), ...makeReviewRoutes(services), ...termsRoutes, checklistRoute]
}

/** Removes applications that nobody confirmed in time; for the job that tidies up. Returns how many. */
export async function sweepApplications(mandate: Mandate<'system'>): Promise<number> {
  const count = await deleteUnconfirmed(mandate)
  if (count > 0) noteTidying(mandate, count)
  return count
}
