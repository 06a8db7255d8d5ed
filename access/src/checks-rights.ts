import type { Check } from './check.ts'
import type { LinkFacts } from './facts.ts'
import { FEATURES } from './features.ts'
import { EMPTY_MASK, has, maskOf, maskOfPlane } from './mask.ts'
import type { Mask } from './mask.ts'
import { PERMISSIONS } from './permissions.ts'
import { isOver, ownMask, rightsIn, visibleLink } from './world.ts'
import type { LinkRights, World } from './world.ts'

function isDelegated(world: World): boolean {
  return world.facts.plane === 'delegation'
}

/** The rights of the actor, or null when there is no link to have any in. */
export function findRights(world: World): LinkRights | null {
  const link = visibleLink(world)
  return link && rightsIn(world, link)
}

function isIn(mask: Mask | undefined, world: World): boolean {
  return mask !== undefined && has(mask, world.question.permission)
}

/** Whether the actor is assigned to the link now. No assignment, no access, owners included. Source: B3. */
function isAssigned(link: LinkFacts, now: Date): boolean {
  return link.assignment !== null && !isOver(link.assignment.ends_at, now)
}

/** What role, grants and elevations give before anything takes away. */
function givenMask(world: World): Mask {
  if (!isDelegated(world)) return ownMask(world.facts)
  const rights = findRights(world)
  return rights ? rights.role | rights.granted | rights.elevated : EMPTY_MASK
}

/** What the member's own role in the link leaves of it. */
function assignedMask(world: World): Mask {
  const rights = findRights(world)
  return rights ? rights.assigned | rights.elevated : EMPTY_MASK
}

const SENSITIVE = maskOf(PERMISSIONS.filter(({ sensitive }) => sensitive).map(({ name }) => name))

/** Whether the link lets sensitive permissions be used in an elevation only. Source: B13, "no standing write". */
function needsElevation(world: World): boolean {
  return isDelegated(world) && visibleLink(world)?.conditions.elevation_required === true
}

const WHOLE = maskOf(PERMISSIONS.filter(({ whole }) => whole).map(({ name }) => name))

/** What a mask leaves where a link opens the partner's own accounts alone. */
export function withoutWhole(mask: Mask): Mask {
  return mask & ~WHOLE
}

/** Whether the link opens the partner's own accounts alone, and so nothing that works on all of the tenant. Source: B18. */
function isForAccounts(world: World): boolean {
  return isDelegated(world) && visibleLink(world)?.own_accounts_only === true
}

const FEATURE_MASKS = FEATURES.map((feature) => ({
  feature,
  mask: maskOf(PERMISSIONS.filter((entry) => entry.feature === feature).map(({ name }) => name)),
}))

/** What a mask leaves while features are off. Source: C3. */
export function withoutFeatures(mask: Mask, featuresOff: ReadonlySet<string>): Mask {
  if (featuresOff.size === 0) return mask
  return FEATURE_MASKS.reduce(
    (left, { feature, mask: gone }) => (featuresOff.has(feature) ? left & ~gone : left),
    mask,
  )
}

/** Steps 6 to 11: whether the permission is there after everything that gives it and everything that takes away. */
export const RIGHTS_CHECKS: readonly Check[] = [
  {
    name: 'ceiling',
    order: 6,
    about: 'permission',
    applies: isDelegated,
    test: (world) => (isIn(findRights(world)?.ceiling, world) ? null : 'PERMISSION_DENIED'),
  },
  {
    name: 'deny',
    order: 7,
    about: 'permission',
    applies: isDelegated,
    test: (world) => (isIn(findRights(world)?.denied, world) ? 'PERMISSION_DENIED' : null),
  },
  {
    name: 'grant',
    order: 8,
    about: 'permission',
    informs: true,
    applies: (world) => isIn(findRights(world)?.granted, world),
    test: () => null,
  },
  {
    name: 'elevation',
    order: 8,
    about: 'permission',
    informs: true,
    applies: (world) => isIn(findRights(world)?.elevated, world),
    test: () => null,
  },
  {
    name: 'granted',
    order: 8,
    about: 'permission',
    test: (world) => (isIn(givenMask(world), world) ? null : 'PERMISSION_DENIED'),
  },
  {
    name: 'standing',
    order: 8,
    about: 'permission',
    applies: (world) => needsElevation(world) && isIn(SENSITIVE, world),
    test: (world) => (isIn(findRights(world)?.elevated, world) ? null : 'ELEVATION_REQUIRED'),
  },
  {
    name: 'accounts',
    order: 8,
    about: 'permission',
    applies: isForAccounts,
    test: (world) => (isIn(WHOLE, world) ? 'ACCOUNTS_ONLY' : null),
  },
  {
    name: 'assignment',
    order: 9,
    about: 'caller',
    applies: isDelegated,
    test: (world) => {
      const link = visibleLink(world)
      return link && isAssigned(link, world.facts.now) ? null : 'NOT_ASSIGNED'
    },
  },
  {
    name: 'assignment_role',
    order: 9,
    about: 'permission',
    applies: isDelegated,
    test: (world) => (isIn(assignedMask(world), world) ? null : 'PERMISSION_DENIED'),
  },
  {
    name: 'feature',
    order: 10,
    about: 'permission',
    applies: ({ permission }) => Boolean(permission?.feature),
    test: ({ facts, permission }) =>
      permission?.feature && facts.features_off?.has(permission.feature) ? 'FEATURE_DISABLED' : null,
  },
  {
    name: 'token_scope',
    order: 11,
    about: 'permission',
    applies: ({ facts }) => Boolean(facts.token),
    test: (world) => (isIn(world.facts.token?.scopes, world) ? null : 'INSUFFICIENT_SCOPE'),
  },
]

/** The set of permissions that pass every check of steps 4 to 11 that is about the permission. */
export function rightsMask(world: World): Mask {
  const { facts } = world
  let mask = maskOfPlane(facts.plane) & givenMask(world)
  if (isDelegated(world)) {
    const rights = findRights(world)
    mask &= rights ? rights.ceiling & ~rights.denied & assignedMask(world) : EMPTY_MASK
    if (rights && needsElevation(world)) mask &= ~SENSITIVE | rights.elevated
    if (isForAccounts(world)) mask = withoutWhole(mask)
  }
  if (facts.features_off) mask = withoutFeatures(mask, facts.features_off)
  return facts.token ? mask & facts.token.scopes : mask
}
