import { EMPTY_MASK, maskOf } from './mask.ts'
import type { Mask } from './mask.ts'
import { isPermission } from './permissions.ts'
import type { RealmPermission } from './permissions.ts'

/** The roles of the end users in a partner's own user base. Source: C4, registry.md section 7. */
export const REALM_ROLES = ['guest', 'basic', 'advanced', 'company', 'realm_admin'] as const

export type RealmRole = (typeof REALM_ROLES)[number]

/** The roles that a person of the partner, or an admin of its realm, may give somebody who has this one: a guest becomes more by a verified identity alone. */
export const NEXT_REALM_ROLES = {
  guest: ['realm_admin'],
  basic: ['advanced', 'company', 'guest', 'realm_admin'],
  advanced: ['basic', 'company', 'guest', 'realm_admin'],
  company: ['basic', 'advanced', 'guest', 'realm_admin'],
  realm_admin: ['guest'],
} as const satisfies Readonly<Record<RealmRole, readonly RealmRole[]>>

/** What the platform says about one role. */
export interface RealmRoleTemplate {
  readonly role: RealmRole
  /** What the role gives when the partner says nothing. */
  readonly defaults: readonly RealmPermission[]
  /** What the partner may give it at most, whatever its configuration says. */
  readonly ceiling: readonly RealmPermission[]
}

const VISITOR = [
  'realm.profile.read',
  'realm.profile.update',
  'realm.plans.read',
  'realm.subscription.read',
  'realm.identity_check.submit',
  'realm.service.use',
] as const satisfies readonly RealmPermission[]

const SUBSCRIBER = [...VISITOR, 'realm.subscription.change'] as const satisfies readonly RealmPermission[]

// Guests and realm admins cannot subscribe; nobody but a realm admin sees other users.
const ADMIN = [
  'realm.profile.read',
  'realm.profile.update',
  'realm.plans.read',
  'realm.users.read',
  'realm.users.manage',
] as const satisfies readonly RealmPermission[]

const TEMPLATES: Readonly<Record<RealmRole, RealmRoleTemplate>> = {
  guest: { role: 'guest', defaults: VISITOR, ceiling: VISITOR },
  basic: { role: 'basic', defaults: SUBSCRIBER, ceiling: SUBSCRIBER },
  advanced: { role: 'advanced', defaults: SUBSCRIBER, ceiling: SUBSCRIBER },
  company: { role: 'company', defaults: SUBSCRIBER, ceiling: SUBSCRIBER },
  realm_admin: { role: 'realm_admin', defaults: ADMIN, ceiling: [...ADMIN, 'realm.service.use'] },
}

/** The template of a role. */
export function realmRoleTemplate(role: RealmRole): RealmRoleTemplate {
  return TEMPLATES[role]
}

/** Whether a text names a role of a realm. */
export function isRealmRole(text: string): text is RealmRole {
  return REALM_ROLES.some((role) => role === text)
}

/** What a partner's configuration says about one role; null in either place is the platform's default. */
export interface RealmRoleChoice {
  readonly enabled: boolean
  /** The names that the partner composed the role of; null for the template. */
  readonly permissions: readonly string[] | null
}

/** The names of a composed role that are outside the platform's ceiling, or no permissions at all. */
export function findRealmRoleFaults(role: RealmRole, names: readonly string[]): readonly string[] {
  const allowed: readonly string[] = TEMPLATES[role].ceiling
  return names.filter((name) => !allowed.includes(name))
}

/**
 * What a role gives now: the partner's composition within the ceiling, or the template. What the configuration names
 * beyond the ceiling counts for nothing, however it came to be there (C4).
 */
export function realmRoleMask(role: RealmRole, choice: RealmRoleChoice | null): Mask {
  if (choice?.enabled === false) return EMPTY_MASK
  if (!choice?.permissions) return maskOf(TEMPLATES[role].defaults)
  return maskOf(choice.permissions.filter(isPermission)) & maskOf(TEMPLATES[role].ceiling)
}
