/**
 * Links between a tenant and a partner organisation (B1 to B4, B10, B14): request from either side, by name or with a
 * code that the tenant gave out, approval with a preview in plain words, narrowing at once and widening only with the
 * tenant, people, suspension, renewal, end by clock, handover, notices, calendars, visits. The tables `delegation`, `link`
 * and `link_member` belong to the one rule and are made by the module of delegations; the ones here are about the way
 * there and back, such as `link_notice`. The stop of all partner access also ends what stands in `agencies`, `assistance`,
 * `consents`, `homes` and `orders`; lists are narrowed by the groups of `portfolio`, and `delegations` says what is frozen.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { invitationCodeRoutes } from './routes-invitation-codes.ts'
import { makeLinkPages } from './pages.ts'
import './problems.ts'
import { makeAdminLinkRoutes } from './routes-admin.ts'
import { catalogueRoutes } from './routes-catalogue.ts'
import { makePartnerChangeRoutes } from './routes-change.ts'
import { contextRoutes } from './routes-context.ts'
import { entryRoutes } from './routes-entry.ts'
import { memberRoutes } from './routes-members.ts'
import { makeAskRoute } from './routes-ask.ts'
import { makePartnerLinkRoutes } from './routes-partner.ts'
import { makeTenantPolicyRoutes } from './routes-policy.ts'
import { makeAttestRoutes } from './routes-attest.ts'
import { makeCalendarRoutes } from './routes-calendar.ts'
import { makeHandoverRoutes } from './routes-handover.ts'
import { makePreviewRoutes } from './routes-preview.ts'
import type { ListRoutes } from './routes-preview.ts'
import { checkRoutes } from './routes-check.ts'
import { newsRoutes } from './routes-news.ts'
import { settingsRoutes } from './routes-settings.ts'
import { visitRoutes } from './routes-visits.ts'
import { makeTenantRulesRoutes } from './routes-rules.ts'
import { makeSecurityContactRoutes } from './routes-security-contact.ts'
import { makeReviewRoutes } from './routes-review.ts'
import { makeRequestRoutes } from './routes-request.ts'
import { templateRoutes } from './routes-template.ts'
import { makeTenantChangeRoutes } from './routes-tenant-change.ts'
import { makeTenantDecisionRoutes } from './routes-tenant-decide.ts'
import { makeTenantLinkRoutes } from './routes-tenant.ts'

export { requestFromTemplate, stepLink } from './bulk.ts'
export type { LinkStep } from './bulk.ts'
export { TenantSlug } from './routes-request.ts'
export { TemplateParams } from './routes-template.ts'
export { getTemplate } from './template-store.ts'
export { runLinkClock } from './clock.ts'
export { tellPermission } from './rules.ts'
export { sendDigests } from './digest.ts'

/**
 * Every route of links: both sides, the provider's, and the pages on which a tenant decides. A preview names the
 * operations that a link opens, so it is given all routes of the product.
 */
export function makeLinkRoutes(services: Services, listRoutes: ListRoutes = () => []): readonly Route[] {
  return [
    ...makeRequestRoutes(services),
    ...templateRoutes,
    ...makePartnerLinkRoutes(services),
    ...makePartnerChangeRoutes(services),
    ...memberRoutes,
    ...contextRoutes,
    ...entryRoutes,
    ...catalogueRoutes,
    ...makeTenantLinkRoutes(services),
    ...invitationCodeRoutes,
    ...makeTenantDecisionRoutes(services),
    ...makeTenantChangeRoutes(services),
    ...makeReviewRoutes(services),
    ...makeTenantRulesRoutes(services),
    ...makeSecurityContactRoutes(services),
    ...visitRoutes,
    ...newsRoutes,
    ...settingsRoutes,
    ...makeCalendarRoutes(services),
    ...makeHandoverRoutes(services),
    ...checkRoutes,
    makeAskRoute(services),
    ...makePreviewRoutes(listRoutes),
    ...makeAttestRoutes(services),
    ...makeTenantPolicyRoutes(services),
    ...makeAdminLinkRoutes(services),
    ...makeLinkPages(services),
  ]
}
