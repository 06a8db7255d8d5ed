/**
 * Realms: the user bases of white-label partners (C9, C4). The door of each `realm` (sign-up, sign-in, passwords), its
 * pages and operations, and what its partner's people and the provider see of it. An `end_user` has no relation to
 * persons; the same address in two realms is two users, and each realm is an issuer of its own (decision 021). Session
 * limits come from `configuration`; `identity` counts guesses and says which passwords are too easily guessed.
 */

import { passwordHasherOf } from '#platform/credentials/password-hasher.ts'
import type { PasswordHasher } from '#platform/credentials/password-hasher.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { RealmDemoSignIn, RealmDoor } from './door.ts'
import { realmAdminPages } from './admin-pages.ts'
import { realmRoleRoutes } from './roles.ts'
import { realmKeepingRoutes } from './routes-keeping.ts'
import { makeIssuerRoutes } from './issuer.ts'
import { makeOwnSecretRoutes } from './own-secrets.ts'
import './problems.ts'
import { realmProfileRoutes } from './profile.ts'
import { makeRealmRecoverRoutes } from './recover.ts'
import { makeUserBaseRoutes } from './routes-people.ts'
import { realmApiRoutes } from './routes-realm.ts'
import { makeRealmSignInRoutes } from './sign-in.ts'
import { makeRealmSignUpRoutes } from './sign-up.ts'

/** What an installation adds to the pages of realms. */
export interface RealmOptions {
  /** The sign-ins of a demo installation; asked for at each showing. */
  readonly realmDemoSignIns?: () => readonly RealmDemoSignIn[]
  readonly hasher?: PasswordHasher
}

/** Every page and operation of this module. */
export function makeRealmRoutes(services: Services, options: RealmOptions = {}): readonly Route[] {
  const door: RealmDoor = {
    services,
    hasher: options.hasher ?? passwordHasherOf(services),
    demoSignIns: options.realmDemoSignIns ?? (() => []),
  }
  return [
    ...makeRealmSignInRoutes(door),
    ...makeRealmSignUpRoutes(door),
    ...makeRealmRecoverRoutes(door),
    ...makeOwnSecretRoutes(door),
    ...realmProfileRoutes,
    ...makeIssuerRoutes(services),
    ...realmApiRoutes,
    ...realmRoleRoutes,
    ...realmKeepingRoutes,
    ...realmAdminPages,
    ...makeUserBaseRoutes(services),
  ]
}

export type { RealmDemoSignIn } from './door.ts'
export { sweepRealms } from './sweep.ts'
export {
  mayInRealm,
  realmPath,
  registerProfileSection,
  registerRealmPage,
  registerUserSection,
  showRealmPage,
} from './page-kit.ts'
export { pager } from './pager.ts'
