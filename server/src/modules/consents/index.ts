/**
 * Consents (A1, A9, A10): what a tenant's admin allows a partner's API client, per billing account, on pages without
 * script; later the dashboards of both sides, narrowing, suspension and end, and the provider's view of what a breached
 * partner could reach (A13). The question is `consent_request`; the answer is a delegation with its `consent`, a table
 * that the authorization server's migrations make. `access_request` is what a client asks for beyond its consent without a
 * person at hand, `backchannel_request` what it asks to have approved within minutes (A16), and
 * `consent_ask` what a member of a partner asks from the portal, by code or address (C1): all lead to the same pages.
 * Tokens are the business of `oauth`, which calls here.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { accessRequestRoutes } from './access-request-pages.ts'
import { askPageRoutes } from './ask-pages.ts'
import { makeConsentPages } from './pages.ts'
import { backchannelRoutes } from './backchannel-pages.ts'
import './problems.ts'
import { makeAskRoutes } from './routes-ask.ts'
import { makeAdminConsentRoutes } from './routes-admin.ts'
import { scopeRoutes } from './routes-catalogue.ts'
import { makePartnerConsentRoutes } from './routes-partner.ts'
import { makeTenantConsentRoutes } from './routes-tenant.ts'

export { idOfAccessRequest, makeAccessRequestDesk } from './access-request.ts'
export type {
  AccessRequestDesk,
  AccessRequestRow,
  AskingClient,
  AskingParties,
  WantedMore,
} from './access-request.ts'
export { makeBackchannelDesk } from './backchannel.ts'
export type { BackchannelDesk, WantedNow } from './backchannel.ts'
export { AgreementTold, vouchedFacts } from './party.ts'
export type { Vouched } from './party.ts'
export { previewConsentPage } from './preview.ts'
export { makeDemoConsents } from './demo.ts'
export { readBlastRadius } from './blast-radius.ts'
export { stopConsents } from './stop-all.ts'
export { runConsentClock } from './clock.ts'
export { remindOfConsents } from './reminders.ts'
export { lettersOfGivenBack } from './mails.ts'
export { findLineFault } from './quoted.ts'
export { mayRefreshConsent, openConsentRequest, readConsentOutcome } from './request.ts'

/** Every route of consents: the pages on which a person decides, both sides, and the provider's. */
export function makeConsentRoutes(services: Services): readonly Route[] {
  return [
    ...makeConsentPages(services),
    ...accessRequestRoutes,
    ...backchannelRoutes,
    ...askPageRoutes,
    ...makeTenantConsentRoutes(services),
    ...makePartnerConsentRoutes(services),
    ...makeAskRoutes(services),
    ...makeAdminConsentRoutes(services),
    ...scopeRoutes,
  ]
}
