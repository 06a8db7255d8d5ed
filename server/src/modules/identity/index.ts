/**
 * Persons and how they prove who they are (access.md section 5): sign-in with password, codes and passkeys, recovery,
 * `session` with its idle and absolute end, step-up, invitations, the account pages. All pages work without script
 * except for passkeys themselves. A `person` row gives no right: memberships do. Nothing here reads anything of a
 * tenant, and no other module is called. Guesses at passwords of realms are counted in `sign_in_throttle`, too.
 */

import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { passwordHasherOf } from '#platform/credentials/password-hasher.ts'
import { makeAccountFactorRoutes } from './account-factor-routes.ts'
import { makeAccountRoutes } from './account-routes.ts'
import { makeChooseRoutes } from './choose-routes.ts'
import type { DemoSignIn, Door } from './door.ts'
import { makeEnrolRoutes } from './enrol-routes.ts'
import { makeInviteRoutes } from './invite-routes.ts'
import { invitationRoutes } from './invitation-routes.ts'
import { makeMemberRoutes } from './member-routes.ts'
import { makeMeRoute } from './me-routes.ts'
import { makeOutboxRoutes } from './outbox-routes.ts'
import { personAdminRoutes } from './person-admin-routes.ts'
import { PASSKEY_SCRIPT } from './passkey-script.ts'
import { makeRecoverRoutes } from './recover-routes.ts'
import { makeSignInRoutes } from './sign-in-routes.ts'
import { makeStaffRoutes } from './staff-routes.ts'
import { makeStepUpRoutes } from './step-up-routes.ts'
import './problems.ts'

/** What an installation adds to the sign-in page. */
export interface IdentityOptions {
  /** The sign-ins of a demo installation; asked for at each showing, since the demo world may come later. */
  readonly demoSignIns?: () => readonly DemoSignIn[]
}

/** Every page and operation of this module. */
export function makeIdentityRoutes(services: Services, options: IdentityOptions = {}): readonly Route[] {
  const demoSignIns = services.isDemo && options.demoSignIns ? options.demoSignIns : () => []
  const door: Door = { services, hasher: passwordHasherOf(services), demoSignIns }
  return [
    ...makeSignInRoutes(door),
    ...makeEnrolRoutes(door),
    ...makeStepUpRoutes(door),
    ...makeChooseRoutes(),
    ...makeRecoverRoutes(door),
    ...makeInviteRoutes(door),
    ...makeAccountRoutes(door),
    ...makeAccountFactorRoutes(door),
    ...makeMemberRoutes(services),
    ...invitationRoutes,
    ...personAdminRoutes,
    ...makeStaffRoutes(services),
    makeMeRoute(services),
    ...(services.keepsMail ? makeOutboxRoutes() : []),
    PASSKEY_SCRIPT.route,
  ]
}

export type { DemoSignIn } from './door.ts'
export { createInvitation } from './invitation.ts'
export { inviteAdministrator } from './invite-administrator.ts'
export { removeAdministrator } from './remove-administrator.ts'
export { sweepIdentity } from './member-store.ts'
export { findNewPasswordFault } from './new-password.ts'
export { contextWords, SHORTEST_ALONE } from './password-rules.ts'
export { isNoted } from './throttle-rules.ts'
export { admitTry, countFailure, forgetFailures } from './throttle-store.ts'
export type { ThrottleKey } from './throttle-store.ts'
export { browserWords, waitWords } from './words.ts'
export { digestRecoveryCode } from './recovery-codes.ts'
export { sealTotpSecret } from './totp.ts'
