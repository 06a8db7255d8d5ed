import type { Check } from './check.ts'
import type { Conditions } from './facts.ts'
import { isWithinHours } from './hours.ts'
import { isIpAllowed } from './network.ts'
import type { RefusalCode } from './refusals.ts'
import { visibleLink } from './world.ts'
import type { World } from './world.ts'

/** How long a factor counts as fresh for a sensitive permission, in seconds. Source: access.md section 5. */
export const STEP_UP_MAX_AGE_S = 900

/** The conditions of the link in question; null outside the delegation plane. */
export function findConditions(world: World): Conditions | null {
  return world.facts.plane === 'delegation' ? (visibleLink(world)?.conditions ?? null) : null
}

function isInteractive(world: World): boolean {
  return world.facts.actor_kind !== 'job'
}

/** Whether the second factor was used at most this long ago. Source: RFC 9470 section 4, `max_age`. */
function isFactorFresh(world: World, maxAgeInSeconds: number): boolean {
  const { actor, now } = world.facts
  if (!actor || actor.factor === 'none' || !actor.factor_at) return false
  return now.getTime() - actor.factor_at.getTime() <= maxAgeInSeconds * 1000
}

/** Whether the address is on the allow-list. */
function isOnAllowList(world: World): boolean {
  const ip = world.facts.actor?.ip ?? null
  return ip !== null && isIpAllowed(ip, findConditions(world)?.ip_allow ?? [])
}

function testFactorCondition(world: World): RefusalCode | null {
  const conditions = findConditions(world)
  if (conditions?.phishing_resistant && world.facts.actor?.factor !== 'phishing_resistant') {
    return 'STEP_UP_REQUIRED'
  }
  const maxAge = conditions?.mfa_max_age_s ?? null
  return maxAge === null || !isInteractive(world) || isFactorFresh(world, maxAge) ? null : 'STEP_UP_REQUIRED'
}

function testResource({ facts }: World): RefusalCode | null {
  if (!facts.resource?.found) return 'RESOURCE_NOT_FOUND'
  const isBound = facts.plane === 'delegation' || facts.plane === 'tenant'
  return isBound && facts.resource.tenant_id !== facts.tenant?.id ? 'RESOURCE_NOT_FOUND' : null
}

/** Steps 12 to 14: what depends on the moment and the object of the request. */
export const REQUEST_CHECKS: readonly Check[] = [
  {
    name: 'ip',
    order: 12,
    about: 'request',
    applies: (world) => findConditions(world)?.ip_mode === 'enforce' && isInteractive(world),
    test: (world) => (isOnAllowList(world) ? null : 'IP_NOT_ALLOWED'),
  },
  {
    name: 'hours',
    order: 12,
    about: 'request',
    applies: (world) => Boolean(findConditions(world)?.hours),
    test: (world) => {
      const hours = findConditions(world)?.hours
      return hours && isWithinHours(hours, world.facts.now) ? null : 'OUTSIDE_HOURS'
    },
  },
  {
    name: 'factor_condition',
    order: 12,
    about: 'request',
    applies: (world) => {
      const conditions = findConditions(world)
      return conditions !== null && (conditions.phishing_resistant || conditions.mfa_max_age_s !== null)
    },
    test: testFactorCondition,
  },
  {
    name: 'step_up',
    order: 12,
    about: 'request',
    applies: (world) => Boolean(world.permission?.sensitive) && isInteractive(world),
    test: (world) => (isFactorFresh(world, STEP_UP_MAX_AGE_S) ? null : 'STEP_UP_REQUIRED'),
  },
  {
    name: 'access_reason',
    order: 12,
    about: 'request',
    applies: (world) =>
      world.facts.access_reason !== undefined &&
      Boolean(findConditions(world)?.read_reason_required) &&
      isInteractive(world),
    test: ({ facts }) => (facts.access_reason === 'given' ? null : 'ACCESS_REASON_REQUIRED'),
  },
  {
    name: 'resource',
    order: 13,
    about: 'request',
    applies: ({ facts }) => facts.resource !== undefined,
    test: testResource,
  },
  {
    name: 'rate_limit',
    order: 14,
    about: 'request',
    applies: ({ facts }) => facts.rate !== undefined,
    test: ({ facts }) => (facts.rate?.limited ? 'RATE_LIMIT_EXCEEDED' : null),
  },
]
