import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeAdminRoutes } from './routes-admin.ts'
import { demandRoutes } from './routes-demands.ts'
import { makeMoveRoutes } from './routes-moves.ts'
import { makeProgramRoutes } from './routes-program.ts'
import { settingRoutes } from './routes-settings.ts'
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
    ...settingRoutes,
    ...demandRoutes,
    ...templateRoutes,
    ...makeProgramRoutes(services),
    ...makeSignPages(services),
    ...verifyPages,
  ]
}
