import type { RealmFacts } from '../decide-realm.ts'
import type { RealmPermission } from '../permissions.ts'
import type { RealmRole } from '../realm-roles.ts'

/**
 * The specification's own words about who may do what in a realm (registry.md sections 3, 4, 6 and 7), written down a
 * second time and in another form than the kernel, to be compared with it.
 */
const MAY: Readonly<Record<RealmPermission, readonly RealmRole[]>> = {
  'realm.profile.read': ['guest', 'basic', 'advanced', 'company', 'realm_admin'],
  'realm.profile.update': ['guest', 'basic', 'advanced', 'company', 'realm_admin'],
  'realm.plans.read': ['guest', 'basic', 'advanced', 'company', 'realm_admin'],
  'realm.subscription.read': ['guest', 'basic', 'advanced', 'company'],
  'realm.subscription.change': ['basic', 'advanced', 'company'],
  'realm.identity_check.submit': ['guest', 'basic', 'advanced', 'company'],
  'realm.service.use': ['guest', 'basic', 'advanced', 'company'],
  'realm.users.read': ['realm_admin'],
  'realm.users.manage': ['realm_admin'],
}

/** What the platform lets a partner add to a role beyond its template. */
const ADDABLE: ReadonlySet<string> = new Set(['realm_admin realm.service.use'])

function isHeld(role: RealmRole, permission: RealmPermission, facts: RealmFacts): boolean {
  const inTemplate = MAY[permission].includes(role)
  const chosen = facts.role_choice?.permissions
  if (!chosen) return inTemplate
  return chosen.includes(permission) && (inTemplate || ADDABLE.has(`${role} ${permission}`))
}

/** Whether a request goes through, by plain conditions in no particular order. */
export function mayEndUser(facts: RealmFacts, permission: RealmPermission): boolean {
  const { user, partner } = facts
  if (!user || !partner) return false
  const usesService = permission === 'realm.service.use'
  return [
    user.partner_id === partner.id,
    partner.status === 'active',
    partner.is_white_label,
    facts.realm !== null && facts.realm.status !== 'closed',
    user.status !== 'inactive',
    !facts.freezes.some((freeze) => ['platform', 'partner'].includes(freeze.scope)),
    facts.role_choice === null || facts.role_choice.enabled,
    isHeld(user.role, permission, facts),
    !facts.features_off.has(permission),
    !(usesService && facts.is_on_hold),
    !(usesService && user.status === 'idle'),
  ].every(Boolean)
}
