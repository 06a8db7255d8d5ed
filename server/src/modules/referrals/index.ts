/**
 * The first half of the partner program (D5, D2, D11): codes and their links, sign-ups and whom they are attributed to,
 * referrals, and the limited view that a partner has of the tenants that it referred. A `referral_sign_up` is decided
 * once by rules; who brought whom is locked in `referral` by the database itself. Clicks are counted without keeping
 * who clicked. A referral opens nothing of a tenant. What a tenant paid before its sign-up was reported is earned by
 * `earnings` in the same transaction.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import './problems.ts'
import { makeCodeRoutes } from './routes-codes.ts'
import { platformRoutes } from './routes-platform.ts'
import { programRoutes } from './routes-program.ts'
import { settingRoutes } from './routes-settings.ts'
import { makeSignUpRoutes } from './routes-sign-ups.ts'
import { tenantReferralRoute } from './routes-tenant.ts'

export { sweepClicks, sweepContacts } from './clock.ts'
export { mountReferralLinks } from './follow.ts'

/** Every route of codes, sign-ups and referrals. */
export function makeReferralRoutes(services: Services): readonly Route[] {
  return [
    ...makeCodeRoutes(services),
    ...programRoutes,
    ...platformRoutes,
    ...settingRoutes,
    ...makeSignUpRoutes(services),
    tenantReferralRoute,
  ]
}
