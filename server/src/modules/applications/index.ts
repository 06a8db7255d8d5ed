/**
 * How a company becomes a partner (C1): the pages on which it applies, without script and asked only what its kind of
 * partnership needs, and the provider's review with its checks side by side. `partner_application` is seen by nobody of
 * the provider before it was sent; the links mailed to its address are digests in `partner_application_key`. An
 * approved one is registered by `partners`.
 */

import type { Mandate } from '#platform/mandate.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { deleteAbandoned } from './apply-store.ts'
import { noteTidying } from './events.ts'
import { makeApplyPages } from './pages.ts'
import './problems.ts'
import { SIMULATED_REGISTERS } from './registers.ts'
import type { Registers } from './registers.ts'
import { makeReviewRoutes } from './review-routes.ts'

export { PARTNER_KINDS } from './requirements.ts'
export type { AppliedKind } from './tables.ts'

/** Every page and operation of this module. Without other registers the simulated ones are asked. */
export function makeApplicationRoutes(
  services: Services,
  registers: Registers = SIMULATED_REGISTERS,
): readonly Route[] {
  return [...makeApplyPages(services), ...makeReviewRoutes({ services, registers })]
}

/** Removes drafts that nobody came back to or that were withdrawn unsent; for the job that tidies up. Returns how many. */
export async function sweepApplications(mandate: Mandate<'system'>): Promise<number> {
  const count = await deleteAbandoned(mandate)
  if (count > 0) noteTidying(mandate, count)
  return count
}
