/**
 * Agreements between the provider and a partner (D4): drafted from `agreement_template`, frozen with one fingerprint
 * when offered, signed on pages without script after a fresh second factor, approved by somebody else, sealed as a PDF
 * in `agreement_file` and checked by anybody at /verify. What happened is a chain of hashes in `agreement_event`. Terms
 * that a machine reads are handed to whoever computes earnings. Asking fewer people than before goes through
 * `approvals`.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeAdminRoutes } from './routes-admin.ts'
import { demandRoutes } from './routes-demands.ts'
import { makeMoveRoutes } from './routes-moves.ts'
import { makeProgramRoutes } from './routes-program.ts'
import { makeSettingRoutes } from './routes-settings.ts'
import { templateRoutes } from './routes-templates.ts'
import { makeSignPages } from './sign-pages.ts'
import { verifyPages } from './verify-pages.ts'

export { runAgreementClock } from './clock.ts'
export { toCanonicalTerms } from './content.ts'
export { renderAgreement } from './rules.ts'
export { drawSealedAgreement } from './sealed-copy.ts'
export { AgreementTerms, TermComponent } from './terms.ts'

/** Every route of agreements (D4). */
export function makeAgreementRoutes(services: Services): readonly Route[] {
  return [
    ...makeAdminRoutes(services),
    ...makeMoveRoutes(services),
    ...makeSettingRoutes(services),
    ...demandRoutes,
    ...templateRoutes,
    ...makeProgramRoutes(services),
    ...makeSignPages(services),
    ...verifyPages,
  ]
}
